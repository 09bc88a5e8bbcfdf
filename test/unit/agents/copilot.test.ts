import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { copilotLog } from '../../../src/agents/copilot/copilotLog.ts';
import type { Bookmark } from '../../../src/model/records.ts';
import { openDatabase } from '../../../src/platform/sqlite/open.ts';
import { mergeLines } from '../../../src/store/ingest/merge.ts';
import { homesOf } from '../../lib/agentHomes.ts';
import { agentSets, writeAgentSet } from '../../lib/agentSets.ts';
import { expectedTotal, storeSums } from '../../lib/agentStore.ts';
import { addRow, event, metrics, readOn, session, usageTable } from '../../lib/copilotLogs.ts';
import { engines } from '../../lib/engines.ts';
import { soleWriter } from '../../lib/ingest.ts';
import { withStore } from '../../lib/memoryStore.ts';

const sets = agentSets('copilot');

describe('logs of Copilot', () => {
  const homeOf = homesOf(sets);

  const logOf = (home: string): string => {
    const path = join(home, 'session-state', session, 'events.jsonl');
    mkdirSync(dirname(path), { recursive: true });
    return path;
  };

  it('are read cut anywhere as one piece', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...sets.filter(({ name }) => name !== 'samples/agentv')),
        fc.array(fc.nat(20_000), { maxLength: 6 }),
        ({ name, files, expected }, cuts) => {
          const home = mkdtempSync(homeOf('cut-'));
          const bookmarks = new Map<string, Bookmark>();
          withStore('better-sqlite3', (db) => {
            const writer = soleWriter(db);
            writeAgentSet({ files: files.filter(([path]) => !path.endsWith('.jsonl')) }, home);
            const logs = files.filter(([path]) => path.endsWith('.jsonl'));
            for (const [path] of logs) writeAgentSet({ files: [[path, Buffer.alloc(0)]] }, home);
            for (const cut of [...cuts.toSorted((a, b) => a - b), Number.POSITIVE_INFINITY]) {
              for (const [path, content] of logs) {
                const file = join(home, path);
                appendFileSync(file, content.subarray(statSync(file).size, cut));
              }
              for (const { path, chunk } of readOn(copilotLog, home, bookmarks)) {
                assert.equal(chunk.restarted, false);
                writer.ingest([{ file: { path, root: home, mtimeMs: 0 }, chunk }]);
              }
            }
            assert.deepEqual(storeSums(db).total, expectedTotal(expected.total), name);
          });
          rmSync(home, { recursive: true });
        },
      ),
      { numRuns: 40 },
    );
  });

  for (const engine of engines) {
    it(`are read beside a writer that has the database open, and nothing is left (${engine})`, () => {
      const home = mkdtempSync(homeOf('live-'));
      const path = join(home, 'session-store.db');
      const writer = openDatabase(path, { engine });
      usageTable(writer);
      const bookmarks = new Map<string, Bookmark>();
      const inputs = (): number[] =>
        readOn(copilotLog, home, bookmarks).flatMap(({ messages }) =>
          messages.map(({ usage }) => usage.input),
        );
      addRow(writer, 500);
      assert.deepEqual(inputs(), [400]);
      const sizeOf = (): number => copilotLog.fileAt(path)!.size;
      const [whole, own] = [sizeOf(), statSync(path).size];
      // Rows arrive in the log beside the database.
      addRow(writer, 700);
      assert.ok(sizeOf() > whole);
      assert.equal(statSync(path).size, own);
      assert.deepEqual(inputs(), [600]);
      assert.deepEqual(inputs(), []);
      writer.exec('BEGIN IMMEDIATE');
      addRow(writer, 900);
      assert.deepEqual(inputs(), [], 'what is not committed is not there');
      writer.exec('COMMIT');
      assert.deepEqual(inputs(), [800]);
      assert.deepEqual(readdirSync(home).sort(), [
        'session-store.db',
        'session-store.db-shm',
        'session-store.db-wal',
      ]);
      writer.close();
      assert.deepEqual(inputs(), []);
      assert.deepEqual(readdirSync(home), ['session-store.db']);
      const before = readFileSync(path);
      assert.deepEqual(inputs(), []);
      assert.deepEqual(readFileSync(path), before);
    });
  }

  it('are rows of another database where one took its place', () => {
    const home = mkdtempSync(homeOf('replaced-'));
    const path = join(home, 'session-store.db');
    const bookmarks = new Map<string, Bookmark>();
    const read = [500, 900].map((input) => {
      // The first one's place on disk is not given to the second.
      if (existsSync(path)) renameSync(path, join(home, 'other'));
      const db = openDatabase(path);
      usageTable(db);
      addRow(db, input);
      db.close();
      return readOn(copilotLog, home, bookmarks).map(({ chunk, messages }) => [
        chunk.restarted,
        ...messages.map(({ usage }) => usage.input),
      ]);
    });
    assert.deepEqual(read, [[[false, 400]], [[true, 800]]]);
  });

  it('are read where another database was written over the one before', () => {
    const home = mkdtempSync(homeOf('over-'));
    const path = join(home, 'session-store.db');
    const bookmarks = new Map<string, Bookmark>();
    const read = [[500, 600, 700], [900]].map((inputs) => {
      const db = openDatabase(join(home, 'made'));
      usageTable(db);
      for (const input of inputs) addRow(db, input);
      db.close();
      copyFileSync(join(home, 'made'), path);
      rmSync(join(home, 'made'));
      return readOn(copilotLog, home, bookmarks).flatMap(({ messages }) =>
        messages.map(({ usage }) => usage.input),
      );
    });
    assert.deepEqual(read, [[400, 500, 600], [800]]);
  });

  it('count once, whichever is read first: a row, a record or a sum', () => {
    const home = mkdtempSync(homeOf('order-'));
    const log = logOf(home);
    const root = copilotLog.rootAt(home, 'option');
    withStore('better-sqlite3', (db) => {
      const writer = soleWriter(db);
      const bookmarks = new Map<string, Bookmark>();
      const requests = (): number | undefined => {
        for (const { path } of copilotLog.discover(root).files) {
          for (const chunk of copilotLog.readChunks(root, path, bookmarks.get(path), 1)) {
            bookmarks.set(path, structuredClone(chunk.bookmark));
            writer.ingest([{ file: { path, root: home, mtimeMs: 0 }, chunk }]);
          }
        }
        return storeSums(db).total.input;
      };
      writeFileSync(
        log,
        event('session.start', { sessionId: session, copilotVersion: '1.0.60' }) +
          event('assistant.message', {}, 'a') +
          event('session.shutdown', metrics(1, 1000)),
      );
      assert.equal(requests(), 1000);
      appendFileSync(
        log,
        event('session.compaction_complete', { compactionTokensUsed: { inputTokens: 50 } }, 'c'),
      );
      assert.equal(requests(), 1050, 'no sum has a compaction');
      appendFileSync(
        log,
        event('session.usage_record', { usage: { apiCallId: 'r', inputTokens: 300 } }, 'u') +
          event('session.shutdown', metrics(2, 1300), 's2'),
      );
      assert.equal(requests(), 350, 'records, and no sum beside them');
      const writing = openDatabase(join(home, 'session-store.db'));
      usageTable(writing);
      addRow(writing, 500);
      assert.equal(requests(), 400, 'the database alone');
      writing.close();
      rmSync(join(home, 'session-store.db'));
      appendFileSync(
        log,
        event('session.usage_record', { usage: { apiCallId: 'x', inputTokens: 9 } }, 'v'),
      );
      assert.equal(requests(), 400, 'what was pruned stays, and nothing takes its place');
    });
  });

  it('has a sum of nobody knows how many requests where it does not say so', () => {
    const home = mkdtempSync(homeOf('unknown-'));
    const usage = { inputTokens: 900, outputTokens: 20 };
    const shutdown = { modelMetrics: { 'gpt-5.4': { usage } } };
    writeFileSync(
      logOf(home),
      event('session.start', { sessionId: session }) + event('session.shutdown', shutdown),
    );
    const [read] = readOn(copilotLog, home, new Map());
    assert.deepEqual(
      read!.messages.map(({ requests, usage: { input } }) => [requests, input]),
      [[0, 900]],
    );
  });

  it('has sums that go on over a change of what clients sum up', () => {
    const home = mkdtempSync(homeOf('upgraded-'));
    const answer = event('assistant.message', {});
    const resume = event('session.resume', {});
    writeFileSync(
      logOf(home),
      event('session.start', { sessionId: session }) +
        // Of each process: one request, then two.
        answer +
        event('session.shutdown', metrics(1, 1000)) +
        resume +
        answer.repeat(2) +
        event('session.shutdown', metrics(2, 2000)) +
        // Of the session: those three and one more.
        resume +
        answer +
        event('session.shutdown', metrics(4, 4000)),
    );
    const messages = readOn(copilotLog, home, new Map()).flatMap(({ messages: some }) => some);
    const kept = mergeLines(messages).map(({ variants }) =>
      variants
        .map(({ kept: line }) => line)
        .reduce((a, b) => (b.usage.input > a.usage.input ? b : a)),
    );
    assert.equal(
      kept.reduce((sum, { usage }) => sum + usage.input, 0),
      4000,
    );
    assert.equal(
      kept.reduce((sum, { requests = 1 }) => sum + requests, 0),
      4,
    );
  });

  it('say of a request what stands beside it', async () => {
    const home = mkdtempSync(homeOf('words-'));
    const log = logOf(home);
    writeFileSync(
      log,
      event('session.start', {
        sessionId: session,
        copilotVersion: '1.0.102',
        context: { cwd: '/home/dev/shop', branch: 'main' },
      }) +
        event('user.message', { interactionId: 'i1', content: 'Why does\nthe upload fail?' }) +
        event('session.usage_record', {
          usage: { apiCallId: 'r1', model: 'gpt-5.4', inputTokens: 7, toolCounts: { bash: 1 } },
        }) +
        event('assistant.message', {
          apiCallId: 'r1',
          content: 'It timed out.',
          toolRequests: [{ name: 'bash', arguments: { command: 'npm test' } }],
        }),
    );
    const [message] = readOn(copilotLog, home, new Map()).flatMap(({ messages }) => messages);
    assert.deepEqual(
      [message!.messageId, message!.promptId, message!.tools, message!.cwd, message!.branch],
      ['r1', 'i1', ['bash'], '/home/dev/shop', 'main'],
    );
    assert.deepEqual(await copilotLog.readMessageText(log, { messageId: 'r1' }), [
      { kind: 'text', name: '', text: 'Why does\nthe upload fail?', left: 0 },
      { kind: 'text', name: '', text: 'It timed out.', left: 0 },
      { kind: 'tool', name: 'bash', text: '{"command":"npm test"}', left: 0 },
    ]);
    assert.deepEqual(Object.fromEntries((await copilotLog.readOutline(log)).messages), {
      r1: { kind: 'prompt', name: '', words: 'Why does the upload fail?' },
    });
    assert.deepEqual([...copilotLog.promptTexts(log)], [['i1', 'Why does\nthe upload fail?']]);
    assert.equal((await copilotLog.findRecord(log, { messageId: 'r1' }))!.line, 2);
    assert.equal(await copilotLog.readMessageText(log, { messageId: 'other' }), undefined);
  });

  it('say of a row what the answer says that was counted by it, where each has one', async () => {
    const home = mkdtempSync(homeOf('pairs-'));
    const log = logOf(home);
    const path = join(home, 'session-store.db');
    const db = openDatabase(path);
    usageTable(db);
    const say = (content: string, agentId = ''): string =>
      event('assistant.message', { content }).replace('{', `{"agentId":"${agentId}",`);
    writeFileSync(log, say('First.') + say('Of an agent.', 'a-1') + say('Second.'));
    for (const agent of [null, null, 'a-1']) addRow(db, 500, agent);
    const root = copilotLog.rootAt(home, 'option');
    const wordsOfRows = async (): Promise<(string | undefined)[]> => {
      const rows = [...copilotLog.messageLines(root, path)].map(({ message }) => message.messageId);
      const { messages } = await copilotLog.readOutline(log);
      const words = rows.map((messageId) => messages.get(messageId)?.words);
      for (const [i, messageId] of rows.entries()) {
        const said = await copilotLog.readMessageText(log, { messageId });
        assert.equal(said?.[0]?.text, words[i]);
        assert.equal(await copilotLog.readMessageText(path, { messageId }), undefined);
      }
      return words;
    };
    assert.deepEqual(await wordsOfRows(), ['First.', 'Second.', 'Of an agent.']);
    // One more request than answers: which is whose, nobody knows.
    addRow(db, 700);
    db.close();
    assert.deepEqual(await wordsOfRows(), [undefined, undefined, 'Of an agent.', undefined]);
  });

  it('may hold anything: what cannot be counted is named, and nothing thrown', () => {
    const home = mkdtempSync(homeOf('rubbish-'));
    const types = ['start', 'resume', 'shutdown', 'usage_record', 'compaction_complete'];
    const some = fc.oneof(fc.jsonValue(), fc.integer({ min: -5, max: 5 }));
    const usage = fc.record(
      {
        inputTokens: some,
        outputTokens: some,
        cacheReadTokens: some,
        apiCallId: some,
        model: some,
      },
      { requiredKeys: [] },
    );
    const metric = fc.record(
      { requests: some, usage: fc.oneof(usage, some) },
      { requiredKeys: [] },
    );
    const data = fc.record(
      {
        usage: fc.oneof(usage, some),
        compactionTokensUsed: fc.oneof(usage, some),
        modelMetrics: fc.oneof(fc.dictionary(fc.string(), fc.oneof(metric, some)), some),
        sessionId: some,
        context: some,
      },
      { requiredKeys: [] },
    );
    const line = fc.record({
      type: fc.constantFrom(...types),
      data: fc.oneof(data, some),
      at: some,
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        writeFileSync(
          logOf(home),
          lines
            .map(({ type, data: said, at }) =>
              JSON.stringify({
                type: `session.${type}`,
                data: said,
                id: at,
                timestamp: '2026-11-29T02:33:41.000Z',
              }),
            )
            .join('\n'),
        );
        for (const { messages } of readOn(copilotLog, home, new Map())) {
          for (const { usage: counted } of messages) {
            assert.ok(
              Object.values(counted).every((count) => Number.isSafeInteger(count) && count >= 0),
            );
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('show the rows around the one a request was counted from', async () => {
    const home = mkdtempSync(homeOf('rows-'));
    const path = join(home, 'session-store.db');
    const db = openDatabase(path);
    usageTable(db);
    for (const input of [200, 300, 400]) addRow(db, input, input === 300 ? 'a-1' : null);
    db.close();
    const root = copilotLog.rootAt(home, 'option');
    const located = [...copilotLog.messageLines(root, path)];
    assert.deepEqual(
      located.map(({ line, message }) => [line, message.agentId, message.usage.input]),
      [
        [1, '', 100],
        [2, 'a-1', 200],
        [3, '', 300],
      ],
    );
    const { messageId } = located[1]!.message;
    const place = await copilotLog.findRecord(path, { messageId });
    const { lines, wanted } = await copilotLog.readExcerpt(path, place!.offset);
    assert.equal(lines.length, 3);
    assert.equal((JSON.parse(lines[wanted]!.text) as { input_tokens: number }).input_tokens, 300);
    assert.equal(await copilotLog.findRecord(path, { messageId: `${messageId}9` }), undefined);
    assert.equal(await copilotLog.findRecord(path, { messageId: 'r1' }), undefined);
  });

  it('say the AI credits of rows, records and sums, and none where none were said', () => {
    const read = (write: (home: string) => void): unknown[] => {
      const home = mkdtempSync(homeOf('credits-'));
      write(home);
      return readOn(copilotLog, home, new Map()).flatMap(({ messages }) =>
        messages.map(({ nanoCredits }) => nanoCredits),
      );
    };
    const credits = (totalNanoAiu: number | null) => ({ copilotUsage: { totalNanoAiu } });
    const usage = (id: string, nano: number | null) =>
      event(
        'session.usage_record',
        { usage: { apiCallId: id, inputTokens: 9, ...credits(nano) } },
        id,
      );
    assert.deepEqual(
      read((home) => writeFileSync(logOf(home), usage('a', 2_500_000_000) + usage('b', null))),
      [2_500_000_000, undefined],
    );
    const sum = (nano: number) => ({
      modelMetrics: {
        'gpt-5.4': { ...metrics(2, 900).modelMetrics['gpt-5.4'], totalNanoAiu: nano },
      },
    });
    assert.deepEqual(
      read((home) => writeFileSync(logOf(home), event('session.shutdown', sum(7)))),
      [7],
    );
    assert.deepEqual(
      read((home) => {
        const db = openDatabase(join(home, 'session-store.db'));
        usageTable(db);
        db.exec('ALTER TABLE assistant_usage_events ADD COLUMN total_nano_aiu INTEGER');
        for (const input of [500, 600]) addRow(db, input);
        db.exec('UPDATE assistant_usage_events SET total_nano_aiu = 3 WHERE id = 1');
        db.close();
      }),
      [3, undefined],
    );
  });

  it('are told by their folder, and watched where they stand', () => {
    const home = homeOf('samples/client-1.0.102');
    const root = copilotLog.rootAt(home, 'option');
    assert.equal(copilotLog.recognizes(home), true);
    assert.equal(copilotLog.recognizes(homeOf('.copilot')), true);
    assert.equal(copilotLog.recognizes(homeOf('')), false);
    const path = join(root.path, 'session-store.db');
    assert.equal(copilotLog.kindOf(`${path}-wal`), 'part');
    assert.equal(copilotLog.transcriptOf(`${path}-wal`), path);
    assert.equal(copilotLog.kindOf(`${path}-shm`), undefined);
    assert.equal(copilotLog.mayHold(root, join(root.path, 'session-state', session)), true);
    assert.equal(
      copilotLog.mayHold(root, join(root.path, 'session-state', session, 'files')),
      false,
    );
    assert.equal(copilotLog.mayHold(root, join(root.path, 'pkg')), false);
    const env = { COPILOT_HOME: '/srv/copilot' };
    assert.deepEqual(copilotLog.defaultRoots({ env, home: '/home/dev' }), {
      paths: ['/srv/copilot'],
      source: 'COPILOT_HOME',
    });
  });
});
