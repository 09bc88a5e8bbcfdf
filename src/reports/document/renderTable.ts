import { largestOf } from '../../model/lists.ts';
import { clip, displayWidth, plainText } from '../../text/plainText.ts';
import { wrapped } from '../../text/wrap.ts';
import { barText, trackText } from './bars.ts';
import { cellsOf, cellText, isSmallChange, type Place } from './cells.ts';
import {
  type Block,
  type Column,
  type Document,
  isNumeric,
  noteText,
  type Table,
} from './document.ts';
import { columnsShown, type Filled, fitColumns, gap, roomLeft } from './fit.ts';
import { Inks } from './inks.ts';

export interface TextStyle extends Place {
  /** Whether escape sequences for emphasis may be written. */
  readonly colour: boolean;
  /** Columns of the terminal; undefined where nobody looks at it: then nothing is left out for room. */
  readonly width?: number | undefined;
  /** Every column, as wide as it is. */
  readonly wide?: boolean | undefined;
  /** What the figures are, beside what they lack. */
  readonly notes?: boolean | undefined;
  /** Nothing but the answer: no word of what to type next. */
  readonly quiet?: boolean | undefined;
}

/** The widest a text gets where no terminal says how wide it is, and where one does. */
const widestText = 60;
const widestFilling = 100;
/** Two tables beside each other, and blocks, take this much at most. */
const assumedWidth = 120;
/** Two tables stand beside each other from this width on, with this much between them. */
const besideFrom = 76;
const betweenHalves = 4;
/** Half a terminal has room for bars from this width on. */
const barsFrom = 46;

/** A line with the columns it takes: escape sequences take none. */
export interface Line {
  readonly text: string;
  readonly width: number;
}

const noLine: Line = { text: '', width: 0 };

