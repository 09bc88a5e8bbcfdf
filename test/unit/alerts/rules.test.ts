import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { findCandidates, type RuleSettings } from '../../../src/alerts/checkAlerts.ts';
import type { Candidate } from '../../../src/alerts/decide.ts';
import type { Budget } from '../../../src/analysis/budgets/budget.ts';
import { judgeBudgets } from '../../../src/budgets/evaluateBudgets.ts';
import type { Alert } from '../../../src/dataFolder/alertFile.ts';
import type { BudgetEntry } from '../../../src/dataFolder/budgetFile.ts';
import { dayMs, daySpan, hourMs, monthSpan, weekSpan } from '../../../src/model/calendar.ts';
import { type Level, levelOf } from '../../../src/model/level.ts';
import type { ReportContext } from '../../../src/query/context.ts';
import { readQuestion } from '../../../src/query/question.ts';
import { projection, readProjection } from '../../../src/reports/spend/projection.ts';
import { budgetEntry, type Spent, world } from '../../lib/spentWorld.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
const quiet: RuleSettings = {
  hourlyUsd: undefined,
  dailyProjectionUsd: undefined,
  exhaustionDays: 0,
  quiet: ['acceleration', 'outlier', 'spike'],
};

type Found = Candidate & Pick<Alert, 'cause'>;

const rulesOf = (found: readonly Candidate[]) => found.map(({ rule, level }) => `${rule} ${level}`);

function found(
  spent: readonly Spent[],
  settings: Partial<RuleSettings>,
  more: Partial<ReportContext> = {},
  at = now,
): Found[] {
  let candidates: Found[] = [];
  world(spent, at, (context) => {
    candidates = findCandidates({ ...context, ...more }, { ...quiet, ...settings }).map((each) => {
      const cause = each.findCause();
      return { ...each, ...(cause && { cause }) };
    });
  });
  return candidates;
}

const today = (usd: number, session = 's'): Spent => ({ session, usd, ago: 2 * hourMs });
const old: Spent = { session: 'old', usd: 0.0001, ago: 40 * dayMs };
const day = (limit: number, more: Partial<Budget> = {}): BudgetEntry =>
  budgetEntry(['global', 'day', 'usd'], limit, more);

describe('budgets at their levels', () => {
  for (const [usd, level] of [
    [4.99995, undefined],
    [5, 'info'],
    [7.4999, 'info'],
    [7.5, 'warning'],
    [8.9999, 'warning'],
    [9, 'critical'],
    [9.996, 'critical'],
    [10, 'stop'],
    [25, 'stop'],
  ] as const) {
    test(`$${usd} of $10 is ${level ?? 'no alert'}`, () => {
      const candidates = found([today(usd)], {}, { budgets: [day(10)] });
      const expected = level === undefined ? [] : [`budget ${level}`];
      assert.deepEqual(rulesOf(candidates), expected);
    });
  }

  test('any ladder, at any share: the level the budget check says', () => {
    const ladder = fc
      .uniqueArray(fc.integer({ min: 1, max: 999 }), { minLength: 3, maxLength: 3 })
      .map((all) => all.toSorted((a, b) => a - b).map((each) => each / 1000));
    fc.assert(
      fc.property(ladder, fc.integer({ min: 1, max: 1200 }), ([info, warning, critical], mille) => {
        const thresholds = { info: info!, warning: warning!, critical: critical!, stop: 1 };
        const entry = day(10, { thresholds });
        world([today(mille / 100)], now, (context) => {
          const own = { ...context, budgets: [entry] };
          const [candidate] = findCandidates(own, quiet);
          const [judged] = judgeBudgets(own).judged;
          const level: Level = levelOf(mille / 1000, thresholds);
          assert.equal(judged!.state.level, level);
          assert.equal(candidate?.level, level === 'ok' ? undefined : level);
          if (candidate !== undefined) assert.equal(candidate.facts.spent, judged!.state.spent);
        });
      }),
      { numRuns: 40 },
    );
  });

  test('a paused budget tells nothing; a raised one is judged by the limit it is raised to', () => {
    const paused = { ...day(10), override: { pausedUntil: now + 1 } };
    assert.deepEqual(found([today(25)], {}, { budgets: [paused] }), []);
    const over = { ...day(10), override: { pausedUntil: now } };
    assert.deepEqual(rulesOf(found([today(25)], {}, { budgets: [over] })), ['budget stop']);
    const raised = { ...day(20), override: { raised: { from: 10 * 1e9, until: now + 1 } } };
    assert.deepEqual(rulesOf(found([today(15)], {}, { budgets: [raised] })), ['budget warning']);
  });

  test('the dearest session since its period began is named, in its project only', () => {
    const spent = [
      today(2, 'small'),
      { session: 'big', usd: 5, ago: hourMs, cwd: '/src/two' },
      { session: 'yesterday', usd: 50, ago: 20 * hourMs },
    ];
    const [all] = found(spent, {}, { budgets: [day(10)] });
    assert.deepEqual([all?.cause?.session, all?.cause?.amount], ['big', 5e9]);
    const one = budgetEntry(['project:/src/one', 'day', 'usd'], 2);
    const [own] = found(spent, {}, { budgets: [one] });
    assert.deepEqual([own?.cause?.session, own?.level], ['small', 'stop']);
  });

  test('a session that costs more than its day is told by itself', () => {
    const spent = [today(6, 'dear'), today(1, 'cheap')];
    const each = budgetEntry(['session', 'day', 'usd'], 5);
    const candidates = found(spent, {}, { budgets: [each] });
    assert.deepEqual(
      candidates.map(({ part, level, cause }) => [part, level, cause?.session]),
      [['dear', 'stop', 'dear']],
    );
    assert.match(candidates[0]!.key, /^budget session day usd dear$/);
  });

  test('tokens are counted in tokens, and so is what made most of them', () => {
    const entry = budgetEntry(['global', 'day', 'tokens:input'], 1_000_000);
    const [candidate] = found([today(5)], {}, { budgets: [entry] });
    assert.deepEqual([candidate?.level, candidate?.facts.spent], ['stop', 1_000_000]);
    assert.equal(candidate?.cause?.amount, 1_000_000);
  });
});

