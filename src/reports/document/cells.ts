import { localTime, type Zone } from '../../model/calendar.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { formatTokens } from '../../model/tokens.ts';
import { plainText } from '../../text/plainText.ts';
import type { Cell, Unit } from './document.ts';

/** A cell as a person reads it. */
export function cellText(cell: Cell, unit: Unit, zone: Zone): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return plainText(cell);
  switch (unit) {
    case 'usd':
      return formatUsd(cell);
    case 'tokens':
      return formatTokens(cell);
    case 'percent':
      return `${(cell * 100).toFixed(1)} %`;
    case 'factor':
      return `×${cell}`;
    case 'time':
      return localTime(cell, zone).slice(0, 16);
    default:
      return String(cell);
  }
}

/** A cell as a program reads it: dollars as decimals, times as ISO. */
export function cellValue(cell: Cell, unit: Unit): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return plainText(cell);
  if (unit === 'usd') return decimalText(nanoToUsd(cell));
  if (unit === 'time') return new Date(cell).toISOString();
  return decimalText(cell);
}

/** Plain digits: `1e-9` is no number to most spreadsheets. */
function decimalText(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(12).replace(/\.?0+$/, '') : text;
}
