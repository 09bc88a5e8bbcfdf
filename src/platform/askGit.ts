import { gitCall } from './gitCall.ts';

/** A history may be long, and a disk slow. */
const timeoutMs = 10_000;

/** What git answered: its standard output, or why there is none. */
export type GitAnswer =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: 'no-git' | 'refused' | 'too-slow' };

/**
 * Asks git a question in a folder and waits for its answer: without a shell, with nothing of the working
 * copy's being run, and without a network.
 */
export function askGit(cwd: string, ...args: readonly string[]): GitAnswer {
  const call = gitCall(cwd, timeoutMs);
  if (call === undefined) return { ok: false, reason: 'no-git' };
  // Few reports ask, and all would wait for it to be loaded.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { status, stdout, error } = spawnSync(call.program, [...call.args, ...args], {
    ...call.options,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (status === 0) return { ok: true, text: stdout };
  const isSlow = (error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT';
  return { ok: false, reason: isSlow ? 'too-slow' : 'refused' };
}
