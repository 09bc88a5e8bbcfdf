import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { RequestEvent } from '../../../src/model/requests/requestEvent.ts';
import type { SqlDatabase } from '../../../src/platform/sqlite/types.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import type { PanelMessage } from '../../../src/protocol/session.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { StoreReader } from '../../../src/store/query/storeReader.ts';
import { SessionMessages } from '../../../src/views/sessionPanel/messageCache.ts';
import { file, response } from '../../lib/exampleRecords.ts';
import { chunksOf, otherBook, soleWriter } from '../../lib/ingest.ts';
import { noonMs } from '../../lib/parseLines.ts';
import { type Random, random } from '../../lib/random.ts';
import { requestEvent } from '../../lib/requestEvents.ts';
import { ingestPlainly } from '../../lib/schedule.ts';
import { type TempDir, tempDir } from '../../lib/tempDir.ts';
import { playWorld, type WorldFile } from '../../lib/world.ts';
import { worlds } from '../../lib/worldOps.ts';

const book = createPriceBook();
const runs = Number(process.env.OUTLAY_TEST_RUNS ?? 100);

type ByKey = ReadonlyMap<string, PanelMessage>;

function byKey(messages: readonly PanelMessage[]): ByKey {
  return new Map(messages.map((message) => [message.key, message]));
}

/** A session's messages as somebody sees them who looks for the first time. */
async function fromScratch(reader: StoreReader, sid: string): Promise<ByKey> {
  const session = reader.sessionById(sid);
  if (session === undefined) return new Map();
  const fresh = new SessionMessages();
  const { changed, removed } = await fresh.update(reader, book, session);
  assert.deepEqual(changed, fresh.all);
  assert.deepEqual(removed, []);
  assert.equal(
    changed.reduce((sum, { nano }) => sum + nano, 0),
    session.nano,
  );
  return byKey(fresh.all);
}

/** Somebody who has a session open, and what a page knows that is told only of changes. */
class Onlooker {
  readonly #sid: string;
  readonly #messages = new SessionMessages();
  readonly #page = new Map<string, PanelMessage>();

  constructor(sid: string) {
    this.#sid = sid;
  }

