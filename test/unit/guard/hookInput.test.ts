import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { coldCacheCost, coldCacheText } from '../../../src/guard/coldCache.ts';
import { guardEvents, parseHookInput, stableText } from '../../../src/guard/hookInput.ts';
import { lineDiff } from '../../../src/guard/install/lineDiff.ts';
import { hasEnded } from '../../../src/guard/liveAgents.ts';
import { outstandingIn } from '../../../src/guard/ownTranscripts.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';

const now = Date.parse('2026-11-24T12:00:00Z');

describe('what a hook is given', () => {
  test('nothing of it is trusted: whatever it is, it is read or left', () => {
    const names = ['session_id', 'transcript_path', 'cwd', 'prompt_id', 'agent_id', 'prompt'];
    const more = [
      'tool_name',
      'tool_input',
      'tool_use_id',
      'tool_calls',
      'source',
      'context_tokens',
    ];
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('../../etc', 'a'.repeat(9000), '\u001b[2J', 'x\ny', -1, 1e300, []),
    );
    const object = fc.dictionary(fc.constantFrom(...names, ...more, '__proto__'), value);
    fc.assert(
      fc.property(fc.constantFrom(...guardEvents), object, (event, given) => {
        const input = parseHookInput(event, JSON.stringify({ session_id: 's', ...given }));
        if (input === undefined) return;
        assert.match(input.sessionId, /^[\w.:-]{1,200}$/);
        assert.match(input.agentId, /^[\w.:-]{0,200}$/);
        assert.match(input.promptId, /^[\w.:-]{0,200}$/);
        assert.ok(input.transcript.length <= 4096);
        assert.ok(input.calls.length <= 200);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        for (const { name } of input.calls) assert.doesNotMatch(name, /[\u0000-\u001f]/);
      }),
      { numRuns: 2000 },
    );
    for (const text of ['', 'null', '[]', '{', '"x"', '{}', '{"session_id":3}']) {
      assert.equal(parseHookInput('Stop', text), undefined, text);
    }
  });

  test('the same input is the same text, in whatever order it is written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        assert.equal(stableText(reversed), stableText(value));
        assert.deepEqual(JSON.parse(stableText(value)), JSON.parse(JSON.stringify(value)));
      }),
    );
    assert.notEqual(stableText({ a: [1, 2] }), stableText({ a: [2, 1] }));
  });
});

describe('replies in flight', () => {
  const request = (id: string, at = now - 1000): string =>
    JSON.stringify({
      type: 'api-request',
      sessionId: 's',
      id,
      timestamp: new Date(at).toISOString(),
      params: { model: 'claude-opus-5-5' },
    });
  const reply = (id: string): string => JSON.stringify({ type: 'assistant', requestRef: id });

  test('a request without an answer is one, with an answer none', () => {
    assert.equal(outstandingIn([request('a'), reply('a')].join('\n'), '', now).length, 0);
    const [found] = outstandingIn([request('a'), reply('a'), request('b')].join('\n'), 'x', now);
    assert.deepEqual(found && [found.agentId, found.model], ['x', 'claude-opus-5-5']);
  });

  test('of several of one thread the last is on its way; old ones have failed', () => {
    assert.equal(outstandingIn([request('a'), request('b')].join('\n'), '', now).length, 1);
    assert.equal(outstandingIn(request('a', now - 11 * 60_000), '', now).length, 0);
    assert.equal(outstandingIn('{"type":"api-request",torn', '', now).length, 0);
    assert.equal(outstandingIn('', '', now).length, 0);
  });

  test('an agent has ended when its last answer calls no tool', () => {
    const answer = (stop: string): string =>
      JSON.stringify({ type: 'assistant', message: { stop_reason: stop } });
    assert.equal(hasEnded(answer('end_turn')), true);
    assert.equal(hasEnded(answer('tool_use')), false);
    assert.equal(hasEnded(`${answer('end_turn')}\n{"type":"user"}`), false);
    assert.equal(hasEnded(`${answer('end_turn')}\n{"type":"attachment"}`), true);
    assert.equal(hasEnded(''), false);
  });
});

describe('a cold cache', () => {
  const { price } = createPriceBook();
  const facts = {
    contextTokens: 100_000,
    expired: true,
    writeUsd: 1.25,
    toModel: '',
    idleSeconds: 4000,
  };

  test('costs what Claude Code says, else what the context costs to write', () => {
    assert.deepEqual(coldCacheCost(facts, undefined, price, now), {
      nano: 1_250_000_000,
      tokens: 100_000,
      estimated: false,
    });
    const silent = { ...facts, writeUsd: undefined, toModel: 'claude-opus-4-7' };
    // 100,000 tokens at $6.25 a million, the rate of five minutes.
    assert.deepEqual(coldCacheCost(silent, undefined, price, now), {
      nano: 625_000_000,
      tokens: 100_000,
      estimated: true,
    });
    const unknown = { ...silent, toModel: 'nobody-knows' };
    assert.equal(coldCacheCost(unknown, undefined, price, now), undefined);
    const nothing = { ...silent, contextTokens: undefined };
    assert.equal(coldCacheCost(nothing, undefined, price, now), undefined);
  });

  test('is one line that says what it costs and what to do', () => {
    const cost = { nano: 1_250_000_000, tokens: 100_000, estimated: true };
    for (const why of ['resume', { model: 'haiku\u001b[2J\n' }] as const) {
      const text = coldCacheText(cost, why);
      assert.match(text, /about \$1\.25/);
      assert.match(text, /\/compact/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      assert.doesNotMatch(text, /[\u0000-\u001f]/);
    }
  });
});

describe('a change as lines', () => {
  test('taking away what is added and adding what is taken gives both texts', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', '{', '}', ''), { maxLength: 12 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const diff = lineDiff(`${before.join('\n')}\n`, `${after.join('\n')}\n`);
        if (diff.includes('…')) return;
        const side = (sign: string): string[] =>
          diff.filter((line) => line[0] !== sign).map((line) => line.slice(1));
        const normal = (text: readonly string[]): string =>
          `${text.join('\n')}\n`.replace(/\n$/, '');
        if (diff.length === 0) return assert.equal(normal(before), normal(after));
        assert.equal(normal(side('+')), normal(before));
        assert.equal(normal(side('-')), normal(after));
      }),
    );
  });

  test('what is far from a change is left out', () => {
    const before = Array.from({ length: 30 }, (_, i) => `line ${i}`);
    const after = before.with(15, 'other');
    assert.deepEqual(lineDiff(before.join('\n'), after.join('\n')), [
      ...['…', ' line 12', ' line 13', ' line 14', '-line 15', '+other'],
      ...[' line 16', ' line 17', ' line 18', '…'],
    ]);
  });
});
