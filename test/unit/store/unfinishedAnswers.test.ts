import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ModelTokens } from '../../../src/model/records.ts';
import { totalSteps } from '../../../src/store/ingest/clientTotals.ts';
import { Rest } from '../../../src/store/ingest/rest/rest.ts';
import {
  type CountedTokens,
  unfinishedAnswers,
} from '../../../src/store/ingest/rest/unfinishedAnswers.ts';
import type { StoredCostState } from '../../../src/store/schema/messageRow.ts';

/** Nano-dollars a token, by model. */
const rates = {
  small: { input: 1000, output: 5000, cacheRead: 100, cacheWrite: 1250 },
  large: { input: 4000, output: 20_000, cacheRead: 200, cacheWrite: 5000 },
} as const;
type Model = keyof typeof rates;
const classes = ['input', 'output', 'cacheRead', 'cacheWrite'] as const;

const priceOf = (model: Model, tokens: ModelTokens): number =>
  classes.reduce((sum, each) => sum + tokens[each] * rates[model][each], 0);

/** A request as the client counts it, and what of it is known here. */
interface Request {
  readonly model: Model;
  readonly tokens: ModelTokens;
  /** Output the client guesses beyond what the transcript has, of an answer without an end. */
  readonly guess: number | undefined;
  /** Nobody tells of it but the total. */
  readonly secret: boolean;
}

const tokens = fc.record({
  // Every request has input.
  input: fc.integer({ min: 1, max: 400 }),
  output: fc.nat(4000),
  cacheRead: fc.nat(60_000),
  cacheWrite: fc.nat(9000),
});
const request: fc.Arbitrary<Request> = fc.record({
  model: fc.constantFrom<Model>('small', 'large'),
  tokens,
  guess: fc.option(fc.nat(30), { nil: undefined, freq: 3 }),
  secret: fc.boolean().chain((odd) => (odd ? fc.boolean() : fc.constant(false))),
});

