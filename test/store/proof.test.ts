import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { dayMs } from '../../src/model/calendar.ts';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { decimal, plus, roundedTo } from '../../src/pricing/decimal.ts';
import type { VerifiedState } from '../../src/reports/proof/compare.ts';
import { explainReport } from '../../src/reports/proof/explain.ts';
import { findMessage, numberedMessages } from '../../src/reports/proof/findMessage.ts';
import { type Verification, verifyStore } from '../../src/reports/proof/verification.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { ingestAll, soleWriter } from '../lib/ingest.ts';
import { reportContext } from '../lib/reportContext.ts';
import { requestEvent } from '../lib/requestEvents.ts';
import { byDayBefore, longHistory, thinAll } from '../lib/retention.ts';
import { ingestSomehow, writeWorld } from '../lib/schedule.ts';
import { type TempDir, tempDir } from '../lib/tempDir.ts';
import { expectedSets, unpackSet } from '../lib/transcriptSets.ts';
import { playWorld } from '../lib/world.ts';
import { worlds } from '../lib/worldOps.ts';

const runs = Number(process.env.OUTLAY_TEST_RUNS ?? 300) / 10;
const now = Date.UTC(2026, 10, 24);

function verified(db: SqlDatabase, all = false): Verification {
  return verifyStore(reportContext(db, { now }), { session: undefined, all });
}

/** How many messages are in each state that has any. */
function counts({ states }: Verification): Partial<Record<VerifiedState, number>> {
  return Object.fromEntries(
    Object.entries(states)
      .filter(([, { messages }]) => messages > 0)
      .map(([state, { messages }]) => [state, messages]),
  );
}

interface ExplainJson {
  readonly storedNanoUsd: number;
  readonly pricedBy: string;
  readonly agrees: boolean | null;
  readonly messageId: string;
  readonly pieces: readonly {
    readonly kind: string;
    readonly nanoUsd: number | null;
    readonly bands: readonly { readonly lines: readonly { readonly usd: string }[] }[];
  }[];
  readonly records: readonly { file: string; line: number; kept: boolean }[];
}

test('any world verifies, and every message of it is explained to the last digit', () => {
  using dir = tempDir();
  let world = 0;
  fc.assert(
    fc.property(worlds, fc.nat(), (ops, seed) => {
      const folder = dir.at(String(world++));
      mkdirSync(folder);
      const { db } = openForWriting(':memory:');
      try {
        ingestSomehow(db, folder, playWorld(ops), seed);
        const result = verified(db, true);
        const { states, sums, rollups, messages } = result;
        assert.deepEqual({ sums, rollups }, { sums: [], rollups: [] });
        assert.deepEqual(
          messages.filter(({ state }) => state !== 'agrees'),
          [],
        );
        const { total } = db
          .prepare('SELECT count(*) AS total FROM message WHERE counted = 1')
          .get<{ total: number }>()!;
        assert.equal(states.agrees.messages, total);
        explainAll(db, 3);
      } finally {
        db.close();
      }
    }),
    { numRuns: runs },
  );
});

test('what exact mode told the day before a session’s first message verifies when it is summed up', () => {
  using dir = tempDir();
  const { db } = openForWriting(':memory:');
  ingestSomehow(db, dir.path, longHistory(1), 1);
  const { sid: sessionId } = db.prepare('SELECT sid FROM session').get<{ sid: string }>()!;
  const { at } = db.prepare('SELECT min(at) AS at FROM message').get<{ at: number }>()!;
  const today = at - (at % dayMs);
  // More than the client has in all: its total would have the same sum without it.
  const told = { sessionId, requestId: 'hidden', nano: 9e9, source: 'compact' };
  soleWriter(db).addRequests([requestEvent({ ...told, at: today - 1000 })]);
  assert.equal(thinAll(soleWriter(db), byDayBefore(today)), 1);
  const items = db.prepare('SELECT sum(nano) AS nano FROM background_item');
  assert.equal(items.get<{ nano: number }>()!.nano, 9e9);
  const { states, sums, rollups } = verified(db, true);
  assert.deepEqual({ sums, rollups }, { sums: [], rollups: [] });
  assert.equal(states.agrees.messages, 2);
  db.close();
});

