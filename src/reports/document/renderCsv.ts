import { cellValue } from './cells.ts';
import type { Cell, Document, Unit } from './document.ts';

/** The document's first table after RFC 4180. Text that a spreadsheet would run is neutralised. */
export function renderCsv(document: Document): string {
  const table = document.tables[0];
  if (table === undefined) return '';
  const { rows } = table;
  const kept = table.columns.map((_, i) => i).filter((i) => !table.columns[i]!.peopleOnly);
  const columns = kept.map((i) => table.columns[i]!);
  const units = columns.map(({ unit }) => unit);
  const head = `${columns.map(({ key }) => quoted(key)).join(',')}\r\n`;
  return (
    head +
    rows
      .map((row) =>
        csvLine(
          kept.map((i) => row[i] ?? null),
          units,
        ),
      )
      .join('')
  );
}

/** A line of CSV: texts as `field` writes them. */
export function csvLine(cells: readonly Cell[], units: readonly Unit[]): string {
  return `${cells.map((cell, i) => field(cell, units[i]!)).join(',')}\r\n`;
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
