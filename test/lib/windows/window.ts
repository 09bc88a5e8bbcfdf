import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import type { IndexerConfig, IndexerState } from '../../../src/watchers/messages.ts';
import type { FromWindow, ToWindow } from './messages.ts';

const project = join(import.meta.dirname, '..', '..', '..');
/** A process that was told to end is an orphan after so long; machines may be busy. */
const patienceMs = 20_000;

/** What an indexer may say of a store that others break; anything else is a fault of its own. */
const expected = [
  /^The store was (damaged|missing|empty)/,
  /^The store .* is (busy|damaged)/,
  // Its folder went while it was opened.
  /^The store .* cannot be (opened|read or written on this disk)/,
];

/** The process of a window and its indexing thread, bundled as they are in the product. */
export function bundleWindow(folder: string): string {
  for (const [entry, name] of [
    ['test/lib/windows/windowChild.ts', 'window.cjs'],
    ['src/watchers/worker.ts', 'indexer.cjs'],
  ] as const) {
    buildSync({
      entryPoints: [join(project, entry)],
      outfile: join(folder, name),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node24',
      external: ['better-sqlite3'],
      define: { 'import.meta.dirname': '__dirname' },
      logLevel: 'silent',
    });
  }
  return join(folder, 'window.cjs');
}

/** A window of the editor: a process with an indexing thread of its own. */
export class Window {
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown[]>;
  readonly #history: string[] = [];
  #state: IndexerState | undefined;
  #stopped: Extract<FromWindow, { type: 'stopped' }> | undefined;
  #threadsToKill = 0;
  #wasKilled = false;
  #lastSaid = '';
  #stderr = '';
  #faults: string[] = [];

  constructor(script: string, config: IndexerConfig) {
    this.#process = fork(script, [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
      env: { ...process.env, NODE_PATH: join(project, 'node_modules') },
    });
    this.#closed = once(this.#process, 'close');
    this.#process.stderr?.on('data', (text) => (this.#stderr += text));
    this.#process.on('message', (message: FromWindow) => this.#onMessage(message));
    this.configure(config);
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** What its indexer said last that it does; undefined from when it is killed. */
  get state(): IndexerState | undefined {
    return this.#threadsToKill === 0 ? this.#state : undefined;
  }

  /** What it was asked and what it said, for a person. */
  get history(): string {
    return [...this.#history, this.#stderr].join('\n');
  }

  #onMessage(message: FromWindow): void {
    const { type } = message;
    if (type === 'said') this.#lastSaid = message.message.type;
    if (type === 'stopped') this.#stopped = message;
    else if (type === 'killed') this.#threadsToKill -= 1;
    else if (type === 'ended') {
      // What the thread said holds no longer.
      this.#state = undefined;
      if (this.#threadsToKill === 0) this.#faults.push(`its thread ended: ${message.text}`);
    } else if (message.message.type === 'state') this.#state = message.message.state;
    else if (message.message.type === 'log') {
      const { level, text } = message.message;
      const known = level !== 'error' || expected.some((pattern) => pattern.test(text));
      if (!known || / not open|finalized/.test(text)) this.#faults.push(text);
    }
    const text = JSON.stringify(type === 'said' ? message.message : message);
    if (!text.includes('"committed"')) this.#note(`  ${text.slice(0, 500)}`);
  }

  #note(text: string): void {
    this.#history.push(`${new Date().toISOString().slice(17, 23)} ${text}`);
  }

  #ask(message: ToWindow, note: string = message.type): void {
    this.#note(note);
    // One that is being killed hears nothing any more.
    this.#process.send(message, () => {});
  }

  configure(...configs: readonly IndexerConfig[]): void {
    this.#ask({ type: 'configure', configs }, `configure ${configs.map(brief).join(' and ')}`);
  }

  ask(what: 'pause' | 'resume' | 'rescan'): void {
    this.#ask({ type: what });
  }

  killThread(): void {
    this.#threadsToKill += 1;
    this.#wasKilled = true;
    this.#ask({ type: 'killThread' });
  }

  /** As a machine that is suspended, or a debugger that holds it. */
  async sleep(ms: number): Promise<void> {
    this.#note(`sleep ${ms}`);
    this.#process.kill('SIGSTOP');
    await sleep(ms);
    this.#process.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    this.#note('kill');
    this.#process.kill('SIGKILL');
    await this.#closed;
  }

  /**
   * Stops it; fails unless thread and process end by themselves. A thread that is still being loaded, on a busy
   * machine, has nothing to give back and may be ended.
   */
  async stop(): Promise<void> {
    const isUp = this.state !== undefined;
    this.#ask({ type: 'stop' });
    const timer = new AbortController();
    const late = sleep(patienceMs, 'late', { signal: timer.signal });
    const end = await Promise.race([this.#closed, late]);
    timer.abort();
    if (end === 'late') await this.kill();
    assert.notEqual(end, 'late', 'the process of a window that was stopped goes on');
    assert.deepEqual(end, [0, null], this.#stderr);
    assert.equal(this.#stopped?.threads, 0, 'its thread goes on');
    if (!isUp && this.#stopped?.exitCode === 1) return;
    assert.equal(this.#stopped?.exitCode, 0, 'its thread had to be ended');
    if (!this.#wasKilled) assert.equal(this.#lastSaid, 'stopped');
  }

  /** Fails when it did or said what must not be, whatever happens to the store. */
  assertSound(): void {
    assert.deepEqual(this.#faults, []);
    assert.equal(this.#stderr, '');
  }

  /** Files it has open below a folder; those that were deleted end with ` (deleted)`. Linux only. */
  openFiles(folder: string): string[] {
    const fds = `/proc/${this.pid}/fd`;
    return readdirSync(fds).flatMap((fd) => {
      try {
        const path = readlinkSync(join(fds, fd));
        return path.startsWith(folder) ? [path] : [];
      } catch {
        return [];
      }
    });
  }
}

function brief({ storeFile, rootsSetting, priceOverrides, paused }: IndexerConfig): string {
  const prices = JSON.stringify(priceOverrides);
  return `${storeFile} roots=${rootsSetting.length} prices=${prices}${paused ? ' paused' : ''}`;
}
