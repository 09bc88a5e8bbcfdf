import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SerialQueue } from '../../../src/platform/serialQueue.ts';
import type { IndexerConfig, ToIndexer } from '../../../src/watchers/messages.ts';
import { type HostedIndexer, IndexerHost } from '../../../src/watchers/thread/host.ts';
import { indexerConfig } from '../../lib/indexerConfig.ts';

/** Which indexers are at work, the newest last, and the most there ever were at once. */
interface Work {
  readonly now: Set<number>;
  most: number;
}

/** An indexer of which every step takes as long as the scheduler likes. */
class SlowIndexer implements HostedIndexer {
  readonly #number: number;
  readonly #scheduler: fc.Scheduler;
  readonly #work: Work;
  readonly #transitions = new SerialQueue();
  #stopped = false;

  constructor(number: number, scheduler: fc.Scheduler, work: Work) {
    this.#number = number;
    this.#scheduler = scheduler;
    this.#work = work;
  }

  #takeTime(step: string): Promise<void> {
    return this.#scheduler.schedule(Promise.resolve(), `${step}(${this.#number})`);
  }

  start(predecessor?: Promise<void>): Promise<void> {
    return this.#transitions.run(async () => {
      await predecessor;
      if (this.#stopped) return;
      this.#work.now.add(this.#number);
      this.#work.most = Math.max(this.#work.most, this.#work.now.size);
      await this.#takeTime('start');
    });
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.#transitions.run(async () => {
      await this.#takeTime('stop');
      this.#work.now.delete(this.#number);
    });
  }

  #ask(step: string): Promise<void> {
    return this.#transitions.run(async () => {
      assert.ok(this.#stopped || this.#work.now.has(this.#number), `${step} before it has begun`);
      await this.#takeTime(step);
    });
  }

  pause(): Promise<void> {
    return this.#ask('pause');
  }

  resume(): Promise<void> {
    return this.#ask('resume');
  }

  rescan(): Promise<void> {
    return this.#ask('rescan');
  }
}

const config: IndexerConfig = indexerConfig('/home/dev', { storeFile: '/nowhere/outlay.db' });
const messages: fc.Arbitrary<ToIndexer> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<ToIndexer>({ type: 'configure', config }) },
  { weight: 3, arbitrary: fc.constantFrom<ToIndexer>({ type: 'pause' }, { type: 'resume' }) },
  { weight: 2, arbitrary: fc.constant<ToIndexer>({ type: 'rescan' }) },
  { weight: 1, arbitrary: fc.constant<ToIndexer>({ type: 'stop' }) },
);

test('a thread has one indexer at a time, the latest, and none once it is stopped', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(messages, { maxLength: 20 }),
      async (scheduler, asked) => {
        const work: Work = { now: new Set(), most: 0 };
        let created = 0;
        const host = new IndexerHost(() => new SlowIndexer(created++, scheduler, work));
        const arrivals = scheduler.scheduleSequence(
          asked.map((message) => ({
            label: message.type,
            // As messages do: nobody waits for one before the next comes.
            builder: async () => void handled.push(host.handle(message)),
          })),
        );
        const handled: Promise<void>[] = [];
        await scheduler.waitFor(arrivals.task);
        await scheduler.waitFor(Promise.all(handled));
        assert.ok(work.most <= 1, `${work.most} at once`);
        const stopped = asked.some(({ type }) => type === 'stop');
        assert.deepEqual([...work.now], stopped || created === 0 ? [] : [created - 1]);
        await scheduler.waitFor(host.stop());
        assert.deepEqual([...work.now], []);
      },
    ),
    { numRuns: 500 },
  );
});
