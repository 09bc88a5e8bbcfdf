/**
 * Brings the real Claude Code into the scratch folder, for tests that hold Outlay against it: the npm
 * package holds the program itself, so nothing but a package registry is needed.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { scratchInstall } from '../shared/scratchInstall.mjs';

/** The release the tests drive; its every figure is held against ours. */
export const clientVersion = '2.1.332';

/** The program for this machine: npm installs that one of the platform packages only. */
async function programIn(folder) {
  const packages = path.join(folder, 'node_modules/@anthropic-ai');
  const names = await readdir(packages);
  const own = names.find((name) => name.startsWith('claude-code-'));
  if (!own) {
    throw new Error(
      `Claude Code ${clientVersion} has no program for ${process.platform} ${process.arch}.`,
    );
  }
  return path.join(packages, own, process.platform === 'win32' ? 'claude.exe' : 'claude');
}

/** Path of the client's program; installed on the first call, repaired when that was interrupted. */
export async function installedClient() {
  const home = await scratchInstall({
    name: 'client',
    version: clientVersion,
    // Its install script would copy the program's 380 MB to a second place.
    packages: [`@anthropic-ai/claude-code@${clientVersion}`],
    announce: `Installing Claude Code ${clientVersion} (380 MB)…`,
    finish: programIn,
  });
  return programIn(home);
}
