import { readFileSync } from 'node:fs';
import { dataFolder } from '../dataFolder/paths.ts';
import { answerHook } from './answerHook.ts';
import type { GuardMachine } from './judge.ts';

/** Answers the hook that started this process: its event is an argument, its input stands on stdin. */
export function runGuard(args: readonly string[]): void {
  const [event = '', ...options] = args;
  const answer = answerHook(event, standardInput(), guardMachine(), {
    strict: options.includes('--strict'),
  });
  if (answer !== '') process.stdout.write(`${answer}\n`);
}

/** This machine, at this moment. `OUTLAY_NOW` stands still for tests, as in the terminal. */
export function guardMachine(): GuardMachine {
  const { env } = process;
  const standing = Date.parse((env.OUTLAY_NOW ?? '').trim());
  const home = env.HOME || env.USERPROFILE || '';
  return {
    env,
    now: Number.isFinite(standing) ? standing : Date.now(),
    dataFolder: dataFolder(env),
    home,
  };
}

function standardInput(): string {
  if (process.stdin.isTTY) return '';
  try {
    return readFileSync(0, 'utf8');
  } catch {
    // Nothing is there, or it was closed: then there is nothing to be judged.
    return '';
  }
}
