import assert from 'node:assert/strict';
import { readdirSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { noPeers } from '../../src/dataFolder/readPeers.ts';
import { HumanError, messageOf } from '../../src/model/errors.ts';
import { openDatabase } from '../../src/platform/sqlite/open.ts';
import { createPriceBook } from '../../src/pricing/priceBook.ts';
import { type ContextInputs, withReportContext } from '../../src/query/openContext.ts';
import { readQuestion } from '../../src/query/question.ts';
import { summary } from '../../src/reports/spend/summary.ts';
import { noLabels } from '../../src/settings/labels.ts';
import { backupsOf } from '../../src/store/connection/backups.ts';
import { Indexer } from '../../src/watchers/indexer.ts';
import { indexOnce } from '../../src/watchers/indexOnce.ts';
import type { FromIndexer, IndexerConfig, IndexerState } from '../../src/watchers/messages.ts';
import { IndexerClient } from '../../src/watchers/thread/client.ts';
import { DamageWorld, type Page, smash } from '../lib/damageWorld.ts';
import { indexerConfig } from '../lib/indexerConfig.ts';

/** Who meets the damage. */
const users = ['one window', 'two windows', 'the terminal'] as const;
type User = (typeof users)[number] | 'two threads';

/** Cells that run at once: most of one is waiting. */
const atOnce = 6;
const book = createPriceBook();

let world: DamageWorld;
/** What a whole store says once everything is read. */
let expected: string;

/** A store, and what everybody who uses it says. */
class Cell {
  readonly #store: string;
  readonly said: string[] = [];

  constructor(store: string) {
    this.#store = store;
  }

  /** Reads what is new, as a user's programs do. */
  async work(user: User): Promise<void> {
    if (user === 'the terminal') await this.#index();
    else await this.#watch(user === 'one window' ? 1 : 2, () => true, user === 'two threads');
  }

  async #index(priceRevision = book.revision): Promise<void> {
    const config = { ...this.#config, role: 'terminal' as const };
    try {
      await indexOnce(config, priceRevision, this.#hear, { run: runHere });
    } catch (error) {
      this.#complain(error);
    }
  }

  async #watch(windows: number, isOver = (): boolean => true, isThread = false): Promise<void> {
    const states: IndexerState['kind'][] = [];
    const opened = Array.from({ length: windows }, (_, i) => {
      const hear = (message: FromIndexer): void => {
        this.#hear(message);
        if (message.type === 'state') states[i] = message.state.kind;
      };
      return isThread ? windowOnThread(this.#config, hear) : windowHere(this.#config, hear);
    });
    const isSettled = (): boolean =>
      isOver() &&
      states.filter((kind) => kind === 'watching').length === 1 &&
      states.filter((kind) => kind === 'following').length === windows - 1;
    try {
      for (let end = Date.now() + 15_000; !isSettled(); await sleep(20)) {
        assert.ok(Date.now() < end, `${states.join(', ')}: ${JSON.stringify(this.said)}`);
      }
    } finally {
      await Promise.all(opened.map((stop) => stop()));
    }
  }

  /** A question; what keeps it from being answered is said. */
  ask(): boolean {
    const facts: ContextInputs = {
      ...{ storeFile: this.#store, book, zone: 'UTC', now: Date.now(), accounts: undefined },
      settings: { weekStart: 1, billing: 'api', warnAfterDays: 10_000 },
      ...{ problems: [], labels: noLabels, peers: noPeers },
      budgets: () => ({ budgets: [], problems: [] }),
      ...{ home: '/home/somebody', dataFolder: '', git: null },
    };
    try {
      withReportContext(facts, (context) =>
        summary.run(context, readQuestion(summary, {}, context)),
      );
      return true;
    } catch (error) {
      this.#complain(error);
      return false;
    }
  }

  /** Works when the check of the whole file is due: in windows once a day, in terminals once a week. */
  async workLater(user: User): Promise<void> {
    if (user === 'the terminal') {
      for (const backup of backupsOf(this.#store)) utimesSync(backup, 1_000_000, 1_000_000);
      // As when there is something to be read again.
      await this.#index('other prices');
    } else {
      const db = openDatabase(this.#store, { engine: 'better-sqlite3' });
      db.exec("INSERT OR REPLACE INTO job VALUES ('check', 0, 0, '')");
      db.close();
      await this.#watch(user === 'one window' ? 1 : 2, () => this.sentences.length > 0);
    }
  }

  /** What was said of damage. */
  get sentences(): string[] {
    return this.said.filter((text) => text.includes('was damaged'));
  }

  isDamaged(): boolean {
    return this.#open((db) => db.pragma('integrity_check')) !== 'ok';
  }

  /** Messages and money, by session and by rollup. */
  total(): string {
    const sums = this.#open((db) => [
      db.prepare('SELECT count(*) AS messages, sum(nano) AS nano FROM message').all(),
      db.prepare('SELECT sum(messages) AS messages, sum(nano) AS nano FROM spend_bucket').all(),
      db.prepare('SELECT sid FROM session ORDER BY sid').all(),
    ]);
    return JSON.stringify(sums);
  }

  get #config(): IndexerConfig {
    return indexerConfig(dirname(this.#store), {
      storeFile: this.#store,
      configDirs: [world.root],
      // The addon: two engines in one process would drop each other's locks.
      engine: 'better-sqlite3',
    });
  }

  readonly #hear = (message: FromIndexer): void => {
    if (message.type === 'log' && message.level === 'error') this.said.push(message.text);
  };

  #complain(error: unknown): void {
    assert.ok(error instanceof HumanError, (error as Error).stack);
    this.said.push(error.message);
  }

  #open<T>(work: (db: ReturnType<typeof openDatabase>) => T): T | undefined {
    const db = openDatabase(this.#store, { readonly: true, engine: 'better-sqlite3' });
    try {
      return work(db);
    } catch (error) {
      return String(error) as T;
    } finally {
      db.close();
    }
  }
}

/** Opens a window, without the thread its indexer has there. Returns what closes it. */
function windowHere(
  config: IndexerConfig,
  onMessage: (message: FromIndexer) => void,
): () => Promise<void> {
  const indexer = new Indexer(config, onMessage);
  void indexer.start();
  return () => indexer.stop();
}

function windowOnThread(
  config: IndexerConfig,
  onMessage: (message: FromIndexer) => void,
): () => Promise<void> {
  const client = new IndexerClient(onMessage, (error) => assert.fail(error));
  client.configure(config);
  return () => client.stop();
}

/** The indexer of a terminal, without the thread it has there. */
async function runHere(
  config: IndexerConfig,
  onMessage: (message: FromIndexer) => void,
): Promise<IndexerState> {
  let state: IndexerState = { kind: 'starting' };
  const indexer = new Indexer({ ...config, mode: 'once' }, (message) => {
    if (message.type === 'state') state = message.state;
    onMessage(message);
  });
  await indexer.start();
  await indexer.stop();
  return state;
}

before(async () => {
  world = new DamageWorld();
  const cell = new Cell(world.copy('1'));
  await cell.work('one window');
  expected = cell.total();
  assert.match(expected, /"messages":6\d\d,/);
});
after(() => world[Symbol.dispose]());

for (const user of users) {
  for (const clean of ['1', '0'] as const) {
    const end = clean === '1' ? 'a clean end' : 'an unclean end';
    test(`every page of a store, damaged after ${end}, met by ${user}`, async () => {
      const waiting = world.pages.flatMap((page) =>
        page.number === 1 ? [{ page }, { page, keepHeader: true }] : [{ page, keepHeader: false }],
      );
      const failures: string[] = [];
      const workOff = async (): Promise<void> => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
          const { page, keepHeader = false } = next;
          try {
            await survives(page, keepHeader, clean, user);
          } catch (error) {
            failures.push(`${page.owner}, ${page.kind}: ${messageOf(error)}`);
          }
        }
      };
      await Promise.all(Array.from({ length: atOnce }, workOff));
      assert.equal(failures.length, 0, `${failures.length} cells:\n${failures.join('\n')}`);
    });
  }
}

