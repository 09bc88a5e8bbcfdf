import {
  type Exhaustion,
  exhaustion,
  type Projection,
  project,
} from '../../analysis/spend/projection.ts';
import { amountText, judgedFields, judgedName } from '../../budgets/budgetLabels.ts';
import { type JudgedBudget, judgeBudgets } from '../../budgets/evaluateBudgets.ts';
import { dayMs, lastSpan } from '../../model/calendar.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import {
  type FigureInputs,
  figureNotes,
  headline,
  type Note,
  type ReportContext,
  warnings,
} from '../../query/context.ts';
import { firstSpend } from '../../query/firstSpend.ts';
import { usualHoursOf } from '../../query/forecast/usualHours.ts';
import { filterNames } from '../../query/options.ts';
import { numberOption, type Question } from '../../query/question.ts';
import { select } from '../../query/select.ts';
import { lengthMs } from '../../query/spans.ts';
import { readSpendRate, type SpendRate, spanReader } from '../../query/spendRate.ts';
import { figuresOf } from '../../query/sums.ts';
import { isLowerBound, shortcomings } from '../../store/schema/sums.ts';
import { cutSentence, shownBudgets } from '../budgets/budget.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Cell, Document, Table } from '../document/document.ts';
import { retentionNotes } from '../upkeep/retention.ts';
import { nothing } from './breakdown.ts';

/** `outlay projection` */
export const projection: ReportDefinition = {
  name: 'projection',
  aliases: ['forecast'],
  title: 'Projection',
  summary: 'Forecast at the recent rate, and when budgets are used up.',
  period: undefined,
  filters: filterNames,
  options: [
    {
      name: 'window',
      value: 'length',
      text: 'how far back the rate is taken from',
      kind: 'duration',
      default: '7d',
    },
    {
      name: 'horizons',
      value: 'lengths',
      text: 'how far to look ahead, with commas',
      kind: 'durations',
      default: '7d,30d,90d,365d',
    },
  ],
  gate: false,
  examples: [
    ['outlay projection', 'the next week, month, quarter and year at the rate of seven days'],
    ['outlay projection --window 30d --horizons 90d', 'a quarter at the rate of thirty days'],
  ],
  run: (context, question) =>
    projectionDocument(context, question, readProjection(context, question)),
};

/** A projection with the budgets it meets. */
export interface FoundProjection {
  readonly windowDays: number;
  readonly projection: Projection;
  readonly spendRate: SpendRate;
  readonly budgets: readonly BudgetForecast[];
}

/** A budget and when it is used up. */
export interface BudgetForecast {
  readonly judged: JudgedBudget;
  readonly steps: readonly Exhaustion[];
}

/** Reads the rate of a window, and looks ahead from now. */
export function readProjection(context: ReportContext, question: Question): FoundProjection {
  const { now, zone } = context;
  const reach = numberOption(question, 'window')!;
  const windowDays = reach / dayMs;
  const horizons = (question.options.horizons as readonly string[]).map(
    (text) => lengthMs(text, context)! / dayMs,
  );
  const read = spanReader(context, question.filters);
  const spendRate = readSpendRate(read, { now, zone, length: Math.min(dayMs, reach), reach });
  const first = firstSpend(context, question.filters, read, now - reach + 1);
  const found = project(spendRate.points, {
    now,
    window: windowDays,
    first,
    horizons,
    hours: usualHoursOf(context),
  });
  const budgets = found.status === 'ok' ? budgetsAhead(context, question, windowDays, first) : [];
  return { windowDays, projection: found, spendRate, budgets };
}

/** Budgets count everything they cover, so they stand beside whole projections and whole projects only. */
function budgetsAhead(
  context: ReportContext,
  { filters }: Question,
  days: number,
  first: number | undefined,
): BudgetForecast[] {
  if (Object.keys(filters).length > 0) return [];
  const { judged } = judgeBudgets(context, { window: { days, first } });
  return judged
    .filter(({ entry }) => entry.budget.period.kind !== 'run')
    .map((each) => ({ judged: each, steps: stepsOf(context, each) }));
}

