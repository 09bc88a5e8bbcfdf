import type { SpendSums } from '../../store/schema/sums.ts';
import type { Cell, Column } from './document.ts';
import { shownModel } from './shown.ts';

/** The columns every table of models begins with; its own come behind them. */
export const modelColumns: readonly Column[] = [
  { key: 'model', header: 'Model', unit: 'text', widest: 40, shown: shownModel },
  { key: 'messages', header: 'Messages', unit: 'count' },
  { key: 'input', header: 'Input', unit: 'tokens' },
  { key: 'output', header: 'Output', unit: 'tokens' },
  { key: 'cache_write', header: 'Written', unit: 'tokens' },
  { key: 'cache_read', header: 'Read', unit: 'tokens' },
  { key: 'usd', header: 'Cost', unit: 'usd', strong: true },
];

/** The order people see them in. */
export const modelOrder = ['model', 'usd', 'share', 'messages', 'note'] as const;

/** A model's cells for these columns; what has no price at all is left open, never $0. */
export function modelCells(model: string, sums: SpendSums): Cell[] {
  return [
    model,
    sums.messages,
    sums.input,
    sums.output,
    sums.cacheWrite5m + sums.cacheWrite1h,
    sums.cacheRead,
    sums.unpriced > 0 && sums.nano === 0 ? null : sums.nano,
  ];
}