/** Adds up what the explanation of each message of a session says, by hand. */
function explainAll(db: SqlDatabase, most: number): void {
  const context = reportContext(db, { now });
  for (const session of context.reader.sessions()) {
    for (const [message, number] of [...numberedMessages(context, session)].slice(0, most)) {
      const found = findMessage(context, `${session.sid}/${number}`);
      assert.equal(found.message.key, message.key, 'a number names its message');
      const json = explainReport(context, found).json as ExplainJson;
      if (json.pricedBy === 'client') continue;
      assert.equal(json.agrees, true);
      const nano = json.pieces
        .filter(({ kind }) => kind !== 'declined')
        .map(({ bands }) =>
          bands
            .flatMap(({ lines }) => lines)
            .reduce((sum, { usd }) => plus(sum, decimal(usd)), decimal('0')),
        )
        .reduce((sum, dollars) => sum + roundedTo(dollars, 9), 0n);
      assert.equal(nano, BigInt(json.storedNanoUsd));
      const kept = json.records.find((record) => record.kept);
      assert.ok(kept, 'the record that counts is named');
      const line = readFileSync(kept.file, 'utf8').split('\n')[kept.line - 1]!;
      const id = json.messageId.replace(/^(request|uuid|line):/, '').replace(/@\d+$/, '');
      assert.ok(line.includes(id) || json.messageId.startsWith('line:'), 'its line has it');
    }
  }
}

/** A real set in a folder and in a store. */
function realSet(dir: TempDir, set: string): SqlDatabase {
  unpackSet(set, dir.path);
  const { db } = openForWriting(':memory:');
  ingestAll(db, dir.path);
  return db;
}

describe('real transcripts verify', () => {
  for (const [set, { messages }] of Object.entries(expectedSets)) {
    test(set, () => {
      using dir = tempDir();
      const db = realSet(dir, set);
      const result = verified(db);
      assert.deepEqual(counts(result), { agrees: messages });
      assert.deepEqual([result.sums, result.rollups, result.unreadable], [[], [], []]);
      explainAll(db, 2);
      db.close();
    });
  }
});

