import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openForReading, openForWriting } from '../../../src/store/connection/openStore.ts';
import { StoreReader } from '../../../src/store/query/storeReader.ts';
import { Indexer } from '../../../src/watchers/indexer.ts';
import type { FromIndexer, IndexerConfig } from '../../../src/watchers/messages.ts';
import { sumUpStore } from '../../../src/watchers/storeTasks.ts';
import { indexerConfig } from '../../lib/indexerConfig.ts';
import { tempDir } from '../../lib/tempDir.ts';

const onWindows = process.platform === 'win32';
const always = { from: 0, to: 8.64e15 };

function answer(id: string, output = 100, timestamp = '2026-11-20T10:00:00.000Z'): string {
  return `${JSON.stringify({
    type: 'assistant',
    uuid: `u-${id}`,
    sessionId: 's',
    timestamp,
    requestId: `r-${id}`,
    cwd: '/home/dev/shop',
    message: {
      id: `m-${id}`,
      model: 'claude-opus-5-5',
      stop_reason: 'end_turn',
      usage: { output_tokens: output },
    },
  })}\n`;
}

/** A response old enough for the retention asked for, and one too new for any. */
const oldDay = new Date(Date.now() - 200 * 86_400_000).toISOString().slice(0, 10);
const longAgo = (id: string): string => answer(id, 100, `${oldDay}T10:00:00.000Z`);
const today = (id: string): string => answer(id, 100, new Date().toISOString());

/** An indexer on a folder of its own, with what it said. */
class Rig {
  readonly said: FromIndexer[] = [];
  readonly indexer: Indexer;
  readonly #config: IndexerConfig;

  constructor(folder: string, more: Partial<IndexerConfig> = {}) {
    this.#config = indexerConfig(folder, {
      storeFile: join(folder, 'store/outlay.db'),
      rootsSetting: [join(folder, 'claude')],
      ...more,
    });
    this.indexer = new Indexer(this.#config, (message) => this.said.push(message));
  }

  get state(): string | undefined {
    const states = this.said.filter((message) => message.type === 'state');
    return states.at(-1)?.state.kind;
  }

  /** Why which files cannot be read, as last told. */
  unreadable(): string[] {
    const told = this.said.filter((message) => message.type === 'roots').at(-1);
    return told?.roots.flatMap((root) => root.unreadable.map(({ code }) => code)) ?? [];
  }

  messages(): number {
    return this.#ask((reader) => reader.spend(always, undefined).messages) ?? 0;
  }

  /** Single messages that are still there. */
  rows(): number {
    return (
      this.#ask(
        ({ db }) => db.prepare('SELECT count(*) AS n FROM message').get<{ n: number }>()!.n,
      ) ?? 0
    );
  }

  jobResult(job: string): string | undefined {
    return this.#ask((reader) => reader.jobs().find(({ name }) => name === job)?.result);
  }

  #ask<T>(question: (reader: StoreReader) => T): T | undefined {
    const db = openForReading(this.#config.storeFile);
    if (db === undefined) return undefined;
    const reader = new StoreReader(db);
    try {
      return question(reader);
    } finally {
      reader.close();
    }
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    const end = Date.now() + 20_000;
    while (!holds()) {
      if (Date.now() > end) throw new Error(`waited in vain until ${what}: ${this.#lastWords()}`);
      await sleep(10);
    }
  }

  #lastWords(): string {
    return JSON.stringify(this.said.slice(-5));
  }
}

async function withRigOf(
  firstStore: IndexerConfig['firstStore'],
  work: (rig: Rig, transcript: string, folder: string) => Promise<void>,
  more: Partial<IndexerConfig> = {},
): Promise<void> {
  using dir = tempDir();
  const folder = dir.path;
  const transcript = join(folder, 'claude/projects/-home-dev-shop/s.jsonl');
  mkdirSync(dirname(transcript), { recursive: true });
  const rig = new Rig(folder, { firstStore, ...more });
  try {
    await work(rig, transcript, folder);
  } finally {
    await rig.indexer.stop();
  }
}

/** A new store is made message by message, or built at once and moved into place. */
const ways = {
  'bit by bit': { leastBytes: Number.MAX_SAFE_INTEGER, mostMs: 0 },
  'at once': { leastBytes: 0, mostMs: 60_000 },
} as const;

