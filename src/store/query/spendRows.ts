import type { TimeSpan } from '../../model/calendar.ts';
import { totalTokens } from '../../model/tokens.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { downsampledUpTo } from '../retention/downsampleState.ts';
import {
  bucketMs,
  bucketOf,
  bucketsOf,
  ofModels,
  type RollupTable,
} from '../schema/rollupTables.ts';
import { addSums, noSums, type SpendRow, type SpendSums, takenAway } from '../schema/sums.ts';
import { agentType, spendSumsOf, sumsAsTheyAre } from './fragments.ts';
import { type FacetedMessage, pieceReader } from './messagePieces.ts';
import { facetJoin } from './messageSpend.ts';
import { type EdgePiece, spanPieces } from './spanPieces.ts';

/** What rollups can be split by; `bucket` is a quarter of an hour. */
export type SpendKey = 'bucket' | 'session' | 'agent' | 'model' | 'facet' | 'prompt';

/** What of the rows is wanted. */
export interface SpendWanted {
  /** Some of the sums, or none: answered several times sooner. The others are 0 then. */
  readonly only?: readonly (keyof SpendSums)[];
  /** Rows of these models, by string number; all where it is missing. */
  readonly models?: readonly number[];
}

/**
 * What was spent in a span, or ever, split by these keys. Exact for any span. Edges of a span that cut
 * a quarter of an hour have rows of their own, so that the same keys may stand in two rows.
 */
export function spendRows(
  db: SqlDatabase,
  span: TimeSpan | undefined,
  keys: readonly SpendKey[],
  { only, models }: SpendWanted = {},
): SpendRow[] {
  const table = tableFor(span, models === undefined ? keys : [...keys, 'model']);
  const grouping = { table, keys, only, models };
  if (span === undefined) return grouped(db, grouping);
  const { buckets, edges } = spanPieces(db, span);
  const inner = buckets === undefined ? [] : grouped(db, { ...grouping, within: buckets });
  const cut = edges
    .flatMap((edge) => edgeRows(db, edge))
    .filter(({ model }) => models === undefined || models.includes(model));
  // Whoever asks adds up what belongs together: a long list is not gone through for a short one.
  return [...inner, ...combine(cut, keys)];
}

/** What each rollup has one row for a combination of. */
const rollupKeys: Readonly<Record<RollupTable, readonly SpendKey[]>> = {
  spend_slot: ['bucket'],
  spend_model: ['bucket', 'model'],
  spend_total: ['session', 'agent', 'model', 'facet'],
  spend_bucket: ['bucket', 'session', 'agent', 'model', 'facet', 'prompt'],
};

/** The rollup that answers soonest: the one with the fewest rows that tells the keys apart. */
function tableFor(span: TimeSpan | undefined, keys: readonly SpendKey[]): RollupTable {
  const tellsApart = (table: RollupTable): boolean =>
    keys.every((key) => rollupKeys[table].includes(key));
  if (tellsApart('spend_slot')) return 'spend_slot';
  if (tellsApart('spend_model')) return 'spend_model';
  return span === undefined && tellsApart('spend_total') ? 'spend_total' : 'spend_bucket';
}

const every = rollupKeys.spend_bucket;

/** Whether anything is left of sums others were taken from. */
function isLeft(row: SpendSums): boolean {
  return row.messages !== 0 || row.nano !== 0 || totalTokens(row) !== 0;
}

/** What an edge of a span cuts of a bucket, split as far as the rollups split it. */
function edgeRows(db: SqlDatabase, edge: EdgePiece): SpendRow[] {
  if (edge.kind === 'messages') return rowsOfMessages(db, edge.span);
  const within = [edge.bucket, edge.bucket + 1] as const;
  const whole = grouped(db, { table: 'spend_bucket', keys: every, within });
  return less(whole, rowsOfMessages(db, edge.behind));
}

/** Rows with others taken away, as far as anything is left of them. */
function less(rows: readonly SpendRow[], others: readonly SpendRow[]): SpendRow[] {
  return combine([...rows, ...others.map(takenAway)], every).filter(isLeft);
}

/**
 * What a span holds of messages that are no longer there one by one: their sums, each dated to the
 * beginning of its day or month. Empty where nothing has been downsampled.
 */
export function downsampledRows(db: SqlDatabase, span: TimeSpan | undefined): SpendRow[] {
  const before = downsampledUpTo(db).messages;
  const old = { from: span?.from ?? 0, to: Math.min(span?.to ?? before, before) };
  if (old.from >= old.to) return [];
  const rest = less(spendRows(db, old, every), rowsOfMessages(db, old));
  return rest.sort((a, b) => a.at - b.at);
}

/** A question to one rollup. */
interface Grouping {
  readonly table: RollupTable;
  readonly keys: readonly SpendKey[];
  /** Buckets from … to, the last not included; undefined for all. */
  readonly within?: readonly [number, number];
  readonly only?: readonly (keyof SpendSums)[] | undefined;
  readonly models?: readonly number[] | undefined;
}

