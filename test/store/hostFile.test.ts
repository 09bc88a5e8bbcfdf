import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { codexLog } from '../../src/agents/codex/codexLog.ts';
import { hostLog } from '../../src/agents/hosts/hostLog.ts';
import { placed } from '../../src/agents/registry.ts';
import { hostBlocks } from '../../src/export/hostBlocks.ts';
import { endOfBlocks, packBlock, unpackBlock } from '../../src/platform/blockedGzip.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import type { Writer } from '../../src/store/writer.ts';
import { agentSets, writeAgentSet } from '../lib/agentSets.ts';
import { ingestLogs } from '../lib/agentStore.ts';
import { difference, dumpStore } from '../lib/dumpStore.ts';
import { soleWriter } from '../lib/ingest.ts';
import { withStore } from '../lib/memoryStore.ts';
import { random } from '../lib/random.ts';
import { reportContext } from '../lib/reportContext.ts';
import { assertRollups } from '../lib/rollups.ts';
import { ingestPlainly } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';
import { playWorld } from '../lib/world.ts';
import { worlds } from '../lib/worldOps.ts';

const runs = Number(process.env.OUTLAY_TEST_RUNS ?? 12);
const now = Date.parse('2026-11-24T12:00:00Z');
const closed = { paths: false, titles: false };

/** The file of a host's store, in its blocks. */
function blocksOf(db: SqlDatabase, host: string): Buffer[] {
  return [
    ...hostBlocks(reportContext(db, { now }), host, closed, {
      sessions: 0,
      messages: 0,
      leftOut: 0,
    }),
  ];
}

/** Reads what is new in a host's file, as the indexer does. */
function readFile(writer: Writer, path: string): number {
  const root = hostLog.rootAt(path, 'host');
  const bookmark = writer.files.find(path)?.bookmark;
  let messages = 0;
  for (const chunk of hostLog.readChunks(root, path, bookmark, 0)) {
    messages += chunk.batch.messages.length;
    writer.ingest([placed(root, { path, mtimeMs: 1 }, chunk)]);
  }
  return messages;
}

/** What a store says of money, tokens and time, whatever its sessions are called. */
function figures(db: SqlDatabase): unknown {
  return {
    slots: db.prepare('SELECT * FROM spend_slot ORDER BY bucket').all(),
    models: db
      .prepare(
        'SELECT w.text, s.* FROM spend_model s JOIN word w ON w.id = s.model ORDER BY w.text, bucket',
      )
      .all()
      .map(({ model: _model, ...rest }) => rest),
    messages: db
      .prepare(
        `SELECT at, mid, rid, nano, priced, counted, duration FROM message WHERE counted = 1
         ORDER BY at, mid, rid, nano`,
      )
      .all(),
    background: db
      .prepare('SELECT at, sum(nano) AS nano FROM background WHERE at > 0 GROUP BY at ORDER BY at')
      .all(),
    // Sessions without spend are not sent.
    events: db
      .prepare(
        `SELECT key, kind, at, count FROM event e WHERE at > 0
           AND EXISTS (SELECT 1 FROM message m WHERE m.session = e.session AND m.counted = 1)
         ORDER BY key, kind, at`,
      )
      .all(),
  };
}

test('a host’s file says what its store says, with and without its folder beside it', () => {
  using dir = tempDir();
  let count = 0;
  fc.assert(
    fc.property(worlds, fc.nat(), (ops, seed) => {
      const files = playWorld(ops);
      const folder = dir.at(String(count++));
      mkdirSync(folder);
      const path = `${folder}/devbox.outlay.gz`;
      withStore('better-sqlite3', (theirs) => {
        ingestPlainly(theirs, folder, files);
        // A message without a list price is priced by totals that stay there.
        fc.pre(theirs.prepare('SELECT 1 FROM message WHERE priced = 2').get() === undefined);
        const expected = figures(theirs);
        writeFileSync(path, Buffer.concat(blocksOf(theirs, 'devbox')));
        withStore('better-sqlite3', (ours) => {
          const writer = soleWriter(ours);
          readFile(writer, path);
          assert.deepEqual(figures(ours), expected);
          assertRollups(ours);
          const dump = (): string => dumpStore(ours).replaceAll(/^file .*$/gm, '');
          const before = dump();
          assert.equal(readFile(writer, path), 0, 'nothing is read twice');
          assert.equal(dump() === before, true, difference(dump(), before));
        });
        // The same folder is mounted here as well: whichever was first.
        for (const first of random(seed).shuffle(['file', 'folder'])) {
          withStore('better-sqlite3', (ours) => {
            if (first === 'file') readFile(soleWriter(ours), path);
            ingestPlainly(ours, folder, files);
            if (first === 'folder') readFile(soleWriter(ours), path);
            assert.deepEqual(figures(ours), expected, `${first} first`);
            assertRollups(ours);
          });
        }
      });
    }),
    { numRuns: runs },
  );
});

