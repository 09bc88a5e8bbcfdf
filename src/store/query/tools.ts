import type { TimeSpan } from '../../model/calendar.ts';
import type { SqlDatabase } from '../driver/types.ts';
import { bucketMs } from '../schema/rollupTables.ts';
import type { SpendRow } from '../schema/sums.ts';
import { facetJoin, messageSums } from './messageSpend.ts';

/** Sums of the messages that called the same tools. */
export interface ToolRow extends SpendRow {
  /** Names of the tools called, one for each call. */
  readonly tools: readonly string[];
}

/**
 * What was spent by messages of a span, split by the tools they called, and by session, agent, model
 * and facet where asked for. From message rows, as only they know their tools.
 */
export function toolRows(
  db: SqlDatabase,
  span: TimeSpan | undefined,
  keys: readonly ('session' | 'agent' | 'model' | 'facet' | 'bucket')[],
): ToolRow[] {
  const has = (key: (typeof keys)[number]): boolean => keys.includes(key);
  const columns = {
    session: has('session') ? 'm.session' : '0',
    agent: has('agent') ? 'm.agent' : '0',
    model: has('model') ? 'm.model_id' : '0',
    facet: has('facet') ? 'f.id' : '0',
    at: has('bucket') ? `m.at / ${bucketMs} * ${bucketMs}` : '0',
  };
  const join = has('facet') ? facetJoin : '';
  const groups = ['m.tools', ...Object.values(columns).filter((column) => column !== '0')];
  const where = span === undefined ? '' : 'AND m.at >= ? AND m.at < ?';
  const rows = db
    .prepare(
      `SELECT g.*, w.text AS toolsText FROM (
         SELECT m.tools AS tools, ${columns.session} AS session, ${columns.agent} AS agent,
           ${columns.model} AS model, ${columns.facet} AS facet, 0 AS prompt, ${columns.at} AS at,
           ${messageSums}
         FROM message m ${join} WHERE m.counted = 1 ${where} GROUP BY ${groups.join(', ')}
       ) g JOIN word w ON w.id = g.tools`,
    )
    .all<SpendRow & { tools: number; toolsText: string }>(
      ...(span === undefined ? [] : [span.from, span.to]),
    );
  return rows.map(({ tools: _, toolsText, ...row }) => ({
    ...row,
    tools: toolsText === '' ? [] : (JSON.parse(toolsText) as string[]),
  }));
}