  async look(reader: StoreReader): Promise<void> {
    const session = reader.sessionById(this.#sid);
    if (session === undefined) return;
    const before = new Map(this.#page);
    const { changed, removed } = await this.#messages.update(reader, book, session);
    const after = await fromScratch(reader, this.#sid);
    for (const key of removed) this.#page.delete(key);
    for (const message of changed) this.#page.set(message.key, message);
    assert.deepEqual(sorted(this.#page), sorted(after), 'what was told');
    assert.deepEqual(sorted(byKey(this.#messages.all)), sorted(after), 'what is known');
    assert.deepEqual(
      [...removed].sort(),
      [...before.keys()].filter((key) => !after.has(key)).sort(),
      'no more and no less is removed',
    );
    const different = [...after.values()].filter((message) => {
      return JSON.stringify(before.get(message.key)) !== JSON.stringify(message);
    });
    assert.deepEqual(sorted(byKey(changed)), sorted(byKey(different)), 'only what differs is told');
  }
}

function sorted(messages: ByKey): PanelMessage[] {
  return [...messages.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Lets a world's files grow piece by piece in any order, and calls back after every reading. */
async function growing(
  db: SqlDatabase,
  folder: string,
  files: readonly WorldFile[],
  seed: number,
  then: () => Promise<void>,
): Promise<void> {
  const dice = random(seed);
  const left = new Map(files.map((file) => [file, file.content]));
  const steps = files.flatMap((file) => Array<WorldFile>(1 + dice.below(3)).fill(file));
  for (const [i, file] of dice.shuffle(steps).entries()) {
    const root = join(folder, file.root);
    const path = join(root, 'projects', ...file.path.split('/'));
    mkdirSync(dirname(path), { recursive: true });
    const rest = left.get(file)!;
    const isLast = !steps.some((_, n) => n > i && dice.oneIn(2));
    const size = isLast ? rest.length : dice.below(rest.length + 1);
    appendFileSync(path, rest.subarray(0, size));
    left.set(file, rest.subarray(size));
    const writer = soleWriter(db);
    const bookmark = writer.files.find(path)?.bookmark;
    for (const chunk of chunksOf(join(root, 'projects'), path, bookmark)) {
      writer.ingest([{ file: { path, root, mtimeMs: i }, chunk }]);
    }
    await then();
    if (dice.oneIn(3)) {
      tellSome(db, dice);
      await then();
    }
    if (!dice.oneIn(12)) continue;
    soleWriter(db, { book: otherBook }).reprice();
    await then();
    soleWriter(db).reprice();
  }
}

/** Telemetry tells of requests at some time: of any message, of one twice, of others. */
function tellSome(db: SqlDatabase, dice: Random): void {
  const known = db
    .prepare(
      'SELECT s.sid AS sid, m.rid AS rid, m.at AS at FROM message m JOIN session s ON s.id = m.session',
    )
    .all<{ sid: string; rid: string; at: number }>();
  const events = known
    .filter(() => dice.oneIn(3))
    .map(({ sid, rid, at }) =>
      requestEvent({
        sessionId: sid,
        requestId: dice.oneIn(6) ? 'another' : rid,
        at: at + dice.below(3000),
        durationMs: dice.oneIn(5) ? null : dice.below(90_000),
        firstTokenMs: dice.oneIn(3) ? null : dice.below(900),
        attempts: 1 + dice.below(3),
        failed: dice.oneIn(8),
      }),
    );
  soleWriter(db).addRequests(events);
}

async function watched(dir: TempDir, name: string, files: readonly WorldFile[], seed: number) {
  const folder = dir.at(name);
  const { db } = openForWriting(':memory:', { engine: 'better-sqlite3' });
  try {
    const reader = new StoreReader(db);
    const onlookers = new Map<string, Onlooker>();
    await growing(db, folder, files, seed, async () => {
      for (const { sid } of reader.sessions()) {
        if (!onlookers.has(sid)) onlookers.set(sid, new Onlooker(sid));
      }
      for (const onlooker of onlookers.values()) await onlooker.look(reader);
    });
  } finally {
    db.close();
  }
}

describe('the messages of an open session', () => {
  it('have what exact mode tells of their requests, whenever that is', async () => {
    using dir = tempDir();
    const { db } = openForWriting(':memory:', { engine: 'better-sqlite3' });
    try {
      const minutes = [0, 10, 20];
      const records = minutes.map((minute) => response(`m${minute}`, minute * 60_000));
      ingestPlainly(db, dir.path, [file('s.jsonl', ...records)]);
      const reader = new StoreReader(db);
      const messages = new SessionMessages();
      const look = async (): Promise<(PanelMessage['request'] | undefined)[]> => {
        const session = reader.sessions()[0]!;
        const { changed } = await messages.update(reader, book, session);
        return minutes.map((minute) => {
          const key = messages.withId(`m${minute}`)!.key;
          return changed.find((message) => message.key === key)?.request;
        });
      };
      const tell = (minute: number, more: Partial<RequestEvent>): void => {
        const at = noonMs + minute * 60_000;
        const sessionId = reader.sessions()[0]!.sid;
        const event = { sessionId, requestId: `r-m${minute}`, at, ...more };
        soleWriter(db).addRequests([requestEvent(event)]);
      };
      assert.deepEqual(await look(), [null, null, null]);
      // The oldest has long been settled.
      tell(0, { durationMs: 1500, firstTokenMs: 300, attempts: 2 });
      assert.deepEqual(await look(), [
        { duration: 1500, firstToken: 300, attempts: 2 },
        undefined,
        undefined,
      ]);
      tell(10, { durationMs: 900, failed: true });
      tell(20, { durationMs: null });
      assert.deepEqual(await look(), [undefined, undefined, undefined]);
      tell(0, { at: noonMs + 1000, durationMs: 2000 });
      assert.deepEqual(await look(), [
        { duration: 2000, firstToken: null, attempts: 1 },
        undefined,
        undefined,
      ]);
    } finally {
      db.close();
    }
  });

  it('are those of a first look, after any growth, fork or change of prices', async () => {
    using dir = tempDir();
    let count = 0;
    await fc.assert(
      fc.asyncProperty(worlds, fc.nat(), (ops, seed) =>
        watched(dir, String(count++), playWorld(ops), seed),
      ),
      { numRuns: runs },
    );
  });
});
