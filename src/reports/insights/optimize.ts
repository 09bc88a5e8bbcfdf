import type { Insight } from '../../analysis/insights/insight.ts';
import { hasErrors } from '../../analysis/insights/measure.ts';
import {
  type InsightFindings,
  type JudgedInsight,
  readOptimize,
} from '../../insights/findInsights.ts';
import { insightTitle, wordedAction } from '../../insights/insightText.ts';
import type { AdviceTaken } from '../../insights/outcomes.ts';
import { formatUsd } from '../../model/money.ts';
import { count, figureNotes, headline, type ReportContext } from '../../query/context.ts';
import { filterNames } from '../../query/options.ts';
import type { Question } from '../../query/question.ts';
import { spanText } from '../../query/spans.ts';
import { figuresOf } from '../../query/sums.ts';
import { isLowerBound, shortcomings } from '../../store/schema/sums.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Document, Table } from '../document/document.ts';
import { nothing } from '../spend/breakdown.ts';
import { retentionNotes } from '../upkeep/retention.ts';
import { failedRunsTable } from './failedRuns.ts';
import { optimizeJson } from './optimizeJson.ts';

/** `outlay optimize` */
export const optimize: ReportDefinition = {
  name: 'optimize',
  title: 'Insights',
  summary: 'What could be saved: findings from runs, each with evidence, dollars and what to do.',
  period: '30d',
  filters: filterNames,
  options: [
    { name: 'failures', text: 'list the runs in which something went wrong', kind: 'flag' },
    { name: 'all', text: 'list dismissed and snoozed insights as well', kind: 'flag' },
  ],
  gate: false,
  examples: [
    ['outlay optimize', 'what could be saved, by the last 30 days'],
    ['outlay optimize --agent Explore --failures', 'runs of one agent in which something failed'],
    ['outlay optimize apply ID', 'the change to the agent that one of them proposes'],
    ['outlay optimize snooze ID 7d', 'not to see one for a week'],
  ],
  run: (context, question) => optimizeDocument(context, question),
};

function optimizeDocument(context: ReportContext, question: Question): Document {
  const facts = readOptimize(context, question);
  const { found, insights, taken } = facts;
  const { sums } = found.selection;
  const figures = figuresOf(context, found.selection);
  const empty = sums.messages === 0;
  const failed = found.runs.filter(hasErrors);
  const withFailures = question.options.failures === true;
  const notes = [
    ...retentionNotes(context, question.span, ['session']),
    ...(empty ? [] : cautions(facts)),
    ...facts.problems,
  ];
  const tables = [
    ...(withFailures ? [failedRunsTable(found.selection, failed)] : []),
    insightTable(insights),
    ...(taken.length > 0 ? [takenTable(taken)] : []),
  ];
  return {
    title: `Insights, ${spanText(question.span, context.zone)}`,
    sentences: empty ? [nothing(context)] : sentences(context, facts, failed.length),
    tables: empty ? [] : tables,
    notes: [...notes, ...figureNotes(context, figures)],
    json: optimizeJson(context, question, facts, figures, withFailures ? failed : undefined, notes),
    verdict: { status: empty ? 'no-data' : 'ok', ...shortcomings(sums) },
  };
}

function sentences(
  context: ReportContext,
  { found, insights, hidden, world }: InsightFindings,
  failed: number,
): string[] {
  const { sums } = found.selection;
  const spent = headline(context, sums.nano, isLowerBound(sums));
  const [first] = insights;
  const from = `From ${count(found.runs.length, 'run')} in ${daysText(world.days)}, ${spent}`;
  const hiddenText =
    hidden === 0 ? [] : [`${count(hidden, 'more')} dismissed or snoozed: --all lists them.`];
  if (first === undefined) {
    return [`${from}: nothing was found that would clearly save something.`, ...hiddenText];
  }
  return [
    `${from}: ${count(insights.length, 'insight')}.`,
    `The largest: ${insightTitle(first.insight)}${savingText(first.insight)}.`,
    `To do: ${actionText(first.insight)}`,
    `Something went wrong in ${count(failed, 'run')}.`,
    ...hiddenText,
  ];
}

