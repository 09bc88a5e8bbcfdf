import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import type { Engine } from '../../src/store/driver/open.ts';
import type { SqlDatabase } from '../../src/store/driver/types.ts';
import { comparable, difference, dumpStore } from '../lib/dumpStore.ts';
import { engines } from '../lib/engines.ts';
import { ingestAll, soleWriter } from '../lib/ingest.ts';
import { assertRollups } from '../lib/rollups.ts';
import { type TempDir, tempDir } from '../lib/tempDir.ts';
import { expectedSets, unpack, unpackSet } from '../lib/transcriptSets.ts';

const packed = join(import.meta.dirname, '..', 'fixtures', 'stores', 'schema6.br');
/** Where the transcripts stood when the store was made. */
const origin = '/outlay-fixture';
const sets = ['claude-code-log', 'client-2.1.330'];

/** A store of schema 6 in a folder of its own, beside its transcripts. */
class OldStore implements Disposable {
  readonly #dir: TempDir = tempDir();

  constructor() {
    for (const [path, content] of unpack(readFileSync(packed))) {
      const file = this.#dir.at(...path.split('/'));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    for (const set of sets) unpackSet(set, this.#dir.at(set));
  }

  /** Every configuration directory, in the order they were read in. */
  get roots(): string[] {
    const folders = readdirSync(this.#dir.path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
    return folders.flatMap((name) =>
      name === 'world'
        ? [this.#dir.at('world', 'a'), this.#dir.at('world', 'b')]
        : [this.#dir.at(name)],
    );
  }

  at(name: string): string {
    return this.#dir.at(name);
  }

  /** Opens it, so that it is migrated. */
  open(engine: Engine): SqlDatabase {
    const { db } = openForWriting(this.#dir.at('outlay.db'), { engine });
    const move = (column: string): string =>
      `${column} = replace(${column}, '${origin}', '${this.#dir.path}')`;
    db.exec(`UPDATE file SET ${move('path')}; UPDATE word SET ${move('text')};
      UPDATE message SET ${move('mid')}`);
    return db;
  }

  [Symbol.dispose](): void {
    this.#dir[Symbol.dispose]();
  }
}

function readAll(db: SqlDatabase, roots: readonly string[]): void {
  const writer = soleWriter(db);
  for (const root of roots) ingestAll(db, root, { writer });
  writer.reprice();
}

interface Sums {
  readonly nano: number;
  readonly messages: number;
}

/** What the sessions of a configuration directory come to, or all. */
function sumsOf(db: SqlDatabase, root = ''): Sums {
  const sql = `SELECT sum(nano) AS nano, sum(messages) AS messages FROM spend_total t
    JOIN session s ON s.id = t.session JOIN word w ON w.id = s.root WHERE w.text LIKE ? || '%'`;
  return { ...db.prepare(sql).get<Sums>(root)! };
}

for (const engine of engines) {
  describe(`a store of Outlay 0.5.1, ${engine}`, () => {
    let fresh: string;
    let old: OldStore;
    before(() => {
      old = new OldStore();
    });
    after(() => old[Symbol.dispose]());

    test('says what it said before anything is read again', () => {
      const db = old.open(engine);
      assert.deepEqual(sumsOf(db), { nano: 91_257_709_565, messages: 1037 });
      assertRollups(db);
      db.close();
    });

    test('equals a fresh one once its transcripts have been read again', () => {
      const { db: empty } = openForWriting(':memory:', { engine });
      readAll(empty, old.roots);
      fresh = comparable(dumpStore(empty));
      empty.close();
      const db = old.open(engine);
      readAll(db, old.roots.reverse());
      const actual = comparable(dumpStore(db));
      assert.equal(actual === fresh, true, difference(actual, fresh));
      assertRollups(db);
      db.close();
    });

    test('keeps what its transcripts no longer hold', () => {
      using partly = new OldStore();
      const db = partly.open(engine);
      const roots = sets.map((set) => partly.at(set));
      const before = roots.map((root) => sumsOf(db, root));
      for (const root of roots) {
        // Every other transcript has been deleted.
        const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.jsonl'))
          .sort();
        for (const name of files.filter((_, i) => i % 2 === 0)) rmSync(join(root, name));
      }
      readAll(db, roots);
      assert.deepEqual(
        roots.map((root) => sumsOf(db, root)),
        before,
      );
      for (const [i, set] of sets.entries()) {
        const { usd, messages } = expectedSets[set]!;
        assert.deepEqual(before[i], { nano: Math.round(Number(usd) * 1e9), messages });
      }
      assertRollups(db);
      db.close();
    });
  });
}
