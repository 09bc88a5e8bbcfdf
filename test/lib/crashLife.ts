import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSync } from 'esbuild';

const project = join(import.meta.dirname, '..', '..');

/** A child as one file: a process that is killed at once should not spend its life loading. */
export function bundleChild(target: string, entry = 'test/lib/crashChild.ts'): void {
  buildSync({
    entryPoints: [join(project, entry)],
    outfile: target,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    external: ['better-sqlite3'],
    define: { 'import.meta.dirname': '__dirname' },
    logLevel: 'silent',
  });
}

/** A child, what it said, and how it ended. */
export class Life {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  said = '';
  errors = '';

  constructor(script: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.#process = spawn(process.execPath, [script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, NODE_PATH: join(project, 'node_modules') },
    });
    this.#ended = once(this.#process, 'close');
    this.#process.stdout?.on('data', (text) => (this.said += text));
    this.#process.stderr?.on('data', (text) => (this.errors += text));
  }

  /** Waits until it is about to write, or has ended. */
  async atWork(): Promise<void> {
    while (this.said === '' && this.#process.exitCode === null) await sleep(1);
  }

  /** Waits for its end, or ends it after a while. Fails if it ended by itself in any way but well. */
  async endWithin(ms: number): Promise<'done' | 'killed'> {
    const timer = new AbortController();
    await Promise.race([this.#ended, sleep(ms, undefined, { signal: timer.signal })]);
    timer.abort();
    return await this.kill();
  }

  /** Asks it to end, which it must do within that time. */
  async stop(ms: number): Promise<'done' | 'killed'> {
    this.#process.kill('SIGTERM');
    return await this.endWithin(ms);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  async kill(): Promise<'done' | 'killed'> {
    this.#process.kill('SIGKILL');
    const [code, signal] = await this.#ended;
    if (signal === 'SIGKILL') return 'killed';
    assert.equal(code, 0, this.errors);
    return 'done';
  }
}