/** A rolling budget is never used up at a rate that its own length does not carry beyond it. */
function stepsOf(
  context: ReportContext,
  { entry, projected, rate = 0 }: JudgedBudget,
): Exhaustion[] {
  const { thresholds, period, limit } = entry.budget;
  const shares = [...new Set(Object.values(thresholds))];
  const hours = usualHoursOf(context);
  const steps = exhaustion(projected, rate, shares, { now: context.now, hours });
  if (period.kind !== 'rolling') return steps;
  const length = period.unit === 'h' ? period.count / 24 : period.count;
  return steps.map((step) =>
    step.outcome === 'ahead' && rate * length < step.share * limit
      ? { ...step, days: undefined, outcome: 'never' }
      : step,
  );
}

function projectionDocument(
  context: ReportContext,
  question: Question,
  found: FoundProjection,
): Document {
  const { projection: result, spendRate, windowDays } = found;
  const noData = result.status === 'no-data';
  const span = lastSpan(context.now, context.zone, Math.round(windowDays * dayMs));
  const figures = figuresOf(
    context,
    select(context, { span, filters: question.filters }, ['model']),
  );
  return {
    title: `Projection from ${daysText(windowDays)}`,
    sentences: noData ? [nothing(context)] : sentences(context, found),
    tables: noData ? [] : [horizonTable(result), budgetTable(context, found.budgets)],
    notes: [
      ...(noData ? [] : notes(found, question)),
      ...retentionNotes(context, span),
      ...figureNotes(context, figures),
    ],
    json: json(context, question, found, figures, retentionNotes(context, span)),
    verdict: { status: noData ? 'no-data' : 'ok', ...shortcomings(spendRate.sums) },
  };
}

function sentences(context: ReportContext, found: FoundProjection): string[] {
  const { projection: result, spendRate, windowDays, budgets } = found;
  const atLeast = isLowerBound(spendRate.sums);
  const ahead = result.horizons
    .map(({ days, nano }) => `${formatUsd(Math.round(nano))} in ${daysText(days)}`)
    .join(', ');
  const clamped = result.clamped
    ? [
        `The first spend was ${daysText(result.days)} ago, which is shorter than the window of ${daysText(windowDays)}: the rate is taken from those ${daysText(result.days)}.`,
      ]
    : [];
  return [
    `${headline(context, Math.round(result.rate), atLeast)} a day in the last ${daysText(result.days)}; on track for ${ahead}.`,
    ...clamped,
    ...firstEmpty(context, budgets),
    ...cutSentence(budgets.length),
  ];
}

/** The budget that is used up first. */
function firstEmpty(context: ReportContext, budgets: readonly BudgetForecast[]): string[] {
  const ends = budgets.flatMap(({ judged, steps }) => {
    const end = steps.find(({ share }) => share === judged.entry.budget.thresholds.stop);
    return end !== undefined && (end.outcome === 'ahead' || end.outcome === 'passed')
      ? [{ judged, end }]
      : [];
  });
  const [first] = ends.sort((a, b) => a.end.days! - b.end.days!);
  if (first === undefined) {
    return budgets.length === 0 ? [] : ['No budget is used up before its period ends.'];
  }
  const name = judgedName(context, first.judged);
  return [
    first.end.outcome === 'passed'
      ? `The budget (${name}) is used up.`
      : `The budget (${name}) is used up in ${daysText(first.end.days!)}.`,
  ];
}

function horizonTable({ horizons }: Projection): Table {
  return {
    title: '',
    columns: [
      { key: 'days', header: 'Days', unit: 'count', leaves: 0 },
      { key: 'usd', header: 'Spend', unit: 'usd', strong: true },
      { key: 'low_usd', header: 'Low', unit: 'usd', idle: true },
      { key: 'high_usd', header: 'High', unit: 'usd', idle: true },
    ],
    rows: horizons.map(({ days, nano, band }): Cell[] => [
      tenth(days),
      Math.round(nano),
      band === undefined ? null : Math.round(band.low),
      band === undefined ? null : Math.round(band.high),
    ]),
  };
}