/** The client's total of everything in some runs, one run after the other. */
function totalOf(runs: readonly (readonly Request[])[], index: number): StoredCostState {
  const models: Record<string, number> = {};
  const sums: Record<string, ModelTokens> = {};
  let total = 0;
  for (const { model, tokens: own, guess = 0 } of runs.slice(0, index + 1).flat()) {
    const name = `${model}[1m]`;
    const counted = { ...own, output: own.output + guess };
    const before = sums[name] ?? { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
    sums[name] = Object.fromEntries(
      classes.map((each) => [each, before[each] + counted[each]]),
    ) as unknown as ModelTokens;
    const usd = priceOf(model, counted) / 1e9;
    models[name] = (models[name] ?? 0) + usd;
    total += usd;
  }
  const [at, started] = [1000 * (index + 1), 1];
  return { at, total, models: JSON.stringify(models), tokens: JSON.stringify(sums), started };
}

function find(
  runs: readonly (readonly Request[])[],
  known: Parameters<typeof unfinishedAnswers>[2] = [],
) {
  const steps = totalSteps(
    runs.map((_, i) => totalOf(runs, i)),
    undefined,
  );
  const counted = runs.flatMap((run, i) =>
    run.flatMap(({ model, tokens: own, guess, secret }, j): CountedTokens[] =>
      secret
        ? []
        : [
            {
              at: 1000 * i + j + 2,
              model,
              tokens: own,
              nano: priceOf(model, own),
              more: guess === undefined ? undefined : (output) => output * rates[model].output,
            },
          ],
    ),
  );
  const rest = new Rest(
    steps.map(({ state, nano }, i) => {
      const shown = runs[i]!.filter(({ secret }) => !secret);
      const spent = shown.reduce((sum, { model, tokens: own }) => sum + priceOf(model, own), 0);
      return { at: state.at, nano: Math.max(0, nano - spent) };
    }),
  );
  const items = unfinishedAnswers(steps, counted, known, {
    dated: ({ at }) => at,
    modelId: (written) => written.replace('[1m]', ''),
    rest,
  });
  return { items, rest };
}

const runsOf = fc.array(fc.array(request, { minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 5,
});

describe('the rest of an answer that broke off', () => {
  it('is what the client guessed, of every run, where nothing else is unknown of its model', () => {
    fc.assert(
      fc.property(runsOf, (runs) => {
        const { items } = find(runs);
        runs.forEach((run, i) => {
          const item = items.filter(({ at }) => at === 1000 * (i + 1));
          const expected = (['small', 'large'] as const)
            .filter((model) => !run.some((each) => each.secret && each.model === model))
            .map((model) => {
              const own = run.filter((each) => each.model === model);
              const guessed = own.reduce((sum, { guess = 0 }) => sum + guess, 0);
              return guessed * rates[model].output;
            })
            .reduce((sum, nano) => sum + nano, 0);
          const found = item.reduce((sum, { nano }) => sum + nano, 0);
          assert.ok(Math.abs(found - expected) <= 20, `${found} for ${expected}`);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('is never a request nobody told of, whatever it counts and costs', () => {
    fc.assert(
      fc.property(runsOf, (runs) => {
        const { items, rest } = find(runs);
        const guessed = runs
          .flat()
          .filter(({ secret }) => !secret)
          .reduce((sum, { model, guess = 0 }) => sum + guess * rates[model].output, 0);
        const found = items.reduce((sum, { nano }) => sum + nano, 0);
        assert.ok(found <= guessed + 20 * runs.length, `${found} of ${guessed}`);
        runs.forEach((run, i) => {
          const secret = run.filter((each) => each.secret);
          const nano = secret.reduce((sum, each) => sum + priceOf(each.model, each.tokens), 0);
          assert.ok(rest.at(1000 * (i + 1)) >= nano - 20, 'what nobody told of is left');
        });
      }),
      { numRuns: 500 },
    );
  });

  const broken = (guess: number, secret = false): Request => ({
    model: 'large',
    tokens: { input: 10, output: 1, cacheRead: 0, cacheWrite: 0 },
    guess,
    secret,
  });

  it('is not without an answer that has no end', () => {
    const ended: Request = { ...broken(0), guess: undefined };
    const { at, models, tokens: counts, ...total } = totalOf([[broken(3)]], 0);
    const steps = totalSteps([{ at, models, tokens: counts, ...total }], undefined);
    const nano = priceOf('large', ended.tokens);
    const counted = [{ at: 2, model: 'large', tokens: ended.tokens, nano }];
    const rest = new Rest([{ at, nano: 60_000 }]);
    const world = { dated: () => at, modelId: () => 'large', rest };
    assert.deepEqual(unfinishedAnswers(steps, counted, [], world), []);
    const without = totalSteps([{ at, models, tokens: '', ...total }], undefined);
    const open = counted.map((each) => ({ ...each, more: (output: number) => output * 20_000 }));
    assert.deepEqual(unfinishedAnswers(without, open, [], world), [], 'a total without tokens');
    assert.deepEqual(unfinishedAnswers(steps, open, [], world), [
      { at, kind: 'unfinished', requests: 1, nano: 60_000 },
    ]);
  });

  it('is not where the money is not that of the tokens', () => {
    const state = totalOf([[broken(3)]], 0);
    const steps = totalSteps([{ ...state, models: '{"large[1m]":0.00013}' }], undefined);
    const tokens = broken(3).tokens;
    const more = (output: number): number => output * rates.large.output;
    const counted = [{ at: 2, model: 'large', tokens, nano: priceOf('large', tokens), more }];
    const rest = new Rest([{ at: state.at, nano: 1e9 }]);
    const world = { dated: () => state.at, modelId: () => 'large', rest };
    assert.deepEqual(unfinishedAnswers(steps, counted, [], world), []);
  });

  it('stays when the messages are summed up', () => {
    const steps = totalSteps([totalOf([[broken(3)]], 0)], undefined);
    const { at } = steps[0]!.state;
    const counted = [{ at: 2, model: '', tokens: undefined, nano: 1 }];
    const known = [{ at, kind: 'unfinished', requests: 1, nano: 60_000 } as const];
    const answers = (left: number): unknown =>
      unfinishedAnswers(steps, counted, known, {
        dated: () => at,
        modelId: () => 'large',
        rest: new Rest([{ at, nano: left }]),
      });
    assert.deepEqual(answers(60_000), known);
    assert.deepEqual(answers(59_999), [], 'no more than is unexplained');
  });
});
