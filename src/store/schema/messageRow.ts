/** How a message was priced; values of `message.priced`. */

import type { UsagePart } from '../../model/records.ts';
import type { Usage } from '../../model/tokens.ts';

export const pricing = { unpriced: 0, row: 1, client: 2 } as const;

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
}

export const messageColumns = [
  'mid',
  'rid',
  'session',
  'agent',
  'standing',
  'at',
  'counted',
  'ended',
  'in_main',
  'progress',
  'sidechain',
  'model',
  'traits',
  'input',
  'output',
  'write5m',
  'write1h',
  'cache_read',
  'searches',
  'parts',
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
  'error',
  'model_id',
  'price_row',
  'priced',
  'nano',
  'declined',
] as const satisfies readonly (keyof MessageRow)[];

/** The token classes of a message's row. */
export function usageOf(
  row: Pick<MessageRow, 'input' | 'output' | 'write5m' | 'write1h' | 'cache_read' | 'searches'>,
): Usage {
  return {
    input: row.input,
    output: row.output,
    cacheWrite5m: row.write5m,
    cacheWrite1h: row.write1h,
    cacheRead: row.cache_read,
    webSearches: row.searches,
  };
}

export function partsOf(row: { readonly parts: string | null }): PricedPart[] {
  return row.parts === null ? [] : (JSON.parse(row.parts) as PricedPart[]);
}

/** Speed, geography and service tier of a message's traits word. */
export function traitsOf(text: string): string[] {
  return text === '' ? ['', '', ''] : (JSON.parse(text) as string[]);
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
}
