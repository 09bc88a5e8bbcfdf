import { nanoToUsd } from '../../model/money.ts';
import { totalTokens } from '../../model/tokens.ts';
import {
  count,
  declinedWords,
  isoTime,
  type ReportContext,
  warnings,
} from '../../query/context.ts';
import { asksFor, matcherOf } from '../../query/filters.ts';
import { Names } from '../../query/names.ts';
import { type FilterName, filterNames } from '../../query/options.ts';
import { numberOption, type Question } from '../../query/question.ts';
import { missingIn } from '../../query/select.ts';
import { periodJson } from '../../query/spans.ts';
import { tokenCounts } from '../../query/sums.ts';
import { type ActivityRow, latestMessages } from '../../store/query/activity.ts';
import { eventRows } from '../../store/query/events.ts';
import { isIncomplete } from '../../store/schema/sums.ts';
import { lastPart } from '../../text/paths.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Cell, Column, Document } from '../document/document.ts';
import { shownAgent, shownModel } from '../document/shown.ts';
import { retentionNotes } from '../upkeep/retention.ts';
import { nothing } from './breakdown.ts';

/** A feed has no intervals of marks to be cut at. */
const filters: readonly FilterName[] = filterNames.filter((name) => name !== 'tag');

/** `outlay activity` */
export const activity: ReportDefinition = {
  name: 'activity',
  title: 'Recent Activity',
  summary: 'The latest messages and errors: when, which agent, what it cost, whether it succeeded.',
  period: 'all',
  filters,
  options: [
    { name: 'limit', value: 'number', text: 'list at most so many', kind: 'count', default: 30 },
  ],
  gate: false,
  examples: [
    ['outlay activity', 'the last thirty'],
    ['outlay activity --agent Explore --limit 5', 'the last five of one kind of agent'],
  ],
  run: activityReport,
};

/** A message, or a request that was answered with an error. */
interface Entry {
  readonly at: number;
  readonly session: number;
  readonly agent: string;
  readonly model: string | null;
  readonly message: ActivityRow | undefined;
  /** Code of the error; undefined for a message. */
  readonly error: string | undefined;
}

function activityReport(context: ReportContext, question: Question): Document {
  const limit = numberOption(question, 'limit')!;
  const names = new Names(context);
  const messages = wantedMessages(context, question, names, limit);
  const entries = [...messages, ...errors(context, question, names, messages.at(-1)?.at, limit)]
    .sort((a, b) => b.at - a.at)
    .slice(0, limit);
  const failed = entries.filter(({ error }) => error !== undefined).length;
  const missing = missingIn(context, question, names);
  return {
    title: 'Recent activity',
    sentences:
      entries.length === 0
        ? [nothing(context)]
        : [
            `The last ${count(entries.length, 'request')}, ${failed === 0 ? 'none' : failed} failed.`,
          ],
    tables: [{ title: '', columns, order, rows: entries.map((entry) => cells(entry, names)) }],
    notes: [
      ...(entries.length < limit ? retentionNotes(context, question.span, ['message']) : []),
      ...warnings(context, missing),
    ],
    json: {
      schemaVersion: 1,
      period: periodJson(question.span, context.zone),
      filters: question.filters,
      activity: entries.map((entry) => json(entry, names)),
      notes: [
        ...(entries.length < limit ? retentionNotes(context, question.span, ['message']) : []),
        ...warnings(context, missing),
      ],
    },
    verdict: {
      status: entries.length === 0 ? 'no-data' : 'ok',
      unpriced: false,
      incomplete: isIncomplete(missing),
    },
  };
}

function wantedMessages(
  context: ReportContext,
  { span, filters: wanted }: Question,
  names: Names,
  limit: number,
): Entry[] {
  const matcher = matcherOf(context, wanted, names);
  const found: ActivityRow[] = [];
  for (const row of latestMessages(context.db, span)) {
    names.prefetch([row], ['agent', 'model', ...matcher.keys]);
    if (!matcher.passes(row)) continue;
    found.push(row);
    if (found.length === limit) break;
  }
  return found.map((message) => ({
    at: message.at,
    session: message.session,
    agent: names.agentType(message.agent),
    model: names.word(message.model),
    message,
    error: undefined,
  }));
}

