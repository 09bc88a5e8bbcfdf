/** How a message was priced; values of `message.priced`. */

import { countSources, type MessageLine, type UsagePart } from '../../model/records.ts';
import { combineUsage, type Usage } from '../../model/tokens.ts';
import type { SqlValue } from '../../platform/sqlite/types.ts';

export const pricing = { unpriced: 0, row: 1, client: 2 } as const;

/**
 * What a message's row says of the records of its message id; values of `message.identity`. `sole`:
 * they are one variant, and the row has its state. `several`: `variant` has the states. `legacy`: a
 * schema before 7 told them apart by their ids only, and they were not read since.
 */
export const identity = { sole: 0, several: 1, legacy: 2 } as const;

/** A row of `message`. Text columns hold string numbers. */
export interface MessageRow {
  id: number;
  mid: string;
  rid: string;
  session: number;
  agent: number;
  standing: number;
  at: number;
  counted: number;
  ended: number;
  in_main: number;
  progress: number;
  sidechain: number;
  model: number;
  traits: number;
  input: number;
  output: number;
  write5m: number;
  write1h: number;
  cache_read: number;
  searches: number;
  parts: string | null;
  stop: number;
  cache_split: number;
  tools: number;
  prompt: number;
  branch: number;
  cwd: number;
  version: number;
  entrypoint: number;
  effort: number;
  attribution: number;
  duration: number | null;
  error: number;
  model_id: number;
  price_row: number;
  priced: number;
  nano: number;
  declined: number;
  side: string;
  identity: number;
  lines: Uint8Array | null;
  requester: number;
  incomplete: number;
  iterations: string | null;
  band: string | null;
  listed: number;
  list_nano: number | null;
  requests: number;
  source: number;
  credits: number | null;
  reasoning: number | null;
}

/** The columns that differ from message to message. */
export const variedColumns = [
  'mid',
  'rid',
  'session',
  'agent',
  'standing',
  'at',
  'ended',
  'in_main',
  'sidechain',
  'model',
  'traits',
  'input',
  'output',
  'write5m',
  'write1h',
  'cache_read',
  'stop',
  'cache_split',
  'tools',
  'prompt',
  'branch',
  'cwd',
  'version',
  'entrypoint',
  'effort',
  'attribution',
  'duration',
  'model_id',
  'price_row',
  'nano',
  'lines',
  'iterations',
] as const satisfies readonly (keyof MessageRow)[];

/**
 * The other columns, and what nearly every message has in them: a row that has all of it is inserted with it
 * written into the statement, which is quicker than binding every value.
 */
export const usualValues = {
  counted: 1,
  progress: 0,
  searches: 0,
  parts: null,
  error: 0,
  priced: pricing.row,
  declined: 0,
  side: '',
  identity: identity.sole,
  requester: 0,
  incomplete: 0,
  band: null,
  listed: 1,
  list_nano: null,
  requests: 1,
  source: countSources.only,
  credits: null,
  reasoning: null,
} as const satisfies Partial<MessageRow>;

const usualColumns = Object.keys(usualValues) as (keyof typeof usualValues)[];

export const messageColumns = [...variedColumns, ...usualColumns] as const;

/** A row's values in the order of `variedColumns`. Written out: it is done for every message. */
export function variedValues(row: MessageRow): SqlValue[] {
  return [
    row.mid,
    row.rid,
    row.session,
    row.agent,
    row.standing,
    row.at,
    row.ended,
    row.in_main,
    row.sidechain,
    row.model,
    row.traits,
    row.input,
    row.output,
    row.write5m,
    row.write1h,
    row.cache_read,
    row.stop,
    row.cache_split,
    row.tools,
    row.prompt,
    row.branch,
    row.cwd,
    row.version,
    row.entrypoint,
    row.effort,
    row.attribution,
    row.duration,
    row.model_id,
    row.price_row,
    row.nano,
    row.lines,
    row.iterations,
  ];
}

/** A row's values in the order of `messageColumns`. */
export function messageValues(row: MessageRow): SqlValue[] {
  return [...variedValues(row), ...usualColumns.map((name) => row[name])];
}

/** Whether a row has all the usual values. */
export function isUsual(row: MessageRow): boolean {
  for (const name of usualColumns) if (row[name] !== usualValues[name]) return false;
  return true;
}

/** The columns of a usage. */
export type UsageColumn = 'input' | 'output' | 'write5m' | 'write1h' | 'cache_read' | 'searches';

/** The token classes of a message's row. */
export function usageOf(row: Pick<MessageRow, UsageColumn>): Usage {
  return {
    input: row.input,
    output: row.output,
    cacheWrite5m: row.write5m,
    cacheWrite1h: row.write1h,
    cacheRead: row.cache_read,
    webSearches: row.searches,
  };
}

/** Whether a message's figure is only a lower bound. */
export function isLower(row: Pick<MessageRow, 'ended' | 'incomplete'>): boolean {
  return row.ended === 0 || row.incomplete === 1;
}

/** The SQL for the same, of message `m`. */
export const lowerSql = '(m.ended = 0 OR m.incomplete = 1)';

/** A message's hashes of uuids as a blob: six bytes each, little-endian. */
export function packLines(lines: readonly number[]): Uint8Array | null {
  if (lines.length === 0) return null;
  const bytes = Buffer.allocUnsafe(lines.length * 6);
  for (let i = 0; i < lines.length; i++) bytes.writeUIntLE(lines[i]!, i * 6, 6);
  return bytes;
}

