import { nanoToUsd } from '../../model/money.ts';
import { totalTokens } from '../../model/tokens.ts';
import {
  count,
  figureNotes,
  headline,
  isoTime,
  type ReportContext,
  warnings,
} from '../../query/context.ts';
import { filterNames, sortOption } from '../../query/options.ts';
import { numberOption, type Question, textOption } from '../../query/question.ts';
import { type Selection, select } from '../../query/select.ts';
import { periodJson } from '../../query/spans.ts';
import { figuresOf, sumBy } from '../../query/sums.ts';
import { sessionTitles } from '../../store/query/sessionInfo.ts';
import { addSums, isLowerBound, shortcomings } from '../../store/schema/sums.ts';
import { lastPart } from '../../text/paths.ts';
import { spanWords } from '../../text/when.ts';
import type { ReportDefinition } from '../document/definition.ts';
import { type Cell, type Column, type Document, figureCell } from '../document/document.ts';
import { shownModel } from '../document/shown.ts';
import { nothing } from '../spend/breakdown.ts';
import { retentionNotes } from '../upkeep/retention.ts';

/** `outlay conversation` */
export const conversation: ReportDefinition = {
  name: 'conversation',
  title: 'Conversations',
  summary: 'Every session of a period: when it started, its messages, its top model and its cost.',
  period: 'all',
  filters: filterNames,
  options: [
    { name: 'limit', value: 'number', text: 'list at most so many', kind: 'count', default: 50 },
    sortOption,
  ],
  gate: false,
  examples: [
    ['outlay conversation', 'the fifty sessions begun last'],
    [
      'outlay conversation --sort cost --limit 10 --period month',
      'the ten most expensive this month',
    ],
  ],
  run: conversations,
};

/** What a session spent in the period. */
interface Spent {
  readonly session: number;
  readonly messages: number;
  readonly tokens: number;
  readonly topModel: string | null;
  /** Nano-dollars, background included. */
  readonly total: number;
  readonly atLeast: boolean;
}

function conversations(context: ReportContext, question: Question): Document {
  const selection = select(context, question, ['session', 'model']);
  const { names, sums, total } = selection;
  const figures = figuresOf(context, selection);
  const byCost = textOption(question, 'sort') === 'cost';
  const startOf = ({ session }: Spent): number => names.place(session).startedAt;
  const all = spentBySession(selection).sort(
    (a, b) =>
      (byCost ? b.total - a.total : startOf(b) - startOf(a)) ||
      (names.place(a.session).sid < names.place(b.session).sid ? -1 : 1),
  );
  const shown = all.slice(0, numberOption(question, 'limit'));
  const titles = sessionTitles(
    context.db,
    shown.map(({ session }) => session),
  );
  const empty = all.length === 0;
  return {
    title: `Conversations, ${spanWords(question.span, context).name}`,
    sentences: empty
      ? [nothing(context)]
      : [
          `${headline(context, total, isLowerBound(sums))} in ${count(all.length, 'session')}.`,
          ...(shown.length < all.length
            ? [`${shown.length} are listed, ${byCost ? 'most expensive' : 'latest'} first.`]
            : []),
        ],
    tables: [
      {
        title: '',
        columns,
        order,
        rows: shown.map((spent) => cells(spent, selection, titles.get(spent.session) ?? null)),
      },
    ],
    notes: [...retentionNotes(context, question.span), ...figureNotes(context, figures)],
    json: {
      schemaVersion: 1,
      period: periodJson(question.span, context.zone),
      filters: question.filters,
      conversationCount: all.length,
      total_cost_usd: nanoToUsd(total),
      declinedUsd: nanoToUsd(figures.declined.nano),
      conversations: shown.map((spent) =>
        json(spent, selection, titles.get(spent.session) ?? null),
      ),
      notes: [...retentionNotes(context, question.span), ...warnings(context, sums)],
    },
    verdict: { status: empty ? 'no-data' : 'ok', ...shortcomings(sums) },
  };
}

function spentBySession({ rows, backgrounds, names }: Selection): Spent[] {
  const background = new Map<number, number>();
  for (const { session, nano } of backgrounds) {
    background.set(session, (background.get(session) ?? 0) + nano);
  }
  const bySession = Map.groupBy(rows, ({ session }) => session);
  for (const session of background.keys()) {
    if (!bySession.has(session)) bySession.set(session, []);
  }
  return [...bySession].map(([session, own]) => {
    const sums = addSums(own);
    return {
      session,
      messages: sums.messages,
      tokens: totalTokens(sums),
      topModel: sumBy(own, ({ model }) => names.word(model))[0]?.[0] ?? null,
      total: sums.nano + (background.get(session) ?? 0),
      atLeast: isLowerBound(sums),
    };
  });
}

const columns: readonly Column[] = [
  { key: 'started', header: 'Started', unit: 'time', byDay: true },
  { key: 'session', header: 'ID', unit: 'text', prefix: 8, details: true },
  { key: 'title', header: 'Session', unit: 'text', widest: 40, fills: true, orElse: 'session' },
  { key: 'project', header: 'Project', unit: 'text', widest: 24, leaves: 1 },
  { key: 'messages', header: 'Messages', unit: 'count' },
  { key: 'model', header: 'Model', unit: 'text', widest: 24, leaves: 3, shown: shownModel },
  { key: 'tokens', header: 'Tokens', unit: 'tokens' },
  { key: 'cost_usd', header: 'Cost', unit: 'usd', strong: true },
];

const order = ['cost_usd', 'title', 'project', 'model', 'messages', 'tokens', 'started'] as const;

function cells(spent: Spent, { names }: Selection, title: string | null): Cell[] {
  const { sid, startedAt } = names.place(spent.session);
  return [
    startedAt || null,
    sid,
    title,
    lastPart(names.project(spent.session)),
    spent.messages,
    spent.topModel,
    spent.tokens,
    figureCell(spent.total, spent.atLeast),
  ];
}

function json(spent: Spent, { names }: Selection, title: string | null): object {
  const { sid, startedAt, endedAt, cwd, gitRoot } = names.place(spent.session);
  return {
    sessionId: sid,
    startedAt: isoTime(startedAt),
    endedAt: isoTime(endedAt),
    title,
    project: cwd,
    gitRoot,
    messages: spent.messages,
    tokens: spent.tokens,
    topModel: spent.topModel,
    cost_usd: nanoToUsd(spent.total),
    lowerBound: spent.atLeast,
  };
}
