import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, mock, test } from 'node:test';
import { contextParts } from '../../src/analysisThread/taskContext.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { KeptStore } from '../../src/query/openContext.ts';
import { defaultSettings } from '../../src/settings/settings.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { currentVersion, migrations, schemaState } from '../../src/store/schema/migrations.ts';
import { ingestAll } from '../lib/ingest.ts';
import { assistant } from '../lib/parseLines.ts';
import { type TempDir, tempDir } from '../lib/tempDir.ts';

/** A message of one dollar. */
const dollar = (id: string): string =>
  `${JSON.stringify(
    assistant(
      {
        id,
        model: 'claude-opus-4-7',
        usage: { input_tokens: 200_000, output_tokens: 0 },
      },
      { uuid: id, requestId: id, sessionId: 'one', timestamp: '2026-11-20T10:00:00Z' },
    ),
  )}\n`;

/** A store whose transcript can grow, and the questions put to it. */
class Asked {
  readonly store: string;
  readonly kept = new KeptStore();
  readonly seen = new Set<SqlDatabase>();
  readonly #dir: TempDir;

  constructor(dir: TempDir) {
    this.#dir = dir;
    this.store = dir.at('data', 'outlay.db');
    mkdirSync(dir.at('data'), { recursive: true });
  }

  /** Writes messages of a dollar each into the store of a file. */
  spend(ids: readonly string[], file = this.store): void {
    mkdirSync(this.#dir.at('projects', 'p'), { recursive: true });
    appendFileSync(this.#dir.at('projects', 'p', 'one.jsonl'), ids.map(dollar).join(''));
    const { db } = openForWriting(file);
    ingestAll(db, this.#dir.path);
    db.close();
  }

  /** What has been spent, in dollars. */
  spent(meanwhile = (): void => undefined): number {
    const facts = contextParts({
      ...{ storeFile: this.store, dataFolder: this.#dir.path, keptFolder: this.#dir.path },
      ...{
        settings: defaultSettings(),
        clientModels: [],
        now: Date.UTC(2026, 10, 21),
        home: '',
        problems: [],
        folders: [],
      },
    });
    return this.kept.use(facts, ({ db, reader }) => {
      this.seen.add(db);
      const sum = (): number => reader.spend({ from: 0, to: facts.now }, undefined).nano / 1e9;
      const first = sum();
      meanwhile();
      assert.equal(sum(), first, 'one answer is of one moment');
      return first;
    });
  }
}

function asking(what: (asked: Asked, dir: TempDir) => void): void {
  using dir = tempDir();
  const asked = new Asked(dir);
  try {
    what(asked, dir);
  } finally {
    asked.kept.close();
  }
}

describe('a store that stays open between questions', () => {
  test('is opened once, and tells what was written meanwhile', () =>
    asking((asked) => {
      asked.spend(['a']);
      assert.equal(asked.spent(), 1);
      asked.spend(['b', 'c']);
      assert.equal(asked.spent(), 3);
      assert.equal(asked.seen.size, 1);
    }));

  test('takes no memory of its file while nobody asks', () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      asking((asked) => {
        asked.spend(['a']);
        for (let i = 0; i < 2; i++) {
          assert.equal(asked.spent(), 1);
          const [db] = asked.seen;
          assert.equal(db?.pragma('mmap_size'), 2 ** 30);
          mock.timers.tick(2_000);
          assert.equal(db?.pragma('mmap_size'), 0);
        }
        assert.equal(asked.seen.size, 1);
      });
    } finally {
      mock.timers.reset();
    }
  });

  test('answers with figures of one moment', () =>
    asking((asked) => {
      asked.spend(['a']);
      assert.equal(
        asked.spent(() => asked.spend(['b'])),
        1,
      );
      assert.equal(asked.spent(), 2);
    }));

  test('that is replaced by another file is opened anew', () =>
    asking((asked, dir) => {
      asked.spend(['a']);
      assert.equal(asked.spent(), 1);
      const other = dir.at('data', 'other.db');
      asked.spend(['b'], other);
      for (const end of ['-wal', '-shm']) rmSync(`${asked.store}${end}`, { force: true });
      renameSync(other, asked.store);
      assert.equal(asked.spent(), 2);
      assert.equal(asked.seen.size, 2);
    }));

  test('is noticed when it is made out of a file that was empty', () =>
    asking((asked) => {
      writeFileSync(asked.store, '');
      assert.equal(asked.spent(), 0);
      asked.spend(['a']);
      assert.equal(asked.spent(), 1);
    }));

  test('says nothing before there is one and after it is gone', () =>
    asking((asked) => {
      assert.equal(asked.spent(), 0);
      asked.spend(['a']);
      assert.equal(asked.spent(), 1);
      for (const end of ['', '-wal', '-shm']) rmSync(`${asked.store}${end}`, { force: true });
      assert.equal(asked.spent(), 0);
    }));

  test('is migrated where an older Outlay wrote it last', () =>
    asking((asked) => {
      openForWriting(asked.store, { steps: migrations.slice(0, -1) }).db.close();
      assert.equal(asked.spent(), 0);
      const [db] = asked.seen;
      assert.equal(schemaState(db!).version, currentVersion());
    }));

  test('is refused, and closed, once a newer Outlay has made it unreadable', () =>
    asking((asked) => {
      asked.spend(['a']);
      assert.equal(asked.spent(), 1);
      const version = currentVersion() + 1;
      const sql = `UPDATE meta SET value = '${version}' WHERE key = 'minReader'`;
      const steps = [...migrations, { version, minReader: version, sql }];
      openForWriting(asked.store, { steps }).db.close();
      assert.throws(() => asked.spent(), /written by a newer Outlay/);
    }));

  test('is opened anew after a question that failed', () =>
    asking((asked) => {
      writeFileSync(asked.store, 'no database at all, but long enough to be looked at as one');
      assert.throws(() => asked.spent(), /was damaged .*not a database.*Ask again/);
      assert.equal(existsSync(asked.store), false, 'set aside');
      asked.spend(['a']);
      assert.equal(asked.spent(), 1);
    }));
});