/** Lines that claim everything of messages and sessions that are ours. */
function hostileLines(db: SqlDatabase): object[] {
  const rows = db
    .prepare(
      `SELECT m.mid, m.rid, m.at, m.input, m.output, m.write5m, m.write1h, m.cache_read, s.sid
       FROM message m JOIN session s ON s.id = m.session`,
    )
    .all<Record<string, string | number>>();
  return rows.flatMap(({ mid, rid, at, sid, ...row }) => {
    const usage = [row.input, 900_000, row.write5m, row.write1h, row.cache_read, 50];
    const claim = { message: mid, session: sid, at, model: 'claude-opus-5-5', usage, stop: 'end' };
    return [
      { ...claim, request: rid },
      { ...claim, records: [1, 2, 3] },
      { ...claim, usage: [0, 0, 0, 0, 0, 0], stop: '' },
      { ...claim, sidechain: true, agent: 'x', request: 'another' },
      { ...claim, message: `${mid}-new`, usage: [1, 1, 0, 0, 0, 0] },
      { session: sid, first: at, last: at, own: at, project: '/elsewhere', title: 'ours?' },
      { session: sid, first: at, last: at, own: at, background: [[at, 5_000_000_000]] },
      { event: `e-${mid}`, kind: 'api-error', session: sid, at, code: 'x' },
    ];
  });
}

test('a host’s file says what was recovered from a counter, and that nobody knows of how many it is the sum', () => {
  using dir = tempDir();
  const set = agentSets('codex').find(({ name }) => name === 'cases/lost-lines-and-fall');
  writeAgentSet(set!, dir.path);
  const marks = (db: SqlDatabase): unknown =>
    db.prepare('SELECT at, input, requests, source FROM message ORDER BY at, mid').all();
  const [told, blocks] = withStore('better-sqlite3', (db) => {
    ingestLogs(db, codexLog, dir.path);
    return [marks(db), blocksOf(db, 'devbox')] as const;
  });
  const path = dir.at('devbox.outlay.gz');
  writeFileSync(path, Buffer.concat(blocks));
  withStore('better-sqlite3', (db) => {
    readFile(soleWriter(db), path);
    assert.deepEqual(marks(db), told);
    const recovered = db.prepare('SELECT input FROM message WHERE source = 5 AND requests = 0');
    assert.deepEqual(recovered.all(), [{ input: 1000 }]);
  });
});

test('whatever another host claims, nothing that is known of ours changes', () => {
  using dir = tempDir();
  let count = 0;
  const own = (dump: string): string =>
    dump
      .split('\n')
      .filter(
        (line) => !/@attacker|^(variant|file|spend_slot|spend_model|loss|rejected) /.test(line),
      )
      .map((line) => line.replace(/"identity":\d,"lines":("[0-9A-F]*"|null),/, ''))
      .join('\n');
  fc.assert(
    fc.property(worlds, fc.boolean(), (ops, first) => {
      const files = playWorld(ops);
      const folder = dir.at(String(count++));
      mkdirSync(folder);
      const path = `${folder}/attacker.outlay.gz`;
      const expected = withStore('better-sqlite3', (db) => {
        ingestPlainly(db, folder, files);
        const origin = { outlay: 'host', format: 1, host: 'attacker', product: 'x', account: 'y' };
        const blocks = [...hostileLines(db)].map((line) =>
          packBlock(Buffer.from([origin, line].map((one) => `${JSON.stringify(one)}\n`).join(''))),
        );
        writeFileSync(path, Buffer.concat([...blocks, endOfBlocks]));
        return own(dumpStore(db));
      });
      withStore('better-sqlite3', (db) => {
        if (first) readFile(soleWriter(db), path);
        ingestPlainly(db, folder, files);
        if (!first) readFile(soleWriter(db), path);
        const actual = own(dumpStore(db));
        assert.equal(actual === expected, true, difference(actual, expected));
        assertRollups(db);
      });
    }),
    { numRuns: runs },
  );
});

test('no text of a person is in a host’s file, nor a path', () => {
  using dir = tempDir();
  withStore('better-sqlite3', (db) => {
    const ops = Array.from({ length: 40 }, (_, i) => ({
      kind: (['user', 'assistant', 'title', 'link', 'event', 'agent'] as const)[i % 6]!,
      session: i % 3,
      wait: 1000,
      n: i,
      m: i,
    }));
    ingestPlainly(db, dir.path, playWorld(ops));
    const text = blocksOf(db, 'devbox')
      .map((block) => unpackBlock(block)!.toString())
      .join('');
    const titles = db.prepare('SELECT text FROM title').all<{ text: string }>();
    assert.ok(titles.length > 0);
    for (const title of titles) assert.ok(!text.includes(title.text), title.text);
    for (const { text: url } of db
      .prepare('SELECT url AS text FROM pull_request')
      .all<{ text: string }>()) {
      assert.ok(!text.includes(url), url);
    }
    for (const { text: path } of db
      .prepare("SELECT text FROM word WHERE text LIKE '/%'")
      .all<{ text: string }>()) {
      assert.ok(!text.includes(path), path);
    }
  });
});
