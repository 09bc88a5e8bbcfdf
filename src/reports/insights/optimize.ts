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
import { figuresOf } from '../../query/sums.ts';
import { isLowerBound, shortcomings } from '../../store/schema/sums.ts';
import { spanWords } from '../../text/when.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Block, Document, Table } from '../document/document.ts';
import { shownAgent, shownModel } from '../document/shown.ts';
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
    { name: 'failures', text: 'list the runs with errors', kind: 'flag' },
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
  ];
  const tables = [
    ...(withFailures ? [failedRunsTable(found.selection, failed)] : []),
    insightTable(insights),
    ...(taken.length > 0 ? [takenTable(taken)] : []),
  ];
  return {
    lead: true,
    title: `Insights, ${spanWords(question.span, context).name}`,
    sentences: empty ? [nothing(context)] : sentences(context, facts, failed.length),
    tables: empty ? [] : tables,
    blocks: empty ? [] : insights.map(insightBlock),
    next: nextLines(insights),
    notes: [
      ...notes.map((about) => ({ about })),
      ...facts.problems,
      ...figureNotes(context, figures),
    ],
    json: optimizeJson(context, question, facts, figures, withFailures ? failed : undefined, [
      ...notes,
      ...facts.problems,
    ]),
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
  const from = `Looked at ${count(found.runs.length, 'run')} in ${daysText(world.days)}, ${spent}.`;
  const wrong =
    failed === 0 ? [] : [`Errors in ${count(failed, 'run')}: outlay optimize --failures`];
  const hiddenText =
    hidden === 0 ? [] : [`${count(hidden, 'more')} dismissed or snoozed: outlay optimize --all`];
  const first =
    insights.length === 0
      ? 'Nothing was found that would clearly save something.'
      : `${sentenceCount(insights.length)} could save ${savingRange(insights)}.`;
  return [first, from, ...wrong, ...hiddenText];
}

const small = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten'];

/** `Four changes`, `12 changes`. */
function sentenceCount(number: number): string {
  return `${small[number] ?? number} ${number === 1 ? 'change' : 'changes'}`;
}

/** What the largest saves: savings overlap, so they are never added up. */
function savingRange(insights: readonly JudgedInsight[]): string {
  const known = insights.flatMap(({ insight }) => insight.perMonth ?? []);
  const [most] = known.sort((a, b) => b.high - a.high);
  if (most === undefined) return 'something; how much is not known';
  return `${insights.length > 1 ? 'up to ' : ''}${monthRange(most, insights.length > 1)}`;
}

/** `$7.10–11.20 a month`, or only the higher of the two. */
function monthRange({ low, high }: { low: number; high: number }, onlyHigh = false): string {
  const [from, to] = [formatUsd(low), formatUsd(high)];
  if (onlyHigh || from === to) return `${to} a month`;
  return `${from}–${to.slice(1)} a month`;
}

/** An insight as people read it: what, what it saves, why, and what to type. */
function insightBlock({ insight, state }: JudgedInsight): Block {
  const { perMonth, basis } = insight;
  const action = wordedAction(insight);
  const saving = perMonth === undefined ? 'not known' : `${monthRange(perMonth)}, ${basis}`;
  const lines = [
    ...(action.kind === 'advice' ? [action.text] : []),
    `${coverageText(insight)} looked at${state === 'open' ? '' : `; ${state}`}`,
  ];
  return { title: insightTitle(insight), figure: saving, lines, command: commandOf(insight) };
}

/** The command that applies an insight, or shows what it is about. */
function commandOf(insight: Insight): string {
  const action = wordedAction(insight);
  switch (action.kind) {
    case 'agent-model':
      return `outlay optimize apply ${insight.id}   (shows the change first, can be undone)`;
    case 'view-failures':
      return `outlay optimize --agent ${action.agent} --failures`;
    case 'advice':
      return insight.agent === undefined || insight.agent === 'main'
        ? 'outlay sessions'
        : `outlay activity --agent ${insight.agent}`;
  }
}

function nextLines(insights: readonly JudgedInsight[]): string[] {
  const [first] = insights;
  return first === undefined ? [] : [`Not for you? outlay optimize dismiss ${first.insight.id}`];
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
    programsOnly: true,
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
      { key: 'id', header: 'ID', unit: 'text', details: true },
      { key: 'agent', header: 'Agent', unit: 'text', widest: 40, shown: shownAgent },
      { key: 'model', header: 'Model', unit: 'text', shown: shownModel, leaves: 2 },
      { key: 'applied_at', header: 'Applied', unit: 'time', byDay: true, leaves: 2 },
      { key: 'before_usd_per_day', header: 'Before a day', unit: 'usd' },
      { key: 'after_usd_per_day', header: 'After a day', unit: 'usd' },
      { key: 'before_usd_per_run', header: 'Before a run', unit: 'usd', leaves: 4 },
      { key: 'after_usd_per_run', header: 'After a run', unit: 'usd', leaves: 4 },
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
