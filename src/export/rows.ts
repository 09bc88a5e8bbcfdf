import { memoize } from '../model/memoize.ts';
import { tierOf } from '../pricing/tiers.ts';
import type { Declined, ReportContext } from '../query/context.ts';
import { declinedBeside, noneDeclined, sumDeclined } from '../query/declined.ts';
import { matcherOf } from '../query/filters.ts';
import { Names } from '../query/names.ts';
import type { Question } from '../query/question.ts';
import { tokenCounts } from '../query/sums.ts';
import { taggerOf } from '../query/tagger.ts';
import { type BackgroundRow, backgroundRows } from '../store/query/background.ts';
import { type MessagePiece, messagePages } from '../store/query/messagePages.ts';
import { sessionTitles } from '../store/query/sessionInfo.ts';
import { downsampledRows } from '../store/query/spendRows.ts';
import type { SpendRow } from '../store/schema/sums.ts';
import { type Openness, pathWriter } from './redact.ts';

/** One row of an export. Times in UTC milliseconds, money in nano-dollars; null is "not known". */
export interface ExportRow {
  readonly at: number;
  /**
   * `part`: tokens of another model inside a message; `sum`: messages that have been downsampled,
   * dated to the beginning of their day or month; `background`: what no message explains.
   */
  readonly kind: 'message' | 'part' | 'sum' | 'background';
  /** How many messages it stands for. */
  readonly messages: number;
  readonly agent: string;
  readonly model: string;
  readonly tier: string;
  readonly input: number;
  readonly output: number;
  /** Null where there is no price: never 0. */
  readonly nano: number | null;
  readonly durationMs: number | null;
  readonly success: boolean | null;
  readonly task: string;
  readonly correlation: string;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly cacheRead: number;
  readonly webSearches: number;
  readonly session: string;
  readonly title: string;
  readonly project: string;
  readonly account: string;
  readonly branch: string;
  readonly agentId: string;
  readonly effort: string;
  readonly tags: readonly string[];
  readonly priceRow: string;
  readonly pricedBy: 'catalogue' | 'client' | 'unpriced';
  /** Messages of it whose output count is only a lower bound. */
  readonly lower: number;
  /** Messages of it without a price. */
  readonly unpriced: number;
  readonly stopReason: string;
  readonly error: string;
  readonly promptId: string;
  readonly messageId: string;
  readonly requestId: string;
  /** Its own count was not logged: a running counter tells it. */
  readonly recovered: boolean;
}

/** What an export came to. */
export interface ExportTotals {
  readonly rows: number;
  readonly messages: number;
  /** Messages without a price. */
  readonly unpriced: number;
  /** Messages whose output count is only a lower bound. */
  readonly lower: number;
  /** Nano-dollars of all rows. */
  readonly nano: number;
  /** Declined attempts that may be billed beside them. */
  readonly declined: Declined;
}

/**
 * Every message, what messages were downsampled to, and all background a question is about, in
 * pages, in the order of time; of one moment messages stand first. Filters mean what they mean in
 * reports, so that the money of all rows is the total of a report on the same question.
 */
export function* exportPages(
  context: ReportContext,
  { span, filters }: Pick<Question, 'span' | 'filters'>,
  open: Openness,
  pageSize?: number,
): Generator<ExportRow[], void, void> {
  const names = new Names(context);
  const matcher = matcherOf(context, filters, names);
  const writer = rowWriter(context, names, open);
  const carries = ({ tags }: ExportRow): boolean =>
    filters.tag === undefined || tags.includes(filters.tag);
  const sums = downsampledRows(context.db, span);
  names.prefetch(sums, ['agent', 'model', 'prompt']);
  const waiting = [
    ...sums.filter(matcher.passes).map(writer.ofSum),
    ...backgroundRows(context.db, span)
      .filter(({ session }) => matcher.passesBackground(session))
      .map(writer.ofBackground),
  ]
    .filter(carries)
    .sort((a, b) => a.at - b.at);
  let next = 0;
  for (const page of messagePages(context.db, span, pageSize)) {
    names.prefetch(page, matcher.keys);
    const rows: ExportRow[] = [];
    for (const piece of page) {
      while (next < waiting.length && waiting[next]!.at < piece.at) rows.push(waiting[next++]!);
      if (!matcher.passes(piece)) continue;
      const row = writer.ofPiece(piece);
      if (carries(row)) rows.push(row);
    }
    yield rows;
  }
  if (next < waiting.length) yield waiting.slice(next);
}

