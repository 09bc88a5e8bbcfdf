import { largestOf } from '../../model/lists.ts';
import { displayWidth } from '../../text/plainText.ts';
import type { Column, Table, Unit } from './document.ts';

/** Between two columns. */
export const gap = 2;

/** When columns of a unit leave, unless they say so themselves: counts of tokens tell least. */
const byUnit: Readonly<Partial<Record<Unit, number>>> = { tokens: 4, count: 2, factor: 2 };

/** How soon a column leaves where there is too little room; 0 never. */
export function leavesAs({ leaves, unit }: Column): number {
  return leaves ?? byUnit[unit] ?? 0;
}

/** The narrowest a column that fills the room becomes before others leave. */
const comfortable = 36;
/** The narrowest any text becomes before others leave, and when nothing more can leave. */
const narrow = 12;
const narrowest = 4;

/** The columns people see, in the order they see them; all of them where everything is asked for. */
export function columnsShown(table: Table, everything: boolean): number[] {
  const { columns, rows, order = [] } = table;
  const rank = (i: number): number => {
    const at = order.indexOf(columns[i]!.key);
    return at < 0 ? order.length : at;
  };
  return columns
    .map((_, i) => i)
    .filter((i) => everything || columns[i]!.details !== true)
    .filter((i) => columns[i]!.idle !== true || rows.some(({ [i]: c }) => c !== null && c !== 0))
    .sort((a, b) => rank(a) - rank(b) || a - b);
}

/** A column with what stands in it. */
export interface Filled {
  readonly column: Column;
  readonly head: string;
  readonly texts: readonly string[];
}

export type Fitted<T extends Filled = Filled> = T & { readonly width: number };

/**
 * Columns with the width each gets: texts that may be cut are cut first, then columns leave, and in the
 * end every text is cut as far as it must be.
 */
export function fitColumns<T extends Filled>(filled: readonly T[], room: number): Fitted<T>[] {
  let kept = [...filled];
  for (;;) {
    const widths = kept.map(naturalWidth);
    const least = kept.map(({ column }, i) => leastWidth(column, widths[i]!));
    if (shrink(widths, least, room) || !leaveOne()) {
      if (sum(widths) > room) shrink(widths, kept.map(hardWidth), room);
      return kept.map((each, i) => ({ ...each, width: widths[i]! }));
    }
  }
  function leaveOne(): boolean {
    const next = largestOf(kept.map(({ column }) => leavesAs(column)));
    if (!(next > 0)) return false;
    const last = kept.findLastIndex(({ column }) => leavesAs(column) === next);
    kept = kept.filter((_, i) => i !== last);
    return true;
  }
}

function naturalWidth({ head, texts }: Filled): number {
  return largestOf([head, ...texts].map(displayWidth), 0);
}

/** Free text, which may be of any length, is cut; a few words of our own are not. */
function isCut({ fills, widest }: Column): boolean {
  return fills === true || widest !== undefined;
}

function leastWidth(column: Column, natural: number): number {
  if (!isCut(column)) return natural;
  return Math.min(natural, column.fills ? comfortable : narrow);
}

function hardWidth({ column, head, texts }: Filled): number {
  const natural = naturalWidth({ column, head, texts });
  return isCut(column) ? Math.min(natural, narrowest) : natural;
}

/** Takes from what fills first, then from the widest; true where all of it fits. */
function shrink(widths: number[], least: readonly number[], room: number): boolean {
  let over = sum(widths) - room;
  while (over > 0) {
    const spare = widths.map((width, i) => width - least[i]!);
    const most = largestOf(spare, 0);
    if (most <= 0) return false;
    const at = spare.indexOf(most);
    const second = largestOf(
      spare.filter((_, i) => i !== at),
      0,
    );
    const take = Math.min(over, Math.max(1, most - second));
    widths[at]! -= take;
    over -= take;
  }
  return true;
}

/** Columns and the gaps between them. */
function sum(widths: readonly number[]): number {
  return widths.reduce((all, width) => all + width, 0) + gap * Math.max(0, widths.length - 1);
}

/** Room a row leaves. */
export function roomLeft(fitted: readonly Fitted[], room: number): number {
  return room - sum(fitted.map(({ width }) => width));
}
