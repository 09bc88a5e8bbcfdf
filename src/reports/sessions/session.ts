import { percentile } from '../../analysis/statistics/percentile.ts';
import { formatDuration } from '../../model/calendar.ts';
import { agreesWithClient } from '../../model/clientTotal.ts';
import { largestOf } from '../../model/lists.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { formatTokens, promptTokens, totalTokens } from '../../model/tokens.ts';
import { type ClassCosts, costByClass } from '../../pricing/costByClass.ts';
import type { RateBook } from '../../pricing/priceBook.ts';
import {
  missedCaches,
  missesJson,
  missJson,
  missSentence,
  missText,
  type PricedMiss,
} from '../../query/cacheMisses.ts';
import {
  declinedWords,
  figureNotes,
  headline,
  homePath,
  isoTime,
  type ReportContext,
  warnings,
} from '../../query/context.ts';
import { declinedOfSessions } from '../../query/declined.ts';
import { findSession } from '../../query/findSession.ts';
import { numberOption, textOption } from '../../query/question.ts';
import { clientPricedOf, reachesLimit, sumBy, unpricedOf } from '../../query/sums.ts';
import { compactionsOf } from '../../store/query/events.ts';
import { type MessageCost, messageCosts, priceRows } from '../../store/query/messageCosts.ts';
import type { SessionSummary } from '../../store/query/storeReader.ts';
import { isBilled } from '../../store/schema/messageRow.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Cell, Column, Document } from '../document/document.ts';
import { downsampledNote } from '../upkeep/retention.ts';
import { agentsOf, sessionJson, totalOf } from './sessions.ts';

/** Messages listed unless told otherwise. */
export const defaultTop = 20;

/** `outlay session` */
export const session: ReportDefinition = {
  name: 'session',
  title: 'Session',
  editorTitle: 'Session Report',
  summary: 'One session taken apart: its dearest messages, agents, and how it adds up.',
  argument: {
    value: 'id',
    text: 'id of the session or its beginning; without one the last active',
  },
  period: undefined,
  filters: [],
  options: [
    {
      name: 'top',
      value: 'number',
      text: 'how many of the dearest messages to list',
      kind: 'count',
      default: defaultTop,
    },
  ],
  gate: false,
  examples: [
    ['outlay session', 'the last session'],
    ['outlay session 3f2a --top 5', 'the one whose id begins with 3f2a'],
  ],
  run: (context, question) =>
    sessionReport(
      context,
      findSession(context, textOption(question, 'argument')),
      numberOption(question, 'top'),
    ),
};

/** A most expensive message above this multiple of the 99th percentile stands out. */
const outlierFactor = 2;

/** One session taken apart: its most expensive messages, agents and models, and how it adds up. */
export function sessionReport(
  context: ReportContext,
  session: SessionSummary | undefined,
  top: number = defaultTop,
): Document {
  if (session === undefined) return noSession(context);
  const rows = context.reader.agents(session.id);
  const declined = declinedOfSessions(context)([session.id]);
  const all = messageCosts(context.db, session.id);
  const misses = missedCaches(context.book, all, compactionsOf(context.db, session.id));
  const dearest = all
    .slice(0, top)
    .map((message) => priced(context.book, message, session, misses.get(message)));
  const lost = missSentence(misses.values());
  const spread = spreadOf(all);
  const summedUp = downsampledNote(context, session.messages - all.length);
  const notes = [...summedUp, ...warnings(context, session)];
  return {
    title: session.title === null ? `Session ${session.sid}` : `"${session.title}"`,
    sentences: [
      ...headSentences(context, session),
      ...reconciliation(session),
      ...spreadSentences(spread),
      ...(lost === undefined ? [] : [lost]),
    ],
    tables: [
      messageTable(dearest, new Map(rows.map(({ agentId, type }) => [agentId, type])), all.length),
      agentTable(rows),
      modelTable(rows),
    ],
    notes: [
      ...summedUp,
      ...figureNotes(context, {
        ...session,
        unpriced: unpricedOf(rows),
        clientPriced: clientPricedOf(context, () => rows.map(({ model }) => model)),
        declined,
        saturated: reachesLimit(session, session.background),
      }),
    ],
    json: {
      schemaVersion: 1,
      ...sessionJson(session, rows, declined),
      branch: session.branch === '' ? null : session.branch,
      account: session.root,
      irreconcilable: session.irreconcilable,
      unpriced: unpricedOf(rows),
      percentiles: spread && {
        p50Usd: nanoToUsd(spread.p50),
        p90Usd: nanoToUsd(spread.p90),
        p99Usd: nanoToUsd(spread.p99),
      },
      outlier: spread?.outlier ?? false,
      cacheMisses: missesJson(misses.values()),
      context: contextJson(all),
      summedUpMessages: session.messages - all.length,
      topMessages: dearest.map(messageJson),
      catalogueDate: context.book.catalogueDate,
      notes,
    },
  };
}

