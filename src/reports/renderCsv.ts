import { cellValue } from './cells.ts';
import type { Cell, Document, Unit } from './document.ts';

/** The document's first table after RFC 4180. Text that a spreadsheet would run is neutralised. */
export function renderCsv(document: Document): string {
  const table = document.tables[0];
  if (table === undefined) return '';
  const { columns, rows } = table;
  const all = [
    columns.map(({ key }) => quoted(key)),
    ...rows.map((row) => columns.map(({ unit }, i) => field(row[i] ?? null, unit))),
  ];
  return all.map((row) => `${row.join(',')}\r\n`).join('');
}

function field(cell: Cell, unit: Unit): string {
  const text = cellValue(cell, unit);
  // Our own negative numbers are numbers, a person's "-1+cmd" is not.
  if (typeof cell !== 'string') return text;
  return quoted(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
