import { exceptionText, judgedFields, judgedName } from '../../budgets/budgetLabels.ts';
import { budgetSpan } from '../../budgets/budgetSpend.ts';
import { spokenAmount, spokenState, usedOf } from '../../budgets/budgetWords.ts';
import { type Outlook, type Outlooks, readOutlooks } from '../../budgets/outlook.ts';
import { dayMs } from '../../model/calendar.ts';
import { levelNames } from '../../model/level.ts';
import { nanoToUsd } from '../../model/money.ts';
import { count, type ReportContext, warnings } from '../../query/context.ts';
import { missingIn } from '../../query/select.ts';
import { addSums, isIncomplete, shortcomings, withMissing } from '../../store/schema/sums.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Cell, Document, Table } from '../document/document.ts';
import {
  cutSentence,
  notJudgedFields,
  notJudgedNotes,
  shownBudgets,
  usageNotes,
} from './budget.ts';
import { outlookSentence, spoken } from './outlookWords.ts';

/** `outlay limits status` */
export const limitsStatus: ReportDefinition = {
  name: 'limits status',
  title: 'Limits',
  summary: 'Every budget in force: used, left, where it leads, and what holds for now.',
  period: undefined,
  filters: [],
  options: [],
  gate: false,
  terminalOnly: true,
  examples: [
    ['outlay limits status', 'how every budget stands, the most used one first'],
    ['outlay limits status --json', 'the same for programs'],
  ],
  run: (context) => limitsDocument(context, readOutlooks(context)),
};

function limitsDocument(context: ReportContext, { outlooks, others }: Outlooks): Document {
  const noData = context.reader.kept().messages === 0;
  const missing = outlooks[0]?.judged.sums ?? missingIn(context, { span: undefined, filters: {} });
  const all = withMissing(addSums(outlooks.map(({ judged }) => judged.sums)), missing);
  const [worst] = outlooks;
  return {
    title: 'Limits',
    sentences: sentences(context, outlooks, others.length, noData),
    tables: outlooks.length === 0 ? [] : [table(context, outlooks)],
    notes: [
      ...(outlooks.some(({ projected, evident }) => evident && projected !== undefined)
        ? ['On track for: spent plus the rate of the last seven days until the period ends.']
        : []),
      ...notJudgedNotes(context, others),
      ...(worst === undefined
        ? warnings(context, missing)
        : usageNotes(
            context,
            worst.judged,
            outlooks.map(({ judged }) => judged),
          )),
    ],
    json: {
      schemaVersion: 1,
      at: new Date(context.now).toISOString(),
      limits: outlooks.map((outlook) => limitFields(context, outlook)),
      notJudged: notJudgedFields(others),
      incomplete: isIncomplete(missing),
      catalogueDate: context.book.catalogueDate,
      notes: warnings(context, missing),
    },
    verdict: { status: noData || worst === undefined ? 'no-data' : 'ok', ...shortcomings(all) },
  };
}

function sentences(
  context: ReportContext,
  outlooks: readonly Outlook[],
  others: number,
  noData: boolean,
): string[] {
  const [worst] = outlooks;
  if (worst === undefined) {
    return [
      others > 0
        ? 'No budget can be judged here.'
        : 'No budget is set. "outlay budget set 20 --period day" sets one.',
    ];
  }
  const none = noData
    ? ['No data: no sessions found. "outlay doctor" shows where Outlay looked.']
    : [];
  const more = outlooks.length > 1 ? [`The most used of ${count(outlooks.length, 'budget')}.`] : [];
  return [...none, outlookSentence(context, worst), ...more, ...cutSentence(outlooks.length)];
}

function table(context: ReportContext, outlooks: readonly Outlook[]): Table {
  return {
    title: '',
    columns: [
      { key: 'budget', header: 'Budget', unit: 'text', widest: 44, fills: true },
      { key: 'used', header: 'Used', unit: 'text', strong: true },
      { key: 'utilization', header: 'Share', unit: 'percent', bar: 'track' },
      { key: 'level', header: 'Level', unit: 'text', leaves: 3 },
      { key: 'remaining', header: 'Left', unit: 'text' },
      { key: 'projected', header: 'On track for', unit: 'text', idle: true },
      { key: 'time_left', header: 'Time left', unit: 'text', idle: true, leaves: 2 },
      { key: 'action', header: 'When used up', unit: 'text', leaves: 4 },
      { key: 'origin', header: 'Set by', unit: 'text', leaves: 4 },
      { key: 'exception', header: 'For now', unit: 'text', idle: true },
    ],
    rows: outlooks.slice(0, shownBudgets).map((outlook): Cell[] => {
      const { judged, projected, band, evident } = outlook;
      const { entry, state } = judged;
      const { unit, action } = entry.budget;
      return [
        judgedName(context, judged),
        usedOf(spoken(outlook)),
        state.share,
        levelNames[state.level],
        spokenAmount(unit, state.remaining),
        projected === undefined || !evident
          ? null
          : spokenAmount(unit, projected) +
            (band === undefined
              ? ''
              : ` (${spokenAmount(unit, band.low)} to ${spokenAmount(unit, band.high)})`),
        timeLeft(judged.projected.daysLeft),
        action,
        entry.origin,
        exceptionText(context, entry) || null,
      ];
    }),
  };
}

/** `2 d 4 h`, `6 h 40 min`, `12 min`; null for a budget that does not begin again. */
function timeLeft(days: number | undefined): string | null {
  if (days === undefined) return null;
  const minutes = Math.max(0, Math.floor(days * 24 * 60));
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}

function limitFields(context: ReportContext, outlook: Outlook): Record<string, unknown> {
  const { judged, projected, band, usedUpAt } = outlook;
  const { period, unit } = judged.entry.budget;
  const amount = (value: number): number =>
    unit.kind === 'usd' ? nanoToUsd(Math.round(value)) : Math.round(value);
  const orNull = (value: number | undefined): number | null =>
    value === undefined ? null : amount(value);
  const { daysLeft } = judged.projected;
  const span = budgetSpan(period, context);
  const iso = (at: number | undefined): string | null =>
    at === undefined ? null : new Date(Math.round(at)).toISOString();
  return {
    ...judgedFields(judged),
    name: judgedName(context, judged),
    words: spokenState(spoken(outlook), context),
    periodFrom: iso(span?.from),
    periodUntil: daysLeft === undefined ? null : iso(context.now + daysLeft * dayMs),
    daysLeft: daysLeft ?? null,
    projected: orNull(projected),
    low: orNull(band?.low),
    high: orNull(band?.high),
    usedUpAt: iso(usedUpAt),
  };
}
