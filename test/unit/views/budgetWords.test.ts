import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import { budgetState } from '../../../src/analysis/budgets/budget.ts';
import type { BudgetEntry } from '../../../src/dataFolder/budgetFile.ts';
import { dayMs, hourMs } from '../../../src/model/calendar.ts';
import { usDollars } from '../../../src/model/currency.ts';
import type { BudgetsFigures } from '../../../src/panels/budgets.ts';
import type { BudgetOutlook } from '../../../src/panels/parts/budgetForecasts.ts';
import type * as Alarm from '../../../src/views/budgets/alarm.ts';
import type * as Limits from '../../../src/views/budgets/limitRules.ts';
import type * as Tree from '../../../src/views/budgets/treeItems.ts';
import type * as Model from '../../../src/views/budgets/viewModel.ts';
import type * as Words from '../../../src/views/budgets/words.ts';
import type { Format } from '../../../src/views/text/format.ts';
import { standInForVscode } from '../../bench/vscodeStandIn.ts';
import { budgetEntry } from '../../lib/spentWorld.ts';

const zone = 'Europe/Berlin';
/** Tuesday, three in the afternoon. */
const now = Date.parse('2026-11-24T14:00:00Z');

/** A budget of which so much is spent. */
function outlook(
  key: readonly [string, string, string],
  limit: number,
  spent: number,
  more: Partial<BudgetOutlook> & { readonly entryMore?: Partial<BudgetEntry> } = {},
): BudgetOutlook {
  const { entryMore, ...rest } = more;
  const entry = { ...budgetEntry(key, limit), ...entryMore };
  const amount = key[2] === 'usd' ? Math.round(spent * 1e9) : spent;
  return {
    entry,
    budget: entry.budget,
    part: '',
    state: budgetState(entry.budget, amount),
    endsAt: undefined,
    projected: undefined,
    band: undefined,
    usedUpAt: undefined,
    overSince: undefined,
    ...rest,
  };
}

/** What a gateway said of a group of the company. */
const pool = {
  ...{ scope: 'company', name: 'web', period: 'month', from: 0, to: now + 1, spent: 8e9, own: 0 },
  ...{ askedAt: now, saidBy: 'gateway.example.com', budget: undefined },
} as const;
const day = ['global', 'day', 'usd'] as const;
const month = ['global', 'month', 'usd'] as const;
const billing = ['project:/home/dev/billing-api', 'month', 'usd'] as const;

