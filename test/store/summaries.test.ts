/** Titles from summaries: each belongs to the sessions that have its leaf. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import type { Writer } from '../../src/store/writer.ts';
import { engines } from '../lib/engines.ts';
import { soleWriter } from '../lib/ingest.ts';
import { mainPlace, parseLines, user } from '../lib/parseLines.ts';

const record = (uuid: string, sessionId: string): object =>
  user('A prompt', { uuid, sessionId, timestamp: '2025-07-01T10:00:00.000Z' });
const summary = (text: string, leafUuid: string): object => ({
  type: 'summary',
  summary: text,
  leafUuid,
});

for (const engine of engines) {
  describe(`summaries (${engine})`, () => {
    /** Titles of sessions after transcripts have been stored one after the other. */
    function titlesAfter(
      transcripts: readonly (readonly object[])[],
      between: (writer: Writer, db: SqlDatabase) => Writer | undefined = () => undefined,
      storeTitles = true,
    ): Record<string, string> {
      const { db } = openForWriting(':memory:', { engine });
      let writer = soleWriter(db, { storeTitles });
      transcripts.forEach((lines, n) => {
        const path = `/p/${n}.jsonl`;
        const batch = parseLines(lines, { ...mainPlace, path, sessionId: `file-${n}` });
        const bookmark = { offset: 1, state: {}, inode: '', head: '' };
        const chunk = { batch, start: 0, size: 1, restarted: false, done: true, bookmark };
        writer.ingest([{ file: { path, root: '/p', mtimeMs: 0 }, chunk }]);
        writer = between(writer, db) ?? writer;
      });
      writer.matchSummaries();
      const rows = db
        .prepare(
          `SELECT sid, t.text AS title FROM session s
             JOIN title t ON t.session = s.id AND t.kind = 'summary'`,
        )
        .all<{ sid: string; title: string }>();
      db.close();
      return Object.fromEntries(rows.map(({ sid, title }) => [sid, title]));
    }

    const old = [record('a', 'old'), record('b', 'old')];
    const next = [summary('Fix the login', 'b'), record('c', 'next')];

    test('title the session their leaf stands in, not the file they stand in', () => {
      assert.deepEqual(titlesAfter([old, next]), { old: 'Fix the login' });
      assert.deepEqual(titlesAfter([next, old]), { old: 'Fix the login' });
      assert.deepEqual(titlesAfter([[...next, ...old]]), { old: 'Fix the login' });
      assert.deepEqual(titlesAfter([next]), {});
    });

    test('are matched by the next writer where one ended before', () => {
      const another = (_: Writer, db: SqlDatabase): Writer => soleWriter(db);
      assert.deepEqual(titlesAfter([old, next], another), { old: 'Fix the login' });
      assert.deepEqual(titlesAfter([next, old], another), { old: 'Fix the login' });
    });

    test('of one leaf the last counts, and a matched one is replaced', () => {
      const later = [record('d', 'later'), summary('Fix the log-in page', 'b')];
      const matchEach = (writer: Writer): undefined => {
        writer.matchSummaries();
      };
      for (const order of [
        [old, next, later],
        [later, next, old],
        [next, old, later],
      ]) {
        assert.deepEqual(titlesAfter(order, matchEach), { old: 'Fix the log-in page' });
        assert.deepEqual(titlesAfter(order), { old: 'Fix the log-in page' });
      }
    });

    test('title a copy of the session as well', () => {
      const copy = [record('b', 'copy'), record('e', 'copy')];
      const both = { old: 'Fix the login', copy: 'Fix the login' };
      assert.deepEqual(titlesAfter([old, copy, next]), both);
      assert.deepEqual(titlesAfter([next, copy, old]), both);
    });

    test('are not stored where titles are not', () => {
      assert.deepEqual(titlesAfter([old, next], undefined, false), {});
    });
  });
}
