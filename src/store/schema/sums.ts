import type { Usage } from '../../model/tokens.ts';

/** Sums over messages. Money in nano-dollars. */
export interface SpendSums extends Usage {
  readonly messages: number;
  /** Messages whose output count is only a lower bound. */
  readonly lower: number;
  readonly unpriced: number;
  /** Messages priced from Claude Code's own totals. */
  readonly client: number;
  readonly nano: number;
  /** Lines of transcripts whose spend may be missing; only sums as a whole have them. */
  readonly lost?: number;
  /** Messages whose own counts were not logged, so that a running counter tells them; only sums as a whole say so. */
  readonly recovered?: number;
  /** Transcripts, or what is new in them, could not be read; only sums as a whole say so. */
  readonly unread?: boolean;
}

/** What sums as a whole may lack beside what their messages say, and what they have at second hand. */
export type Missing = Pick<SpendSums, 'lost' | 'recovered' | 'unread'>;

/** Whether a figure made of sums is a lower bound. */
export function isLowerBound({
  lower,
  unpriced,
  ...missing
}: Pick<SpendSums, 'lower' | 'unpriced' | 'lost' | 'unread'>): boolean {
  return lower > 0 || unpriced > 0 || isIncomplete(missing);
}

/** Whether something is missing that could not be read. */
export function isIncomplete({
  lost = 0,
  unread = false,
}: Pick<SpendSums, 'lost' | 'unread'>): boolean {
  return lost > 0 || unread;
}

/** What sums lack, as gates are told it. */
export function shortcomings({
  unpriced,
  ...missing
}: Pick<SpendSums, 'unpriced' | 'lost' | 'unread'>): {
  readonly unpriced: boolean;
  readonly incomplete: boolean;
} {
  return { unpriced: unpriced > 0, incomplete: isIncomplete(missing) };
}

/** Sums, and with them what they may lack. */
export function withMissing<T extends SpendSums>(
  sums: T,
  { lost = 0, recovered = 0, unread }: Missing,
): T {
  return {
    ...sums,
    ...(lost > 0 && { lost: (sums.lost ?? 0) + lost }),
    ...(recovered > 0 && { recovered: (sums.recovered ?? 0) + recovered }),
    ...(unread === true && { unread }),
  };
}

/** Sums that more can be added to. */
export type RunningSums = {
  -readonly [K in keyof SpendSums]: SpendSums[K];
};
export function noSums(): RunningSums {
  return {
    messages: 0,
    lower: 0,
    unpriced: 0,
    client: 0,
    input: 0,
    output: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    cacheRead: 0,
    webSearches: 0,
    nano: 0,
  };
}

/** Adds sums to others. */
export function addTo(total: RunningSums, row: SpendSums): void {
  total.messages += row.messages;
  total.lower += row.lower;
  total.unpriced += row.unpriced;
  total.client += row.client;
  total.input += row.input;
  total.output += row.output;
  total.cacheWrite5m += row.cacheWrite5m;
  total.cacheWrite1h += row.cacheWrite1h;
  total.cacheRead += row.cacheRead;
  total.webSearches += row.webSearches;
  total.nano += row.nano;
  if (row.lost !== undefined) total.lost = (total.lost ?? 0) + row.lost;
  if (row.recovered !== undefined) total.recovered = (total.recovered ?? 0) + row.recovered;
  if (row.unread === true) total.unread = true;
}

/** The sum of sums. */
export function addSums(rows: Iterable<SpendSums>): SpendSums {
  const total = noSums();
  for (const row of rows) addTo(total, row);
  return total;
}

/** Sums that are to be taken from others. */
export function takenAway<T extends SpendSums>(sums: T): T {
  const names = Object.keys(noSums()) as Exclude<keyof SpendSums, keyof Missing>[];
  return { ...sums, ...Object.fromEntries(names.map((name) => [name, -sums[name]])) };
}

/** One combination of keys. Numbers of rows; 0 where the question did not split by it. */
export interface RowKeys {
  /** Start of the quarter of an hour, UTC milliseconds. */
  readonly at: number;
  readonly session: number;
  readonly agent: number;
  /** String number. */
  readonly model: number;
  readonly facet: number;
  /** String number of the prompt; 0 outside the main thread. */
  readonly prompt: number;
}

/** Sums of one combination of keys. */
export interface SpendRow extends SpendSums, RowKeys {}
