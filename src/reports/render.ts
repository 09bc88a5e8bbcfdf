import type { Document, Format } from './document.ts';
import { safeJson } from './plainText.ts';
import { renderCsv } from './renderCsv.ts';
import { renderMarkdown } from './renderMarkdown.ts';
import { renderTable, type TableStyle } from './renderTable.ts';

/** Writes a document in a format, a final newline included. */
export function render(document: Document, format: Format, style: TableStyle): string {
  switch (format) {
    case 'json':
      return `${safeJson(document.json)}\n`;
    case 'csv':
      return renderCsv(document);
    case 'markdown':
      return renderMarkdown(document);
    case 'table':
      return renderTable(document, style);
  }
}