describe('forecasts', () => {
  /** $10 a day for seven days, each at noon. */
  const week = Array.from(
    { length: 7 },
    (_, index): Spent => ({ session: `d${index}`, usd: 10, ago: index * dayMs + hourMs }),
  );

  test('a month that will not last is told with the day, as the projection says', () => {
    const budgets = [budgetEntry(['global', 'month', 'usd'], 100)];
    // Spent since the first of November: all seven days; six days are left, and an afternoon.
    const [candidate] = found([old, ...week], {}, { budgets }).filter(
      ({ rule }) => rule === 'forecast',
    );
    assert.equal(candidate?.level, 'warning');
    assert.deepEqual(
      [candidate.facts.spent, Math.round(candidate.facts.days! * 1000)],
      [70e9, 2969],
    );
    // All of a usual day is spent before noon, in the quarter of an hour after eleven.
    assert.equal(candidate.facts.usedUpAt, now + 3 * dayMs - 45 * 60_000);
    assert.equal(Math.round(candidate.facts.forecast! / 1e7), Math.round(100 * (70 + 6 * 10)));
    world([old, ...week], now, (context) => {
      const question = readQuestion(projection, {}, context);
      const [budget] = readProjection({ ...context, budgets }, question).budgets;
      const stop = budget!.steps.at(-1)!;
      assert.equal(stop.outcome, 'ahead');
      assert.equal(stop.days, candidate.facts.days);
    });
  });

  test('a projection ends with its period: what lasts until the reset is not told', () => {
    const budgets = [budgetEntry(['global', 'month', 'usd'], 131)];
    assert.deepEqual(rulesOf(found([old, ...week], {}, { budgets })), ['budget info']);
    const weekly = [budgetEntry(['global', 'week', 'usd'], 100)];
    // Since Monday $20; five days are left, which is $70.
    assert.deepEqual(rulesOf(found([old, ...week], {}, { budgets: weekly })), []);
  });

  test('what is used up already is told as that, and not foretold', () => {
    const budgets = [budgetEntry(['global', 'month', 'usd'], 70)];
    assert.deepEqual(rulesOf(found([old, ...week], {}, { budgets })), ['budget stop']);
  });

  test('where nothing was spent yet in the period nothing is foretold', () => {
    // At six in the evening, which is yet to come.
    const before = week.slice(1).map(({ ago, ...each }) => ({
      ...each,
      ...{ usd: 100, ago: ago - 7 * hourMs },
    }));
    const budgets = [day(5)];
    assert.deepEqual(rulesOf(found([old, ...before], {}, { budgets })), []);
    const some = [old, ...before, today(0.01)];
    assert.deepEqual(rulesOf(found(some, {}, { budgets })), ['forecast warning']);
  });

  test('less than a day of history foretells nothing', () => {
    assert.deepEqual(rulesOf(found([today(1)], {}, { budgets: [day(5)] })), []);
  });

  test('a budget judged by its forecast has the level of the forecast', () => {
    const budgets = [budgetEntry(['global', 'month', 'usd'], 140, { basis: 'forecast' })];
    const [candidate] = found([old, ...week], {}, { budgets });
    assert.equal(candidate?.level, 'critical');
    assert.ok(candidate.facts.judged! > candidate.facts.spent!);
  });

  test('a lifetime budget is told within so many days, a rolling one only where its own length fills it', () => {
    const lifetime = [budgetEntry(['global', 'lifetime', 'usd'], 100)];
    const rules = (days: number, budgets: BudgetEntry[]) =>
      rulesOf(found([old, ...week], { exhaustionDays: days, quiet: ['budget'] }, { budgets }));
    assert.deepEqual(rules(3, lifetime), ['exhaustion warning']);
    assert.deepEqual(rules(2.9, lifetime), []);
    assert.deepEqual(rules(0, lifetime), []);
    const rolling = (limit: number) => [budgetEntry(['global', 'rolling:7d', 'usd'], limit)];
    assert.deepEqual(rules(30, rolling(71)), []);
    assert.deepEqual(rules(30, [budgetEntry(['global', 'rolling:14d', 'usd'], 100)]), [
      'exhaustion warning',
    ]);
  });
});

