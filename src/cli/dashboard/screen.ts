import { displayWidth } from '../../text/plainText.ts';

/** One place of the screen: what stands there, how many columns it takes, and how it is written. */
interface ScreenCell {
  readonly text: string;
  readonly width: number;
  /** Parameters of SGR in force, such as `1;33`; '' for none. */
  readonly style: string;
}

/** A line as it is on the screen. */
interface Row {
  readonly cells: readonly ScreenCell[];
  /** Of the beginning of each cell. */
  readonly columns: readonly number[];
  /** Holds characters of which terminals disagree how wide they are, such as emoji. */
  readonly uncertain: boolean;
}

const emptyRow: Row = { cells: [], columns: [], uncertain: false };
const blank: ScreenCell = { text: ' ', width: 1, style: '' };

/** Emphasis (SGR), or one character; other controls are none of these and are left out. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: emphasis is written with them
const piece = /\u001b\[([\d;]*)m|[^\u0000-\u001f\u007f-\u009f]/gu;

/** What an SGR parameter switches off: a parameter and what it ends. */
const ends: Readonly<Record<string, readonly string[]>> = {
  22: ['1', '2'],
  27: ['7'],
  39: ['31', '33'],
};

/** Cells that stay are written again where that takes fewer bytes than moving over them. */
const cheapGap = 4;

/**
 * What a terminal shows, and the bytes that turn it into what it is to show next: only what changed is
 * written, from where it begins to where it ends. Behind a character whose width terminals disagree about
 * the place of the next one is said, and such a line is written as a whole, so that nothing is ever
 * shifted or left over.
 */
export class Screen {
  #rows: readonly Row[] = [];
  #width = 0;
  #known = false;

  /** What the terminal shows is not known any more: everything is written next. */
  forget(): void {
    this.#known = false;
  }

  /** The bytes for a frame of so many columns; '' where it is what is shown. */
  patch(lines: readonly string[], width: number, height: number): string {
    const rows = Array.from({ length: height }, (_, at) => rowOf(lines[at] ?? '', width));
    if (width !== this.#width || height !== this.#rows.length) this.#known = false;
    const pen = new Pen(width);
    for (const [at, row] of rows.entries()) {
      const before = this.#known ? this.#rows[at]! : undefined;
      if (before === undefined || ((before.uncertain || row.uncertain) && !isSame(before, row))) {
        pen.whole(at, row);
      } else pen.changed(at, before, row);
    }
    this.#rows = rows;
    this.#width = width;
    this.#known = true;
    return pen.end();
  }
}

/** Writes cells, with as few words of where and how as are needed. */
class Pen {
  readonly #width: number;
  #out = '';
  #style = '';

  constructor(width: number) {
    this.#width = width;
  }

  whole(at: number, { cells, columns, uncertain }: Row): void {
    this.#plain();
    // Erased first where a character may turn out narrower than it is thought to be.
    this.#out += `${place(at, 0)}${uncertain ? '\u001b[2K' : ''}`;
    const end = lastFilled(cells);
    this.#write(cells.slice(0, end), columns, uncertain);
    const reached = end === 0 ? 0 : columns[end - 1]! + cells[end - 1]!.width;
    if (!uncertain && reached < this.#width) this.#eraseRest();
  }

  /** Both lines hold nothing but characters of one column, so that a cell's number is its column. */
  changed(at: number, before: Row, row: Row): void {
    const filled = lastFilled(row.cells);
    const differs = (i: number): boolean =>
      !isSameCell(before.cells[i] ?? blank, row.cells[i] ?? blank);
    let reached = -1;
    for (let i = 0; i < filled; i++) {
      if (!differs(i)) continue;
      let end = i + 1;
      for (let next = end; next < filled && next - end <= cheapGap; next++) {
        if (differs(next)) end = next + 1;
      }
      this.#out += place(at, i);
      this.#write(row.cells.slice(i, end), [], false);
      reached = end;
      i = end - 1;
    }
    if (lastFilled(before.cells) <= filled) return;
    if (reached !== filled) this.#out += place(at, filled);
    this.#eraseRest();
  }

  end(): string {
    this.#plain();
    return this.#out;
  }

  /** `columns`: where each cell begins; told again behind one that may be wider or narrower. */
  #write(cells: readonly ScreenCell[], columns: readonly number[], uncertain: boolean): void {
    for (const [i, { text, style, width }] of cells.entries()) {
      if (style !== this.#style) {
        this.#out += style === '' ? '\u001b[m' : `\u001b[0;${style}m`;
        this.#style = style;
      }
      this.#out += text;
      if (uncertain && isUncertain(text)) this.#out += `\u001b[${columns[i]! + width + 1}G`;
    }
  }

  #eraseRest(): void {
    this.#plain();
    this.#out += '\u001b[K';
  }

  #plain(): void {
    if (this.#style !== '') this.#out += '\u001b[m';
    this.#style = '';
  }
}

function place(row: number, column: number): string {
  return `\u001b[${row + 1};${column + 1}H`;
}

/** A line that may hold emphasis, cut at the width. */
function rowOf(line: string, width: number): Row {
  const cells: ScreenCell[] = [];
  const columns: number[] = [];
  let [style, column, uncertain] = ['', 0, false];
  for (const [text, parameters] of line.matchAll(piece)) {
    if (parameters !== undefined) {
      style = styleAfter(style, parameters);
      continue;
    }
    const wide = displayWidth(text);
    const last = cells.at(-1);
    if (wide === 0) {
      // A mark belongs to the character before it; without one it has no place.
      if (last === undefined) continue;
      cells[cells.length - 1] = { ...last, text: last.text + text };
      uncertain = true;
      continue;
    }
    if (column + wide > width) break;
    cells.push({ text, width: wide, style });
    columns.push(column);
    column += wide;
    uncertain ||= isUncertain(text);
  }
  return cells.length === 0 ? emptyRow : { cells, columns, uncertain };
}

function styleAfter(style: string, parameters: string): string {
  let now = style === '' ? [] : style.split(';');
  for (const parameter of parameters.split(';')) {
    const off = ends[parameter];
    if (parameter === '' || parameter === '0') now = [];
    else if (off !== undefined) now = now.filter((one) => !off.includes(one));
    else if (!now.includes(parameter)) now = [...now, parameter];
  }
  return now.sort().join(';');
}

/** Outside of what every terminal draws one column wide: letters, figures, lines and blocks. */
function isUncertain(text: string): boolean {
  const code = text.codePointAt(0)!;
  if (text.length > 1) return true;
  return code >= 0x300 && !isOurs(code);
}

/** The signs the dashboard itself draws with. */
function isOurs(code: number): boolean {
  return (code >= 0x2010 && code <= 0x205e) || (code >= 0x2190 && code <= 0x25ff);
}

function lastFilled(cells: readonly ScreenCell[]): number {
  return cells.findLastIndex(({ text, style }) => text !== ' ' || style.includes('7')) + 1;
}

function isSameCell(a: ScreenCell, b: ScreenCell): boolean {
  return a.text === b.text && a.style === b.style;
}

function isSame(a: Row, b: Row): boolean {
  return (
    a.cells.length === b.cells.length && a.cells.every((cell, i) => isSameCell(cell, b.cells[i]!))
  );
}
