import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { openCodeLog } from '../../../src/agents/opencode/openCodeLog.ts';
import type { Bookmark, TranscriptChunk } from '../../../src/model/records.ts';
import { openDatabase } from '../../../src/platform/sqlite/open.ts';
import type { SqlDatabase } from '../../../src/platform/sqlite/types.ts';
import { agentSets, writeAgentSet } from '../../lib/agentSets.ts';
import { expectedTotal, storeSums } from '../../lib/agentStore.ts';
import { engines } from '../../lib/engines.ts';
import { soleWriter } from '../../lib/ingest.ts';
import { withStore } from '../../lib/memoryStore.ts';

const sets = agentSets('opencode');

/** What is new in each transcript of a home since the bookmarks, which are moved on. */
function readOn(
  home: string,
  bookmarks: Map<string, Bookmark>,
): { path: string; chunk: TranscriptChunk }[] {
  const root = openCodeLog.rootAt(home, 'option');
  return openCodeLog.discover(root).files.flatMap(({ path }) =>
    [...openCodeLog.readChunks(root, path, bookmarks.get(path), 1)].map((chunk) => {
      // As the store keeps it.
      bookmarks.set(path, structuredClone(chunk.bookmark));
      return { path, chunk };
    }),
  );
}

interface Tokens {
  readonly input: number;
  readonly output: number;
}

const used = ({ input, output }: Tokens) => ({
  ...{ input, output, reasoning: 0, total: input + output },
  cache: { read: 0, write: 0 },
});

/** A response, as OpenCode keeps it; without a time of its end it is still streaming. */
const answer = (created: number, completed: number | undefined, tokens: Tokens) => ({
  ...{ role: 'assistant', modelID: 'gpt-5.4', providerID: 'openai', agent: 'build' },
  ...{ parentID: 'msg_asked', path: { cwd: '/home/dev/shop' } },
  tokens: used(tokens),
  time: { created, completed },
});

/** OpenCode's tables, as far as they are read. */
function makeTables(db: SqlDatabase): void {
  db.exec(`PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0;
    CREATE TABLE session (id TEXT PRIMARY KEY, parent_id TEXT, directory TEXT, title TEXT, version TEXT,
      time_created INTEGER, time_updated INTEGER);
    CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER,
      time_updated INTEGER, data TEXT);
    CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT, session_id TEXT, data TEXT)`);
}

const start = 1_795_920_000_000;

function addSession(db: SqlDatabase, id: string, parent: string | null, created = start): void {
  db.prepare(
    "INSERT INTO session VALUES (?, ?, '/home/dev/shop', 'Mend the upload', '1.18.33', ?, ?)",
  ).run(id, parent, created, created);
}

function put(db: SqlDatabase, id: string, session: string, updated: number, data: object): void {
  db.prepare('INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?)').run(
    ...[id, session, updated, updated],
    JSON.stringify(data),
  );
}