describe('what is not right is found', () => {
  const set = 'skills';
  const all = expectedSets[set]!.messages;

  function spoiled(spoil: (db: SqlDatabase, dir: TempDir) => void): Verification {
    using dir = tempDir();
    const db = realSet(dir, set);
    try {
      spoil(db, dir);
      return verified(db);
    } finally {
      db.close();
    }
  }

  const one = '(SELECT min(id) + 100 FROM message WHERE counted = 1)';

  test('an altered price', () => {
    const result = spoiled((db) => db.exec(`UPDATE message SET nano = nano + 1 WHERE id = ${one}`));
    assert.deepEqual(counts(result), { agrees: all - 1, differs: 1 });
    const [message] = result.messages;
    assert.deepEqual(
      message!.differences.map(({ field, stored, found }) => [
        field,
        (stored as number) - (found as number),
      ]),
      [
        ['nano', 1],
        ['arithmetic', 1],
      ],
    );
    assert.ok(message!.place!.line > 0);
    // The session's total on the screens is another sum now.
    assert.deepEqual(
      result.sums.map(({ sum, stored, found }) => [sum, stored - found]),
      [['total', -1]],
    );
  });

  test('an altered token count', () => {
    const result = spoiled((db) =>
      db.exec(`UPDATE message SET cache_read = cache_read + 1 WHERE id = ${one}`),
    );
    assert.deepEqual(counts(result), { agrees: all - 1, differs: 1 });
    const fields = result.messages[0]!.differences.map(({ field }) => field);
    assert.equal(fields[0], 'cacheRead');
  });

  test('an altered price row, time, model and owner', () => {
    for (const [change, field] of [
      ["price_row = (SELECT id FROM word WHERE text = '')", 'priceRow'],
      ['at = at + 1', 'time'],
      ["model_id = (SELECT id FROM word WHERE text = '')", 'model'],
      ['session = (SELECT max(id) FROM session WHERE id <> session)', 'session'],
    ] as const) {
      const result = spoiled((db) => db.exec(`UPDATE message SET ${change} WHERE id = ${one}`));
      const fields = result.messages.flatMap(({ differences }) => differences.map((d) => d.field));
      assert.ok(fields.includes(field), `${field}: ${fields.join()}`);
    }
  });

  test('a lost message', () => {
    const result = spoiled((db) => db.exec(`DELETE FROM message WHERE id = ${one}`));
    assert.deepEqual(counts(result), { agrees: all - 1, 'not-in-store': 1 });
    assert.ok(result.messages[0]!.place, 'its line is named');
    assert.deepEqual(
      result.sums.map(({ sum }) => sum),
      ['messages'],
    );
  });

  test('a message nobody wrote', () => {
    const result = spoiled((db) => db.exec(`UPDATE message SET mid = 'made up' WHERE id = ${one}`));
    assert.deepEqual(counts(result), {
      agrees: all - 1,
      'not-in-store': 1,
      'not-in-transcript': 1,
    });
  });

  test('an altered total on the screens', () => {
    for (const table of ['spend_bucket', 'spend_slot', 'spend_model']) {
      const result = spoiled((db) =>
        db.exec(
          `UPDATE ${table} SET nano = nano + 5 WHERE rowid IS NOT NULL AND nano = (SELECT max(nano) FROM ${table})`.replace(
            'rowid IS NOT NULL AND ',
            '',
          ),
        ),
      );
      assert.deepEqual(
        result.rollups.map(({ table: name, column, rollup, sessions }) => [
          ...[name, column, rollup - sessions],
        ]),
        [[table, 'nano', 5]],
      );
    }
    const { sums } = spoiled((db) =>
      db.exec('UPDATE session SET background = background + 7 WHERE id = 1'),
    );
    assert.deepEqual(
      sums.map(({ sum, stored, found }) => [sum, stored - found]),
      [['overhead', 7]],
    );
  });

  test('a truncated transcript', () => {
    let lost = 0;
    const result = spoiled((db, dir) => {
      const { path } = db
        .prepare('SELECT path FROM file ORDER BY size DESC LIMIT 1')
        .get<{ path: string }>()!;
      const before = readFileSync(path);
      truncateSync(path, before.indexOf(0x0a, before.length / 2) + 1);
      // Read again as a window would.
      ingestAll(db, dir.path);
      lost = 1;
    });
    const missing = counts(result)['not-in-transcript'] ?? 0;
    assert.ok(lost === 1 && missing > 0, 'what was cut off is told');
    assert.deepEqual(counts(result), { agrees: all - missing, 'not-in-transcript': missing });
  });
});

