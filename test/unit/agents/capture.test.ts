import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CallParser } from '../../../src/agents/capture/callParser.ts';
import { captureLog } from '../../../src/agents/capture/captureLog.ts';
import { callFileName } from '../../../src/model/capture/callRecord.ts';
import type { TranscriptBatch } from '../../../src/model/records.ts';
import { noUsage } from '../../../src/model/tokens.ts';
import { tempDir } from '../../lib/tempDir.ts';

const session = '11111111-2222-4333-8444-555555555555';
const at = Date.parse('2026-11-20T10:00:00Z');
const call = { v: 1, id: 'c1', at, api: 'openai.chat', model: 'gpt-5.5', stop: 'stop', ms: 12 };

function read(...lines: unknown[]): TranscriptBatch {
  const parser = new CallParser(session);
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  const bytes = Buffer.from(`${text.join('\n')}\n`);
  parser.feed(bytes, 0, bytes.length, 0);
  return parser.take();
}

/** The usage of a call, of which the input is not cached where nothing else is said. */
function usageOf(api: string, usage: object, more: object = {}) {
  return read({ ...call, api, usage, ...more }).messages[0]!.usage;
}

describe('captured calls', () => {
  it('are messages of a run: its labels, its program, its folder', () => {
    const labels = { agent: 'writer', task: 'T-1', correlation: 'job-1' };
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    const { messages, agents, titles, sessions, events, rejected } = read({
      ...call,
      ...labels,
      usage,
      tier: 'flex',
      effort: 'low',
      tools: ['look_up'],
      program: 'worker.js',
      cwd: '/src/it',
    });
    const [message] = messages;
    assert.deepEqual(
      { ...message, parts: 0, iterations: 0 },
      {
        ...message,
        parts: 0,
        iterations: 0,
        messageId: 'c1',
        requestId: 'c1',
        sessionId: session,
        agentId: 'writer',
        sidechain: false,
        at,
        model: 'gpt-5.5',
        usage: { ...noUsage, input: 10, output: 5 },
        tier: 'flex',
        effort: 'low',
        stopReason: 'stop',
        tools: ['look_up'],
        promptId: 'job-1',
        attribution: { task: 'T-1' },
        durationMs: 12,
        cwd: '/src/it',
        error: '',
        incomplete: false,
      },
    );
    assert.deepEqual(
      agents.map(({ agentId, type }) => [agentId, type]),
      [['writer', 'writer']],
    );
    assert.deepEqual(
      titles.map(({ text }) => text),
      ['worker.js'],
    );
    assert.deepEqual(
      sessions.map(({ sessionId, cwd, firstAt, lastAt }) => [sessionId, cwd, firstAt, lastAt]),
      [[session, '/src/it', at, at]],
    );
    assert.deepEqual([events, rejected], [[], []]);
  });

  it('count tokens as each API does', () => {
    const chat = {
      prompt_tokens: 1000,
      completion_tokens: 200,
      total_tokens: 1200,
      prompt_tokens_details: { cached_tokens: 600, cache_write_tokens: 100 },
      completion_tokens_details: { reasoning_tokens: 50 },
    };
    const split = { ...noUsage, input: 300, cacheRead: 600, cacheWrite5m: 100, output: 200 };
    assert.deepEqual(usageOf('openai.chat', chat), split);
    assert.deepEqual(
      usageOf('openai.responses', {
        input_tokens: 1000,
        input_tokens_details: { cached_tokens: 600, cache_write_tokens: 100 },
        output_tokens: 200,
        output_tokens_details: { reasoning_tokens: 50 },
        total_tokens: 1200,
      }),
      split,
    );
    // Google and xAI tell reasoning beside output, in the total alone.
    assert.equal(usageOf('openai.chat', { ...chat, total_tokens: 1500 }).output, 500);
    assert.deepEqual(usageOf('openai.embeddings', { prompt_tokens: 9, total_tokens: 9 }), {
      ...noUsage,
      input: 9,
    });
    assert.deepEqual(
      usageOf('anthropic.messages', {
        input_tokens: 100,
        output_tokens: 200,
        cache_creation_input_tokens: 300,
        cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
        cache_read_input_tokens: 400,
        server_tool_use: { web_search_requests: 1 },
      }),
      {
        input: 100,
        output: 200,
        cacheWrite5m: 100,
        cacheWrite1h: 200,
        cacheRead: 400,
        webSearches: 1,
      },
    );
  });

  it('have what decides a price: tier, place, speed, batch, other models inside, where they ran', () => {
    const usage = {
      input_tokens: 1,
      output_tokens: 2,
      service_tier: 'priority',
      inference_geo: 'us',
      speed: 'fast',
      iterations: [
        { type: 'advisor_message', model: 'claude-opus-5-5', input_tokens: 5, output_tokens: 6 },
      ],
    };
    const [message] = read({ ...call, api: 'anthropic.messages', usage, local: true }).messages;
    assert.deepEqual(
      [
        message!.tier,
        message!.geo,
        message!.speed,
        message!.parts.map(({ kind, model }) => [kind, model]),
      ],
      ['priority', 'us', 'fast', [['advisor', 'claude-opus-5-5']]],
    );
    assert.equal(message!.model, 'local/gpt-5.5');
    const tierOf = (tier: string) => read({ ...call, usage, tier }).messages[0]!.tier;
    assert.deepEqual(['batch', 'default', 'flex', 'auto'].map(tierOf), ['batch', '', 'flex', '']);
  });

  it('that failed are events at no cost; that broke off are lower bounds', () => {
    const failed = read({ ...call, failed: '429' });
    assert.deepEqual(failed.messages, []);
    const { model: asked, ...unnamed } = call;
    assert.deepEqual(
      failed.events.map(({ kind, code, key, model }) => [kind, code, key, model]),
      [['api-error', '429', 'call:c1', asked]],
    );
    // One that named no model, and one on the user's own hardware.
    assert.equal(read({ ...unnamed, failed: '400' }).events[0]!.model, undefined);
    const local = read({ ...call, model: 'qwen3', local: true, failed: 'connection' });
    assert.equal(local.events[0]!.model, 'local/qwen3');
    assert.equal(read({ ...call, failed: 'aborted' }).events[0]!.kind, 'interrupted');
    const partial = read({ ...call, partial: true });
    assert.deepEqual([partial.messages[0]!.stopReason, partial.messages[0]!.usage], ['', noUsage]);
    const both = read({ ...call, partial: true, failed: 'error', usage: { prompt_tokens: 3 } });
    assert.deepEqual([both.messages[0]!.usage.input, both.events.length], [3, 1]);
  });

  it('that are none are counted by reason, and stop nothing', () => {
    const { messages, rejected } = read(
      'no JSON',
      { ...call, v: 2 },
      { ...call, api: 'another' },
      { ...call, id: '' },
      { ...call, at: 'yesterday' },
      { ...call, at: 1 },
      { ...call, usage: { prompt_tokens: -1, completion_tokens: 'many' } },
      { ...call, id: 'c2' },
    );
    assert.deepEqual(
      rejected.map(({ reason, line }) => [reason, line]),
      [
        ['not JSON', 1],
        ['no type', 2],
        ['no type', 3],
        ['no type', 4],
        ['no time', 5],
        ['no time', 6],
      ],
    );
    assert.deepEqual(
      messages.map(({ messageId, incomplete }) => [messageId, incomplete]),
      [
        ['c1', true],
        ['c2', false],
      ],
    );
  });

  it('throw nothing, whatever stands in a line', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(...Object.keys(call), 'usage', 'tools', 'partial', 'failed', 'agent'),
          fc.jsonValue(),
        ),
        (fields) => {
          const { lines, messages } = read({ ...call, ...fields });
          assert.equal(lines, 1);
          assert.ok(messages.length <= 1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are the same whichever pieces their file is read in, and found again by their place', async () => {
    using dir = tempDir();
    mkdirSync(dir.at('capture'));
    const path = dir.at('capture', callFileName('2026-11-20', session, 1));
    const lines = Array.from({ length: 20 }, (_, n) => ({
      ...call,
      id: `c${n}`,
      at: at + n,
      agent: `ä${n % 3}`,
    }));
    writeFileSync(path, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"v":1,"torn`);
    const root = captureLog.rootAt(dir.at('capture'), 'default');
    assert.deepEqual(
      captureLog.discover(root).files.map((file) => file.path),
      [path],
    );
    assert.ok(captureLog.recognizes(dir.at('capture')));
    const idsOf = (chunkBytes?: number) =>
      [...captureLog.readChunks(root, path, undefined, chunkBytes!)].flatMap(({ batch }) =>
        batch.messages.map(({ messageId }) => messageId),
      );
    assert.deepEqual(
      idsOf(1),
      lines.map(({ id }) => id),
    );
    assert.deepEqual(idsOf(), idsOf(1));
    const place = await captureLog.findRecord(path, { messageId: 'c7' });
    const located = [...captureLog.messageLines(root, path)][7]!;
    assert.deepEqual([place?.line, place?.offset], [located.line - 1, located.offset]);
    const { lines: shown, wanted } = await captureLog.readExcerpt(path, place!.offset);
    assert.match(shown[wanted]!.text, /"c7"/);
    assert.deepEqual(
      captureLog.sessionFiles(root, session).map((file) => file.path),
      [path],
    );
    assert.deepEqual(captureLog.locationOf(root, path), { sessionId: session, agentId: '' });
  });
});