describe('sessions of OpenCode', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'outlay-opencode-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are read file by file, in any order, as one piece', () => {
    const small = sets.filter(({ name }) => name !== 'samples/client-1.1.65');
    fc.assert(
      fc.property(
        fc.constantFrom(...small),
        fc.array(fc.nat(1_000), { minLength: 1, maxLength: 20 }),
        fc.nat(3),
        ({ name, files, expected }, keys, pauses) => {
          const home = mkdtempSync(join(folder, 'order-'));
          const bookmarks = new Map<string, Bookmark>();
          const isSession = (path: string): boolean => /[\\/]session[\\/]/.test(path);
          // A session is written before its messages, and what a message used before the message.
          const rank = (path: string): number =>
            isSession(path) ? 0 : path.includes('part') ? 1 : 2;
          const shuffled = files
            .map((file, i) => ({ file, key: keys[i % keys.length]! }))
            .sort((a, b) => rank(a.file[0]) - rank(b.file[0]) || a.key - b.key)
            .map(({ file }) => file);
          withStore('better-sqlite3', (db) => {
            const writer = soleWriter(db);
            const readAll = (): void => {
              for (const { path, chunk } of readOn(home, bookmarks)) {
                writer.ingest([{ file: { path, root: home, mtimeMs: 0 }, chunk }]);
              }
            };
            shuffled.forEach((file, i) => {
              writeAgentSet({ files: [file] }, home);
              if (i % 4 ** pauses === 0) readAll();
            });
            readAll();
            const { total, threads } = storeSums(db);
            assert.deepEqual(total, expectedTotal(expected.total), name);
            assert.deepEqual(threads, expected.sessions, name);
          });
          rmSync(home, { recursive: true });
        },
      ),
      { numRuns: 40 },
    );
  });

  for (const engine of engines) {
    it(`are read beside a writer, a message while it streams once (${engine})`, () => {
      const home = mkdtempSync(join(folder, 'live-'));
      const path = join(home, 'opencode.db');
      const writing = openDatabase(path, { engine });
      makeTables(writing);
      addSession(writing, 'ses_a', null);
      const bookmarks = new Map<string, Bookmark>();
      withStore(engine, (db) => {
        const writer = soleWriter(db);
        const sums = () => {
          for (const { path: from, chunk } of readOn(home, bookmarks)) {
            writer.ingest([{ file: { path: from, root: home, mtimeMs: 0 }, chunk }]);
          }
          const { requests, input, output } = storeSums(db).total;
          const lower = db.prepare('SELECT sum(lower) AS lower FROM spend_total').get<{
            lower: number | null;
          }>()!.lower;
          return [requests, input, output, lower ?? 0];
        };
        put(
          writing,
          'msg_1',
          'ses_a',
          start + 1,
          answer(start, undefined, { input: 0, output: 0 }),
        );
        assert.deepEqual(sums(), [0, 0, 0, 0]);
        put(
          writing,
          'msg_1',
          'ses_a',
          start + 5,
          answer(start, undefined, { input: 900, output: 30 }),
        );
        assert.deepEqual(sums(), [1, 900, 30, 1], 'a lower bound while it streams');
        put(
          writing,
          'msg_1',
          'ses_a',
          start + 9,
          answer(start, start + 9, { input: 900, output: 30 }),
        );
        assert.deepEqual(sums(), [1, 900, 30, 0]);
        // A fork copies it under another id.
        addSession(writing, 'ses_fork', null, start + 50);
        put(
          writing,
          'msg_9',
          'ses_fork',
          start + 60,
          answer(start, start + 9, { input: 900, output: 30 }),
        );
        put(
          writing,
          'msg_10',
          'ses_fork',
          start + 70,
          answer(start + 65, start + 70, { input: 900, output: 30 }),
        );
        addSession(writing, 'ses_sub', 'ses_a', start + 20);
        put(
          writing,
          'msg_5',
          'ses_sub',
          start + 25,
          answer(start + 21, start + 25, { input: 50, output: 5 }),
        );
        assert.deepEqual(sums(), [3, 1850, 65, 0]);
        assert.deepEqual(storeSums(db).threads, { ses_a: 1, ses_fork: 1, ses_sub: 1 });
        assert.deepEqual(storeSums(db).sessions, { ses_a: 2, ses_fork: 1 });
        // What OpenCode deletes with a session was spent nevertheless.
        writing.exec("DELETE FROM message WHERE session_id = 'ses_a'");
        assert.deepEqual(sums(), [3, 1850, 65, 0]);
      });
      assert.deepEqual(readdirSync(home).sort(), [
        'opencode.db',
        'opencode.db-shm',
        'opencode.db-wal',
      ]);
      writing.close();
      const whole = readFileSync(path);
      readOn(home, new Map());
      assert.deepEqual(readdirSync(home), ['opencode.db']);
      assert.deepEqual(readFileSync(path), whole);
    });
  }

  it('may hold anything: what cannot be counted is no count, and nothing is thrown', () => {
    const home = mkdtempSync(join(folder, 'rubbish-'));
    const file = join(home, 'storage', 'message', 'ses_a', 'msg_1.json');
    mkdirSync(dirname(file), { recursive: true });
    const some = fc.oneof(fc.jsonValue(), fc.integer({ min: -5, max: 5 }));
    const fields = { input: some, output: some, reasoning: some, cache: some, total: some };
    const message = fc.record(
      {
        role: fc.constant('assistant'),
        tokens: fc.oneof(fc.record(fields, { requiredKeys: [] }), some),
        time: fc.oneof(fc.record({ created: some, completed: some }, { requiredKeys: [] }), some),
        modelID: some,
        error: some,
        path: some,
      },
      { requiredKeys: ['role'] },
    );
    fc.assert(
      fc.property(fc.oneof(message, some), (written) => {
        writeFileSync(file, JSON.stringify(written));
        for (const { chunk } of readOn(home, new Map())) {
          for (const { usage } of chunk.batch.messages) {
            assert.ok(
              Object.values(usage).every((count) => Number.isSafeInteger(count) && count >= 0),
            );
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('tell which model a response that failed was asked of', () => {
    const home = mkdtempSync(join(folder, 'failed-'));
    const db = openDatabase(join(home, 'opencode.db'));
    makeTables(db);
    addSession(db, 'ses_a', null);
    const nothing = { input: 0, output: 0 };
    const failing = (name: string) => ({ ...answer(start, start, nothing), error: { name } });
    put(db, 'msg_1', 'ses_a', start, failing('APIError'));
    put(db, 'msg_2', 'ses_a', start, failing('MessageAbortedError'));
    db.close();
    const [read] = readOn(home, new Map());
    assert.deepEqual(
      read!.chunk.batch.events.map(({ kind, code, model }) => [kind, code, model]),
      [
        ['api-error', 'APIError', 'gpt-5.4'],
        ['interrupted', '', 'gpt-5.4'],
      ],
    );
  });

  it('reads no view, which might never end', () => {
    const home = mkdtempSync(join(folder, 'view-'));
    const db = openDatabase(join(home, 'opencode.db'));
    db.exec(`CREATE VIEW message AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
      SELECT i AS id, i AS session_id, i AS time_updated, '{}' AS data FROM n`);
    db.close();
    const [read] = readOn(home, new Map());
    assert.deepEqual(read!.chunk.batch.messages, []);
    assert.equal(read!.chunk.done, true);
  });

  it('says of a request what its message and the prompt before it say', async () => {
    const home = mkdtempSync(join(folder, 'words-'));
    const path = join(home, 'opencode.db');
    const db = openDatabase(path);
    makeTables(db);
    addSession(db, 'ses_a', null);
    put(db, 'msg_asked', 'ses_a', start - 5, { role: 'user', time: { created: start - 5 } });
    put(db, 'msg_1', 'ses_a', start, answer(start, start + 9, { input: 900, output: 30 }));
    const parts = [
      ['prt_1', 'msg_asked', { type: 'text', text: 'Why does the upload fail?' }],
      ['prt_2', 'msg_1', { type: 'reasoning', text: 'Look at the log.' }],
      ['prt_3', 'msg_1', { type: 'tool', tool: 'bash', state: { input: { command: 'npm test' } } }],
      ['prt_4', 'msg_1', { type: 'text', text: 'It timed out.' }],
      ['prt_5', 'msg_1', { type: 'step-finish', tokens: used({ input: 900, output: 30 }) }],
    ] as const;
    for (const [id, message, data] of parts) {
      db.prepare("INSERT INTO part VALUES (?, ?, 'ses_a', ?)").run(
        id,
        message,
        JSON.stringify(data),
      );
    }
    db.prepare("INSERT INTO part VALUES ('prt_6', 'msg_1', 'ses_a', 'torn {')").run();
    db.close();
    const root = openCodeLog.rootAt(home, 'option');
    const [located, ...others] = [...openCodeLog.messageLines(root, path)];
    assert.deepEqual(others, []);
    const { messageId, tools, promptId } = located!.message;
    assert.deepEqual([located!.line, tools, promptId], [2, ['bash'], 'msg_asked']);
    assert.deepEqual(await openCodeLog.readMessageText(path, { messageId }), [
      { kind: 'text', name: '', text: 'Why does the upload fail?', left: 0 },
      { kind: 'thinking', name: '', text: 'Look at the log.', left: 0 },
      { kind: 'tool', name: 'bash', text: '{"command":"npm test"}', left: 0 },
      { kind: 'text', name: '', text: 'It timed out.', left: 0 },
    ]);
    const place = (await openCodeLog.findRecord(path, { messageId }))!;
    const { lines, wanted } = await openCodeLog.readExcerpt(path, place.offset);
    assert.equal((JSON.parse(lines[wanted]!.text) as { id: string }).id, 'msg_1');
    assert.equal(
      await openCodeLog.readMessageText(path, { messageId: `${messageId}1` }),
      undefined,
    );
  });

  it('reads a session of files again when one of them was written again', async () => {
    const home = mkdtempSync(join(folder, 'files-'));
    const file = join(home, 'storage', 'message', 'ses_a', 'msg_1.json');
    const transcript = dirname(file);
    mkdirSync(transcript, { recursive: true });
    writeFileSync(file, '{"role": "assist');
    const root = openCodeLog.rootAt(home, 'option');
    const read = () => [...openCodeLog.readChunks(root, transcript, undefined, 1)][0]!;
    assert.deepEqual(
      read().batch.rejected.map(({ reason, line }) => [reason, line]),
      [['not JSON', 1]],
    );
    const before = openCodeLog.fileAt(transcript)!;
    writeFileSync(file, JSON.stringify(answer(start, start + 9, { input: 900, output: 30 })));
    assert.notEqual(openCodeLog.fileAt(transcript)!.size, before.size);
    const [message] = read().batch.messages;
    assert.deepEqual([message!.sessionId, message!.usage.input], ['ses_a', 900]);
    const { messageId } = message!;
    const place = (await openCodeLog.findRecord(transcript, { messageId }))!;
    assert.equal((await openCodeLog.readExcerpt(transcript, place.offset)).lines.length, 1);
    assert.equal(openCodeLog.kindOf(file), 'part');
    assert.equal(openCodeLog.transcriptOf(file), transcript);
    assert.equal(openCodeLog.kindOf(transcript), 'transcript');
    assert.equal(openCodeLog.mayHold(root, transcript.replace(home, root.path)), true);
    assert.equal(openCodeLog.mayHold(root, join(root.path, 'storage', 'part')), false);
    rmSync(transcript, { recursive: true });
    assert.equal(openCodeLog.fileAt(transcript), undefined);
    assert.throws(read, { code: 'ENOENT' });
  });

  it('are looked for in the data folder, and where a variable says', () => {
    const home = '/home/dev';
    assert.deepEqual(openCodeLog.defaultRoots({ env: {}, home }).paths, [
      join(home, '.local', 'share', 'opencode'),
    ]);
    assert.deepEqual(openCodeLog.defaultRoots({ env: { XDG_DATA_HOME: '/srv' }, home }), {
      paths: [join('/srv', 'opencode')],
      source: 'default',
    });
    const env = { OPENCODE_DB: '/srv/own/opencode.db' };
    assert.deepEqual(openCodeLog.defaultRoots({ env, home }), {
      paths: [join('/srv', 'own'), join(home, '.local', 'share', 'opencode')],
      source: 'OPENCODE_DB',
    });
    assert.equal(openCodeLog.kindOf('/srv/opencode-dev.db'), 'transcript');
    assert.equal(openCodeLog.kindOf('/srv/opencode-dev.db-wal'), 'part');
    assert.equal(openCodeLog.kindOf('/srv/other.db'), undefined);
    assert.equal(statSync(folder).isDirectory() && openCodeLog.recognizes(folder), false);
  });
});
