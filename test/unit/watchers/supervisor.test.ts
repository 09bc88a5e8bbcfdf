import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { until } from '../../../scripts/shared/retry.ts';
import type { FromIndexer, IndexerConfig } from '../../../src/watchers/messages.ts';
import { IndexerSupervisor } from '../../../src/watchers/thread/supervisor.ts';
import { indexerConfig } from '../../lib/indexerConfig.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';

const silence = /no sign of life/;
/** On a busy machine a thread takes a while before it says anything. */
const patient = { patience: 60_000 };
const times = { firstWait: 20, longestWait: 50, sound: 60_000, patience: 400, look: 50 };

function config(dir: TempDir): IndexerConfig {
  return indexerConfig(dir.path, {
    storeFile: dir.at('outlay.db'),
    rootsSetting: [dir.at('claude')],
  });
}

/**
 * A thread that fails as `failure` says the first times it is configured, and then tells what it was
 * configured with: `paused` or `watching`.
 */
function thread(dir: TempDir, failure: string, failures: number): string {
  const file = dir.at('thread.mjs');
  const counter = JSON.stringify(dir.at('count'));
  writeFileSync(
    file,
    `import { appendFileSync, readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
setInterval(() => parentPort.postMessage({ type: 'alive' }), 50);
parentPort.on('message', ({ type, config }) => {
  if (type === 'stop') return parentPort.close();
  if (type !== 'configure') return;
  appendFileSync(${counter}, '.');
  if (readFileSync(${counter}, 'utf8').length <= ${failures}) { ${failure} }
  parentPort.postMessage({ type: 'state', state: { kind: config.paused ? 'paused' : 'watching' } });
});
`,
  );
  return file;
}

class Watched {
  readonly said: FromIndexer[] = [];
  readonly ends: { text: string; waitMs: number }[] = [];
  readonly supervisor: IndexerSupervisor;

  constructor(file?: string, more: Partial<typeof times> = {}) {
    this.supervisor = new IndexerSupervisor(
      {
        message: (message) => this.said.push(message),
        ended: ({ message }, waitMs) => this.ends.push({ text: message, waitMs }),
      },
      { ...times, ...more },
      file,
    );
  }

  /** A test that fails leaves no thread behind, which would keep its process alive. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.supervisor.stop();
  }

  isIn(kind: string): boolean {
    return this.said.some((message) => message.type === 'state' && message.state.kind === kind);
  }
}

describe('a thread that ends by itself is started again', () => {
  for (const [what, failure, reason] of [
    ['throws', "throw new Error('a fault of its own');", /a fault of its own/],
    ['exits', 'process.exit(3);', /exit code 3/],
    [
      'leaves a rejection to nobody',
      "void Promise.reject(new Error('a promise of its own')); return;",
      /a promise of its own/,
    ],
    ['hangs', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);', silence],
    ['loops', 'for (;;);', silence],
  ] as const) {
    it(`which ${what}`, async () => {
      using dir = tempDir();
      await using watched = new Watched(thread(dir, failure, 3), reason === silence ? {} : patient);
      watched.supervisor.configure(config(dir));
      await until('it watches', () => watched.isIn('watching'));
      // Where silence is an end, a machine too busy to start a thread in time may add one.
      if (reason !== silence) assert.equal(watched.ends.length, 3);
      for (const { text } of watched.ends) assert.match(text, reason);
      assert.deepEqual(
        watched.ends.slice(0, 3).map(({ waitMs }) => waitMs),
        [20, 40, 50],
      );
      await watched.supervisor.stop();
    });
  }

  it('as it was last asked to be, and not once it is stopped', async () => {
    using dir = tempDir();
    await using watched = new Watched(thread(dir, 'process.exit(3);', 1), patient);
    watched.supervisor.configure(config(dir));
    watched.supervisor.pause();
    await until('it is paused', () => watched.isIn('paused'));
    assert.equal(watched.isIn('watching'), false);
    await watched.supervisor.stop();
    watched.supervisor.configure(config(dir));
    watched.supervisor.rescan();
    assert.equal(watched.ends.length, 1);
  });

  it('never while it works', async () => {
    using dir = tempDir();
    await using watched = new Watched(undefined, { patience: 10_000 });
    watched.supervisor.configure(config(dir));
    await until('it watches', () => watched.isIn('watching'));
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await watched.supervisor.stop();
    assert.deepEqual(watched.ends, []);
  });
});
