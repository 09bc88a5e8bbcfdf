import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { codexLog } from '../../../src/agents/codex/codexLog.ts';
import { type Bookmark, countSources, type MessageLine } from '../../../src/model/records.ts';
import { mergeLines } from '../../../src/store/ingest/merge.ts';
import { homesOf } from '../../lib/agentHomes.ts';
import { agentSets, writeAgentSet } from '../../lib/agentSets.ts';

const sets = agentSets('codex');

/** Every record below a configuration directory, read a chunk a line. */
function recordsBelow(home: string, order = (paths: string[]) => paths): MessageLine[] {
  const root = codexLog.rootAt(home, 'option');
  const paths = order(codexLog.discover(root).files.map(({ path }) => path));
  return paths.flatMap((path) => [
    ...[...codexLog.readChunks(root, path, undefined, 1)].flatMap(({ batch }) => batch.messages),
  ]);
}

/** Sums over the merged records, and requests by the thread that made them. */
function sumsOf(records: readonly MessageLine[]) {
  const total = { requests: 0, input: 0, cached: 0, cacheWrite: 0, output: 0 };
  const threads: Record<string, number> = {};
  for (const { messageId, variants } of mergeLines(records)) {
    assert.equal(variants.length, 1, `${messageId} is one request`);
    const { kept, occurrences } = variants[0]!;
    total.requests++;
    total.input += kept.usage.input;
    total.cached += kept.usage.cacheRead;
    total.cacheWrite += kept.usage.cacheWrite5m;
    total.output += kept.usage.output;
    const [owner] = [...occurrences].sort(([, a], [, b]) => a.standing - b.standing);
    const [session, { agentId }] = owner!;
    const thread = agentId || session;
    threads[thread] = (threads[thread] ?? 0) + 1;
  }
  return { total, threads };
}

