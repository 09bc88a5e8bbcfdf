import type { BudgetEntry } from '../dataFolder/budgetFile.ts';
import {
  daySpan,
  lastHourSpan,
  monthSpan,
  type TimeSpan,
  type WeekStart,
  weekSpan,
  type Zone,
} from '../model/calendar.ts';
import { type Currency, convert, rateAt, ratedSpans, usDollars } from '../model/currency.ts';
import { promptTokens } from '../model/tokens.ts';
import { firstEver } from '../query/firstSpend.ts';
import { type Forecasts, forecastsOf } from '../query/forecast/forecast.ts';
import { clockSkewMs, isLive } from '../query/liveSession.ts';
import type { Scope } from '../store/query/fragments.ts';
import type { SessionSummary, StoreReader } from '../store/query/storeReader.ts';
import type { SpendSums } from '../store/schema/sums.ts';
import { type BudgetShares, budgetShares } from './budgetShares.ts';
import type { Crossings } from './crossings.ts';
import { SumSpends } from './sumSpends.ts';

/** A figure and what it is made of. Money in nano-dollars. */
export interface Figure {
  /** What a person sees and budgets count: messages and background. */
  readonly total: number;
  /** The total in nano-units of the display currency, each part at the rate of its day. */
  readonly shown: number;
  readonly background: number;
  readonly sums: SpendSums;
}

export interface SessionFigure {
  readonly summary: SessionSummary;
  readonly live: boolean;
  /** Nano-dollars, background included. */
  readonly total: number;
  /** The total in nano-units of the display currency, at the rate of the day it was last active. */
  readonly shown: number;
}

/** The few figures that answer "how much, and is that normal" at a glance. */
export interface Overview extends BudgetShares {
  readonly at: number;
  readonly today: Figure;
  readonly week: Figure;
  readonly month: Figure;
  readonly lastHour: Figure;
  /** Where today, this week and this month lead, in nano-dollars. */
  readonly forecasts: Forecasts;
  /** This window's session, or the last one anywhere. */
  readonly session: SessionFigure | undefined;
  /** Prompt tokens of today that came from the cache, 0 … 1; undefined without any. */
  readonly cacheShare: number | undefined;
  readonly unpricedToday: readonly { model: string; messages: number }[];
  /** Lines of transcripts that could not be used, over everything. */
  readonly rejectedLines: number;
  /** The store has messages at all. */
  readonly hasData: boolean;
}

export interface OverviewOptions {
  readonly now: number;
  readonly zone: Zone;
  readonly weekStart: WeekStart;
  /** Sessions the figures count. */
  readonly scope: Scope;
  /** Start directories of this window, for "this session". */
  readonly windowScope: Scope;
  /** Sessions whose Claude Code is known to run. */
  readonly running?: ReadonlySet<string>;
  /** Every budget in force; they always count everything. */
  readonly budgets?: readonly BudgetEntry[];
  /** What `shown` figures are in; US dollars where none is named. */
  readonly currency?: Currency;
  /** What is known of when budgets were used up; kept from one question to the next. */
  readonly crossings?: Crossings;
}

/**
 * Asks the store for the overview, all of it at one moment whoever writes meanwhile. A few milliseconds,
 * whatever the history.
 */
export function readOverview(reader: StoreReader, options: OverviewOptions): Overview {
  return reader.db.snapshot(() => overviewOf(reader, options));
}

function overviewOf(reader: StoreReader, options: OverviewOptions): Overview {
  const { now, zone, weekStart, scope, budgets = [], currency = usDollars } = options;
  const spends = new SumSpends(reader);
  const figure = (span: TimeSpan): Figure => figureOf(spends, span, scope, currency);
  const day = daySpan(now, zone);
  const month = monthSpan(now, zone);
  const today = figure(day);
  const session = sessionFigure(reader, options);
  return {
    at: now,
    today,
    week: figure(weekSpan(now, zone, weekStart)),
    month: figure(month),
    lastHour: figure(lastHourSpan(now, zone)),
    forecasts: forecastsOf(
      { reader, now, zone, weekStart },
      {
        first: firstEver({ db: reader.db, reader }),
        spentIn: (span) => {
          const { sums, background } = spends.sums(span, scope);
          return sums.nano + background;
        },
      },
    ),
    session,
    cacheShare: cacheShare(today.sums),
    unpricedToday: today.sums.unpriced === 0 ? [] : reader.unpricedModels(day, scope),
    ...budgetShares(
      { reader, now, zone, weekStart, budgets },
      spends,
      options.windowScope,
      options.crossings,
    ),
    rejectedLines: reader.rejectedLines(),
    hasData: session !== undefined,
  };
}

/** What was spent in a span, asked for by itself. */
export function readFigure(
  reader: StoreReader,
  span: TimeSpan,
  scope: Scope,
  currency: Currency = usDollars,
): Figure {
  return figureOf(new SumSpends(reader), span, scope, currency);
}

function figureOf(spends: SumSpends, span: TimeSpan, scope: Scope, currency: Currency): Figure {
  const { sums, background } = spends.sums(span, scope);
  const total = sums.nano + background;
  return { total, shown: shownTotal(spends, span, scope, currency, total), background, sums };
}

/** Only a span in which the rate changes is asked for piece by piece. */
function shownTotal(
  spends: SumSpends,
  span: TimeSpan,
  scope: Scope,
  currency: Currency,
  total: number,
): number {
  const pieces = ratedSpans(span, currency);
  if (pieces.length === 1) return convert(total, pieces[0]!.rate);
  let shown = 0;
  for (const piece of pieces) {
    const { sums, background } = spends.sums(piece, scope);
    shown += convert(sums.nano + background, piece.rate);
  }
  return shown;
}

/**
 * This window's session: the last active whose project lies in the window's folders, else the last
 * active anywhere, which is then named. One whose clock was ahead does not stand before those of now.
 */
function sessionFigure(reader: StoreReader, options: OverviewOptions): SessionFigure | undefined {
  const { now, windowScope } = options;
  const latest = (scope: Scope): SessionSummary | undefined =>
    reader.latestSession(scope, now + clockSkewMs) ?? reader.latestSession(scope);
  const own = windowScope === undefined ? undefined : latest(windowScope);
  const summary = own ?? latest(undefined);
  if (summary === undefined) return undefined;
  const total = summary.nano + summary.background;
  return {
    summary,
    live: isLive(summary, now, options.running?.has(summary.sid) === true),
    total,
    shown: convert(total, rateAt(options.currency ?? usDollars, summary.endedAt)),
  };
}

function cacheShare(sums: SpendSums): number | undefined {
  const prompt = promptTokens(sums);
  return prompt === 0 ? undefined : sums.cacheRead / prompt;
}