describe('what cannot be told is not called wrong', () => {
  test('a transcript that is gone; but prices of its messages are still checked', () => {
    using dir = tempDir();
    const db = realSet(dir, 'skills');
    const { path } = db
      .prepare('SELECT path FROM file ORDER BY size DESC LIMIT 1')
      .get<{ path: string }>()!;
    rmSync(path);
    const before = counts(verified(db));
    assert.deepEqual(Object.keys(before).sort(), ['agrees', 'gone']);
    db.exec(`UPDATE message SET nano = nano + 1 WHERE session =
      (SELECT session FROM message GROUP BY session ORDER BY count(*) DESC LIMIT 1)`);
    const after = verified(db);
    assert.equal(counts(after).gone, undefined);
    assert.equal(counts(after).differs, before.gone);
    db.close();
  });

  test('but what stands in another transcript than the one that is gone is compared', () => {
    using dir = tempDir();
    const db = realSet(dir, 'client-2.1.330');
    const { path, sid } = db
      .prepare(
        `SELECT path, s.sid AS sid FROM file, session s
         WHERE path LIKE '%/subagents/%' AND instr(path, s.sid) > 0 LIMIT 1`,
      )
      .get<{ path: string; sid: string }>()!;
    rmSync(path);
    // A count and its price together: nothing but the transcript tells.
    const row = db
      .prepare(
        `SELECT m.id AS id FROM message m JOIN session s ON s.id = m.session JOIN agent a ON a.id = m.agent
         WHERE s.sid = ? AND a.aid = '' LIMIT 1`,
      )
      .get<{ id: number }>(sid)!;
    db.exec(
      `UPDATE message SET output = output + 1000, nano = nano + 20000000 WHERE id = ${row.id}`,
    );
    const found = counts(verified(db));
    assert.equal(found.differs, 1, JSON.stringify(found));
    assert.ok((found.gone ?? 0) > 0);
    db.close();
  });

  test('lines that came after the store was read', () => {
    using dir = tempDir();
    const db = realSet(dir, 'skills');
    const { path } = db
      .prepare('SELECT path FROM file ORDER BY size DESC LIMIT 1')
      .get<{ path: string }>()!;
    const line = readFileSync(path, 'utf8')
      .split('\n')
      .find((text) => text.includes('"output_tokens"'))!;
    const id = (JSON.parse(line) as { message: { id: string } }).message.id;
    const fresh = line.replaceAll(id, 'msg_new').replace(/"requestId":"[^"]*"/, '"requestId":"r"');
    appendFileSync(path, `${fresh}\n`);
    const result = counts(verified(db));
    assert.deepEqual(result, { agrees: expectedSets.skills!.messages, newer: 1 });
    db.close();
  });

  test('messages that retention summed up', () => {
    using dir = tempDir();
    const files = longHistory(6);
    writeWorld(dir.path, files);
    const { db } = openForWriting(':memory:');
    for (const root of new Set(files.map((file) => file.root))) ingestAll(db, dir.at(root));
    const { messages: whole } = verified(db, true);
    const { middle } = db
      .prepare('SELECT (min(at) + max(at)) / 2 AS middle FROM message')
      .get<{ middle: number }>()!;
    thinAll(soleWriter(db), byDayBefore(middle - (middle % 86_400_000)));
    const result = verified(db);
    const found = counts(result);
    assert.ok((found['summed-up'] ?? 0) > 0, JSON.stringify(found));
    assert.equal((found['summed-up'] ?? 0) + (found.agrees ?? 0), whole.length);
    assert.deepEqual([result.messages, result.sums, result.rollups], [[], [], []]);
    db.close();
  });
});

test('a number stays with its message when others before it are summed up', () => {
  using dir = tempDir();
  const files = longHistory(6);
  writeWorld(dir.path, files);
  const { db } = openForWriting(':memory:');
  for (const root of new Set(files.map((file) => file.root))) ingestAll(db, dir.at(root));
  const numbers = (): Map<string, number> => {
    const context = reportContext(db, { now });
    return new Map(
      context.reader
        .sessions()
        .flatMap((session) =>
          [...numberedMessages(context, session)].map(([{ key }, number]): [string, number] => [
            `${session.sid} ${key}`,
            number,
          ]),
        ),
    );
  };
  const before = numbers();
  const { middle } = db
    .prepare('SELECT (min(at) + max(at)) / 2 AS middle FROM message')
    .get<{ middle: number }>()!;
  thinAll(soleWriter(db), byDayBefore(middle - (middle % 86_400_000)));
  const after = numbers();
  assert.ok(after.size > 0 && after.size < before.size);
  for (const [key, number] of after) assert.equal(number, before.get(key), key);
  db.close();
});
