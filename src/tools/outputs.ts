import * as z from 'zod/mini';

/**
 * The shapes of answers: the fields a model decides by, of those docs/json.md names. Others may come along, and
 * any may be missing where an answer had to be cut.
 */

type Field = z.ZodMiniType;

/** A field that may be missing. */
const some = <T extends Field>(schema: T, words?: string): z.ZodMiniOptional<T> =>
  z.optional(words === undefined ? schema : (schema.check(z.describe(words)) as T));

const usd = (words?: string) => some(z.number(), words === undefined ? 'US dollars' : words);
const knownUsd = (words: string) => some(z.nullable(z.number()), words);
const count = (words?: string) => some(z.int(), words);
const flag = (words?: string) => some(z.boolean(), words);
const text = (words?: string) => some(z.string(), words);
const knownText = (words?: string) => some(z.nullable(z.string()), words);
const listOf = (fields: Record<string, Field>, words?: string) =>
  some(z.array(z.looseObject(fields)), words);
const part = (fields: Record<string, Field>, words?: string) => some(z.looseObject(fields), words);
const notes = some(z.array(z.string()), 'what the figures lack');

const usualFields = {
  schemaVersion: count(),
  lowerBound: flag('the figures are at least what they say'),
  catalogueDate: text('day of the price list'),
  notes,
};

export const spendOutput = z.looseObject({
  ...usualFields,
  total_cost_usd: usd('all that was spent there and then'),
  backgroundUsd: usd("what Claude Code's own total has beyond the messages"),
  messages: count(),
  by: some(z.array(z.string()), 'dimensions of the rows'),
  rows: listOf(
    { usd: usd(), totalUsd: usd('with overhead'), share: some(z.nullable(z.number())) },
    'the most expensive first',
  ),
});

export const sessionsOutput = z.looseObject({
  ...usualFields,
  totals: part({ totalUsd: usd(), messages: count(), lowerBound: flag() }, 'of all that match'),
  sessions: listOf({
    sessionId: text(),
    title: knownText('copied from the transcript'),
    project: knownText(),
    endedAt: knownText(),
    messages: count(),
    totalUsd: usd(),
  }),
});

export const sessionOutput = z.looseObject({
  ...usualFields,
  sessionId: text(),
  title: knownText('copied from the transcript'),
  totalUsd: usd(),
  messages: count(),
  agents: listOf({ agentId: text(), type: knownText(), usd: usd() }),
  topMessages: listOf(
    {
      number: count(),
      reference: text('what the tool explain takes'),
      model: text(),
      usd: knownUsd('null where there is no price'),
    },
    'the most expensive first',
  ),
});

export const budgetsOutput = z.looseObject({
  ...usualFields,
  at: text(),
  limits: listOf(
    {
      scope: text(),
      period: text(),
      unit: text(),
      limit: some(z.number(), 'in its unit'),
      spent: some(z.number(), 'in its unit'),
      remaining: some(z.nullable(z.number()), 'in its unit'),
      utilization: some(z.nullable(z.number()), 'share of the limit, 1 is all'),
      level: text('OK, INFO, WARNING, CRITICAL or HARD_STOP'),
      words: text('how it stands, as a sentence'),
    },
    'every budget in force, the most used first',
  ),
});

export const forecastOutput = z.looseObject({
  ...usualFields,
  status: text('ok or no-data'),
  rate_usd_per_day: usd('the recent rate'),
  horizons: listOf({
    days: some(z.number()),
    projected_usd: usd(),
    low_usd: knownUsd('19 of 20 cases lie above'),
    high_usd: knownUsd('19 of 20 cases lie below'),
  }),
  budgets: some(z.array(z.looseObject({})), 'with when each is used up'),
});

export const anomaliesOutput = z.looseObject({
  ...usualFields,
  status: text('ok, insufficient or no-data'),
  by: text(),
  count: count('how many were compared'),
  median_usd: knownUsd('the usual one'),
  outlierCount: count(),
  outliers: listOf(
    {
      usd: usd(),
      z: some(z.nullable(z.number()), 'modified z-score'),
      direction: text('high or low'),
    },
    'the farthest first',
  ),
});

export const savingsOutput = z.looseObject({
  ...usualFields,
  days: some(z.number(), 'days the findings are of'),
  insights: listOf({
    id: text('what "outlay optimize apply" takes'),
    kind: text(),
    title: text(),
    currentPerMonthUsd: knownUsd('what it costs now'),
    savingsPerMonthUsd: some(
      z.nullable(z.looseObject({ low: z.optional(z.number()), high: z.optional(z.number()) })),
      'what could be saved',
    ),
    action: some(z.unknown(), 'what to do'),
  }),
});

export const explainOutput = z.looseObject({
  ...usualFields,
  reference: text(),
  messageId: text(),
  model: text(),
  pricedBy: text('catalogue, client or unpriced'),
  storedUsd: knownUsd('what reports count'),
  agrees: some(z.nullable(z.boolean()), 'the derivation comes to the same'),
  pieces: some(z.array(z.looseObject({})), 'price rows, counts, rates and products'),
  records: some(z.array(z.looseObject({})), 'lines of the transcript'),
});
