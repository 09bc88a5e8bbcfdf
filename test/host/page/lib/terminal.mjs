/** What the terminal command says on a window's own store. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inRoot } from '../../../../scripts/shared/paths.mjs';

const run = promisify(execFile);

/** The JSON of a report, asked on the store, the settings and the transcripts of a window. */
export async function terminalSays(workbench, ...question) {
  const { stdout } = await run(process.execPath, [inRoot('dist/cli.cjs'), ...question, '--json'], {
    env: {
      ...process.env,
      OUTLAY_STORE: workbench.paths.store,
      OUTLAY_DATA_DIR: workbench.paths.data,
      CLAUDE_CONFIG_DIR: workbench.paths.claude,
    },
  });
  return JSON.parse(stdout);
}
