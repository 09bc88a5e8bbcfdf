import type { Note } from '../../query/context.ts';

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
  /** Free text, such as a name: the widest it gets for people; longer text is cut there. */
  readonly widest?: number;
  /** Shown in the terminal by so many first characters, without a mark: an id is told by its start. */
  readonly prefix?: number;
  /** Where a cell is empty people see that of this column, by its key: an id for a title. */
  readonly orElse?: string;
  /** Left out for people where every cell is empty or 0. */
  readonly idle?: boolean;
  /** An id, or part of what another column says: people see it with `--wide` only. */
  readonly details?: boolean;
  /**
   * Where there is too little room, columns leave: the highest number first, and 0 never. By unit
   * unless said otherwise: see `leavesAs`.
   */
  readonly leaves?: number;
  /** Takes the room the others leave, and is cut before any of them leaves. */
  readonly fills?: boolean;
  /** Goes on below itself where there is too little room, rather than being cut. */
  readonly wraps?: boolean;
  /** Written bold: what the row is about. */
  readonly strong?: boolean;
  /** A share is drawn as well: beside its number, before it on a track, or in its place. */
  readonly bar?: 'beside' | 'track' | 'only' | undefined;
  /** Moments are told by their day, those of today by their hour. */
  readonly byDay?: boolean;
  /** When a session was last at work: of one that is now, that. */
  readonly live?: boolean;
  /** Holds `!` and the like: coloured by what it says. */
  readonly mark?: boolean;
  /** No column of CSV. */
  readonly peopleOnly?: boolean;
  /** A text as people read it, where programs know it by another name. */
  readonly shown?: (text: string) => string;
}

/** A figure that may be higher: "≥ $4.20" for people, the number for programs. */
export interface AtLeast {
  readonly atLeast: number;
}

/** Null is nothing known: an empty cell, never a zero. */
export type Cell = string | number | AtLeast | null;

export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Keys of columns in the order people see them, where CSV has another; the others follow. */
  readonly order?: readonly string[];
  /** In the terminal two of these stand beside each other, without a line of headings. */
  readonly half?: boolean;
  /** Without a line of headings in the terminal. */
  readonly bare?: boolean;
  /** So many rows are for people, unless they ask for everything; the title says what is left. */
  readonly top?: number;
  /** For programs and `--wide`: people read the same as blocks. */
  readonly programsOnly?: boolean;
}

/** One of a few things that each take some lines to say. */
export interface Block {
  readonly title: string;
  /** What it comes to, at the right edge. */
  readonly figure: string;
  readonly lines: readonly string[];
  /** What to type about it. */
  readonly command?: string;
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
  readonly blocks?: readonly Block[];
  /** The first sentence says what the title says: the terminal leaves the title out. */
  readonly lead?: boolean;
  /** What to type next, for the terminal; no sentence of its answer. */
  readonly next?: readonly string[];
  /** What the figures are and are not: estimate, lower bounds, without a price, overhead. */
  readonly notes: readonly Note[];
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

/** What a note says. */
export function noteText(note: Note): string {
  return typeof note === 'string' ? note : note.about;
}

/** A figure for a table: a lower bound is marked as one. */
export function figureCell(nano: number, atLeast: boolean): Cell {
  return atLeast && nano > 0 ? { atLeast: nano } : nano;
}
