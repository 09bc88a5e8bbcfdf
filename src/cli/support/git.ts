import { promisify } from 'node:util';
import { findProgram } from '../../platform/findProgram.ts';
import type { GitState } from '../../query/context.ts';

/** A repository that does not answer in time is taken for none. */
const timeoutMs = 2000;

/**
 * What the working copy's own configuration could make git run while it only looks, switched off: its
 * file system monitor, hooks, pager, and whatever reaches a remote.
 */
const harmless = [
  '--no-pager',
  '--no-optional-locks',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'credential.helper=',
];

/** Variables of the user's that say which configuration and folders git may read; the others do not count. */
const keptVariables = /^GIT_(CONFIG_\w+|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM)$/;

/**
 * The working copy somebody stands in; null where git cannot tell. Unknown is never "clean".
 *
 * No program the working copy names is run: it may have come with an archive. What git looks at
 * needs none but filters (`filter.<name>.clean` of its own configuration); where there are some,
 * nobody asks whether files have changed.
 */
export async function gitState(cwd: string): Promise<GitState | null> {
  const program = findProgram('git');
  if (program === undefined) return null;
  // Few commands ask, and all would wait for it to be loaded.
  const { execFile } = await import('node:child_process');
  const run = promisify(execFile);
  const git = async (...args: string[]): Promise<string> => {
    const options = {
      cwd,
      env: safeEnvironment(process.env),
      timeout: timeoutMs,
      windowsHide: true,
      maxBuffer: 64 * 1024 * 1024,
    };
    return (await run(program, [...harmless, ...args], options)).stdout;
  };
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

/**
 * The environment git gets: it looks at the folder it is started in, whatever `GIT_DIR` says, and speaks
 * no protocol, so that it fetches nothing a partial clone lacks.
 */
function safeEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    // Started by the editor's own runtime, Outlay must not make Node programs of others either.
    ([name]) =>
      name !== 'ELECTRON_RUN_AS_NODE' && (!name.startsWith('GIT_') || keptVariables.test(name)),
  );
  return {
    ...Object.fromEntries(kept),
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_NO_LAZY_FETCH: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
}
