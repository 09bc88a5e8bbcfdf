import { promisify } from 'node:util';
import type { GitState } from '../../query/context.ts';

/** Started by the editor's own runtime, Outlay must not make Node programs of others' hooks too. */
const { ELECTRON_RUN_AS_NODE: _ours, ...environment } = process.env;
/** A repository that does not answer in time is taken for none. */
const timeoutMs = 2000;

/** The working copy somebody stands in; null where git cannot tell. Unknown is never "clean". */
export async function gitState(cwd: string): Promise<GitState | null> {
  // Few commands ask, and all would wait for it to be loaded.
  const { execFile } = await import('node:child_process');
  const run = promisify(execFile);
  const git = async (...args: string[]): Promise<string> => {
    // Neither locks nor the repository's own monitor program: this only looks.
    const safe = ['--no-optional-locks', '-c', 'core.fsmonitor=false', ...args];
    const options = {
      cwd,
      env: environment,
      timeout: timeoutMs,
      windowsHide: true,
      maxBuffer: 64 * 1024 * 1024,
    };
    return (await run('git', safe, options)).stdout.trim();
  };
  try {
    const [sha, branch, changes] = await Promise.all([
      git('rev-parse', 'HEAD'),
      git('rev-parse', '--abbrev-ref', 'HEAD'),
      git('status', '--porcelain'),
    ]);
    return {
      sha,
      shaShort: sha.slice(0, 7),
      branch: branch === 'HEAD' ? null : branch,
      isDirty: changes !== '',
    };
  } catch {
    return null;
  }
}
