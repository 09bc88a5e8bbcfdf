import { nanoToUsd } from '../model/money.ts';
import { isoTime } from '../query/context.ts';
import type { Cell, Unit } from '../reports/document/document.ts';
import { csvLine } from '../reports/document/renderCsv.ts';
import { safeJson } from '../text/plainText.ts';
import type { ExportRow, ExportTotals } from './rows.ts';

/** A column of an export. The order is part of the contract: new ones come last. */
export interface ExportColumn {
  readonly key: string;
  readonly unit: Unit;
  /** For the documentation. */
  readonly text: string;
  readonly of: (row: ExportRow) => Cell | boolean;
}

const text = (key: string, what: string, of: (row: ExportRow) => string): ExportColumn => ({
  key,
  unit: 'text',
  text: what,
  of,
});

const count = (key: string, what: string, of: (row: ExportRow) => number): ExportColumn => ({
  key,
  unit: 'count',
  text: what,
  of,
});

/** The columns other tools rely on, then ours. */
export const exportColumns: readonly ExportColumn[] = [
  { key: 'timestamp', unit: 'time', text: 'when, in UTC', of: ({ at }) => at },
  text('agent', '`main`, or the type of subagent', ({ agent }) => agent),
  text('model', "the model's id; as written where it is not known", ({ model }) => model),
  text('model_tier', 'family or grade of the model', ({ tier }) => tier),
  count('input_tokens', 'input that came from no cache', ({ input }) => input),
  count('output_tokens', 'output, thinking included', ({ output }) => output),
  {
    key: 'cost_usd',
    unit: 'usd',
    text: 'US dollars, exact to nine decimals; empty where there is no price',
    of: ({ nano }) => nano,
  },
  {
    key: 'duration_seconds',
    unit: 'count',
    text: 'how long the answer took, where the records say so',
    of: ({ durationMs }) => (durationMs === null ? null : durationMs / 1000),
  },
  {
    key: 'success',
    unit: 'text',
    text: 'false where the record reports an API error',
    of: ({ success }) => success,
  },
  text('task_id', 'ticket, pull request or branch the work was for', ({ task }) => task),
  text('correlation_id', 'as recorded, else the id of the prompt', (row) => row.correlation),
  text('kind', '`message`, `part`, `sum` or `background`: see above', ({ kind }) => kind),
  count('messages', 'how many messages it stands for', ({ messages }) => messages),
  count('cache_write_5m_tokens', 'written for five minutes', (row) => row.cacheWrite5m),
  count('cache_write_1h_tokens', 'written for an hour', (row) => row.cacheWrite1h),
  count('cache_read_tokens', 'read from the cache', ({ cacheRead }) => cacheRead),
  count('web_searches', 'searches billed each', ({ webSearches }) => webSearches),
  text('session_id', 'session', ({ session }) => session),
  text('session_title', 'empty without `--include-titles`', ({ title }) => title),
  text('project', 'hashed without `--include-paths`', ({ project }) => project),
  text('branch', 'branch', ({ branch }) => branch),
  text('account', 'its name, else its directory, hashed as projects are', (row) => row.account),
  text('agent_id', 'execution of a subagent; empty on the main thread', (row) => row.agentId),
  text('effort', 'effort the request asked for', ({ effort }) => effort),
  text('tags', 'tags, with a semicolon between two', ({ tags }) => tags.join(';')),
  text('price_row', 'row of the price catalogue', ({ priceRow }) => priceRow),
  text(
    'priced_by',
    "`catalogue`, `client` (Claude Code's own totals) or `unpriced`",
    (row) => row.pricedBy,
  ),
  {
    key: 'lower_bound',
    unit: 'text',
    text: 'true where no final output count is recorded: the cost is at least this',
    of: ({ lower }) => lower > 0,
  },
  {
    key: 'unpriced',
    unit: 'text',
    text: 'true where there is no price',
    of: ({ pricedBy }) => pricedBy === 'unpriced',
  },
  text('stop_reason', 'why the answer ended', ({ stopReason }) => stopReason),
  text('error', 'code of the API error', ({ error }) => error),
  text('prompt_id', 'prompt that was answered', ({ promptId }) => promptId),
  text('message_id', 'id of the response', ({ messageId }) => messageId),
  text('request_id', 'id of the request', ({ requestId }) => requestId),
  {
    key: 'recovered',
    unit: 'text',
    text: 'true where the request was not logged: a running counter of its agent says what it used',
    of: ({ recovered }) => recovered,
  },
];

const units = exportColumns.map(({ unit }) => unit);

/** The first line of a CSV export. */
export const csvHead = `${exportColumns.map(({ key }) => key).join(',')}\r\n`;

/** A row as a line of CSV (RFC 4180); texts a spreadsheet would run are neutralised. */
export function csvRow(row: ExportRow): string {
  const cells = exportColumns.map(({ of }): Cell => {
    const value = of(row);
    return typeof value === 'boolean' ? String(value) : value;
  });
  return csvLine(cells, units);
}

/** A row as JSON: dollars as a number, null where nothing is known, tags as a list. */
export function jsonRow(row: ExportRow): string {
  const entries = exportColumns.map(({ key, unit, of }) => {
    const value = of(row);
    if (key === 'tags') return [key, row.tags];
    if (typeof value !== 'number') return [key, value === '' ? null : value];
    if (unit === 'usd') return [key, nanoToUsd(value)];
    return [key, unit === 'time' ? isoTime(value) : value];
  });
  return safeJson(Object.fromEntries(entries), 0);
}

/** Totals of an export as JSON. */
export function totalsJson(totals: ExportTotals): object {
  const { rows, messages, unpriced, lower, nano, declined } = totals;
  return {
    rows,
    messages,
    total_cost_usd: nanoToUsd(nano),
    declinedUsd: nanoToUsd(declined.nano),
    unpricedMessages: unpriced,
    lowerBoundMessages: lower,
    lowerBound: lower > 0 || unpriced > 0,
  };
}