export function unpackLines(blob: Uint8Array | null): number[] {
  if (blob === null) return [];
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  return Array.from({ length: bytes.length / 6 }, (_, i) => bytes.readUIntLE(i * 6, 6));
}

/** The model's turns inside a message, as `message.iterations` has them. */
export function iterationsOf(text: string | null): Usage[] {
  if (text === null) return [];
  return (JSON.parse(text) as number[][]).map(
    ([input = 0, output = 0, cacheWrite5m = 0, cacheWrite1h = 0, cacheRead = 0]) => ({
      input,
      output,
      cacheWrite5m,
      cacheWrite1h,
      cacheRead,
      webSearches: 0,
    }),
  );
}

export function iterationsText(iterations: readonly Usage[]): string | null {
  if (iterations.length === 0) return null;
  return JSON.stringify(
    iterations.map((turn) => [
      turn.input,
      turn.output,
      turn.cacheWrite5m,
      turn.cacheWrite1h,
      turn.cacheRead,
    ]),
  );
}

/** What of a message was priced in its model's upper band: kept as JSON in `message.band`. */
export interface BandPart {
  readonly row: string;
  readonly iterations: number;
  readonly usage: Usage;
  readonly nano: number;
}

export function bandOf(row: { readonly band: string | null }): BandPart | undefined {
  return row.band === null ? undefined : (JSON.parse(row.band) as BandPart);
}

const noParts: readonly MessagePart[] = [];

/** A piece of a message beside its own row of prices. */
export interface MessagePart {
  /** Catalogue id of another model; undefined for the message's own. */
  readonly model: string | undefined;
  readonly row: string;
  readonly usage: Usage;
  readonly nano: number;
}

/**
 * A message split by the rows it is priced at: its own tokens and money, and beside them what other
 * models did (not in its own tokens) and what was priced in the upper band. Declined attempts are in
 * none of them. The pieces add up to the message.
 */
export function splitMessage(row: Pick<MessageRow, UsageColumn | 'nano' | 'parts' | 'band'>): {
  readonly usage: Usage;
  readonly nano: number;
  readonly parts: readonly MessagePart[];
} {
  if (row.parts === null && row.band === null) {
    return { usage: usageOf(row), nano: row.nano, parts: noParts };
  }
  const band = bandOf(row);
  const billed = partsOf(row).filter(isBilled);
  const parts: readonly MessagePart[] =
    band === undefined ? billed : [...billed, { ...band, model: undefined }];
  const usage = usageOf(row);
  return {
    usage: band === undefined ? usage : combineUsage(usage, band.usage, -1),
    nano: row.nano - parts.reduce((sum, { nano }) => sum + nano, 0),
    parts,
  };
}

/** Whether a part is billed with its message: a declined attempt stands beside it. */
export function isBilled({ kind }: Pick<PricedPart, 'kind'>): boolean {
  return kind !== 'declined';
}

export function partsOf(row: { readonly parts: string | null }): PricedPart[] {
  return row.parts === null ? [] : (JSON.parse(row.parts) as PricedPart[]);
}

/** How a message's request was made, as its record says. */
export type RequestFields = Pick<
  MessageLine,
  'speed' | 'geo' | 'tier' | 'cacheRequested' | 'requestedModel'
>;

let lastTraits: RequestFields | undefined;
let lastTraitsText = '';

/** A message's traits word: a JSON array without the empty fields at its end, '' where all are. */
export function traitsText(fields: RequestFields): string {
  const { speed, geo, tier, cacheRequested, requestedModel } = fields;
  // One message after the other has the same.
  if (
    lastTraits?.speed === speed &&
    lastTraits.geo === geo &&
    lastTraits.tier === tier &&
    lastTraits.cacheRequested === cacheRequested &&
    lastTraits.requestedModel === requestedModel
  ) {
    return lastTraitsText;
  }
  const list = [speed, geo, tier, cacheRequested, requestedModel];
  const length = list.findLastIndex((field) => field !== '') + 1;
  lastTraits = { speed, geo, tier, cacheRequested, requestedModel };
  lastTraitsText = length === 0 ? '' : JSON.stringify(list.slice(0, Math.max(length, 3)));
  return lastTraitsText;
}

export function traitsOf(text: string): RequestFields {
  const list = text === '' ? [] : (JSON.parse(text) as string[]);
  const [speed = '', geo = '', tier = '', cacheRequested = '', requestedModel = ''] = list;
  return { speed, geo, tier, cacheRequested, requestedModel };
}

/** A part of a message with its price; kept in the message's row as JSON. */
export interface PricedPart {
  readonly kind: UsagePart['kind'];
  /** Catalogue id, or as written when unpriced. */
  readonly model: string;
  /** The model as the transcript writes it. */
  readonly written: string;
  readonly row: string;
  readonly usage: Usage;
  /** 0 with an empty row when unpriced. */
  readonly nano: number;
}

/** One of the client's running totals, read back. */
export interface StoredCostState {
  readonly at: number;
  readonly total: number;
  /** JSON: model as written → dollars. */
  readonly models: string;
  /** JSON: model as written → `ModelTokens`; '' where it was read before they were kept. */
  readonly tokens: string;
  /** When the first run of those it goes on from began; 0 when not known. */
  readonly started: number;
}
