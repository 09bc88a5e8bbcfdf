import { safeJson } from '../../text/plainText.ts';
import type { Document, Format } from './document.ts';
import { renderCsv } from './renderCsv.ts';
import { renderMarkdown } from './renderMarkdown.ts';
import { renderTable, type TextStyle } from './renderTable.ts';

/** Writes a document in a format, a final newline included. */
export function render(document: Document, format: Format, style: TextStyle): string {
  switch (format) {
    case 'json':
      return `${safeJson(document.json)}\n`;
    case 'csv':
      return renderCsv(document);
    case 'markdown':
      return renderMarkdown(document, style);
    case 'table':
      return renderTable(document, style);
  }
}