describe('rates', () => {
  const hour = (usd: number, minutes = 30): Spent => ({
    session: 'now',
    usd,
    ago: minutes * 60_000,
  });

  test('the last 60 minutes against the limit, strictly', () => {
    const rules = (spent: Spent[], usd: number) =>
      rulesOf(found(spent, { hourlyUsd: usd, quiet: ['spike'] }));
    assert.deepEqual(rules([hour(5)], 5), []);
    assert.deepEqual(rules([hour(5.01)], 5), ['hourly warning']);
    assert.deepEqual(rules([hour(10)], 5), ['hourly warning']);
    assert.deepEqual(rules([hour(10.01)], 5), ['hourly critical']);
    // The hour holds its end and not its beginning.
    assert.deepEqual(rules([hour(6, 60)], 5), []);
    assert.deepEqual(rules([{ ...hour(6), ago: hourMs - 1 }], 5), ['hourly warning']);
    assert.deepEqual(rules([{ ...hour(6), ago: 0 }], 5), ['hourly warning']);
  });

  test('today by its forecast against the limit of a day, strictly; by itself on a first day', () => {
    const quiet = ['spike', 'acceleration'] as const;
    const rules = (spent: Spent[], limit: number) =>
      rulesOf(found(spent, { dailyProjectionUsd: limit, quiet: [...quiet] }));
    assert.deepEqual(rules([hour(1)], 1), [], 'an hour is no forecast');
    assert.deepEqual(rules([hour(1.01)], 1), ['projection warning']);
    assert.deepEqual(rules([hour(2.01)], 1), ['projection critical']);
    // Eight dollars of the last week: what is left of today brings its part of one and a seventh.
    const week = [hour(1), { ...hour(7), session: 'before', ago: 6 * dayMs }, old];
    const expected = 1 + ((daySpan(now, 'UTC').to - now) / dayMs) * (8 / 7);
    assert.deepEqual(rules(week, expected + 0.01), []);
    assert.deepEqual(rules(week, expected - 0.01), ['projection warning']);
    // Who has spent nothing today is not told what usual days cost.
    assert.deepEqual(rules(week.slice(1), 0.1), []);
  });

  test('a spike: ten messages in 24 hours, the last hour above three times the mean of the 24 before it', () => {
    /** So many messages of the last hour cost so much together. */
    const rules = (total: number, before: Spent[], messages: number) => {
      const few = Array.from(
        { length: messages - 1 },
        (_, index): Spent => ({
          session: 'few',
          usd: 0.06,
          ago: 20 * 60_000 + index,
        }),
      );
      return rulesOf(
        found([hour(total - 0.06 * few.length), ...few, ...before], { quiet: [] }),
      ).filter((each) => each.startsWith('spike'));
    };
    const before = [{ session: 'b', usd: 24, ago: 20 * hourMs }];
    assert.deepEqual(rules(3, before, 10), []);
    assert.deepEqual(rules(3.01, before, 10), ['spike warning']);
    assert.deepEqual(rules(6.01, before, 10), ['spike critical']);
    assert.deepEqual(rules(3.01, before, 9), ['spike warning']);
    assert.deepEqual(rules(3.01, before, 8), []);
    // Exactly 24 hours and an hour ago is outside, a millisecond later inside.
    assert.deepEqual(rules(3.01, [{ ...before[0]!, ago: 25 * hourMs }], 12), []);
    assert.deepEqual(rules(3.01, [{ ...before[0]!, ago: 25 * hourMs - 1 }], 12), ['spike warning']);
    // Nothing before it: nothing is three times nothing.
    assert.deepEqual(rules(100, [], 12), []);
  });

  test('the last day against the active days before it', () => {
    const spent = (last: number): Spent[] => [
      { session: 'a', usd: 10, ago: 3 * dayMs - hourMs },
      { session: 'b', usd: 10, ago: 2 * dayMs - hourMs },
      { session: 'c', usd: last, ago: hourMs },
    ];
    const rules = (last: number) => rulesOf(found(spent(last), { quiet: ['outlier', 'spike'] }));
    assert.deepEqual(rules(20), []);
    assert.deepEqual(rules(20.01), ['acceleration info']);
  });

  test('sessions that stand out, once each, and messages of the last hour', () => {
    const usual = Array.from(
      { length: 9 },
      (_, index): Spent => ({
        session: `u${index}`,
        usd: 1 + index / 100,
        ago: 5 * dayMs + index,
      }),
    );
    const rules = (spent: Spent[]) =>
      found([...usual, ...spent], { quiet: ['acceleration', 'spike'] }).map(({ key }) => key);
    assert.deepEqual(rules([{ session: 'dear', usd: 50, ago: 30 * 60_000 }]), [
      'outlier session dear',
      'outlier message dear',
    ]);
    assert.deepEqual(rules([{ session: 'dear', usd: 50, ago: 2 * hourMs }]), [
      'outlier session dear',
    ]);
    assert.deepEqual(rules([{ session: 'dear', usd: 50, ago: 25 * hourMs }]), []);
    // What costs next to nothing is not told, however unusual.
    const cents = usual.map((each) => ({ ...each, usd: each.usd / 1000 }));
    const few = found([...cents, { session: 'dear', usd: 0.5, ago: 1 }], { quiet: [] });
    assert.deepEqual(rulesOf(few.filter(({ rule }) => rule === 'outlier')), []);
  });

  test('a peer above its limit in 24 hours', () => {
    const event = (usd: number, ago: number) => ({
      peer: 'bob',
      task: `${usd}`,
      tokens: 0,
      nano: usd * 1e9,
      at: now - ago,
    });
    const rules = (...events: ReturnType<typeof event>[]) =>
      rulesOf(found([], {}, { peers: { events, limit: 5e9, problems: [] } }));
    assert.deepEqual(rules(event(5, hourMs)), []);
    assert.deepEqual(rules(event(4, hourMs), event(1.1, 23 * hourMs)), ['peer warning']);
    assert.deepEqual(rules(event(4, hourMs), event(1.1, dayMs)), []);
  });

  test('a quiet rule tells nothing, and the others go on', () => {
    const settings = { hourlyUsd: 1, dailyProjectionUsd: 1 };
    assert.deepEqual(rulesOf(found([hour(5)], { ...settings, quiet: ['hourly', 'spike'] })), [
      'projection critical',
    ]);
  });
});

