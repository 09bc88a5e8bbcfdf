import { Encoder } from '../../src/export/otlp/encoder.ts';
import { MessageRecords } from '../../src/export/otlp/messageRecord.ts';
import { providersOf } from '../../src/export/otlp/provider.ts';
import type { ExportRow } from '../../src/export/rows.ts';
import { createPriceBook } from '../../src/pricing/priceBook.ts';

/** When the sample was. */
export const at = Date.UTC(2026, 10, 20, 10);

/** A message with something in every column. */
export const sample: ExportRow = {
  ...{ at, kind: 'message', messages: 1, agent: 'main', model: 'claude-opus-4-7', tier: 'opus' },
  ...{ input: 1000, output: 500, nano: 40_625_000, durationMs: 1500, success: true },
  ...{ cacheWrite5m: 500, cacheWrite1h: 1500, cacheRead: 10_000, webSearches: 2 },
  ...{ session: 's', title: '', project: 'project-1a2b3c4d', account: 'work', branch: 'main' },
  ...{ task: 'ABC-1', correlation: 'c', agentId: 'a7', effort: 'high', tags: ['a', 'b'] },
  ...{ priceRow: 'r', pricedBy: 'catalogue', lower: 0, unpriced: 0, stopReason: 'end_turn' },
  ...{ error: '', promptId: 'p', messageId: 'm', requestId: 'q', recovered: false },
};

export const providerOf = providersOf(createPriceBook());
/** The sample as it is sent, but for some columns. */
export const recordOf = (more: Partial<ExportRow> = {}) =>
  new MessageRecords(providerOf).of({ ...sample, ...more });

export const encoder = new Encoder({ 'service.name': 'outlay' }, '1.2.3');
