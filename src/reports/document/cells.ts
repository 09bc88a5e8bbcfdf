import type { Zone } from '../../model/calendar.ts';
import { formatPercent } from '../../model/level.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { formatNumber } from '../../model/numbers.ts';
import { formatTokens } from '../../model/tokens.ts';
import { isLive } from '../../query/liveSession.ts';
import { plainText } from '../../text/plainText.ts';
import { dayText, momentText } from '../../text/when.ts';
import type { Cell, Column, Table, Unit } from './document.ts';

/** When and where a person reads. */
export interface Place {
  readonly zone: Zone;
  /** UTC milliseconds. */
  readonly now: number;
}

/** Nano-dollars of a cent. */
const cent = 10_000_000;

/** A cell as a person reads it. `small`: fractions of a cent are worth writing. */
export function cellText(cell: Cell, column: Column, place: Place, small = true): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return plainText(column.shown?.(cell) ?? cell);
  if (typeof cell === 'object') return `≥ ${numberText(cell.atLeast, column, place, small)}`;
  return numberText(cell, column, place, small);
}

/** What people see of a column: where one cell is empty, what stands in for it. */
export function cellsOf({ columns, rows }: Table, index: number): Cell[] {
  const { orElse } = columns[index]!;
  const other = columns.findIndex(({ key }) => key === orElse);
  const { prefix } = columns[other] ?? {};
  return rows.map((row) => {
    const cell = row[index] ?? null;
    const instead = row[other] ?? null;
    if (cell !== null || typeof instead !== 'string') return cell;
    return instead.slice(0, prefix);
  });
}

function numberText(value: number, column: Column, place: Place, small: boolean): string {
  switch (column.unit) {
    case 'usd':
      return small || value === 0 || Math.abs(value) >= cent ? formatUsd(value) : '<$0.01';
    case 'tokens':
      return formatTokens(value);
    case 'percent':
      // Nothing is called full before it is.
      return column.bar === 'track' ? formatPercent(value, 'en') : shareText(value);
    case 'factor':
      return `×${value}`;
    case 'time':
      if (column.live && isLive({ endedAt: value }, place.now, false)) return '● live';
      return column.byDay ? dayText(value, place) : momentText(value, place);
    default:
      return Number.isInteger(value) ? formatNumber(value, 0, 'en') : String(value);
  }
}

/** A share in whole percent; something is never shown as nothing. */
export function shareText(share: number): string {
  if (share > 0 && share < 0.005) return '<1%';
  return `${formatNumber(Math.round(share * 100), 0, 'en')}%`;
}

/** Whether amounts of a column are all below a cent, so that fractions of one say something. */
export function isSmallChange(cells: readonly Cell[]): boolean {
  return cells.every((cell) => {
    const value = typeof cell === 'object' && cell !== null ? cell.atLeast : cell;
    return typeof value !== 'number' || Math.abs(value) < cent;
  });
}

/** A cell as a program reads it: dollars as decimals, times as ISO. */
export function cellValue(cell: Cell, unit: Unit): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return plainText(cell);
  const value = typeof cell === 'object' ? cell.atLeast : cell;
  if (unit === 'usd') return decimalText(nanoToUsd(value));
  if (unit === 'time') return new Date(value).toISOString();
  return decimalText(value);
}

/** Plain digits: `1e-9` is no number to most spreadsheets. */
function decimalText(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(12).replace(/\.?0+$/, '') : text;
}
