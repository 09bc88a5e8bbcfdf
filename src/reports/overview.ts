import {
  daySpan,
  monthSpan,
  type TimeSpan,
  type WeekStart,
  weekSpan,
  type Zone,
} from '../model/calendar.ts';
import { type Level, levelOf } from '../model/level.ts';
import { promptTokens } from '../model/tokens.ts';
import type { Scope, SessionSummary, SpendSums, StoreReader } from '../store/reader.ts';

/** A session counts as live this long after its transcript was written. */
export const liveMs = 120_000;
const hourMs = 3_600_000;

/** A figure and what it is made of. Money in nano-dollars. */
export interface Figure {
  /** What a person sees and budgets count: messages and background. */
  readonly total: number;
  readonly background: number;
  readonly sums: SpendSums;
}

export interface BudgetShare {
  readonly limit: number;
  /** Spent ÷ limit; 1 is all of it. */
  readonly share: number;
  readonly level: Level;
}

export interface SessionFigure {
  readonly summary: SessionSummary;
  readonly live: boolean;
  /** Nano-dollars, background included. */
  readonly total: number;
}

/** The few figures that answer "how much, and is that normal" at a glance. */
export interface Overview {
  readonly at: number;
  readonly today: Figure;
  readonly week: Figure;
  readonly month: Figure;
  readonly lastHour: Figure;
  /** This window's session, or the last one anywhere. */
  readonly session: SessionFigure | undefined;
  /** Prompt tokens of today that came from the cache, 0 … 1; undefined without any. */
  readonly cacheShare: number | undefined;
  readonly unpricedToday: readonly { model: string; messages: number }[];
  readonly dailyBudget: BudgetShare | undefined;
  readonly monthlyBudget: BudgetShare | undefined;
  /** Lines of transcripts that could not be used, over everything. */
  readonly rejectedLines: number;
  /** The store has messages at all. */
  readonly hasData: boolean;
}

export interface OverviewOptions {
  readonly now: number;
  readonly zone: Zone;
  readonly weekStart: WeekStart;
  /** Sessions the figures count. Budgets always count everything. */
  readonly scope: Scope;
  /** Start directories of this window, for "this session". */
  readonly windowScope: Scope;
  /** Sessions whose Claude Code is known to run. */
  readonly running?: ReadonlySet<string>;
  readonly dailyBudget?: number | undefined;
  readonly monthlyBudget?: number | undefined;
}

/** Asks the store for the overview. A few milliseconds, whatever the history. */
export function readOverview(reader: StoreReader, options: OverviewOptions): Overview {
  const { now, zone, weekStart, scope } = options;
  const day = daySpan(now, zone);
  const month = monthSpan(now, zone);
  const today = figure(reader, day, scope);
  const session = sessionFigure(reader, options);
  return {
    at: now,
    today,
    week: figure(reader, weekSpan(now, zone, weekStart), scope),
    month: figure(reader, month, scope),
    lastHour: figure(reader, { from: now - hourMs, to: now + 1 }, scope),
    session,
    cacheShare: cacheShare(today.sums),
    unpricedToday: today.sums.unpriced === 0 ? [] : reader.unpricedModels(day, scope),
    dailyBudget: share(reader, options.dailyBudget, day),
    monthlyBudget: share(reader, options.monthlyBudget, month),
    rejectedLines: reader.rejectedLines(),
    hasData: session !== undefined,
  };
}

function figure(reader: StoreReader, span: TimeSpan, scope: Scope): Figure {
  const sums = reader.spend(span, scope);
  const background = reader.background(span, scope);
  return { total: sums.nano + background, background, sums };
}

function share(
  reader: StoreReader,
  limit: number | undefined,
  span: TimeSpan,
): BudgetShare | undefined {
  if (limit === undefined || limit <= 0) return undefined;
  const used = figure(reader, span, undefined).total / limit;
  return { limit, share: used, level: levelOf(used) };
}

/**
 * This window's session: the last written whose project lies in the window's folders, else the last
 * written anywhere, which is then named.
 */
function sessionFigure(reader: StoreReader, options: OverviewOptions): SessionFigure | undefined {
  const own =
    options.windowScope === undefined ? undefined : reader.latestSession(options.windowScope);
  const summary = own ?? reader.latestSession(undefined);
  if (summary === undefined) return undefined;
  return {
    summary,
    live: options.now - summary.writtenAt < liveMs || options.running?.has(summary.sid) === true,
    total: summary.nano + summary.background,
  };
}

function cacheShare(sums: SpendSums): number | undefined {
  const prompt = promptTokens(sums);
  return prompt === 0 ? undefined : sums.cacheRead / prompt;
}

/** A share in percent, rounded down so that nothing is called full before it is. */
export function formatPercent(share: number): string {
  return `${Math.floor(share * 100 + 1e-9)} %`;
}
