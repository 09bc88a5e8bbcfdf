import type { Zone } from '../../model/calendar.ts';
import { largestOf } from '../../model/lists.ts';
import { clip, displayWidth, plainText } from '../../text/plainText.ts';
import { cellText } from './cells.ts';
import { type Document, isNumeric, type Table } from './document.ts';

export interface TextStyle {
  /** Whether escape sequences for emphasis may be written. */
  readonly colour: boolean;
  /** Zone times are shown in. */
  readonly zone: Zone;
}

const gap = '  ';
const widestText = 60;

/** A document for a terminal: the answer, aligned tables, what the figures are. */
export function renderTable(document: Document, style: TextStyle): string {
  const strong = (text: string): string => (style.colour ? `\u001b[1m${text}\u001b[22m` : text);
  const quiet = (text: string): string => (style.colour ? `\u001b[2m${text}\u001b[22m` : text);
  const blocks: string[] = [strong(plainText(document.title))];
  if (document.sentences.length > 0) blocks.push(document.sentences.map(plainText).join('\n'));
  for (const table of document.tables) {
    if (table.rows.length === 0) continue;
    const [head, ...body] = lines(withoutIdle(table), style.zone);
    const title = table.title === '' ? [] : [strong(plainText(table.title))];
    blocks.push([...title, quiet(head!), ...body].join('\n'));
  }
  if (document.notes.length > 0) {
    blocks.push(document.notes.map((note) => quiet(plainText(note))).join('\n'));
  }
  return `${blocks.join('\n\n')}\n`;
}

/** Without the columns that may go when they have nothing to say: a terminal is narrow. */
function withoutIdle({ title, columns, rows }: Table): Table {
  const kept = columns.map(
    ({ idle }, i) => idle !== true || rows.some((row) => row[i] !== null && row[i] !== 0),
  );
  return {
    title,
    columns: columns.filter((_, i) => kept[i]),
    rows: rows.map((row) => row.filter((_, i) => kept[i])),
  };
}

function lines({ columns, rows }: Table, zone: Zone): string[] {
  const texts = rows.map((row) =>
    columns.map(({ unit, prefix, widest = widestText }, i) =>
      clip(cellText(row[i] ?? null, unit, zone).slice(0, prefix), widest),
    ),
  );
  const all = [columns.map(({ header }) => header), ...texts];
  const widths = columns.map((_, i) => largestOf(all.map((row) => displayWidth(row[i]!))));
  return all.map((row) =>
    columns
      .map(({ unit }, i) => {
        const pad = ' '.repeat(widths[i]! - displayWidth(row[i]!));
        return isNumeric(unit) ? pad + row[i]! : row[i]! + pad;
      })
      .join(gap)
      .trimEnd(),
  );
}