function rowWriter(context: ReportContext, names: Names, open: Openness) {
  const { book } = context;
  const tagsOf = taggerOf(context);
  const projectName = pathWriter('project', open);
  const accountName = pathWriter('account', open);
  const tier = memoize((model: string) => tierOf(model, book));
  const titleOf = memoize((session: number) =>
    open.titles ? (sessionTitles(context.db, [session]).get(session) ?? '') : '',
  );
  const place = (session: number, branch: string, at: number) => {
    const { sid, root } = names.place(session);
    const named = context.labels.accounts.get(root);
    return {
      session: sid,
      title: titleOf(session),
      project: projectName(names.project(session)),
      account: named ?? accountName(root),
      branch,
      tags: tagsOf(at, sid, branch),
    };
  };
  return {
    ofPiece: (piece: MessagePiece): ExportRow => {
      const { branch, effort, attribution } = names.facet(piece);
      const { at, session, nano, noPrice, client } = piece;
      return {
        ...place(session, branch, at),
        at,
        kind: piece.kind,
        agent: piece.agentType,
        model: piece.modelName,
        tier: tier(piece.modelName),
        input: piece.input,
        output: piece.output,
        nano: noPrice ? null : nano,
        durationMs: piece.durationMs,
        success: piece.kind === 'message' ? piece.error === '' : null,
        task: names.task(piece),
        correlation: attribution.correlation ?? piece.promptId,
        cacheWrite5m: piece.cacheWrite5m,
        cacheWrite1h: piece.cacheWrite1h,
        cacheRead: piece.cacheRead,
        webSearches: piece.webSearches,
        agentId: piece.agentId,
        effort,
        priceRow: piece.priceRow,
        pricedBy: noPrice ? 'unpriced' : client > 0 ? 'client' : 'catalogue',
        lower: piece.lower,
        unpriced: piece.unpriced,
        messages: piece.messages,
        stopReason: piece.stopReason,
        error: piece.error,
        promptId: piece.promptId,
        messageId: piece.messageId,
        requestId: piece.requestId,
        recovered: piece.isRecovered,
      };
    },
    ofSum: (row: SpendRow): ExportRow => {
      const { row: priceRow, branch, effort, attribution } = names.facet(row);
      const { at, session, nano, messages, unpriced, lower, client } = row;
      const model = names.word(row.model);
      const noPrice = priceRow === '' && client === 0;
      return {
        ...place(session, branch, at),
        ...noMessage,
        ...tokenCounts(row),
        at,
        kind: 'sum',
        agent: names.agentType(row.agent),
        model,
        tier: tier(model),
        nano: noPrice ? null : nano,
        task: names.task(row),
        correlation: attribution.correlation ?? names.word(row.prompt),
        effort,
        priceRow,
        pricedBy: noPrice ? 'unpriced' : client > 0 ? 'client' : 'catalogue',
        lower,
        unpriced,
        messages,
        promptId: names.word(row.prompt),
      };
    },
    ofBackground: ({ at, session, nano }: BackgroundRow): ExportRow => {
      const { branch } = names.place(session);
      return {
        ...place(session, branch, at),
        ...noMessage,
        at,
        nano,
        task: names.taskAt(session, branch),
      };
    },
  };
}

const noMessage = {
  kind: 'background',
  agent: '',
  model: '',
  tier: '',
  input: 0,
  output: 0,
  durationMs: null,
  success: null,
  correlation: '',
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheRead: 0,
  webSearches: 0,
  agentId: '',
  effort: '',
  priceRow: '',
  pricedBy: 'client',
  lower: 0,
  unpriced: 0,
  messages: 0,
  stopReason: '',
  error: '',
  promptId: '',
  messageId: '',
  requestId: '',
  recovered: false,
} as const;

/** The declined attempts beside the rows of an export. */
export function exportDeclined(
  context: ReportContext,
  { span, filters }: Pick<Question, 'span' | 'filters'>,
): Declined {
  return sumDeclined(declinedBeside(context, { span, filters, names: new Names(context) }));
}

/** Counts the rows of an export as they pass. */
export class ExportCount {
  #totals: ExportTotals;

  constructor(declined: Declined = noneDeclined) {
    this.#totals = { rows: 0, messages: 0, unpriced: 0, lower: 0, nano: 0, declined };
  }

  add(row: ExportRow): void {
    const { rows, messages, unpriced, lower, nano, declined } = this.#totals;
    this.#totals = {
      declined,
      rows: rows + 1,
      messages: messages + row.messages,
      unpriced: unpriced + row.unpriced,
      lower: lower + row.lower,
      nano: nano + (row.nano ?? 0),
    };
  }

  get totals(): ExportTotals {
    return this.#totals;
  }
}