for (const [way, firstStore] of Object.entries(ways))
  describe(`indexer, a new store built ${way}`, () => {
    const withRig = (
      work: (rig: Rig, transcript: string, folder: string) => Promise<void>,
      more?: Partial<IndexerConfig>,
    ): Promise<void> => withRigOf(firstStore, work, more);

    it('reads what is there and then what comes, by events', async () => {
      await withRig(async (rig, transcript) => {
        writeFileSync(transcript, answer('a'));
        await rig.indexer.start();
        assert.equal(rig.state, 'watching');
        assert.equal(rig.messages(), 1);
        appendFileSync(transcript, answer('b'));
        await rig.until('the append counts', () => rig.messages() === 2);
      });
    });

    it('looks at intervals where no events come', async () => {
      await withRig(
        async (rig, transcript) => {
          writeFileSync(transcript, answer('a'));
          await rig.indexer.start();
          const roots = rig.said.find((message) => message.type === 'roots');
          assert.equal(roots?.roots[0]?.polling, true);
          // Two looks see a file differently only if it changed between them.
          await sleep(200);
          appendFileSync(transcript, answer('b'));
          await rig.until('the append counts', () => rig.messages() === 2);
        },
        { polling: 'always' },
      );
    });

    it('finds a root that appears later', async () => {
      await withRig(async (rig, transcript, folder) => {
        rmSync(join(folder, 'claude'), { recursive: true });
        await rig.indexer.start();
        assert.equal(rig.state, 'watching');
        mkdirSync(dirname(transcript), { recursive: true });
        writeFileSync(transcript, answer('a'));
        await rig.until('its transcript counts', () => rig.messages() === 1);
        appendFileSync(transcript, answer('b'));
        await rig.until('it is watched', () => rig.messages() === 2);
      });
    });

    it('is not held up by pipes and devices called like transcripts, whenever they come', {
      skip: process.platform === 'win32',
    }, async () => {
      await withRig(async (rig, transcript) => {
        const beside = (name: string): string => join(dirname(transcript), name);
        writeFileSync(transcript, answer('a'));
        execFileSync('mkfifo', [beside('before.jsonl')]);
        symlinkSync('/dev/zero', beside('zero.jsonl'));
        symlinkSync('/', beside('root'));
        await rig.indexer.start();
        assert.equal(rig.messages(), 1);
        execFileSync('mkfifo', [beside('pipe.jsonl'), beside('agent-a1.meta.json')]);
        symlinkSync('/dev/zero', beside('zeros.jsonl'));
        // A file that becomes a pipe.
        writeFileSync(beside('file.jsonl'), answer('b'));
        await rig.until('the file counts', () => rig.messages() === 2);
        rmSync(beside('file.jsonl'));
        execFileSync('mkfifo', [beside('file.jsonl')]);
        await sleep(300);
        appendFileSync(transcript, answer('c'));
        await rig.until('the append counts', () => rig.messages() === 3);
        await rig.indexer.rescan();
        assert.equal(rig.state, 'watching');
      });
    });

    it('goes on where a transcript becomes a link to itself, and reads it once it is one again', {
      skip: onWindows,
    }, async () => {
      await withRig(async (rig, transcript) => {
        const other = join(dirname(transcript), 'other.jsonl');
        writeFileSync(transcript, answer('a'));
        writeFileSync(other, answer('b'));
        await rig.indexer.start();
        // Events alone are to tell it: no listing comes after that of the watcher that has begun.
        const listings = (): unknown[] => rig.said.filter(({ type }) => type === 'caughtUp');
        await rig.until('the watcher has begun', () => listings().length === 2);
        rmSync(other);
        symlinkSync(other, other);
        await rig.until('it is told', () => rig.unreadable().includes('ELOOP'));
        appendFileSync(transcript, answer('c'));
        await rig.until('the append counts', () => rig.messages() === 3);
        const states = rig.said.filter((message) => message.type === 'state');
        assert.deepEqual(
          states.map(({ state }) => state.kind),
          ['starting', 'watching'],
        );
        rmSync(other);
        writeFileSync(other, answer('b') + answer('d'));
        await rig.until('it is read', () => rig.messages() === 4);
        await rig.until('that is told', () => rig.unreadable().length === 0);
      });
    });

    it('is not led astray by loops of links, and reads a linked folder once', async () => {
      await withRig(async (rig, transcript, folder) => {
        writeFileSync(transcript, answer('a'));
        symlinkSync(join(folder, 'claude'), join(dirname(transcript), 'loop'));
        symlinkSync(join(folder, 'nowhere'), join(dirname(transcript), 'dangling'));
        const elsewhere = join(folder, 'elsewhere');
        mkdirSync(elsewhere);
        writeFileSync(join(elsewhere, 't.jsonl'), answer('b'));
        symlinkSync(elsewhere, join(folder, 'claude/projects/linked'));
        await rig.indexer.start();
        assert.equal(rig.messages(), 2);
      });
    });

    it('keeps what a transcript said when it is moved away', async () => {
      await withRig(async (rig, transcript, folder) => {
        writeFileSync(transcript, answer('a') + answer('b'));
        await rig.indexer.start();
        renameSync(transcript, join(folder, 'gone.jsonl'));
        await sleep(150);
        await rig.indexer.rescan();
        assert.equal(rig.messages(), 2);
        renameSync(join(folder, 'gone.jsonl'), transcript);
        appendFileSync(transcript, answer('c'));
        await rig.until('it counts again', () => rig.messages() === 3);
      });
    });

    it('has one writer; the other follows and takes over', async () => {
      await withRig(async (rig, transcript, folder) => {
        writeFileSync(transcript, answer('a'));
        await rig.indexer.start();
        const second = new Rig(folder, { role: 'terminal' });
        try {
          await second.indexer.start();
          assert.equal(second.state, 'following');
          await rig.indexer.pause();
          await second.until('the second writes', () => second.state === 'watching');
          appendFileSync(transcript, answer('b'));
          await second.until('it counts', () => second.messages() === 2);
          await rig.indexer.resume();
          assert.equal(rig.state, 'following');
        } finally {
          await second.indexer.stop();
        }
        await rig.until('the first writes again', () => rig.state === 'watching');
        appendFileSync(transcript, answer('c'));
        await rig.until('it counts', () => rig.messages() === 3);
      });
    });

    it('says why the store cannot be used', async () => {
      await withRig(async (rig, _transcript, folder) => {
        mkdirSync(join(folder, 'store/outlay.db'), { recursive: true });
        await rig.indexer.start();
        const state = rig.said.filter((message) => message.type === 'state').at(-1)?.state;
        assert.equal(state?.kind, 'unavailable');
        assert.match(JSON.stringify(state), /outlay\.storePath/);
      });
    });

    it('stops writing, and says so once, when a newer Outlay has migrated the store', async () => {
      await withRig(async (rig, transcript, folder) => {
        writeFileSync(transcript, answer('a'));
        await rig.indexer.start();
        const newer = openForWriting(join(folder, 'store/outlay.db')).db;
        newer.exec('PRAGMA user_version = 99');
        appendFileSync(transcript, answer('b'));
        await rig.until('it stops', () => rig.state === 'unavailable');
        await sleep(2500);
        assert.equal(rig.messages(), 1);
        assert.equal(newer.prepare('SELECT count(*) AS n FROM lease').get<{ n: number }>()?.n, 0);
        newer.close();
        const states = rig.said.filter((message) => message.type === 'state');
        assert.equal(states.filter(({ state }) => state.kind === 'unavailable').length, 1);
        assert.match(JSON.stringify(states.at(-1)), /newer Outlay/);
      });
    });

    it('sets a damaged store aside and reads everything again', async () => {
      await withRig(async (rig, transcript, folder) => {
        writeFileSync(transcript, answer('a'));
        mkdirSync(join(folder, 'store'));
        writeFileSync(
          join(folder, 'store/outlay.db'),
          'this is no database, but long enough to look',
        );
        await rig.indexer.start();
        assert.equal(rig.messages(), 1);
        const kept = readdirSync(join(folder, 'store')).filter((name) =>
          name.includes('.damaged-'),
        );
        assert.equal(kept.length, 1);
        const log = rig.said.filter(
          (message) => message.type === 'log' && message.level === 'error',
        );
        assert.match(JSON.stringify(log), /was damaged/);
      });
    });

    it('says of a file that is no store what it is, for as long as it is there', async () => {
      using dir = tempDir();
      const storeFile = dir.at('thumbs.db');
      writeFileSync(storeFile, 'a text '.repeat(2000));
      const rig = new Rig(dir.path, { storeFile });
      await rig.indexer.start();
      for (let tries = 0; tries < 5; tries++) await rig.indexer.rescan();
      await rig.indexer.stop();
      const states = rig.said.filter((message) => message.type === 'state');
      assert.equal(states.filter(({ state }) => state.kind === 'unavailable').length, 1);
      assert.match(JSON.stringify(states.at(-1)), /is no SQLite file/);
      assert.deepEqual(readdirSync(dir.path), ['thumbs.db']);
    });

    it('goes on with the file at the store’s path when that is another one', {
      skip: onWindows,
    }, async () => {
      await withRig(async (rig, transcript, folder) => {
        const store = join(folder, 'store/outlay.db');
        writeFileSync(transcript, answer('a'));
        await rig.indexer.start();
        // Deleted, as by somebody who starts anew.
        for (const end of ['', '-wal', '-shm']) rmSync(store + end, { force: true });
        appendFileSync(transcript, answer('b'));
        await rig.until('both lines are in the new file', () => rig.messages() === 2);
        // Replaced, as by a copy that is put back.
        openForWriting(`${store}.other`).db.close();
        renameSync(`${store}.other`, store);
        appendFileSync(transcript, answer('c'));
        await rig.until('all lines are in the copy', () => rig.messages() === 3);
        await rig.until('it watches', () => rig.state === 'watching');
      });
    });

    it('two that meet one damaged store set it aside once, and one follows the other', async () => {
      await withRig(async (rig, transcript, folder) => {
        const store = join(folder, 'store/outlay.db');
        writeFileSync(transcript, Array.from({ length: 400 }, (_, i) => answer(`${i}`)).join(''));
        await rig.indexer.start();
        await rig.indexer.stop();
        const { db } = openForWriting(store);
        db.exec("UPDATE meta SET value = '0' WHERE key = 'clean'");
        const { pageno } = db
          .prepare("SELECT pageno FROM dbstat WHERE name = 'message' AND pagetype = 'leaf'")
          .get<{ pageno: number }>()!;
        db.pragma('wal_checkpoint(TRUNCATE)');
        db.close();
        const file = openSync(store, 'r+');
        writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, (pageno - 1) * 4096);
        closeSync(file);
        const two = [new Rig(folder), new Rig(folder)] as const;
        await Promise.all(two.map(({ indexer }) => indexer.start()));
        await two[0].until(
          'one writes and one follows',
          () =>
            two
              .map(({ state }) => state)
              .sort()
              .join() === 'following,watching',
        );
        appendFileSync(transcript, answer('last'));
        await two[0].until('everything counts', () => rig.messages() === 401);
        const aside = readdirSync(join(folder, 'store')).filter((name) =>
          /damaged-[^-]*-[^-]*-[\dT-]*Z$/.test(name),
        );
        assert.equal(aside.length, 1, aside.join());
        await Promise.all(two.map(({ indexer }) => indexer.stop()));
        assert.equal(rig.messages(), 401);
      });
    });

    it('sums up what is old once all is read, and reads on', async () => {
      await withRig(
        async (rig, transcript) => {
          writeFileSync(transcript, longAgo('a') + longAgo('b') + today('c'));
          await rig.indexer.start();
          await rig.until('what is old is summed up', () => rig.rows() === 1);
          await rig.until('it is noted', () => rig.jobResult('retention') !== undefined);
          assert.equal(rig.jobResult('retention'), 'summed up 2 messages of 1 day by day');
          assert.equal(rig.messages(), 3);
          // Old lines that come late wait for the next night; those known count no second time.
          appendFileSync(transcript, longAgo('a') + longAgo('d') + today('e'));
          await rig.until('the append counts', () => rig.messages() === 5);
          assert.equal(rig.rows(), 3);
        },
        { retention: { messageDays: 90, dayDays: 36_500, zone: 'UTC' } },
      );
    });

    it('keeps everything without a plan', async () => {
      await withRig(async (rig, transcript) => {
        writeFileSync(transcript, longAgo('a') + today('b'));
        await rig.indexer.start();
        assert.equal(rig.jobResult('retention'), undefined);
        assert.equal(rig.rows(), 2);
      });
    });

    it('gives way to a program that sums up, and goes on after it', async () => {
      await withRig(async (rig, transcript, folder) => {
        writeFileSync(transcript, longAgo('a') + today('b'));
        await rig.indexer.start();
        const plan = { messageDays: 90, dayDays: 36_500, zone: 'UTC' };
        const done = await sumUpStore(join(folder, 'store/outlay.db'), plan, Date.now(), () => {});
        assert.deepEqual(done, { messages: 1, days: 1, months: 0, complete: true });
        appendFileSync(transcript, longAgo('a') + today('c'));
        await rig.until('the append counts', () => rig.messages() === 3);
        assert.equal(rig.rows(), 2);
      });
    });

    it('shows progress of a long first reading, newest first', async () => {
      await withRig(async (rig, transcript) => {
        const filler = `${JSON.stringify({ type: 'attachment', text: 'x'.repeat(4_000_000) })}\n`;
        for (let i = 0; i < 20; i++) {
          writeFileSync(`${transcript}-${i}.jsonl`, filler + answer(`p${i}`));
        }
        await rig.indexer.start();
        assert.equal(rig.messages(), 20);
        const states = rig.said.filter((message) => message.type === 'state');
        const shares = states.flatMap(({ state }) =>
          state.kind === 'indexing' ? [state.done] : [],
        );
        assert.deepEqual(
          shares,
          shares.toSorted((a, b) => a - b),
        );
      });
    });
  });
