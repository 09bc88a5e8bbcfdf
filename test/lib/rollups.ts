import assert from 'node:assert/strict';
import type { Row, SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { sumColumns } from '../../src/store/schema/rollupTables.ts';

interface StoredPart {
  readonly kind: string;
  readonly model: string;
  readonly row: string;
  readonly usage: Readonly<Record<string, number>>;
  readonly nano: number;
}

const text = (column: string): string => `(SELECT text FROM word WHERE id = ${column})`;

/** Both roll-ups must equal what the message rows add up to now, to the last nano-dollar. */
export function assertRollups(db: SqlDatabase): void {
  const sums = new Map<string, number[]>();
  const add = (key: string, values: readonly number[]): void => {
    const known = sums.get(key) ?? values.map(() => 0);
    sums.set(
      key,
      known.map((value, i) => value + values[i]!),
    );
  };
  const rows = db
    .prepare(
      `SELECT m.*, sid, aid, w.text AS named, ${text('m.price_row')} AS rowText,
         ${text('m.branch')} || '|' || ${text('m.effort')} || '|' || ${text('m.attribution')} AS facet,
         CASE aid WHEN '' THEN ${text('m.prompt')} ELSE '' END AS run
       FROM message m JOIN session s ON s.id = m.session
       JOIN agent a ON a.id = m.agent JOIN word w ON w.id = m.model_id WHERE counted = 1`,
    )
    .all<Record<string, number>>();
  for (const row of rows) {
    const { at, sid, aid, named, parts, band, priced, rowText, facet, run } = row as Record<
      string,
      number
    > &
      Row;
    const billed = (
      parts === null ? [] : (JSON.parse(String(parts)) as readonly StoredPart[])
    ).filter(({ kind }) => kind !== 'declined');
    // What the upper band holds is among the message's own tokens.
    const upper =
      band === null ? [] : [{ ...(JSON.parse(String(band)) as StoredPart), model: named }];
    const beside = [...billed, ...upper];
    const partNano = beside.reduce((sum, { nano }) => sum + nano, 0);
    const own = (name: string, key: string): number =>
      upper.reduce((left, { usage }) => left - usage[key]!, row[name]!);
    const keys = [
      `total ${sid} ${aid} ${facet}`,
      `${Math.floor(Number(at) / 900_000)} ${run} ${sid} ${aid} ${facet}`,
    ];
    for (const key of keys) {
      add(`${key} ${rowText} ${named}`, [
        1,
        row.ended === 1 && row.incomplete === 0 ? 0 : 1,
        priced === 0 ? 1 : 0,
        priced === 2 ? 1 : 0,
        own('input', 'input'),
        own('output', 'output'),
        own('write5m', 'cacheWrite5m'),
        own('write1h', 'cacheWrite1h'),
        own('cache_read', 'cacheRead'),
        own('searches', 'webSearches'),
        row.nano! - partNano,
      ]);
      for (const { model, row: priceRow, usage: u, nano } of beside) {
        const tokens = [u.input!, u.output!, u.cacheWrite5m!, u.cacheWrite1h!, u.cacheRead!];
        add(`${key} ${priceRow} ${model}`, [0, 0, 0, 0, ...tokens, u.webSearches!, nano]);
      }
    }
  }
  const list = sumColumns.map((name) => `r.${name}`).join(', ');
  for (const [table, label] of [
    ['spend_total', "'total'"],
    ['spend_bucket', `bucket || ' ' || ${text('r.prompt')}`],
  ] as const) {
    const stored = db
      .prepare(
        `SELECT ${label} || ' ' || sid || ' ' || aid || ' ' || ${text('f.branch')} || '|' ||
           ${text('f.effort')} || '|' || ${text('f.attribution')} || ' ' || ${text('f.price_row')} ||
           ' ' || w.text AS key, json_array(${list}) AS sums
         FROM ${table} r JOIN session s ON s.id = r.session JOIN agent a ON a.id = r.agent
         JOIN word w ON w.id = r.model JOIN facet f ON f.id = r.facet`,
      )
      .all<{ key: string; sums: string }>();
    const expected = [...sums]
      .filter(([key]) => key.startsWith('total ') === (table === 'spend_total'))
      .filter(([, values]) => values.some((value) => value !== 0))
      .map(([key, values]) => `${key} ${JSON.stringify(values)}`);
    assert.deepEqual(stored.map((row) => `${row.key} ${row.sums}`).sort(), expected.sort(), table);
  }
  const added = sumColumns.map((name) => `sum(${name}) AS ${name}`).join(', ');
  for (const [table, keys] of [
    ['spend_slot', 'bucket'],
    ['spend_model', 'model, bucket'],
  ]) {
    assert.deepEqual(
      db.prepare(`SELECT ${keys}, ${sumColumns.join(', ')} FROM ${table} ORDER BY ${keys}`).all(),
      db
        .prepare(`SELECT ${keys}, ${added} FROM spend_bucket GROUP BY ${keys} ORDER BY ${keys}`)
        .all(),
      `rows of ${table} are the sums of the finest`,
    );
  }
}
