import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import {
  type MessageCost,
  messageCostPages,
  messageCosts,
} from '../../src/store/query/messageCosts.ts';
import {
  type ListedSession,
  SessionLister,
  sessionFiles,
} from '../../src/store/query/sessionList.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { sessionSizes } from '../../src/store/query/usualSession.ts';
import { engines } from '../lib/engines.ts';
import { ingestAll } from '../lib/ingest.ts';
import { withStore } from '../lib/memoryStore.ts';
import { ingestPlainly } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';
import { expectedSets, unpackSet } from '../lib/transcriptSets.ts';
import { playWorld } from '../lib/world.ts';
import { worlds } from '../lib/worldOps.ts';

const always = Number.MAX_SAFE_INTEGER;

/** The model most was spent on, worked out from the sums per agent. */
function dearestModel(reader: StoreReader, session: number): string {
  const sums = new Map<string, { nano: number; messages: number }>();
  for (const { model, nano, messages } of reader.agents(session)) {
    const sum = sums.get(model) ?? { nano: 0, messages: 0 };
    sums.set(model, { nano: sum.nano + nano, messages: sum.messages + messages });
  }
  const [first] = [...sums].sort(
    ([a, x], [b, y]) => y.nano - x.nano || y.messages - x.messages || (a < b ? -1 : 1),
  );
  return first?.[0] ?? '';
}

/** A usual session is told from what the sessions before it came to. */
function assertSizes(db: SqlDatabase): void {
  const sessions = new StoreReader(db).sessions();
  const sizeOf = ({ nano, background, startedAt, endedAt }: (typeof sessions)[number]): string =>
    `${nano + background} ${endedAt - startedAt}`;
  // A session without a date was at no time before.
  const spent = sessions.filter(
    ({ nano, background, endedAt }) => nano + background > 0 && endedAt > 0,
  );
  const [last] = spent;
  const sizes = (except: number, until: number): string[] =>
    sessionSizes(db, { except, until, most: 1000 })
      .map(({ nano, length }) => `${nano} ${length}`)
      .toSorted();
  assert.deepEqual(sizes(0, always), spent.map(sizeOf).toSorted());
  if (last === undefined) return;
  assert.deepEqual(
    sizes(last.id, last.endedAt),
    spent
      .filter(({ id, endedAt }) => id !== last.id && endedAt <= last.endedAt)
      .map(sizeOf)
      .toSorted(),
  );
}

/** What the list must be, from the reader's own sessions. */
function expectedList(db: SqlDatabase): ListedSession[] {
  const reader = new StoreReader(db);
  return reader.sessions().map((session) => ({
    id: session.id,
    sid: session.sid,
    root: session.root,
    cwd: session.cwd,
    gitRoot: session.gitRoot,
    branch: session.branch,
    title: session.title,
    model: dearestModel(reader, session.id),
    startedAt: session.startedAt,
    endedAt: session.endedAt,
    nano: session.nano,
    background: session.background,
    messages: session.messages,
    unpriced: session.unpriced,
    lower: session.lower,
    ...(session.lost !== undefined && { lost: session.lost }),
  }));
}

/** Sorted, and with a prototype: `node:sqlite` gives rows without one. */
function sorted(sessions: Iterable<ListedSession>): ListedSession[] {
  return [...sessions].map((session) => ({ ...session })).sort((a, b) => a.id - b.id);
}

function assertList(db: SqlDatabase): void {
  const expected = sorted(expectedList(db));
  for (const pageSize of [1, 3, 200]) {
    const pages = [...new SessionLister(db, pageSize).pages()];
    assert.deepEqual(sorted(pages.flat()), expected, `pages of ${pageSize}`);
    assert.ok(pages.every((page) => page.length <= pageSize));
  }
  const dated = expected.filter(({ endedAt }) => endedAt > 0);
  for (const at of [...dated.map(({ endedAt }) => endedAt), 0, always]) {
    const wanted = dated.filter(({ endedAt }) => endedAt >= at);
    assert.deepEqual(sorted(new SessionLister(db).since(at)), wanted);
  }
  // Sessions that do not count take places in a page; those that do are the latest all the same.
  const latestFirst = dated.toSorted((a, b) => b.endedAt - a.endedAt);
  const three = new SessionLister(db, 3).since(0).map(({ endedAt }) => endedAt);
  assert.ok(three.length <= 3);
  for (const [i, at] of three.toSorted((a, b) => b - a).entries()) {
    assert.equal(at, latestFirst[i]?.endedAt);
  }
}

