import { promisify } from 'node:util';
import { gitCall } from '../../platform/gitCall.ts';
import type { GitState } from '../../query/context.ts';

/** A repository that does not answer in time is taken for none. */
const timeoutMs = 2000;

/**
 * The working copy somebody stands in; null where git cannot tell. Unknown is never "clean".
 *
 * No program the working copy names is run: it may have come with an archive. What git looks at
 * needs none but filters (`filter.<name>.clean` of its own configuration); where there are some,
 * nobody asks whether files have changed.
 */
export async function gitState(cwd: string): Promise<GitState | null> {
  const call = gitCall(cwd, timeoutMs);
  if (call === undefined) return null;
  // Few commands ask, and all would wait for it to be loaded.
  const { execFile } = await import('node:child_process');
  const run = promisify(execFile);
  const git = async (...args: string[]): Promise<string> =>
    (await run(call.program, [...call.args, ...args], call.options)).stdout;
  try {
    const [sha, branch, hasFilters] = await Promise.all([
      git('rev-parse', 'HEAD'),
      git('rev-parse', '--abbrev-ref', 'HEAD'),
      hasOwnFilters(git),
    ]);
    return {
      sha: sha.trim(),
      shaShort: sha.slice(0, 7),
      branch: branch.trim() === 'HEAD' ? null : branch.trim(),
      isDirty: hasFilters ? null : await isDirty(git),
    };
  } catch {
    return null;
  }
}

/** Who may name filters: the machine, the user, whoever started the command. */
const trustedScopes = ['system', 'global', 'command'];

type Git = (...args: string[]) => Promise<string>;

/** In a submodule git would be started anew, under the submodule's own configuration: only its commit counts. */
async function isDirty(git: Git): Promise<boolean> {
  return (await git('status', '--porcelain', '--ignore-submodules=dirty')) !== '';
}

/** Whether the working copy configures filters of its own; those of the user or the machine are trusted. */
async function hasOwnFilters(git: Git): Promise<boolean> {
  let found: string;
  try {
    found = await git('config', '--show-scope', '--name-only', '-z', '--get-regexp', '^filter\\.');
  } catch (error) {
    // So git says that there are none.
    if ((error as { code?: unknown }).code === 1) return false;
    throw error;
  }
  // Scope and name in turn, each ended by a zero.
  const scopes = found
    .split('\0')
    .slice(0, -1)
    .filter((_, i) => i % 2 === 0);
  return scopes.some((scope) => !trustedScopes.includes(scope));
}