test('pages of tables, met by two windows on threads of their own', async () => {
  const pages = world.pages.filter(({ owner }) => ['message', 'lease', 'word'].includes(owner));
  for (const page of pages) await survives(page, false, '1', 'two threads');
});

async function survives(
  page: Page,
  keepHeader: boolean,
  clean: '0' | '1',
  user: User,
): Promise<void> {
  const store = world.copy(clean);
  smash(store, page, keepHeader);
  const cell = new Cell(store);
  await cell.work(user);
  // Who is told of damage is told what was done about it.
  if (!cell.ask()) assert.equal(cell.isDamaged(), false, 'damaged, and left so');
  // A page that nobody has read is found by the next check.
  if (cell.isDamaged()) await cell.workLater(user);
  // What was restored has what is new read into it.
  await cell.work('the terminal');
  cell.ask();
  assert.equal(cell.isDamaged(), false, 'still damaged');
  assert.equal(cell.total(), expected);
  const names = readdirSync(dirname(store));
  const aside = names.filter((name) => /\.damaged-.*Z$/.test(name));
  assert.equal(aside.length, 1, `set aside: ${names.join(' ')}`);
  assert.equal(names.filter((name) => /lock|part/.test(name)).length, 0, names.join(' '));
  const { sentences } = cell;
  assert.equal(sentences.length, 1, JSON.stringify(cell.said));
  assert.ok(sentences[0]!.includes(aside[0]!) && /restored .*backup-/.test(sentences[0]!));
}
