import { fstatSync, readFileSync, writeSync } from 'node:fs';
import { dataFolder } from '../dataFolder/paths.ts';
import { answerHook } from './answerHook.ts';
import type { GuardMachine } from './judge.ts';

/** Answers the hook that started this process: its event is an argument, its input stands on stdin. */
export function runGuard(args: readonly string[]): void {
  // The launcher hands on what it was given.
  const [event = '', ...options] = args[0] === 'guard' ? args.slice(1) : args;
  const answer = answerHook(event, standardInput(), guardMachine(), {
    strict: options.includes('--strict'),
  });
  if (answer !== '') print(`${answer}\n`);
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

/** Streams take longer to load than the guard to answer: this writes without one. */
function print(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0, tries = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      // A pipe that is full for the moment.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || ++tries > 1000) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function standardInput(): string {
  try {
    // A person's terminal, or no input at all.
    if (fstatSync(0).isCharacterDevice()) return '';
    return readFileSync(0, 'utf8');
  } catch {
    // Nothing is there, or it was closed: then there is nothing to be judged.
    return '';
  }
}
