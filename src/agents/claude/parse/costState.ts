import type { CostState } from '../../../model/records.ts';
import { bounded } from './byteCache.ts';
import { isJsonObject } from './usage.ts';

/** More than this is no total: sums of nano-dollars would not stay exact. */
const mostUsd = 9_000_000;

/** Models read of one total; real ones have a few. */
const mostModels = 1000;

/**
 * Claude Code's own running total as a record has it that was written at that time; undefined where
 * that is no amount of dollars.
 */
export function clientTotal(
  record: Record<string, unknown>,
  at: number,
): Omit<CostState, 'sessionId' | 'offset' | 'at'> | undefined {
  const total = record.totalCostUSD;
  if (typeof total !== 'number' || !(total >= 0) || total > mostUsd) return undefined;
  const models = new Map<string, number>();
  const usage = record.modelUsage;
  if (isJsonObject(usage)) {
    for (const [model, entry] of Object.entries(usage)) {
      const cost = isJsonObject(entry) ? entry.costUSD : undefined;
      if (models.size >= mostModels) break;
      if (typeof cost === 'number' && cost >= 0 && cost <= mostUsd) {
        models.set(bounded(model), cost);
      }
    }
  }
  const startedAt = record.startTime;
  const began =
    Number.isInteger(startedAt) && (startedAt as number) > 0 && (startedAt as number) <= at;
  return {
    totalUsd: total,
    models: Object.fromEntries(models),
    unknownModel: record.hasUnknownModelCost === true,
    startedAt: began ? (startedAt as number) : 0,
  };
}