describe('what is said of budgets', () => {
  let words: typeof Words;
  let tree: typeof Tree;
  let alarm: typeof Alarm;
  let limits: typeof Limits;
  let model: typeof Model;
  let context: Words.WordContext;
  let format: Format;
  const figures = (budgets: readonly BudgetOutlook[]): BudgetsFigures => ({
    now,
    budgets,
    others: [],
    months: [],
    spend: [],
    daysOver: undefined,
    problems: [],
    catalogueDate: '2026-11-01',
    hasData: true,
  });
  before(async () => {
    standInForVscode();
    words = await import('../../../src/views/budgets/words.ts');
    tree = await import('../../../src/views/budgets/treeItems.ts');
    alarm = await import('../../../src/views/budgets/alarm.ts');
    limits = await import('../../../src/views/budgets/limitRules.ts');
    model = await import('../../../src/views/budgets/viewModel.ts');
    const { Format: FormatClass } = await import('../../../src/views/text/format.ts');
    format = new FormatClass({ currency: usDollars, zone, billing: 'api' }, 'en');
    context = { format, now, zone };
  });
  const panel = (budgets: readonly BudgetOutlook[]) =>
    model.budgetsViewModel({ ...context, figures: figures(budgets), live: false, demo: false });
  const items = (budgets: readonly BudgetOutlook[]) =>
    tree
      .budgetNodes(figures(budgets), context)
      .map((node) => tree.describeBudget(node, context))
      .map(({ label, description, icon }) => `${icon} ${label}: ${description}`);

  /** The three of the mock. */
  const three = () => [
    outlook(billing, 55, 44.34, {
      projected: 56.2e9,
      band: { low: 52e9, high: 60e9 },
      usedUpAt: Date.parse('2026-11-30T10:00:00Z'),
      endsAt: Date.parse('2026-11-30T23:00:00Z'),
    }),
    outlook(day, 10, 6.12, { projected: 8e9, band: { low: 7e9, high: 10e9 } }),
    outlook(month, 150, 96.4, { projected: 121e9, band: { low: 112e9, high: 134e9 } }),
  ];

  test('is said as people say it', () => {
    assert.deepEqual(items(three()), [
      'warning billing-api: $10.66 left, used up on Nov 30',
      'check Today: $3.88 left',
      'check November: $53.60 left',
    ]);
    const over = outlook(day, 10, 11.42, { overSince: Date.parse('2026-11-24T13:47:00Z') });
    assert.deepEqual(items([over]), ['error Today: $1.42 over, used up since 2:47 PM']);
    assert.deepEqual(items([outlook(day, 10, 10)]), ['error Today: used up']);
    const tokens = outlook(['global', 'rolling:5h', 'tokens'], 1_000_000, 900_000);
    assert.deepEqual(items([tokens]), ['warning Last 5 hours: 100k tokens left']);
  });

  test('is never a level’s name or a share above all of it', () => {
    const key = fc.constantFrom(day, month, billing);
    fc.assert(
      fc.property(
        key,
        fc.double({ min: 0.01, max: 5000, noNaN: true }),
        fc.double({ min: 0, max: 9000, noNaN: true }),
        (of, limit, spent) => {
          const one = outlook(of, Math.round(limit * 100) / 100, spent);
          const [text] = items([one]);
          assert.doesNotMatch(text!, /stop|critical|HARD|NaN|undefined|\{\d\}/);
          const left = words.leftText(one, format);
          assert.equal(/ over$/.test(left), one.state.spent > one.budget.limit, left);
          assert.equal(/ left$/.test(left), one.state.spent < one.budget.limit, left);
          assert.match(words.ofLimitText(one, format), /^\$[\d.,]+ (of|over) \$[\d.,]+$/);
        },
      ),
    );
  });

  test('names budgets apart, by period, unit and who set them', () => {
    const shop = 'project:/home/dev/shop';
    const list = [
      outlook([shop, 'day', 'usd'], 1, 0),
      outlook([shop, 'month', 'usd'], 1, 0),
      outlook([shop, 'month', 'tokens'], 1, 0),
      outlook(day, 1, 0),
      outlook(day, 2, 0, { entryMore: { origin: 'settings' } }),
      outlook(['project:*', 'day', 'usd'], 1, 0, { part: '/home/dev/docs' }),
      outlook(['branch:fix', 'week', 'usd'], 1, 0),
    ];
    assert.deepEqual(words.budgetNames(list, context), [
      'shop, today',
      'shop, November',
      'shop, November, tokens',
      'Today, terminal',
      'Today, settings',
      'docs',
      'fix',
    ]);
  });

  test('says what is excepted, and until when', () => {
    const midnight = Date.parse('2026-11-24T23:00:00Z');
    const raised = outlook(day, 30, 11, {
      entryMore: { override: { raised: { from: 10e9, until: midnight } } },
    });
    assert.deepEqual(items([raised]), ['check Today: $19.00 left, raised until midnight']);
    assert.deepEqual(words.exceptionTexts(raised.entry, context), [
      'raised from $10 until midnight',
    ]);
    const paused = outlook(day, 10, 11, {
      entryMore: { override: { pausedUntil: now + hourMs } },
    });
    assert.deepEqual(items([paused]), ['debug-pause Today: $1.00 over, paused until 4:00 PM']);
  });

  test('has a tooltip with bar, word, forecast, time, place and levels, and no links', () => {
    const [node] = tree.budgetNodes(figures(three()), context);
    const text = tree
      .tooltipText(node!, context)
      .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
    for (const part of [
      '**billing-api** project, November',
      '`████████████████░░░░` 80% used · $44.34 of $55',
      'likely $56 ($52–60) · used up on Nov 30',
      '6 d to go',
      'Set with “outlay budget set” or here.',
      '- At 75%: status bar turns yellow',
      '- At 100%: status bar says it is used up; nothing is refused',
    ]) {
      assert.ok(text.includes(part), `${part} in\n${text}`);
    }
    const hostile = outlook(['branch:[x](command:y) $(bug) <b>', 'day', 'usd'], 1, 0);
    const [bad] = tree.budgetNodes(figures([hostile]), context);
    assert.doesNotMatch(tree.tooltipText(bad!, context), /\]\(|\$\(|<b>/);
  });

  test('offers what makes sense for each', () => {
    const of = (entryMore: Partial<BudgetEntry>) =>
      tree.contextOf(outlook(day, 10, 1, { entryMore }));
    assert.equal(of({}), 'budget.own.raise.pause');
    assert.equal(of({ origin: 'project file', file: '/x' }), 'budget.file.raise.pause');
    assert.equal(of({ origin: 'environment' }), 'budget.variable.raise.pause');
    const pausedUntil = now + 1;
    assert.equal(of({ override: { pausedUntil } }), 'budget.own.raise.paused.resume');
  });

  test('offers nobody to raise what the company sets, and says whose group spends it', () => {
    const entryMore = { origin: 'company' } as const;
    const over = (scope: string, more = {}) => outlook([scope, 'month', 'usd'], 7, 8, more);
    const { acts, budgets } = panel([over('company:web', { entryMore: { ...entryMore, pool } })]);
    assert.deepEqual([acts, budgets[0]!.verbs, budgets[0]!.name], [[], [], 'web']);
    assert.equal(panel([over('global')]).acts?.length, 1);
  });

  test('begins with a verdict, and says why', () => {
    const said = (budgets: readonly BudgetOutlook[]) => {
      const { answer, lead } = panel(budgets);
      return [answer, lead];
    };
    assert.deepEqual(said([]), [
      'No budget is set',
      'With a budget Outlay says how much is left, and when it will be used up.',
    ]);
    const [early, today, whole] = three() as [BudgetOutlook, BudgetOutlook, BudgetOutlook];
    // Two dollars more than 55 are no reason to worry.
    assert.equal(said([early, today, whole])[0], 'All three budgets will last');
    const certain = { ...early, projected: 63e9, band: undefined };
    assert.deepEqual(said([certain, today, whole]), [
      'One of three budgets will be used up early',
      'At the pace of the last 7 days, billing-api is used up on Nov 30: likely $63 of $55.',
    ]);
    const over = outlook(day, 10, 11.42, { overSince: Date.parse('2026-11-24T13:47:00Z') });
    assert.deepEqual(said([over, certain]), [
      'One of two budgets is used up',
      'Today: $1.42 over $10, used up since 2:47 PM.',
    ]);
    assert.equal(said([over])[0], 'The budget is used up');
    assert.equal(said([today])[0], 'The budget will last');
    const lifetime = (days: number) =>
      outlook(['global', 'lifetime', 'usd'], 10, 1, { usedUpAt: now + days * dayMs });
    assert.equal(said([lifetime(3)])[0], 'The budget will be used up early');
    assert.equal(said([lifetime(30)])[0], 'The budget will last');
  });

  test('has a row for each budget, with a strip as far as its range reaches', () => {
    const [row] = panel(three()).budgets;
    assert.deepEqual(
      [row?.name, row?.left, row?.leftOf, row?.used, row?.likely, row?.outcome],
      [
        'billing-api',
        '$10.66',
        'left of $55',
        '80% used',
        'likely $56 ($52–60)',
        'used up on Nov 30',
      ],
    );
    assert.deepEqual(row?.strip, {
      whole: 60e9,
      filled: 44.34e9,
      tick: 55e9,
      likely: 56.2e9,
      low: 52e9,
      high: 60e9,
    });
    assert.equal(row?.early, false);
    const [early] = panel([{ ...three()[0]!, projected: 63e9 }]).budgets;
    assert.equal(early?.early, true);
    assert.deepEqual(row?.verbs, ['change', 'raise', 'raiseFor', 'pause', 'remove']);
  });

  test('alarms with which budget and why', () => {
    const share = (one: BudgetOutlook) =>
      alarm.alarmText({ ...one, here: true, overSince: one.overSince }, context);
    const since = Date.parse('2026-11-24T13:47:00Z');
    assert.equal(
      share(outlook(day, 10, 11.42, { overSince: since })),
      'Over today’s budget by $1.42 since 2:47 PM',
    );
    assert.equal(
      share(outlook(month, 100, 103, { overSince: now - 3 * dayMs })),
      'Over the budget for “November” by $3.00 since Nov 21',
    );
    assert.equal(share(outlook(day, 10, 7.8)), 'Today’s budget is 78% used: $2.20 left of $10');
    assert.equal(share(outlook(day, 10, 10)), 'Today’s budget is used up');
    const forecast = { ...outlook(day, 10, 7.8) };
    const judged = {
      ...forecast,
      state: { ...forecast.state, judged: 12e9, level: 'stop' as const },
    };
    assert.equal(share(judged), 'Today’s budget of $10: on track for $12');
  });

  test('checks what is typed as a limit in clear words', () => {
    const usd = { unit: { kind: 'usd' } } as const;
    assert.equal(limits.limitProblem('12.50', usd, format), undefined);
    assert.equal(limits.limitProblem('$ 12,50', usd, format), undefined);
    for (const wrong of ['', '0', '-1', 'ten', '1e3', '9999999', '1,000']) {
      assert.match(
        limits.limitProblem(wrong, usd, format) ?? '',
        /^Enter dollars and cents/,
        wrong,
      );
    }
    const raise = { ...usd, above: 10e9 };
    assert.equal(limits.limitProblem('10', raise, format), 'Enter more than the current $10.');
    assert.equal(limits.limitProblem('10.01', raise, format), undefined);
    assert.equal(limits.readLimit('12,50', { kind: 'usd' }), 12.5e9);
  });
});