/** A document for a terminal: the answer, aligned tables, what the figures lack. */
export function renderTable(document: Document, style: TextStyle): string {
  const ink = new Inks(style.colour);
  const room = style.wide ? undefined : style.width;
  const text = (sentence: string): string[] => wrapped(plainText(sentence), room);
  const { lead = false, blocks = [], next = [] } = document;
  const sentences = document.sentences.flatMap((sentence, i) =>
    i === 0 && lead ? text(sentence).map(ink.strong) : text(sentence),
  );
  const notes = document.notes.filter((note) => style.notes || typeof note === 'string');
  const parts: string[][] = [
    lead ? [] : text(document.title).map(ink.strong),
    sentences,
    ...tableParts(document.tables, style, room, ink),
    ...blocks.map((block, i) => blockLines(block, i + 1, room, ink)),
    notes.flatMap((note) => text(noteText(note))).map(ink.quiet),
    style.quiet ? [] : next.flatMap(text),
  ];
  const filled = parts.filter((lines) => lines.length > 0);
  return `${filled.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Tables one below the other; halves in pairs where there is room for two. */
function tableParts(
  all: readonly Table[],
  style: TextStyle,
  room: number | undefined,
  ink: Inks,
): string[][] {
  const tables = all
    .filter(({ rows, programsOnly }) => rows.length > 0 && (programsOnly !== true || style.wide))
    .map((table) => (style.wide ? table : topOf(table)));
  const parts: string[][] = [];
  // Two halves far apart are hard to read together.
  const whole = Math.min(room ?? assumedWidth, assumedWidth);
  for (let i = 0; i < tables.length; i++) {
    const [table, next] = [tables[i]!, tables[i + 1]];
    if (table.half && next?.half && whole >= besideFrom) {
      const half = Math.floor((whole - betweenHalves) / 2);
      const pair = [table, next].map((each) => tableLines(withBars(each, half), style, half, ink));
      parts.push(beside(pair[0]!, pair[1]!, half + betweenHalves));
      i++;
    } else {
      const lines = tableLines(table, style, table.half ? Math.min(whole, 80) : room, ink);
      parts.push(lines.map((line) => line.text));
    }
  }
  return parts;
}

/** Bars beside each other are either in both tables or in none. */
function withBars(table: Table, half: number): Table {
  if (half >= barsFrom) return table;
  return { ...table, columns: table.columns.map((each) => ({ ...each, bar: undefined })) };
}

/** The first rows of a table that has more of them than people are to see. */
export function topOf(table: Table): Table {
  const { top, rows, title } = table;
  if (top === undefined || rows.length <= top) return table;
  return { ...table, rows: rows.slice(0, top), title: `${title}, the first ${top}` };
}

function beside(left: readonly Line[], right: readonly Line[], width: number): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => {
    const [one = noLine, two = noLine] = [left[i], right[i]];
    return two.text === '' ? one.text : one.text + ' '.repeat(width - one.width) + two.text;
  });
}

/** A column as it is drawn: of a bar, how long it is in each row. */
interface Drawn extends Filled {
  readonly shares?: readonly (number | null)[];
}

/** A table in lines: its title and its headings where it has them, then its rows. */
export function tableLines(
  table: Table,
  style: TextStyle,
  room: number | undefined,
  ink: Inks,
): Line[] {
  const columns = columnsShown(table, style.wide === true).flatMap((i) =>
    drawn(table, i, style, room),
  );
  const headless = table.half || table.bare;
  const named = headless ? columns.map((each) => ({ ...each, head: '' })) : columns;
  const fitted = room === undefined ? unlimited(named) : fitColumns(named, room);
  const bars = fitted.filter(({ shares }) => shares !== undefined).length;
  const each = Math.max(0, Math.floor(roomLeft(fitted, room ?? assumedWidth) / Math.max(1, bars)));
  const widths = fitted.map(({ width, shares, column }) =>
    shares === undefined ? width : width + Math.min(each, longestBar(column) - width),
  );
  const line = (
    texts: readonly string[],
    paint: (text: string, column: Column) => string,
  ): Line => {
    const cells = fitted.map(({ column }, i) => padded(texts[i]!, widths[i]!, column));
    const end = cells.findLastIndex((cell) => cell.trim() !== '');
    const kept = cells.slice(0, end + 1).map((cell, i) => (i === end ? cell.trimEnd() : cell));
    const width = kept.reduce((sum, cell) => sum + displayWidth(cell), gap * Math.max(0, end));
    const painted = kept.map((cell, i) => paint(cell, fitted[i]!.column));
    return { text: painted.join(' '.repeat(gap)), width };
  };
  const paint = (text: string, { strong, mark }: Column): string =>
    strong ? ink.strong(text) : mark ? ink.mark(text) : text;
  const body = table.rows.flatMap((_, row) => {
    const cells = fitted.map(({ texts, shares, column }, i): readonly string[] => {
      if (shares === undefined) {
        return column.wraps ? wrapped(texts[row]!, widths[i]!) : [texts[row]!];
      }
      return [(column.bar === 'beside' ? barText : trackText)(shares[row]!, widths[i]!)];
    });
    const height = largestOf(cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, at) =>
      line(
        cells.map((lines) => lines[at] ?? ''),
        paint,
      ),
    );
  });
  const heads = line(
    fitted.map(({ head }) => head),
    (text) => ink.quiet(text),
  );
  const title = plainText(table.title);
  const titled = { width: displayWidth(title) };
  if (table.half) return [{ text: ink.quiet(title), ...titled }, ...body];
  const titles = title === '' ? [] : [{ text: ink.strong(title), ...titled }];
  return [...titles, ...(table.bare ? [] : [heads]), ...body];
}

const shortestBar = 6;
/** How soon a bar leaves: see `Column.leaves`. */
const barLeaves = { beside: 9, only: 5, track: 3 } as const;

function longestBar({ bar }: Column): number {
  return bar === 'beside' ? 20 : 40;
}

/** A column, and the bar that belongs to it. */
function drawn(table: Table, i: number, style: TextStyle, room: number | undefined): Drawn[] {
  const column = table.columns[i]!;
  const cells = cellsOf(table, i);
  const { bar, header: head } = column;
  const text: Drawn = { column: { ...column, bar: undefined }, head, texts: texts() };
  if (bar === undefined) return [text];
  const shares = cells.map((cell) => (typeof cell === 'number' ? cell : null));
  const drawnBar: Drawn = {
    column: { ...column, unit: 'text', strong: false, leaves: barLeaves[bar] },
    head: bar === 'only' ? head : '',
    texts: shares.map(() => ' '.repeat(shortestBar)),
    shares,
  };
  if (bar === 'only') return [drawnBar];
  return bar === 'beside' ? [text, drawnBar] : [drawnBar, text];

  function texts(): string[] {
    const { fills, wraps, widest = widestText, prefix } = column;
    const most =
      style.wide || (wraps && room !== undefined)
        ? Infinity
        : fills && room !== undefined
          ? widestFilling
          : widest;
    const small = style.wide === true || isSmallChange(cells);
    return cells.map((cell) =>
      clip(cellText(cell, column, style, small).slice(0, style.wide ? undefined : prefix), most),
    );
  }
}

function unlimited<T extends Filled>(columns: readonly T[]): (T & { readonly width: number })[] {
  return columns.map((each) => ({
    ...each,
    width: [each.head, ...each.texts].reduce((most, text) => Math.max(most, displayWidth(text)), 0),
  }));
}

function padded(text: string, width: number, { unit }: Column): string {
  const cut = clip(text, width);
  const pad = ' '.repeat(Math.max(0, width - displayWidth(cut)));
  return isNumeric(unit) ? pad + cut : cut + pad;
}

/** Number and title with the figure at the right edge, what there is to say, and what to type. */
function blockLines(block: Block, number: number, room: number | undefined, ink: Inks): string[] {
  const indent = ' '.repeat(5);
  const figure = plainText(block.figure);
  const width = Math.min(room ?? assumedWidth, assumedWidth);
  const title = plainText(block.title);
  const space = width - displayWidth(figure) - 2 - indent.length;
  const lead = `  ${String(number).padEnd(2)} `;
  const [first = '', ...more] = wrapped(title, Math.max(20, space));
  const fits = indent.length + displayWidth(first) + 2 + displayWidth(figure) <= width;
  const pad = ' '.repeat(
    Math.max(2, width - indent.length - displayWidth(first) - displayWidth(figure)),
  );
  const heads = fits
    ? [`${lead}${ink.strong(first)}${pad}${ink.strong(figure)}`]
    : [`${lead}${ink.strong(first)}`, indent + ink.strong(clip(figure, width - 5))];
  const text = block.lines.flatMap((line) => wrapped(plainText(line), width - indent.length));
  const command = block.command === undefined ? [] : [`→ ${plainText(block.command)}`];
  const shown = command.flatMap((line) => wrapped(line, width - indent.length));
  return [
    ...heads,
    ...more.map((line) => indent + ink.strong(line)),
    ...[...text, ...shown].map((line) => indent + line),
  ];
}