describe('rollouts of Codex', () => {
  const homeOf = homesOf(sets);

  for (const { name, expected } of sets) {
    it(`${name}: counts what an independent program counts`, () => {
      const { total, threads } = sumsOf(recordsBelow(homeOf(name)));
      const { requests, input, cached, cacheWrite, output } = expected.total;
      assert.deepEqual(total, { requests, input, cached, cacheWrite, output });
      // A list of every kind of line rather than a session: its copies name no thread that was.
      if (name === 'samples/agent-sessions') return;
      const counted = Object.entries(expected.sessions).filter(([, count]) => count > 0);
      assert.deepEqual(threads, Object.fromEntries(counted));
    });
  }

  it('reads files in any order, and cut anywhere, as one piece', () => {
    const small = sets.filter(({ name }) => name.startsWith('cases/'));
    fc.assert(
      fc.property(
        fc.constantFrom(...small),
        fc.array(fc.nat(20_000), { maxLength: 6 }),
        fc.infiniteStream(fc.nat(1_000)),
        ({ name, files }, cuts, order) => {
          const home = mkdtempSync(homeOf('cut-'));
          const root = codexLog.rootAt(home, 'option');
          const records: MessageLine[] = [];
          const bookmarks = new Map<string, Bookmark>();
          // Histories are complete when they are copied from: files are whole but for the one being read.
          writeAgentSet({ files }, home);
          const paths = codexLog.discover(root).files.map(({ path }) => path);
          const shuffled = paths
            .map((path) => [order.next().value as number, path] as const)
            .sort(([a], [b]) => a - b)
            .map(([, path]) => path);
          for (const path of shuffled) {
            const content = readFileSync(path);
            const places = [...new Set(cuts.map((cut) => cut % (content.length + 1)))];
            const ends = [...places.sort((a, b) => a - b), content.length];
            writeFileSync(path, '');
            let from = 0;
            for (const end of ends) {
              appendFileSync(path, content.subarray(from, end));
              from = end;
              for (const chunk of codexLog.readChunks(root, path, bookmarks.get(path), 1)) {
                assert.equal(chunk.restarted, false);
                records.push(...chunk.batch.messages);
                // As the store keeps it.
                bookmarks.set(path, structuredClone(chunk.bookmark));
              }
            }
          }
          assert.deepEqual(sumsOf(records), sumsOf(recordsBelow(homeOf(name))), name);
          rmSync(home, { recursive: true });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('says nothing of a rollout that is gone, and throws in no promise’s place', async () => {
    const gone = join(homeOf('nobody'), 'sessions', 'rollout-gone.jsonl');
    assert.equal(codexLog.promptTexts(gone).size, 0);
    const asked = [
      codexLog.readOutline(gone),
      codexLog.readMessageText(gone, { messageId: 'resp_1' }),
      codexLog.findRecord(gone, { messageId: 'resp_1' }),
    ];
    for (const answer of asked) await assert.rejects(answer, { code: 'ENOENT' });
  });

  it('finds a request and the one whose own line was lost before it', async () => {
    const home = homeOf('cases/lost-lines-and-fall');
    const root = codexLog.rootAt(home, 'option');
    const { path } = codexLog.discover(root).files[0]!;
    const records = [...codexLog.readChunks(root, path, undefined, 1e9)].flatMap(
      ({ batch }) => batch.messages,
    );
    assert.ok(records.some(({ messageId }) => messageId.endsWith('/lost')));
    for (const { messageId } of records) {
      assert.ok(await codexLog.findRecord(path, { messageId }), messageId);
    }
  });

  it('marks what a counter alone tells: a response without its count, and requests whose lines were lost', () => {
    const of = (name: string) =>
      recordsBelow(homeOf(name))
        .filter(({ countedFrom }) => countedFrom === countSources.counter)
        .map(({ requests = 1, usage: { input, cacheRead, output }, reasoning }) => ({
          requests,
          counts: [input, cacheRead, output, reasoning],
        }));
    // `last` is 0 and the counter moved: one request.
    assert.deepEqual(of('cases/incomplete-response-old-client'), [
      { requests: 1, counts: [3000, 1000, 900, 900] },
    ]);
    // It moved by more than `last`: nobody knows how many lines were lost.
    assert.deepEqual(of('cases/lost-lines-and-fall'), [
      { requests: 0, counts: [1000, 2000, 200, undefined] },
    ]);
    const all = sets.flatMap(({ name }) => of(name).map(() => name));
    assert.equal(all.length, 2, 'no other request of all samples is one: each was logged');
  });

  it('leaves a request its tools where lines before it were lost', () => {
    const home = homeOf('lost-before-tools');
    const thread = '019ee77a-1c00-7000-8000-000000000001';
    const path = join(
      home,
      'sessions',
      '2026',
      '06',
      '21',
      `rollout-2026-06-21T00-00-00-${thread}.jsonl`,
    );
    mkdirSync(dirname(path), { recursive: true });
    const line = (type: string, payload: object): string =>
      `${JSON.stringify({ timestamp: '2026-06-21T00:00:01.000Z', type, payload })}\n`;
    const count = (last: number, total: number): string =>
      line('event_msg', {
        type: 'token_count',
        info: {
          last_token_usage: { input_tokens: last, output_tokens: 1, total_tokens: last + 1 },
          total_token_usage: { input_tokens: total, output_tokens: 9, total_tokens: total + 9 },
        },
      });
    writeFileSync(
      path,
      [
        line('session_meta', { id: thread, cwd: '/home/dev/shop' }),
        line('turn_context', { turn_id: '019ee77a-1fe8-7000-8000-000000000009', model: 'gpt-5.5' }),
        line('response_item', { type: 'function_call', name: 'shell', arguments: '{}' }),
        count(100, 400),
        line('event_msg', { type: 'stream_error', message: 'retrying' }),
        line('event_msg', { type: 'context_compacted' }),
      ].join(''),
    );
    const root = codexLog.rootAt(home, 'option');
    const events = [...codexLog.readChunks(root, path, undefined, 1)].flatMap(
      ({ batch }) => batch.events,
    );
    assert.deepEqual(
      events.map(({ kind, model }) => [kind, model]),
      [
        ['api-error', 'gpt-5.5'],
        ['compaction', undefined],
      ],
      'a request that failed was one for the model of its turn',
    );
    const records = recordsBelow(home).map(({ usage, tools }) => [usage.input, tools]);
    assert.deepEqual(records, [
      [300, []],
      [100, ['shell']],
    ]);
  });

  it('says of every request what stands before it', async () => {
    const home = homeOf('conversation');
    const thread = '019ee77a-1c00-7000-8000-000000000001';
    const path = join(
      home,
      'sessions',
      '2026',
      '06',
      '21',
      `rollout-2026-06-21T00-00-00-${thread}.jsonl`,
    );
    mkdirSync(dirname(path), { recursive: true });
    const line = (type: string, payload: object): string =>
      `${JSON.stringify({ timestamp: '2026-06-21T00:00:01.000Z', type, payload })}\n`;
    const counts = (input: number, output: number) => ({
      input_tokens: input,
      output_tokens: output,
    });
    const turn = '019ee77a-1fe8-7000-8000-000000000009';
    const record = (response: string, usage: object): string =>
      line('token_usage_record', {
        thread_id: thread,
        turn_id: turn,
        response_id: response,
        usage,
        thread_token_usage: usage,
      });
    writeFileSync(
      path,
      [
        line('session_meta', {
          id: thread,
          cwd: '/home/dev/shop',
          cli_version: '0.171.0',
          git: { branch: 'main' },
        }),
        line('turn_context', { turn_id: turn, model: 'gpt-6-sol', cwd: '/home/dev/shop' }),
        line('event_msg', { type: 'user_message', message: 'Why does\nthe upload fail?' }),
        line('response_item', {
          type: 'reasoning',
          summary: [{ type: 'summary_text', text: 'Look at the log.' }],
        }),
        line('response_item', {
          type: 'function_call',
          name: 'shell',
          arguments: '{"command":["npm","test"]}',
        }),
        record('resp_1', counts(1000, 20)),
        line('response_item', {
          type: 'message',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'It timed out.' }],
        }),
        record('resp_2', counts(3000, 50)),
      ].join(''),
    );
    const root = codexLog.rootAt(home, 'option');
    const [chunk] = codexLog.readChunks(root, path, undefined, 1e9);
    assert.deepEqual(
      chunk!.batch.messages.map(({ messageId, tools, promptId }) => [messageId, tools, promptId]),
      [
        ['resp_1', ['shell'], turn],
        ['resp_2', [], turn],
      ],
    );
    assert.deepEqual(
      chunk!.batch.titles.map(({ sessionId, kind, text }) => [sessionId, kind, text]),
      [[thread, 'prompt', 'Why does the upload fail?']],
    );
    const [session] = chunk!.batch.sessions;
    assert.deepEqual(
      [session!.sessionId, session!.cwd, session!.branch, session!.version],
      [thread, '/home/dev/shop', 'main', '0.171.0'],
    );
    const outline = await codexLog.readOutline(path);
    assert.deepEqual(Object.fromEntries(outline.messages), {
      resp_1: { kind: 'prompt', name: '', words: 'Why does the upload fail?' },
      resp_2: { kind: 'text', name: '', words: 'It timed out.' },
    });
    assert.deepEqual(await codexLog.readMessageText(path, { messageId: 'resp_1' }), [
      { kind: 'text', name: '', text: 'Why does\nthe upload fail?', left: 0 },
      { kind: 'thinking', name: '', text: 'Look at the log.', left: 0 },
      { kind: 'tool', name: 'shell', text: '{"command":["npm","test"]}', left: 0 },
    ]);
    assert.deepEqual([...codexLog.promptTexts(path)], [[turn, 'Why does\nthe upload fail?']]);
    const place = await codexLog.findRecord(path, { messageId: 'resp_2' });
    assert.equal(place!.line, 7);
    const bytes = readFileSync(path).subarray(place!.offset, place!.offset + place!.length);
    assert.equal((JSON.parse(bytes.toString()) as { type: string }).type, 'token_usage_record');
  });
});