function savingText({ perMonth, basis }: Insight): string {
  if (perMonth === undefined) return ', how much it costs is not known';
  return `, ${formatUsd(perMonth.low)} to ${formatUsd(perMonth.high)} a month (${basis})`;
}

function daysText(days: number): string {
  return days < 1.5 ? 'a day' : `${Math.round(days)} days`;
}

/** What to do about an insight, in a sentence. */
export function actionText(insight: Insight): string {
  const action = wordedAction(insight);
  switch (action.kind) {
    case 'agent-model':
      return `"outlay optimize apply ${insight.id}" shows the change to ${action.model}.`;
    case 'view-failures':
      return `"outlay optimize --agent ${action.agent} --failures" lists them.`;
    case 'advice':
      return action.text;
  }
}

function insightTable(insights: readonly JudgedInsight[]): Table {
  return {
    title: 'Insights',
    columns: [
      { key: 'id', header: 'ID', unit: 'text' },
      { key: 'title', header: 'Insight', unit: 'text', widest: 70 },
      { key: 'current_usd_per_month', header: 'Now a month', unit: 'usd' },
      { key: 'saves_low_usd_per_month', header: 'Saves from', unit: 'usd' },
      { key: 'saves_high_usd_per_month', header: 'Saves up to', unit: 'usd' },
      { key: 'basis', header: 'Basis', unit: 'text' },
      { key: 'coverage', header: 'Looked at', unit: 'text' },
      { key: 'state', header: 'State', unit: 'text' },
      { key: 'action', header: 'What to do', unit: 'text', widest: 70 },
    ],
    rows: insights.map(({ insight, state }) => [
      insight.id,
      insightTitle(insight),
      insight.currentPerMonth ?? null,
      insight.perMonth?.low ?? null,
      insight.perMonth?.high ?? null,
      insight.basis,
      coverageText(insight),
      state,
      actionText(insight),
    ]),
  };
}

function coverageText({ coverage: { seen, all, noun } }: Insight): string {
  return `${seen} of ${count(all, noun)}`;
}

function takenTable(taken: readonly AdviceTaken[]): Table {
  const perDay = ({ nano, days }: AdviceTaken['before']): number => Math.round(nano / days);
  const perRun = ({ nano, runs }: AdviceTaken['before']): number | null =>
    runs === 0 ? null : Math.round(nano / runs);
  return {
    title: 'Advice taken',
    columns: [
      { key: 'id', header: 'ID', unit: 'text' },
      { key: 'agent', header: 'Agent', unit: 'text', widest: 40 },
      { key: 'model', header: 'Model', unit: 'text' },
      { key: 'applied_at', header: 'Applied', unit: 'time' },
      { key: 'before_usd_per_day', header: 'Before a day', unit: 'usd' },
      { key: 'after_usd_per_day', header: 'After a day', unit: 'usd' },
      { key: 'before_usd_per_run', header: 'Before a run', unit: 'usd' },
      { key: 'after_usd_per_run', header: 'After a run', unit: 'usd' },
      { key: 'outcome', header: 'Outcome', unit: 'text' },
    ],
    rows: taken.map(({ id, agent, model, at, before, after, outcome }) => [
      id,
      agent,
      model,
      at,
      perDay(before),
      perDay(after),
      perRun(before),
      perRun(after),
      outcome ?? null,
    ]),
  };
}

function cautions({ insights, found, prompts, taken }: InsightFindings): string[] {
  const estimated = insights.some(({ insight }) => insight.basis === 'estimated');
  return [
    ...(estimated
      ? [
          'Estimated: the same tokens at other prices or other lives of the cache. Another model would not use the same tokens, nor do the same work.',
        ]
      : []),
    ...(insights.length > 1 ? ['Savings of several insights overlap: do not add them up.'] : []),
    'A failed run is one with an error of the API or of a tool, or an interruption: a sign, no proof.',
    `Prompts a formatter could do were looked for in ${prompts.read} of ${count(prompts.all, 'prompt')}: those whose transcripts are still there.`,
    ...(found.unplaced > 0
      ? [
          `${count(found.unplaced, 'error')} without a message before it that is still kept counts to no run.`,
        ]
      : []),
    ...(taken.length > 0
      ? ['Spend before and after is measured, for all runs of the agent; why it changed is not.']
      : []),
  ];
}
