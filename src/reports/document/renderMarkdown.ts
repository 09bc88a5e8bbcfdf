import type { Zone } from '../../model/calendar.ts';
import { clip, plainText } from '../../text/plainText.ts';
import { cellText } from './cells.ts';
import { type Document, isNumeric, type Table } from './document.ts';

const widestText = 200;

/** A document as GitHub-flavoured Markdown; text from transcripts is shown, never interpreted. */
export function renderMarkdown(document: Document, zone: Zone): string {
  const blocks = [`# ${escaped(document.title)}`, ...document.sentences.map(escaped)];
  for (const table of document.tables) {
    if (table.rows.length === 0) continue;
    if (table.title !== '') blocks.push(`## ${escaped(table.title)}`);
    blocks.push(tableText(table, zone));
  }
  if (document.notes.length > 0) {
    blocks.push(document.notes.map((note) => `- ${escaped(note)}`).join('\n'));
  }
  return `${blocks.join('\n\n')}\n`;
}

function tableText({ columns, rows }: Table, zone: Zone): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ header }) => escaped(header))),
    line(columns.map(({ unit }) => (isNumeric(unit) ? '---:' : '---'))),
    ...rows.map((row) =>
      line(
        columns.map(({ unit }, i) =>
          escaped(clip(cellText(row[i] ?? null, unit, zone), widestText)),
        ),
      ),
    ),
  ].join('\n');
}

/** Everything Markdown or HTML could act upon, links and mentions included, made plain. */
function escaped(text: string): string {
  return (
    plainText(text)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replace(/[\\`*_[\]|~#!]/g, '\\$&')
      .replace(/^([-+]|\d+\.)(?=\s)/, '\\$1')
      // GitHub links bare addresses by their scheme or their "www.".
      .replaceAll('://', '&#58;//')
      .replace(/\bwww\./gi, (host) => `${host.slice(0, -1)}&#46;`)
      .replace(/@(?=\w)/g, '&#64;')
  );
}
