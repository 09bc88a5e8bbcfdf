import { safeJson } from '../text/plainText.ts';
import { csvHead, csvRow, jsonRow, totalsJson } from './columns.ts';
import type { ExportRow, ExportTotals } from './rows.ts';

/** Writes an export down piece by piece, so that it never stands in memory as a whole. */
export interface ExportText {
  readonly head: string;
  readonly row: (row: ExportRow) => string;
  readonly tail: (totals: ExportTotals) => string;
}

/** A table for spreadsheets and databases. */
export function csvText(): ExportText {
  return { head: csvHead, row: csvRow, tail: () => '' };
}

/** One JSON object: `facts` first, then `rows`, one a line, then `totals`. */
export function jsonText(facts: object): ExportText {
  let first = true;
  return {
    head: `${safeJson(facts, 0).slice(0, -1)},"rows":[`,
    row: (row) => {
      const before = first ? '\n' : ',\n';
      first = false;
      return before + jsonRow(row);
    },
    tail: (totals) => `\n],"totals":${safeJson(totalsJson(totals), 0)}}\n`,
  };
}