function noSession(context: ReportContext): Document {
  return {
    title: 'Session',
    sentences: ['No sessions found. "outlay doctor" shows where Outlay looked.'],
    tables: [],
    notes: warnings(context),
    json: null,
  };
}

function headSentences(context: ReportContext, session: SessionSummary): string[] {
  const { sid, cwd, branch, startedAt, endedAt, messages } = session;
  const atLeast = isLowerBound(session);
  const length = startedAt > 0 ? ` over ${formatDuration(endedAt - startedAt)}` : '';
  const place = [homePath(cwd, context.home), branch].filter((text) => text !== '').join(', ');
  return [
    `${headline(context, totalOf(session), atLeast)} in ${messages} messages${length}.`,
    `${sid}${place === '' ? '' : ` in ${place}`}`,
  ];
}

/** How messages, background and Claude Code's own figure add up. */
function reconciliation(session: SessionSummary): string[] {
  const { clientUsd, nano, background, unconfirmed, irreconcilable } = session;
  const messages = `messages ${formatUsd(nano)}`;
  if (clientUsd === null) {
    return [`${messages}; not yet confirmed: Claude Code has not written its own total.`];
  }
  const says = formatUsd(Math.round(clientUsd * 1e9));
  if (irreconcilable) {
    return [
      `${messages}; Claude Code says ${says}, which cannot be reconciled: the session was forked from one whose total is not known.`,
    ];
  }
  const later = unconfirmed > 0 ? ` (of it not yet confirmed: ${formatUsd(unconfirmed)})` : '';
  const sum = `${messages} + background ${formatUsd(background)} = ${formatUsd(nano + background)}${later}`;
  if (agreesWithClient(session, clientUsd)) return [`${sum}; Claude Code says ${says}.`];
  return [
    `${sum}; Claude Code says ${says}, which may hold what its parent spent before the fork, or prices of its own.`,
  ];
}

interface Spread {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly top: number;
  readonly outlier: boolean;
}

function spreadOf(messages: readonly MessageCost[]): Spread | undefined {
  const sorted = messages.map(({ nano }) => nano).sort((a, b) => a - b);
  const top = sorted.at(-1);
  if (top === undefined) return undefined;
  const p99 = percentile(sorted, 0.99)!;
  return {
    p50: percentile(sorted, 0.5)!,
    p90: percentile(sorted, 0.9)!,
    p99,
    top,
    outlier: top > outlierFactor * p99,
  };
}

function spreadSentences(spread: Spread | undefined): string[] {
  if (spread === undefined) return [];
  const { p50, p90, p99, top, outlier } = spread;
  const half = `Half of the messages cost at most ${formatUsd(p50)}, 90 % at most ${formatUsd(p90)}, 99 % at most ${formatUsd(p99)}.`;
  if (!outlier) return [half];
  return [
    half,
    `The dearest stands out: ${formatUsd(top)} is more than ${outlierFactor} times the 99 % mark.`,
  ];
}

