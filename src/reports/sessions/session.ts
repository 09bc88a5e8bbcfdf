import { percentile } from '../../analysis/statistics/percentile.ts';
import { formatDuration } from '../../model/calendar.ts';
import { largestOf } from '../../model/lists.ts';
import { messageNumbers, messageReference } from '../../model/messageNumber.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { hostOf } from '../../model/records.ts';
import { promptTokens } from '../../model/tokens.ts';
import { type ClassCosts, costByClass } from '../../pricing/costByClass.ts';
import type { RateBook } from '../../pricing/priceBook.ts';
import {
  missedCaches,
  missesJson,
  missJson,
  missSentence,
  missText,
  type PricedMiss,
  unknownLifetimeNotes,
  unknownLifetimes,
} from '../../query/cacheMisses.ts';
import {
  count,
  countedSessions,
  declinedWords,
  figureNotes,
  headline,
  isoTime,
  type Note,
  type ReportContext,
  warnings,
} from '../../query/context.ts';
import { declinedOfSessions } from '../../query/declined.ts';
import { findSession } from '../../query/findSession.ts';
import { isLive } from '../../query/liveSession.ts';
import { projectPath } from '../../query/projects.ts';
import { numberOption, textOption } from '../../query/question.ts';
import { clientPricedOf, reachesLimit, unpricedOf } from '../../query/sums.ts';
import { compactionsOf } from '../../store/query/events.ts';
import {
  type MessageCost,
  messageCosts,
  priceRows,
  requestsOf,
} from '../../store/query/messageCosts.ts';
import type { SessionSummary } from '../../store/query/storeReader.ts';
import { isBilled } from '../../store/schema/messageRow.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { lastPart } from '../../text/paths.ts';
import { rangeText } from '../../text/when.ts';
import { shareText } from '../document/cells.ts';
import { creditNotes, creditsOf, shownCredits } from '../document/credits.ts';
import type { ReportDefinition } from '../document/definition.ts';
import { type Cell, type Column, type Document, figureCell } from '../document/document.ts';
import { shownAgent, shownModel } from '../document/shown.ts';
import { downsampledNote } from '../upkeep/retention.ts';
import { reconciliation } from './clientTotal.ts';
import {
  overheadTables,
  requestSentences,
  requestsJson,
  type SessionRequests,
  sessionRequests,
} from './requests.ts';
import { sessionJson, totalOf } from './sessions.ts';
import { agentTable, modelTable } from './spendTables.ts';

/** Messages listed unless told otherwise. */
export const defaultTop = 20;