/** Only what was asked for is read: half the time of many rows is spent on their columns. */
function grouped(db: SqlDatabase, { table, keys, within, only, models }: Grouping): SpendRow[] {
  const named = keys.map((key) => (key === 'bucket' ? `bucket * ${bucketMs} AS at` : key));
  // Where every row is a group of its own nothing is sorted or added up.
  const isSingle = rollupKeys[table].every((key) => keys.includes(key));
  const sums = isSingle ? sumsAsTheyAre(only) : spendSumsOf(only);
  const conditions = [
    ...(within === undefined ? [] : [bucketsOf(table)]),
    ...(models === undefined ? [] : [ofModels]),
  ];
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const bounds = [...(within ?? []), ...(models === undefined ? [] : [JSON.stringify(models)])];
  // Rows that are only distinguished need not be sorted to be added up.
  const columns = `${sums.length === 0 ? 'DISTINCT ' : ''}${[...named, ...sums].join(', ')}`;
  const groups =
    isSingle || keys.length === 0 || sums.length === 0 ? '' : `GROUP BY ${keys.join(', ')}`;
  const rows = db
    .prepare(`SELECT ${columns} FROM ${table} ${where} ${groups}`)
    .all<Partial<SpendRow>>(...bounds);
  // Hundreds of thousands of rows that have everything are not copied.
  const isWhole = only === undefined && every.every((key) => keys.includes(key));
  return isWhole ? (rows as SpendRow[]) : rows.map((row) => ({ ...nothing, ...row }));
}

/** Single messages, split as the rollups split them. */
function rowsOfMessages(db: SqlDatabase, span: TimeSpan): SpendRow[] {
  const piecesOf = pieceReader(db);
  return db
    .prepare(
      `SELECT m.*, f.id AS facet FROM message m ${facetJoin}
       WHERE m.at >= ? AND m.at < ? AND m.counted = 1`,
    )
    .all<FacetedMessage>(span.from, span.to)
    .flatMap(piecesOf)
    .map((row) => ({ ...row, at: bucketOf(row.at) * bucketMs }));
}

/** One row for each combination of the keys. */
function combine(rows: readonly SpendRow[], keys: readonly SpendKey[]): SpendRow[] {
  const has = (key: SpendKey): boolean => keys.includes(key);
  const keyOf = (row: SpendRow): string =>
    keys.map((key) => (key === 'bucket' ? row.at : row[key])).join(' ');
  return [...Map.groupBy(rows, keyOf).values()].map((group) => {
    const first = group[0]!;
    return {
      at: has('bucket') ? first.at : 0,
      session: has('session') ? first.session : 0,
      agent: has('agent') ? first.agent : 0,
      model: has('model') ? first.model : 0,
      facet: has('facet') ? first.facet : 0,
      prompt: has('prompt') ? first.prompt : 0,
      ...addSums(group),
    };
  });
}

const nothing: SpendRow = {
  ...{ at: 0, session: 0, agent: 0, model: 0, facet: 0, prompt: 0 },
  ...noSums(),
};

/** What a facet stands for; '' where the records do not say. */
export interface Facet {
  /** Price row; '' when unpriced or priced from the client's totals. */
  readonly row: string;
  readonly branch: string;
  readonly effort: string;
  /** Where the tokens came from inside Claude Code: MCP server, plugin, skill and the like. */
  readonly attribution: Readonly<Record<string, string>>;
}

/** Every facet, by number: some hundreds. */
export function facets(db: SqlDatabase): Map<number, Facet> {
  const rows = db
    .prepare(
      `SELECT f.id AS id, r.text AS row, b.text AS branch, e.text AS effort, a.text AS attribution
       FROM facet f JOIN word r ON r.id = f.price_row JOIN word b ON b.id = f.branch
         JOIN word e ON e.id = f.effort JOIN word a ON a.id = f.attribution`,
    )
    .all<Omit<Facet, 'attribution'> & { id: number; attribution: string }>();
  return new Map(
    rows.map(({ id, attribution, ...rest }) => [
      id,
      { ...rest, attribution: attribution === '' ? {} : JSON.parse(attribution) },
    ]),
  );
}

/** An agent of a session. */
export interface AgentName {
  /** '' for the main thread. */
  readonly agentId: string;
  /** `main`, or the subagent's type. */
  readonly type: string;
}

/** Agents by number, those of some numbers only. */
export function agentNames(db: SqlDatabase, numbers: Iterable<number>): Map<number, AgentName> {
  const rows = db
    .prepare(
      `SELECT a.id AS id, a.aid AS agentId, ${agentType} AS type
       FROM json_each(?) j JOIN agent a ON a.id = j.value`,
    )
    .all<AgentName & { id: number }>(JSON.stringify([...numbers]));
  return new Map(rows.map(({ id, ...name }) => [id, name]));
}

/** The number of a word; undefined where the store has none. */
export function wordNumber(db: SqlDatabase, text: string): number | undefined {
  return db.prepare('SELECT id FROM word WHERE text = ?').get<{ id: number }>(text)?.id;
}

/** Texts of words by number. */
export function wordTexts(db: SqlDatabase, numbers: Iterable<number>): Map<number, string> {
  const rows = db
    .prepare('SELECT w.id AS id, w.text AS text FROM json_each(?) j JOIN word w ON w.id = j.value')
    .all<{ id: number; text: string }>(JSON.stringify([...numbers]));
  return new Map(rows.map(({ id, text }) => [id, text]));
}
