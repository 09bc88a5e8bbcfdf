import { findProgram } from './findProgram.ts';

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

/** How git is started without a shell: arguments of the question follow `args`. */
export interface GitCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly options: {
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    readonly timeout: number;
    readonly windowsHide: true;
    readonly maxBuffer: number;
  };
}

/** The call of git in a folder; undefined where there is no git. */
export function gitCall(cwd: string, timeoutMs: number): GitCall | undefined {
  const program = findProgram('git');
  if (program === undefined) return undefined;
  const options = {
    cwd,
    env: safeEnvironment(process.env),
    timeout: timeoutMs,
    windowsHide: true,
    maxBuffer: 64 * 1024 * 1024,
  } as const;
  return { program, args: harmless, options };
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