describe('periods of the calendar', () => {
  /** Every zone there is, and those that are odd more often. */
  const zones = [
    ...Intl.supportedValuesOf('timeZone'),
    ...['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'],
    ...['Pacific/Apia', 'America/Sao_Paulo', 'Africa/Casablanca', 'Pacific/Chatham'],
  ];
  /** Changes of clocks, a leap day, ends of months and of a year. */
  const moments = [
    ...['2026-03-29T01:30:00Z', '2026-10-25T00:30:00Z', '2026-03-08T07:30:00Z'],
    ...['2028-02-29T12:00:00Z', '2028-02-28T23:59:59Z', '2027-02-28T23:30:00Z'],
    ...['2026-12-31T23:59:59Z', '2026-04-04T15:30:00Z', '2026-11-01T05:30:00Z'],
  ].map((text) => Date.parse(text));

  const kinds = {
    day: daySpan,
    week: (ms: number, zone: string) => weekSpan(ms, zone, 1),
    month: monthSpan,
  } as const;

  test('a budget counts from the first moment of its period, and its alert is of that period', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...moments),
        fc.integer({ min: -36, max: 36 }),
        fc.constantFrom('day', 'week', 'month' as const),
        (zone, moment, hours, kind) => {
          const at = moment + hours * hourMs;
          const span = kinds[kind as keyof typeof kinds](at, zone);
          const spent: Spent[] = [
            { session: 'first', usd: 10, ago: at - span.from },
            { session: 'before', usd: 70, ago: at - span.from + 1 },
          ];
          const budgets = [budgetEntry(['global', kind, 'usd'], 10)];
          const settings = { quiet: ['forecast', 'acceleration', 'outlier', 'spike'] } as const;
          const [candidate] = found(spent, settings, { budgets, zone }, at);
          assert.deepEqual([candidate?.level, candidate?.facts.spent], ['stop', 10e9]);
          assert.equal(candidate?.since, span.from);
          assert.deepEqual(candidate?.repeat, {
            kind: 'period',
            instance: `${new Date(span.from).toISOString()} ${10e9}`,
            until: span.to,
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});