/** Requests the API refused, as far back as the messages listed go. */
function errors(
  context: ReportContext,
  { span, filters: wanted }: Question,
  names: Names,
  oldest: number | undefined,
  limit: number,
): Entry[] {
  const { model, branch, task, correlation, agent, ...ofSession } = wanted;
  // An error has none of these: whether it is meant nobody can say.
  if ([branch, task, correlation].some((filter) => filter !== undefined)) return [];
  const from = Math.max(span?.from ?? 0, oldest ?? 0);
  const part = { from, to: span?.to ?? Number.MAX_SAFE_INTEGER };
  const matcher = matcherOf(context, ofSession, names);
  const events = eventRows(context.db, part, ['api-error']).slice(-limit);
  names.prefetchAgents(events.map((event) => event.agent));
  return events
    .filter((event) => matcher.passesBackground(event.session) && asksFor(context, event, model))
    .map((event) => ({
      at: event.at,
      session: event.session,
      agent: names.agentType(event.agent),
      model: event.model === '' ? null : context.book.modelId(event.model),
      message: undefined,
      error: event.code,
    }))
    .filter((entry) => agent === undefined || entry.agent === agent);
}

const columns: readonly Column[] = [
  { key: 'time', header: 'Time', unit: 'time' },
  { key: 'session', header: 'ID', unit: 'text', prefix: 8, details: true },
  { key: 'project', header: 'Project', unit: 'text', widest: 24, leaves: 1 },
  { key: 'agent', header: 'Agent', unit: 'text', widest: 24, leaves: 2, shown: shownAgent },
  { key: 'model', header: 'Model', unit: 'text', widest: 24, leaves: 3, shown: shownModel },
  { key: 'tools', header: 'Tools', unit: 'text', widest: 24, fills: true },
  { key: 'tokens', header: 'Tokens', unit: 'tokens' },
  { key: 'cost_usd', header: 'Cost', unit: 'usd', strong: true },
  { key: 'result', header: 'Result', unit: 'text', widest: 48 },
];

const order = [
  'cost_usd',
  'tools',
  'project',
  'agent',
  'model',
  'tokens',
  'result',
  'time',
] as const;

function cells({ at, session, agent, model, message, error }: Entry, names: Names): Cell[] {
  return [
    at,
    names.place(session).sid,
    lastPart(names.project(session)),
    agent,
    model,
    message?.tools.join(', ') ?? '',
    message === undefined ? null : totalTokens(message),
    message === undefined || message.unpriced === 1 ? null : message.nano,
    resultOf(message, error),
  ];
}

function resultOf(message: ActivityRow | undefined, error: string | undefined): string {
  if (error !== undefined) return `API error ${error}`;
  const notes = [
    ...(message?.unpriced === 1 ? ['unpriced'] : message?.lower === 1 ? ['at least'] : []),
    ...declinedWords({ nano: message?.declined ?? 0 }),
    ...(message?.isRecovered ? ['recovered from a counter'] : []),
  ];
  return ['ok', ...notes].join(', ');
}

function json({ at, session, agent, model, message, error }: Entry, names: Names): object {
  return {
    at: isoTime(at),
    sessionId: names.place(session).sid,
    project: names.project(session),
    agent,
    model,
    tools: message?.tools ?? [],
    tokens: message === undefined ? null : tokenCounts(message),
    cost_usd: message === undefined || message.unpriced === 1 ? null : nanoToUsd(message.nano),
    declinedUsd: nanoToUsd(message?.declined ?? 0),
    lowerBound: message?.lower === 1,
    recovered: message?.isRecovered === true,
    success: error === undefined,
    error: error ?? null,
  };
}