/** Dearest first, as `messageCosts` has them. */
function byCost(messages: readonly MessageCost[]): MessageCost[] {
  return messages.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

function assertMessages(db: SqlDatabase): void {
  for (const { id } of new StoreReader(db).sessions()) {
    const all = messageCosts(db, id);
    for (const pageSize of [1, 2, 7, 200]) {
      const pages = [...messageCostPages(db, id, 0, pageSize)];
      assert.deepEqual(byCost(pages.flat()), byCost(all), `pages of ${pageSize}`);
      assert.ok(pages.every((page) => page.length > 0 && page.length <= pageSize));
      const times = pages.flat().map(({ at }) => at);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
    }
    const middle = all[Math.floor(all.length / 2)]?.at ?? 0;
    for (const since of [middle, middle + 1]) {
      const wanted = all.filter(({ at }) => at >= since);
      assert.deepEqual(byCost([...messageCostPages(db, id, since, 2)].flat()), byCost(wanted));
    }
  }
}

for (const engine of engines) {
  describe(`the list of sessions, ${engine}`, () => {
    for (const [set, { files }] of Object.entries(expectedSets)) {
      test(`is what the reader says, and so are the messages: ${set}`, () => {
        using dir = tempDir();
        unpackSet(set, dir.path);
        withStore(engine, (db) => {
          ingestAll(db, dir.path);
          assert.ok(new StoreReader(db).sessions().length > 0 && files > 0);
          assertList(db);
          assertMessages(db);
          assertSizes(db);
        });
      });
    }

    test('is what the reader says of made-up worlds', () => {
      using dir = tempDir();
      let count = 0;
      fc.assert(
        fc.property(worlds, (ops) => {
          const folder = dir.at(String(count++));
          mkdirSync(folder);
          withStore(engine, (db) => {
            ingestPlainly(db, folder, playWorld(ops));
            assertList(db);
            assertMessages(db);
            assertSizes(db);
          });
        }),
        { numRuns: 60 },
      );
    });

    test('leaves out a session without messages and without a client’s total', () => {
      using dir = tempDir();
      withStore(engine, (db) => {
        const at = '2026-11-20T10:00:00.000Z';
        const user = { type: 'user', uuid: 'u', timestamp: at, message: { content: 'hello' } };
        const total = { type: 'cost-state', totalCostUSD: 0.5, modelUsage: {} };
        const lines = (...records: object[]): Buffer =>
          Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
        ingestPlainly(db, dir.path, [
          { root: 'a', path: 'p/empty.jsonl', content: lines({ ...user, sessionId: 'empty' }) },
          {
            root: 'a',
            path: 'p/total.jsonl',
            content: lines({ ...user, sessionId: 'total' }, { ...total, sessionId: 'total' }),
          },
        ]);
        const known = db.prepare('SELECT sid FROM session ORDER BY sid').all<{ sid: string }>();
        assert.deepEqual(
          known.map(({ sid }) => sid),
          ['empty', 'total'],
        );
        assert.deepEqual(
          [...new SessionLister(db).pages()].flat().map(({ sid }) => sid),
          ['total'],
        );
        assert.deepEqual(
          new SessionLister(db).since(0).map(({ sid }) => sid),
          ['total'],
        );
      });
    });

    test('finds the files of a session, not those of one whose id has it inside', () => {
      using dir = tempDir();
      withStore(engine, (db) => {
        const content = Buffer.from('');
        const paths = [
          'p/abc.jsonl',
          'p/abc/subagents/agent-x.jsonl',
          'p/abc/subagents/workflows/wf_1/agent-y.jsonl',
          'p/abcd.jsonl',
          'p/abcd/subagents/agent-z.jsonl',
          'p/1abc.jsonl',
          'p/1abc/subagents/agent-w.jsonl',
          'abc-project/other.jsonl',
          'abc/other.jsonl',
          'p/a%c.jsonl',
        ];
        ingestPlainly(
          db,
          dir.path,
          paths.map((path) => ({ root: 'a', path, content })),
        );
        const found = (sid: string): string[] =>
          sessionFiles(db, sid).map(({ path }) => path.slice(dir.at('a', 'projects').length + 1));
        assert.deepEqual(found('abc'), paths.slice(0, 3));
        assert.deepEqual(found('abcd'), paths.slice(3, 5));
        assert.deepEqual(found('a%c'), ['p/a%c.jsonl']);
        assert.deepEqual(found(''), []);
      });
    });
  });
}
