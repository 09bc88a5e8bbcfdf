/**
 * Brings the VS Code server of the npm package `code-server` into the scratch folder: a real VS Code
 * where only a package registry can be reached. It stays out of `node_modules` for its 570 MB.
 */
import path from 'node:path';
import { serverVersion } from '../shared/paths.mjs';
import { npm } from '../shared/processes.mjs';
import { quiet, scratchInstall } from '../shared/scratchInstall.mjs';

const vscodeIn = (folder) => path.join(folder, 'node_modules/code-server/lib/vscode');

/** The server's VS Code folder; installed on the first call, repaired when that was interrupted. */
export async function installedServer() {
  if (process.platform === 'win32') {
    throw new Error('The VS Code server does not run on Windows: set OUTLAY_DESKTOP=1.');
  }
  const home = await scratchInstall({
    name: 'server',
    version: serverVersion,
    packages: [`code-server@${serverVersion}`],
    announce: `Installing the VS Code server (code-server ${serverVersion}, 570 MB)…`,
    // Without its install scripts nothing is compiled; the server works without those parts.
    finish: (folder) => {
      const cwd = vscodeIn(folder);
      return npm(['install', '--omit=dev', ...quiet, '--prefix', cwd], { cwd });
    },
  });
  return vscodeIn(home);
}
