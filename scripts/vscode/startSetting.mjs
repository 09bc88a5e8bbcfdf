/** What a window of `npm start` opens: which folder, and what its environment says. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeProjects } from '../../src/demo/demoProjects.ts';
import { root } from '../shared/paths.mjs';

/**
 * The demo: made-up sessions that the extension writes into a throw-away folder when the window opens.
 * Terminals of the window see the same.
 * @param {string} devDir where a window under development keeps its store
 */
export async function demoSetting(devDir) {
  const home = await realpath(await mkdtemp(path.join(tmpdir(), 'outlay-demo-')));
  const folder = path.join(home, 'projects', 'shop');
  writeProjects([folder]);
  const places = {
    CLAUDE_CONFIG_DIR: path.join(home, 'claude'),
    OUTLAY_STORE: path.join(home, 'outlay.db'),
    OUTLAY_DATA_DIR: home,
  };
  const terminal = Object.fromEntries(
    ['linux', 'osx', 'windows'].map((name) => [`terminal.integrated.env.${name}`, places]),
  );
  await mkdir(path.join(folder, '.vscode'), { recursive: true });
  await writeFile(
    path.join(folder, '.vscode', 'settings.json'),
    `${JSON.stringify({ ...terminal, 'files.exclude': { '.vscode': true } }, null, 2)}\n`,
  );
  return {
    folder,
    env: { ...developmentStore(devDir), OUTLAY_START_WITH: 'demo', OUTLAY_DEMO_HOME: home },
    end: () => rm(home, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** The user's own transcripts; what Outlay makes of them stays in the development store. */
export async function ownSetting(devDir, { realStore }) {
  await mkdir(devDir, { recursive: true });
  const env = { OUTLAY_START_WITH: 'own' };
  if (process.env.CLAUDE_CONFIG_DIR) env.CLAUDE_CONFIG_DIR = process.env.CLAUDE_CONFIG_DIR;
  if (!realStore) Object.assign(env, developmentStore(devDir));
  return { folder: root, env, end: async () => {} };
}

const developmentStore = (devDir) => ({
  OUTLAY_STORE: path.join(devDir, 'outlay.db'),
  OUTLAY_DATA_DIR: devDir,
});
