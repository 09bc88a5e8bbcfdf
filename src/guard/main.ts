import { fstatSync, readFileSync, writeSync } from 'node:fs';
import { lacksServer } from '../dataFolder/guardServer.ts';
import { dataFolder } from '../dataFolder/paths.ts';
import { answerHook } from './answerHook.ts';
import { startServer } from './http/callServer.ts';
import { serveGuard } from './http/serve.ts';
import type { GuardMachine } from './judge.ts';

/**
 * Answers the hook that started this process: its event is an argument, its input stands on stdin. Where
 * the guard is installed with a server, it sees to it that there is one; `serve` is that server.
 */
export function runGuard(args: readonly string[]): void {
  // The launcher hands on what it was given.
  const [event = '', ...options] = args[0] === 'guard' ? args.slice(1) : args;
  if (event === 'serve') {
    void serveGuard(guardMachine);
    return;
  }
  const machine = guardMachine();
  const beside = options.includes('--http');
  const answer = answerHook(event, standardInput(), machine, {
    strict: options.includes('--strict'),
    transport: beside ? 'beside' : undefined,
  });
  if (answer !== '') print(`${answer}\n`);
  if (beside && lacksServer(machine.dataFolder)) startServer(machine.env);
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
