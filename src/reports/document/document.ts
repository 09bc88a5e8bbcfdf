/** What a column's values are; decides alignment and how each format writes them. */
export const units = ['text', 'usd', 'tokens', 'count', 'percent', 'factor', 'time'] as const;
export type Unit = (typeof units)[number];

export interface Column {
  /** Name in CSV. */
  readonly key: string;
  /** Heading in tables. */
  readonly header: string;
  /**
   * `usd` cells are nano-dollars, `time` cells UTC milliseconds, `percent` cells shares of one;
   * `tokens` are shortened in tables, `count` never is.
   */
  readonly unit: Unit;
  /** Widest the column gets in the terminal; longer text is cut there. */
  readonly widest?: number;
  /** Shown in the terminal by so many first characters, without a mark: an id is told by its start. */
  readonly prefix?: number;
  /** Left out in the terminal where every cell is empty or 0. */
  readonly idle?: boolean;
}

/** Null is nothing known: an empty cell, never a zero. */
export type Cell = string | number | null;

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/**
 * What a report comes to where a program decides by it. No data is neither fine nor an alert; an error
 * is a check that could not be made.
 */
export interface Verdict {
  readonly status: 'ok' | 'alert' | 'no-data' | 'error';
  /** Some messages have no price: figures are lower bounds. */
  readonly unpriced: boolean;
  /** Lines of transcripts could not be read or placed: figures are lower bounds. */
  readonly incomplete: boolean;
}

/** A report's answer, before anybody has decided how to write it down. */
export interface Document {
  readonly title: string;
  /** The answer in words, most important first. */
  readonly sentences: readonly string[];
  /** The first is what CSV consists of. */
  readonly tables: readonly Table[];
  /** What the figures are and are not: estimate, at least, unpriced, background. */
  readonly notes: readonly string[];
  /** The same answer for programs; its shape is a contract. Read it while the store is open: it may be made then. */
  readonly json: unknown;
  /** Where there is nothing to decide: none. */
  readonly verdict?: Verdict;
}

export const formats = ['table', 'markdown', 'json', 'csv'] as const;
export type Format = (typeof formats)[number];

/** Whether a column's values stand at its right edge, so that digits line up. */
export function isNumeric(unit: Unit): boolean {
  return unit !== 'text' && unit !== 'time';
}
