import { largestOf } from '../../model/lists.ts';
import { clip, plainText } from '../../text/plainText.ts';
import { cellsOf, cellText, isSmallChange, type Place } from './cells.ts';
import { type Block, type Document, isNumeric, noteText, type Table } from './document.ts';
import { columnsShown, type Filled, fitColumns, leavesAs } from './fit.ts';
import { topOf } from './renderTable.ts';

/** Columns of a table, and characters of a row: what fits into a page of 1000 pixels. */
const mostColumns = 7;
const mostCharacters = 110;
const widestText = 200;

export interface MarkdownStyle extends Place {
  /** Every column, as wide as it is. */
  readonly wide?: boolean | undefined;
}

/** A document as GitHub-flavoured Markdown; text from transcripts is shown, never interpreted. */
export function renderMarkdown(document: Document, style: MarkdownStyle): string {
  const parts = [`# ${escaped(document.title)}`, ...document.sentences.map(escaped)];
  for (const each of document.tables) {
    if (each.rows.length === 0 || (each.programsOnly && !style.wide)) continue;
    const table = style.wide ? each : topOf(each);
    if (table.title !== '') parts.push(`## ${escaped(table.title)}`);
    parts.push(tableText(table, style));
  }
  for (const block of document.blocks ?? []) {
    for (const part of blockParts(block)) parts.push(part);
  }
  if (document.notes.length > 0) {
    parts.push(document.notes.map((note) => `- ${escaped(noteText(note))}`).join('\n'));
  }
  return `${parts.join('\n\n')}\n`;
}

function blockParts({ title, figure, lines, command }: Block): string[] {
  const head = figure === '' ? escaped(title) : `${escaped(title)}: ${escaped(figure)}`;
  const code = command === undefined ? [] : [`    ${plainText(command)}`];
  return [`## ${head}`, ...lines.map(escaped), ...code];
}

/** The columns that say most; all where everything is asked for. */
function shownColumns(table: Table, wide: boolean): number[] {
  let kept = columnsShown(table, wide).filter((i) => table.columns[i]!.bar !== 'only');
  while (!wide && kept.length > mostColumns) {
    const least = largestOf(kept.map((i) => leavesAs(table.columns[i]!)));
    const gone = kept.findLastIndex((i) => leavesAs(table.columns[i]!) === least);
    kept = kept.filter((_, at) => at !== gone);
  }
  return kept;
}

function tableText(table: Table, style: MarkdownStyle): string {
  const wide = style.wide === true;
  const filled = shownColumns(table, wide).map((i): Filled => {
    const column = table.columns[i]!;
    const cells = cellsOf(table, i);
    const small = wide || isSmallChange(cells);
    const most = wide || column.fills ? widestText : (column.widest ?? widestText);
    const texts = cells.map((cell) =>
      clip(cellText(cell, column, style, small).slice(0, wide ? undefined : column.prefix), most),
    );
    return { column: { ...column, bar: undefined }, head: column.header, texts };
  });
  const shown = wide
    ? filled.map((each) => ({ ...each, width: widestText }))
    : fitColumns(filled, mostCharacters);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(shown.map(({ head }) => escaped(head))),
    line(shown.map(({ column }) => (isNumeric(column.unit) ? '---:' : '---'))),
    ...table.rows.map((_, row) =>
      line(shown.map(({ texts, width }) => escaped(clip(texts[row]!, width)))),
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
