import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

const sessionId = 'aaaaaaaa-0000-4000-8000-000000000001';

describe('which model it is', () => {
  test('a Bedrock id without a profile is a call within one region, and its row says so', () => {
    using world = new CliWorld();
    const usage = usageOf({ input: 1_000_000 });
    world.transcript(`p/${sessionId}.jsonl`, [
      answerRecord('1', 'anthropic.claude-opus-4-8', usage),
      answerRecord('2', 'global.anthropic.claude-opus-4-8', usage),
      answerRecord('3', 'us.anthropic.claude-opus-4-8', usage),
    ]);
    const { sessions } = world.json('sessions');
    assert.equal(sessions[0].usd, 5.5 + 5 + 5.5);
    const { topMessages } = world.json('session');
    const rows = topMessages.map(({ usd, priceRow }: { usd: number; priceRow: string }) => [
      usd,
      priceRow,
    ]);
    assert.deepEqual(rows.sort(), [
      [5, 'claude-opus-4-8@2026-05-28'],
      [5.5, 'claude-opus-4-8@2026-05-28+region'],
      [5.5, 'claude-opus-4-8@2026-05-28+region'],
    ]);
  });

  test('the day a model ends stands in the price list, and in doctor where it is still used', () => {
    using world = new CliWorld();
    const usage = usageOf({ input: 1 });
    world.transcript(`p/${sessionId}.jsonl`, [
      answerRecord('1', 'claude-sonnet-4-5-20250929', usage),
      answerRecord('2', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', usage),
      answerRecord('3', 'claude-mythos-preview', usage),
      answerRecord('4', 'claude-opus-5', usage),
    ]);
    const { prices, findings } = world.json('doctor');
    const sdk = 'the list of deprecated models in @anthropic-ai/sdk 1.14.0 (November 2026)';
    assert.deepEqual(prices.ending, [
      { model: 'claude-sonnet-4-5', ends: '2026-11-30', source: sdk, over: false, messages: 2 },
      { model: 'claude-mythos-preview', ends: '2026-06-30', source: sdk, over: true, messages: 1 },
    ]);
    const said = findings.filter((text: string) => text.includes('choose another model'));
    assert.match(
      said[0],
      /^claude-sonnet-4-5 ends on 2026-11-30, .* 2 messages in the last 30 days/,
    );
    assert.match(said[1], /^claude-mythos-preview has ended on 2026-06-30 /);
    const { out } = world.on('prices');
    assert.match(out, /claude-opus-4-5 .* ends 2027-01-22/);
    assert.match(out, /claude-mythos-preview .* ended 2026-06-30/);
    assert.match(out, /claude-opus-4-8 .* fast mode ends 2026-11-30/);
    assert.match(out, /claude-opus-4-7 .* fast mode ended 2026-07-24/);
  });
});
