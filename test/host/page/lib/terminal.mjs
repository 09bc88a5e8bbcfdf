/** What the terminal command says on a window's own store. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inRoot } from '../../../../scripts/shared/paths.mjs';

const run = promisify(execFile);

/**
 * The JSON of a report, asked on the store, the settings and the transcripts of a window. An alert (exit
 * code 1) is an answer too.
 */
export async function terminalSays(workbench, ...question) {
  const asked = run(process.execPath, [inRoot('dist/cli.cjs'), ...question, '--json'], {
    env: {
      ...process.env,
      OUTLAY_STORE: workbench.paths.store,
      OUTLAY_DATA_DIR: workbench.paths.data,
      CLAUDE_CONFIG_DIR: workbench.paths.claude,
    },
  });
  const { stdout } = await asked.catch((error) => {
    if (error.code === 1 && error.stdout) return error;
    throw error;
  });
  return JSON.parse(stdout);
}