/** A message with the dollars of each class, as far as its price is known. */
interface PricedMessage {
  readonly message: MessageCost;
  readonly classes: ClassCosts | undefined;
  readonly partNano: number;
  readonly share: number | null;
  readonly miss: PricedMiss | undefined;
}

/** How large the main thread's prompts were, message by message. */
function contextJson(messages: readonly MessageCost[]): object {
  const main = messages.filter(({ agentId }) => agentId === '').toSorted((a, b) => a.at - b.at);
  const sizes = main.map(({ usage }) => promptTokens(usage));
  return {
    peakTokens: largestOf(sizes, 0),
    lastTokens: sizes.at(-1) ?? 0,
    series: main.map(({ at }, i) => ({ at: isoTime(at), tokens: sizes[i] })),
  };
}

function priced(
  book: RateBook,
  message: MessageCost,
  session: SessionSummary,
  miss: PricedMiss | undefined,
): PricedMessage {
  const classes = message.pricedBy === 'catalogue' ? costByClass(book, message) : undefined;
  const partNano = message.parts.filter(isBilled).reduce((sum, { nano }) => sum + nano, 0);
  const share = session.nano > 0 ? message.nano / session.nano : null;
  return { message, classes, partNano, share, miss };
}

const messageColumns: readonly Column[] = [
  { key: 'time', header: 'Time', unit: 'time' },
  { key: 'message', header: 'Message', unit: 'text', widest: 14 },
  { key: 'agent', header: 'Agent', unit: 'text', widest: 20 },
  { key: 'model', header: 'Model', unit: 'text', widest: 24 },
  { key: 'input', header: 'Input', unit: 'count' },
  { key: 'input_usd', header: '$', unit: 'usd' },
  { key: 'output', header: 'Output', unit: 'count' },
  { key: 'output_usd', header: '$', unit: 'usd' },
  { key: 'cache_write_5m', header: 'Write 5m', unit: 'count', idle: true },
  { key: 'cache_write_5m_usd', header: '$', unit: 'usd', idle: true },
  { key: 'cache_write_1h', header: 'Write 1h', unit: 'count', idle: true },
  { key: 'cache_write_1h_usd', header: '$', unit: 'usd', idle: true },
  { key: 'cache_read', header: 'Read', unit: 'count' },
  { key: 'cache_read_usd', header: '$', unit: 'usd' },
  { key: 'web_searches', header: 'Searches', unit: 'count', idle: true },
  { key: 'other_models_usd', header: 'Other models', unit: 'usd', idle: true },
  { key: 'total_usd', header: 'Cost', unit: 'usd' },
  { key: 'share', header: 'Share', unit: 'percent' },
  { key: 'cache_miss', header: 'Cache missed', unit: 'text', widest: 50, idle: true },
  { key: 'price', header: 'Price', unit: 'text', widest: 60 },
];

function messageTable(
  dearest: readonly PricedMessage[],
  types: ReadonlyMap<string, string>,
  all: number,
): Document['tables'][number] {
  const title =
    dearest.length < all ? `The ${dearest.length} dearest of ${all} messages` : 'Messages by cost';
  return {
    title,
    columns: messageColumns,
    rows: dearest.map(({ message, classes, partNano, share, miss }): Cell[] => {
      const { usage } = message;
      return [
        message.at,
        message.messageId,
        types.get(message.agentId) ?? message.agentId,
        message.model,
        usage.input,
        classes?.input ?? null,
        usage.output,
        classes?.output ?? null,
        usage.cacheWrite5m,
        classes?.cacheWrite5m ?? null,
        usage.cacheWrite1h,
        classes?.cacheWrite1h ?? null,
        usage.cacheRead,
        classes?.cacheRead ?? null,
        usage.webSearches,
        partNano === 0 ? null : partNano,
        message.pricedBy === 'unpriced' && message.nano === 0 ? null : message.nano,
        share,
        miss === undefined ? null : missText(miss),
        priceText(message),
      ];
    }),
  };
}

