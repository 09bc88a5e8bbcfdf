import assert from 'node:assert/strict';
import { costState, own, response } from './exampleRecords.ts';
import { bundledBook } from './ingest.ts';
import { afterNoon, noonMs } from './parseLines.ts';

/** A session `s` in which an answer broke off, and what the client counts of it. */

const model = 'claude-opus-5-5';

export function usdOf(input: number, output: number): number {
  const usage = { input, output, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, webSearches: 0 };
  const price = bundledBook().price(usage, model, {}, noonMs);
  assert.ok(price.kind === 'priced');
  return price.nanoUsd / 1e9;
}

/** The client's total: of the model, and what else it has spent. */
export function total(input: number, output: number, elsewhereUsd = 0): object {
  const usd = usdOf(input, output);
  const record = costState('s', usd + elsewhereUsd, { [`${model}[1m]`]: usd }) as {
    modelUsage: Record<string, object>;
  };
  Object.assign(record.modelUsage[`${model}[1m]`]!, {
    inputTokens: input,
    outputTokens: output,
    cacheReadInputTokens: 0,
    cacheCreationInputTokens: 0,
  });
  return record;
}

export const answered = response(
  'm1',
  1,
  { model, usage: { input_tokens: 10, output_tokens: 50 } },
  own('s'),
);
/** An answer that broke off: it has no end, and counts one token. */
export const broken = response(
  'm2',
  2,
  { model, stop_reason: null, usage: { input_tokens: 20, output_tokens: 1 } },
  own('s'),
);
export const interruption = {
  type: 'user',
  sessionId: 's',
  uuid: 'u-stop',
  timestamp: afterNoon(3),
  message: { role: 'user', content: '[Request interrupted by user]' },
};
