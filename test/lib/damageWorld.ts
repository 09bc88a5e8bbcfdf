import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openDatabase } from '../../src/platform/sqlite/open.ts';
import { backUp } from '../../src/store/connection/backups.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { ingestAll } from './ingest.ts';
import { assistant } from './parseLines.ts';
import { type TempDir, tempDir } from './tempDir.ts';
import { clientSet, unpackSet } from './transcriptSets.ts';

/** A page of a store, with the table or index it belongs to. */
export interface Page {
  readonly owner: string;
  /** `leaf`, `internal` or `overflow`. */
  readonly kind: string;
  readonly number: number;
}

const pageBytes = 4096;

/**
 * A store of real transcripts and others, and a backup of it. What the session `gone` cost stands in no
 * transcript any more; what `late` did is in no backup; what `new` does is not read yet.
 */
export class DamageWorld implements Disposable {
  readonly #dir: TempDir = tempDir('outlay-damage');
  readonly #store = this.#dir.at('whole', 'outlay.db');
  readonly #backup: string;
  readonly pages: readonly Page[];
  #copies = 0;

  constructor() {
    unpackSet(clientSet, this.root);
    this.#transcript('gone', 1);
    // Enough for trees of several levels, and a path that no page holds.
    this.#transcript('long', 600, `/src/${'deep/'.repeat(2000)}`);
    mkdirSync(dirname(this.#store));
    const { db } = openForWriting(this.#store);
    ingestAll(db, this.root);
    this.#backup = backUp(db, this.#store, new Date());
    rmSync(this.#file('gone'));
    this.#transcript('late', 1);
    ingestAll(db, this.root);
    this.pages = pagesOf(this.#store);
    db.prepare("INSERT OR REPLACE INTO meta VALUES ('clean', '1')").run();
    db.close();
    this.#transcript('new', 1);
  }

  /** The configuration directory. */
  get root(): string {
    return this.#dir.at('config');
  }

  /** A copy of the store with its backup, closed or left as by a program that was killed. */
  copy(clean: '0' | '1'): string {
    this.#copies += 1;
    const store = this.#dir.at(`copy-${this.#copies}`, 'outlay.db');
    mkdirSync(dirname(store));
    copyFileSync(this.#store, store);
    copyFileSync(this.#backup, join(dirname(store), basename(this.#backup)));
    const db = openDatabase(store);
    db.prepare("UPDATE meta SET value = ? WHERE key = 'clean'").run(clean);
    db.close();
    return store;
  }

  #transcript(session: string, lines: number, cwd = '/src/shop'): void {
    const records = Array.from({ length: lines }, (_, i) =>
      JSON.stringify(
        assistant(
          { id: `${session}-${i}`, usage: { input_tokens: 1000, output_tokens: 0 } },
          {
            uuid: `${session}-${i}`,
            requestId: `${session}-${i}`,
            sessionId: session,
            timestamp: new Date(Date.UTC(2026, 9, 1) + i * 3_600_000).toISOString(),
            cwd,
          },
        ),
      ),
    );
    mkdirSync(dirname(this.#file(session)), { recursive: true });
    writeFileSync(this.#file(session), `${records.join('\n')}\n`);
  }

  #file(session: string): string {
    return join(this.root, 'projects', 'p', `${session}.jsonl`);
  }

  [Symbol.dispose](): void {
    this.#dir[Symbol.dispose]();
  }
}

/** The root of every table and index, and one page of each other kind it has. */
function pagesOf(store: string): Page[] {
  const db = openDatabase(store, { readonly: true });
  const roots = db
    .prepare('SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0')
    .all<{ name: string; rootpage: number }>();
  const kind = db.prepare('SELECT pagetype FROM dbstat WHERE pageno = ?');
  const others = db.prepare(
    'SELECT pagetype AS kind, max(pageno) AS number FROM dbstat WHERE name = ? AND pageno <> ? GROUP BY 1',
  );
  const pages = [{ name: 'sqlite_schema', rootpage: 1 }, ...roots].flatMap(({ name, rootpage }) => [
    { owner: name, kind: String(kind.get(rootpage)!.pagetype), number: rootpage },
    ...others
      .all<{ kind: string; number: number }>(name, rootpage)
      .map((page) => ({ ...page, owner: name })),
  ]);
  db.close();
  return pages;
}

/** Overwrites a page of a store nobody has open; of the first one all but the header, if that is to stay. */
export function smash(store: string, { number }: Page, keepHeader = false): void {
  const file = openSync(store, 'r+');
  const skip = keepHeader ? 100 : 0;
  const bytes = Buffer.alloc(pageBytes - skip, 0xa5);
  writeSync(file, bytes, 0, bytes.length, (number - 1) * pageBytes + skip);
  closeSync(file);
}