function priceText(message: MessageCost): string {
  const { pricedBy, ended, declined, requestedModel } = message;
  const price =
    pricedBy === 'catalogue'
      ? priceRows(message)
      : pricedBy === 'client'
        ? "Claude Code's own total"
        : 'unpriced';
  const notes = [
    ...(ended ? [] : ['at least']),
    ...declinedWords({ nano: declined }),
    ...(requestedModel === '' ? [] : [`asked for ${requestedModel}`]),
  ];
  return [price, ...notes].join(', ');
}

function messageJson({ message, classes, share, miss }: PricedMessage): object {
  const { usage, parts } = message;
  return {
    messageId: message.messageId,
    requestId: message.requestId === '' ? null : message.requestId,
    at: new Date(message.at).toISOString(),
    agentId: message.agentId === '' ? 'main' : message.agentId,
    model: message.model,
    requestedModel: message.requestedModel === '' ? null : message.requestedModel,
    priceRow: message.row === '' ? null : message.row,
    pricedBy: message.pricedBy,
    usd: message.pricedBy === 'unpriced' && message.nano === 0 ? null : nanoToUsd(message.nano),
    share,
    lowerBound: !message.ended,
    tokens: usage,
    contextTokens: promptTokens(usage),
    cacheRequested: message.cacheRequested === '' ? null : message.cacheRequested,
    cacheMiss: missJson(miss),
    classUsd:
      classes === undefined
        ? null
        : Object.fromEntries(
            Object.entries(classes).map(([name, nano]) => [name, nanoToUsd(nano)]),
          ),
    parts: parts.map((part) => ({
      kind: part.kind,
      model: part.model,
      usd: part.row === '' ? null : nanoToUsd(part.nano),
      tokens: part.usage,
    })),
    tools: message.tools,
    stopReason: message.stopReason === '' ? null : message.stopReason,
  };
}

type AgentRows = Parameters<typeof agentsOf>[0];

function agentTable(rows: AgentRows): Document['tables'][number] {
  return {
    title: 'Agents',
    columns: [
      { key: 'type', header: 'Type', unit: 'text', widest: 24 },
      { key: 'agent', header: 'Agent', unit: 'text', widest: 20 },
      { key: 'messages', header: 'Messages', unit: 'count' },
      { key: 'tokens', header: 'Tokens', unit: 'tokens' },
      { key: 'usd', header: 'Cost', unit: 'usd' },
    ],
    rows: agentsOf(rows).map(({ agentId, type, sums }) => [
      type,
      agentId,
      sums.messages,
      totalTokens(sums),
      sums.nano,
    ]),
  };
}

function modelTable(rows: AgentRows): Document['tables'][number] {
  return {
    title: 'Models',
    columns: [
      { key: 'model', header: 'Model', unit: 'text', widest: 40 },
      { key: 'messages', header: 'Messages', unit: 'count' },
      { key: 'input', header: 'Input', unit: 'tokens' },
      { key: 'output', header: 'Output', unit: 'tokens' },
      { key: 'cache_write_5m', header: 'Write 5m', unit: 'tokens', idle: true },
      { key: 'cache_write_1h', header: 'Write 1h', unit: 'tokens', idle: true },
      { key: 'cache_read', header: 'Read', unit: 'tokens' },
      { key: 'usd', header: 'Cost', unit: 'usd' },
      { key: 'note', header: 'Note', unit: 'text' },
    ],
    rows: sumBy(rows, ({ model }) => model).map(([model, sums]) => [
      model,
      sums.messages,
      sums.input,
      sums.output,
      sums.cacheWrite5m,
      sums.cacheWrite1h,
      sums.cacheRead,
      sums.unpriced > 0 && sums.nano === 0 ? null : sums.nano,
      sums.unpriced > 0 ? `unpriced: ${formatTokens(sums.unpriced)} messages` : '',
    ]),
  };
}
