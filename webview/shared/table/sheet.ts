import type { Figures } from '../figures.ts';

/** Rows and columns behind a chart or a table: what is shown as a table and taken along as CSV. */
export interface Sheet {
  readonly columns: readonly SheetColumn[];
  readonly rows: readonly SheetRow[];
}

export interface SheetColumn {
  readonly key: string;
  readonly label: string;
  readonly numeric: boolean;
  /** Explains the column where its name does not. */
  readonly hint?: string;
}

export interface SheetRow {
  /** Stays with the row; unique. */
  readonly key: string;
  /** One for each column. */
  readonly cells: readonly SheetCell[];
  /** Class of the row. */
  readonly mark?: string;
}

/** How a cell reads, and the value it is sorted and exported by. */
export interface SheetCell {
  readonly text: string;
  readonly value: number | string;
  /** What it is sorted by, where that is not its value. */
  readonly rank?: number;
  /** Exact figures, where the text is rounded. */
  readonly hint?: string;
  /** What else its row is found by. */
  readonly found?: string;
}

export function textCell(text: string, hint?: string): SheetCell {
  return { text, value: text, ...(hint !== undefined && { hint }) };
}

/** A cell of nano-dollars: read in the display currency, sorted and exported as dollars. */
export function moneyCell(nano: number, figures: Figures): SheetCell {
  return { text: figures.money(nano), value: nano / 1e9 };
}

/** A cell that is written only when it is looked at: of ten thousand rows a few are. */
export class LazyCell implements SheetCell {
  readonly value: number | string;
  readonly #write: (value: number) => string;
  #text: string | undefined;

  constructor(value: number, write: (value: number) => string) {
    this.value = value;
    this.#write = write;
  }

  get text(): string {
    this.#text ??= this.#write(this.value as number);
    return this.#text;
  }
}

/** A cell of a moment: sorted and exported as such, read in the user's zone. */
export class MomentCell implements SheetCell {
  /** UTC milliseconds. */
  readonly rank: number;
  readonly #write: (at: number) => string;
  #text: string | undefined;

  constructor(at: number, write: (at: number) => string) {
    this.rank = at;
    this.#write = write;
  }

  get text(): string {
    this.#text ??= this.#write(this.rank);
    return this.#text;
  }

  get value(): string {
    return new Date(this.rank).toISOString();
  }
}

/** The sheet as CSV (RFC 4180): plain numbers, texts that no spreadsheet takes for a formula. */
export function sheetCsv({ columns, rows }: Sheet): string {
  const lines = [
    columns.map(({ label }) => csvText(label)),
    ...rows.map(({ cells }) =>
      cells.map(({ value }) => (typeof value === 'number' ? plainNumber(value) : csvText(value))),
    ),
  ];
  return `${lines.map((cells) => cells.join(',')).join('\r\n')}\r\n`;
}

/** Plain digits: `1e-9` is no number to most spreadsheets. */
function plainNumber(value: number): string {
  const text = String(value);
  return text.includes('e-') ? value.toFixed(12).replace(/\.?0+$/, '') : text;
}

function csvText(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows in the order of a column. Equal ones keep theirs. */
export function sortRows(
  rows: readonly SheetRow[],
  column: number,
  descending: boolean,
): SheetRow[] {
  const values = rows.map(({ cells }) => cells[column]?.rank ?? cells[column]?.value ?? '');
  const ranks = values.every((value) => typeof value === 'number' || value === '')
    ? // Nothing is less than any number.
      values.map((value) => (typeof value === 'number' ? value : -Number.MAX_VALUE))
    : ranksOf(values.map(String));
  const sign = descending ? -1 : 1;
  return rows
    .map((row, index) => ({ row, rank: ranks[index]! }))
    .sort((a, b) => sign * (a.rank - b.rank))
    .map(({ row }) => row);
}

/** Numbers inside a text by their value. One for all: making it takes longer than comparing. */
const byName = new Intl.Collator(undefined, { numeric: true });

/** The place of each text among all: many rows say the same, and comparing texts takes its time. */
function ranksOf(texts: readonly string[]): number[] {
  const ordered = [...new Set(texts)].sort(byName.compare);
  const ranks = new Map<string, number>();
  for (const [index, text] of ordered.entries()) {
    const before = ordered[index - 1];
    const same = before !== undefined && byName.compare(before, text) === 0;
    ranks.set(text, same ? ranks.get(before)! : index);
  }
  return texts.map((text) => ranks.get(text)!);
}

/** Rows in which every word of a filter stands in some cell. */
export function filterRows(rows: readonly SheetRow[], filter: string): readonly SheetRow[] {
  const wanted = filter.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return rows;
  return rows.filter((row) => {
    const text = searchedText(row);
    return wanted.every((word) => text.includes(word));
  });
}

const searched = new WeakMap<SheetRow, string>();

/** What a row is found by, written once: ten thousand rows are more than a keystroke may wait for. */
export function searchedText(row: SheetRow): string {
  let text = searched.get(row);
  if (text === undefined) {
    text = row.cells
      .map(({ text: shown, found = '' }) => `${shown}\n${found}`.toLocaleLowerCase())
      .join('\n');
    searched.set(row, text);
  }
  return text;
}