/** `outlay session` */
export const session: ReportDefinition = {
  name: 'session',
  title: 'Session',
  editorTitle: 'Session Report',
  summary: 'Details of one session: its most expensive messages, agents, and how it adds up.',
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
      text: 'how many of the most expensive messages to list',
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

/** Details of one session: its most expensive messages, agents and models, and how it adds up. */
export function sessionReport(
  context: ReportContext,
  session: SessionSummary | undefined,
  top: number = defaultTop,
): Document {
  if (session === undefined) return noSession(context);
  const rows = context.reader.agents(session.id);
  const declined = declinedOfSessions(context)([session.id]);
  const all = messageCosts(context.db, session.id);
  const product = context.reader.productOf(session.root);
  const compactions = compactionsOf(context.db, session.id);
  const misses = missedCaches(context.book, product, all, compactions);
  const numbers = messageNumbers(all, session.messages - all.length);
  const requests = sessionRequests(context.db, session);
  const dearest = all
    .slice(0, top)
    .map((message) =>
      priced(context.book, message, session, misses.get(message), numbers.get(message)!),
    );
  const lost = missSentence(misses.values());
  const spread = spreadOf(all);
  const credits = creditsOf(all);
  const summedUp = downsampledNote(context, session.messages - all.length);
  const unknown = unknownLifetimeNotes(unknownLifetimes(product, all));
  const notes = [...summedUp, ...unknown, ...warnings(context, session)];
  return {
    title: session.title ?? `Session ${session.sid.slice(0, 8)}`,
    sentences: [
      ...headSentences(context, session),
      ...reconciliation(session),
      ...requestSentences(requests),
      ...(all.length > 1 ? spreadSentences(spread, totalOf(session)) : []),
      ...(lost === undefined ? [] : [lost]),
    ],
    tables: [
      messageTable(
        dearest,
        new Map(rows.map(({ agentId, type }) => [agentId, type])),
        all.length,
        session,
      ),
      agentTable(rows),
      modelTable(rows),
      ...overheadTables(requests),
    ],
    next: nextLines(all.length, dearest, session),
    notes: [
      ...summedUp,
      ...unknown,
      ...creditNotes(credits),
      ...spreadNotes(spread),
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
      aiCredits: shownCredits(credits),
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
      exact: requestsJson(requests),
      topMessages: dearest.map((each) => messageJson(each, session, requests)),
      catalogueDate: context.book.catalogueDate,
      notes,
    },
  };
}

/** What to type next about a session. */
function nextLines(
  all: number,
  listed: readonly PricedMessage[],
  { sid }: SessionSummary,
): string[] {
  const id = sid.slice(0, 8);
  const more = all > listed.length ? [`More messages: outlay session ${id} --top ${all}`] : [];
  const [first] = listed;
  const why =
    first === undefined
      ? []
      : [`How a cost comes about: outlay explain ${messageReference(sid, first.number)}`];
  return [[...more, ...why, 'What to change: outlay optimize'].join('. ')];
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
  const { sid, branch, startedAt, endedAt, messages } = session;
  const atLeast = isLowerBound(session);
  const length = startedAt > 0 ? ` over ${formatDuration(endedAt - startedAt)}` : '';
  const when = startedAt > 0 ? rangeText(startedAt, endedAt, context) : '';
  const live = isLive(session, context.now, false) ? 'live' : '';
  const host = hostOf(sid) === '' ? '' : `on ${hostOf(sid)}`;
  const project = lastPart(projectPath(session));
  const place = [project, branch, host, when, live, `id ${sid.slice(0, 8)}`];
  return [
    place.filter((text) => text !== '').join(', '),
    `${headline(context, totalOf(session), atLeast)} in ${count(messages, 'message')}${length}${usualText(context, session)}.`,
  ];
}

/** Sessions it takes to say what is usual. */
const fewest = 5;

/** How far a session is from half of all. */
function usualText(context: ReportContext, session: SessionSummary): string {
  const totals = countedSessions(context)
    .map(totalOf)
    .filter((total) => total > 0)
    .sort((a, b) => a - b);
  const usual = percentile(totals, 0.5);
  if (usual === undefined || totals.length < fewest) return '';
  const factor = totalOf(session) / usual;
  return factor >= 1.5 ? `, ${factor.toFixed(1)}× your usual session` : '';
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

/** The message that stands out, and how the others are spread. */
function spreadSentences(spread: Spread | undefined, total: number): string[] {
  if (spread === undefined || total <= 0) return [];
  const share = spread.top / total;
  const large = spread.outlier || share >= 0.25;
  return large ? [`One message made ${shareText(share)} of it.`] : [];
}

function spreadNotes(spread: Spread | undefined): Note[] {
  if (spread === undefined) return [];
  const { p50, p90, p99 } = spread;
  return [
    {
      about: `Half of the messages cost at most ${formatUsd(p50)}, 90% at most ${formatUsd(p90)}, 99% at most ${formatUsd(p99)}.`,
    },
  ];
}

/** A message with the dollars of each class, as far as its price is known. */
interface PricedMessage {
  readonly message: MessageCost;
  /** The number it goes by in its session. */
  readonly number: number;
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
  number: number,
): PricedMessage {
  const classes = message.pricedBy === 'catalogue' ? costByClass(book, message) : undefined;
  const partNano = message.parts.filter(isBilled).reduce((sum, { nano }) => sum + nano, 0);
  const share = session.nano > 0 ? message.nano / session.nano : null;
  return { message, number, classes, partNano, share, miss };
}

const messageColumns: readonly Column[] = [
  { key: 'time', header: 'Time', unit: 'time' },
  { key: 'message', header: 'Message', unit: 'text', widest: 14, details: true },
  { key: 'agent', header: 'Agent', unit: 'text', widest: 20, leaves: 2, shown: shownAgent },
  { key: 'model', header: 'Model', unit: 'text', widest: 24, leaves: 3, shown: shownModel },
  { key: 'input', header: 'Input', unit: 'tokens', leaves: 6 },
  { key: 'input_usd', header: '$', unit: 'usd', details: true },
  { key: 'output', header: 'Output', unit: 'tokens' },
  { key: 'output_usd', header: '$', unit: 'usd', details: true },
  { key: 'cache_write_5m', header: 'Written 5m', unit: 'tokens', idle: true, leaves: 2 },
  { key: 'cache_write_5m_usd', header: '$', unit: 'usd', details: true },
  { key: 'cache_write_1h', header: 'Written', unit: 'tokens', idle: true, leaves: 2 },
  { key: 'cache_write_1h_usd', header: '$', unit: 'usd', details: true },
  { key: 'cache_read', header: 'Read', unit: 'tokens', leaves: 3 },
  { key: 'cache_read_usd', header: '$', unit: 'usd', details: true },
  { key: 'web_searches', header: 'Searches', unit: 'count', idle: true, leaves: 5 },
  { key: 'other_models_usd', header: 'Other models', unit: 'usd', idle: true, leaves: 5 },
  { key: 'total_usd', header: 'Cost', unit: 'usd', strong: true },
  { key: 'share', header: 'Share', unit: 'percent', leaves: 1 },
  { key: 'cache_miss', header: 'Cache', unit: 'text', widest: 50, idle: true, leaves: 1 },
  { key: 'price', header: 'Price', unit: 'text', widest: 60, details: true },
  { key: 'number', header: 'No.', unit: 'count', leaves: 0 },
  { key: 'reference', header: 'Explain', unit: 'text', details: true },
  { key: 'tools', header: 'Done', unit: 'text', widest: 40, peopleOnly: true, fills: true },
];

const messageOrder = [
  ...['number', 'total_usd', 'share', 'tools', 'cache_miss', 'cache_write_5m', 'cache_write_1h'],
  ...['cache_read', 'output', 'input', 'agent', 'model', 'time'],
];

function messageTable(
  dearest: readonly PricedMessage[],
  types: ReadonlyMap<string, string>,
  all: number,
  { sid }: SessionSummary,
): Document['tables'][number] {
  const title =
    dearest.length < all
      ? `The ${dearest.length} most expensive of ${all} messages`
      : 'Messages by cost';
  return {
    title,
    columns: messageColumns,
    order: messageOrder,
    rows: dearest.map(({ message, number, classes, partNano, share, miss }): Cell[] => {
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
        message.pricedBy === 'unpriced' && message.nano === 0
          ? null
          : figureCell(message.nano, !message.ended),
        share,
        miss === undefined ? null : missText(miss),
        priceText(message),
        number,
        messageReference(sid, number),
        message.tools.length === 0 ? 'answer' : message.tools.join(', '),
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
    ...sumWords(message),
  ];
  return [price, ...notes].join(', ');
}

/** Of how many requests a message is the sum, and that none of them was logged. */
function sumWords(message: MessageCost): string[] {
  const requests = requestsOf(message);
  const sum = requests === null ? 'sum of requests' : `sum of ${requests} requests`;
  return [
    ...(requests === 1 ? [] : [sum]),
    ...(message.recovered ? ['recovered from a counter'] : []),
  ];
}

function messageJson(
  { message, number, classes, share, miss }: PricedMessage,
  { sid }: SessionSummary,
  requests: SessionRequests | undefined,
): object {
  const { usage, parts } = message;
  const told = requests?.byRequest.get(message.requestId);
  return {
    number,
    reference: messageReference(sid, number),
    messageId: message.messageId,
    requestId: message.requestId === '' ? null : message.requestId,
    at: new Date(message.at).toISOString(),
    agentId: message.agentId === '' ? 'main' : message.agentId,
    model: message.model,
    requestedModel: message.requestedModel === '' ? null : message.requestedModel,
    requests: requestsOf(message),
    recovered: message.recovered,
    aiCredits: shownCredits(message.nanoCredits),
    reasoningTokens: message.reasoning,
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
    durationMs: told?.durationMs ?? null,
    firstTokenMs: told?.firstTokenMs ?? null,
  };
}