function budgetTable(context: ReportContext, budgets: readonly BudgetForecast[]): Table {
  return {
    title: 'Days until budgets are used',
    columns: [
      { key: 'budget', header: 'Budget', unit: 'text', widest: 50, fills: true },
      { key: 'limit', header: 'Limit', unit: 'text' },
      { key: 'utilization', header: 'Used', unit: 'percent' },
      { key: 'info', header: 'Info', unit: 'text', leaves: 4 },
      { key: 'warning', header: 'Warning', unit: 'text', leaves: 3 },
      { key: 'critical', header: 'Critical', unit: 'text', leaves: 2 },
      { key: 'stop', header: 'Stop', unit: 'text' },
    ],
    rows: budgets.slice(0, shownBudgets).map(({ judged, steps }) => {
      const { budget } = judged.entry;
      const { info, warning, critical, stop } = budget.thresholds;
      return [
        judgedName(context, judged),
        amountText(budget.unit, budget.limit),
        judged.state.spent / budget.limit,
        ...[info, warning, critical, stop].map((share) =>
          stepText(steps.find((step) => step.share === share)),
        ),
      ];
    }),
  };
}

function stepText(step: Exhaustion | undefined): string | null {
  if (step === undefined) return null;
  const percent = `${Number((step.share * 100).toFixed(3))}%`;
  switch (step.outcome) {
    case 'passed':
      return `${percent}: passed`;
    case 'never':
      return `${percent}: never`;
    case 'period-ends-first':
      return `${percent}: period ends first`;
    case 'ahead':
      return `${percent}: ${step.days!.toFixed(1)} d`;
  }
}

function notes({ projection: result, budgets }: FoundProjection, { filters }: Question): Note[] {
  const whole = Math.floor(result.days);
  const lines: Note[] = [
    !result.deviation
      ? 'No low and high before three whole days of data that differ. It is assumed that spend goes on as in the window.'
      : {
          about: `Low to high: spend ± 1.96 · s · √(h + h²/n) with the standard deviation s = ${formatUsd(Math.round(result.deviation))} of the n = ${whole} whole days of the window and h days ahead; about 19 of 20 cases, if spend goes on as in the window.`,
        },
  ];
  if (Object.keys(filters).length > 0) {
    lines.push('Budgets count all they cover, so they are left out beside filters.');
  }
  if (budgets.some(({ judged }) => judged.entry.budget.period.kind === 'rolling')) {
    lines.push('A rolling budget loses old spend as time goes by: its days are the fewest.');
  }
  return lines;
}

function json(
  context: ReportContext,
  { filters }: Question,
  { projection: result, windowDays, budgets }: FoundProjection,
  { declined, unpriced, lost, recovered }: FigureInputs,
  cautions: readonly string[],
): object {
  const usd = (nano: number): number => nanoToUsd(Math.round(nano));
  return {
    schemaVersion: 1,
    status: result.status,
    filters,
    windowDays,
    spent_usd: usd(result.spent),
    days: result.days,
    clamped: result.clamped,
    rate_usd_per_day: usd(result.rate),
    deviation_usd: result.deviation === undefined ? null : usd(result.deviation),
    horizons: result.horizons.map(({ days, nano, band }) => ({
      days,
      projected_usd: usd(nano),
      low_usd: band === undefined ? null : usd(band.low),
      high_usd: band === undefined ? null : usd(band.high),
    })),
    budgets: budgets.map(({ judged, steps }) => ({
      ...judgedFields(judged),
      daysLeft: judged.projected.daysLeft ?? null,
      exhaustion: steps.map(({ share, days, outcome }) => ({
        share,
        days: days ?? null,
        outcome,
      })),
    })),
    declinedUsd: nanoToUsd(declined.nano),
    unpriced,
    catalogueDate: context.book.catalogueDate,
    notes: [...cautions, ...warnings(context, { lost, recovered })],
  };
}

/** A number of days with one decimal where it needs one. */
function tenth(days: number): number {
  return Math.round(days * 10) / 10;
}

/** `1 day`, `7 days`, `0.5 days`. */
export function daysText(days: number): string {
  const shown = tenth(days);
  return `${shown} ${shown === 1 ? 'day' : 'days'}`;
}
