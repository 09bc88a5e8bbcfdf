import { alertList } from '../alerts/alertList.ts';
import type { BudgetEntry } from '../dataFolder/budgetFile.ts';
import { exportedBudget, prometheusText } from '../export/prometheus.ts';
import { daySpan, monthSpan, type TimeSpan } from '../model/calendar.ts';
import { nanoToUsd } from '../model/money.ts';
import { totalTokens } from '../model/tokens.ts';
import { type PanelQueryName, readPanel } from '../panels/registry.ts';
import { type ReportContext, warnings } from '../query/context.ts';
import { clockSkewMs, isLive } from '../query/liveSession.ts';
import { filterNames } from '../query/options.ts';
import { type RawOptions, readQuestion } from '../query/question.ts';
import { select } from '../query/select.ts';
import {
  type AnswerBounds,
  type BoundedAnswer,
  boundedAnswer,
} from '../reports/document/boundedAnswer.ts';
import { render } from '../reports/document/render.ts';
import { sessionsList } from '../reports/sessions/sessionsList.ts';
import { isLowerBound } from '../store/schema/sums.ts';
import { keptStore } from './keptStore.ts';
import { definitionOf } from './reportTask.ts';
import { contextParts, type TaskOrigin } from './taskContext.ts';

/** What `outlay serve` and agents ask. Plain data. */
export type ServedQuestion =
  /** A report's JSON, as the terminal prints it. */
  | { readonly what: 'report'; readonly name: string; readonly raw: RawOptions }
  /** A report, no larger than it may be: for an agent. */
  | {
      readonly what: 'bounded';
      readonly name: string;
      readonly raw: RawOptions;
      readonly bounds: AnswerBounds;
    }
  /** What `export prometheus` writes. */
  | { readonly what: 'metrics'; readonly raw: RawOptions }
  /** What `alerts list --json` prints. */
  | { readonly what: 'alerts'; readonly raw: RawOptions }
  /** Every budget in force. */
  | { readonly what: 'budgets' }
  /** Figures of a panel. */
  | { readonly what: 'panel'; readonly panel: PanelQueryName; readonly question: unknown }
  /** The figures that go with every commit. */
  | { readonly what: 'state' };

export type ServedTask = TaskOrigin & ServedQuestion;

/** Spend of a period that runs, in the names of the terminal's JSON. */
export interface RunningSpend {
  /** ISO 8601: when the period began. */
  readonly from: string;
  readonly cost_usd: number;
  readonly messages: number;
  readonly tokens: number;
  /** Something is missing from the figures. */
  readonly lowerBound: boolean;
}

/** What the store said at a commit. */
export interface StoreState {
  /** Raised by every commit that changes a figure. */
  readonly revision: number;
  readonly today: RunningSpend;
  readonly month: RunningSpend;
}

export interface BudgetsInForce {
  readonly budgets: readonly BudgetEntry[];
  readonly notes: readonly string[];
}

export type ServedResult =
  | { readonly what: 'text'; readonly text: string }
  | { readonly what: 'bounded'; readonly answer: BoundedAnswer }
  | { readonly what: 'budgets'; readonly budgets: BudgetsInForce }
  | {
      readonly what: 'panel';
      readonly figures: unknown;
      /** A session is at work. */
      readonly live: boolean;
    }
  | { readonly what: 'state'; readonly state: StoreState };

/** Newest sessions that have metrics of their own: each is a series for ever. */
const sessionSeries = 20;

/** What metrics are about: everything, unless a period or a filter is given. */
export const metricsQuestion = { period: 'all', filters: filterNames, options: [] } as const;

/** What is answered of alerts: all that are remembered, unless a period is given. */
export const alertsQuestion = { period: 'all', filters: [], options: [] } as const;

export function runServed(task: ServedTask): ServedResult {
  return keptStore.use(contextParts(task), (context) => answer(context, task));
}

function answer(context: ReportContext, task: ServedTask): ServedResult {
  switch (task.what) {
    case 'report': {
      const definition = definitionOf(task.name);
      const document = definition.run(context, readQuestion(definition, task.raw, context));
      return { what: 'text', text: json(context, document) };
    }
    case 'bounded': {
      const definition = task.name === sessionsList.name ? sessionsList : definitionOf(task.name);
      const document = definition.run(context, readQuestion(definition, task.raw, context));
      return { what: 'bounded', answer: boundedAnswer(document, task.bounds, context) };
    }
    case 'metrics': {
      const question = readQuestion(metricsQuestion, task.raw, context);
      const options = { sessions: sessionSeries, open: { paths: false, titles: false } };
      const budget = exportedBudget(context);
      return { what: 'text', text: prometheusText(context, question, { ...options, budget }) };
    }
    case 'alerts': {
      const { now, zone, dataFolder, problems } = context;
      const { templates } = task.settings.alerts;
      const span = readQuestion(alertsQuestion, task.raw, context).span;
      const asked = { dataFolder, span, now, zone, templates, problems };
      return { what: 'text', text: json(context, alertList(asked)) };
    }
    case 'budgets': {
      const { budgets } = context;
      return { what: 'budgets', budgets: { budgets, notes: warnings(context) } };
    }
    case 'panel': {
      const last = context.reader.latestSession(undefined, context.now + clockSkewMs);
      const live = last !== undefined && isLive(last, context.now, false);
      // Whoever asks has checked the question by its panel's protocol.
      const figures = readPanel(context, task.panel, task.question as never);
      return { what: 'panel', figures, live };
    }
    case 'state':
      return { what: 'state', state: stateOf(context) };
  }
}

/** What programs read is in UTC: no zone is looked for. */
function json({ now }: ReportContext, document: Parameters<typeof render>[0]): string {
  return render(document, 'json', { colour: false, zone: 'UTC', now });
}

function stateOf(context: ReportContext): StoreState {
  const { now, zone, reader } = context;
  return {
    revision: Number(reader.revision()),
    today: spendIn(context, daySpan(now, zone)),
    month: spendIn(context, monthSpan(now, zone)),
  };
}

function spendIn(context: ReportContext, span: TimeSpan): RunningSpend {
  const { total, sums } = select(context, { span, filters: {} }, []);
  return {
    from: new Date(span.from).toISOString(),
    cost_usd: nanoToUsd(total),
    messages: sums.messages,
    tokens: totalTokens(sums),
    lowerBound: isLowerBound(sums),
  };
}
