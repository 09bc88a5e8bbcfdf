import type { CostState, ModelTokens } from '../../../model/records.ts';
import { tokenCount } from '../../json.ts';
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
  const tokens = new Map<string, ModelTokens>();
  const usage = record.modelUsage;
  if (isJsonObject(usage)) {
    for (const [model, entry] of Object.entries(usage)) {
      if (models.size >= mostModels) break;
      if (!isJsonObject(entry)) continue;
      const cost = entry.costUSD;
      if (typeof cost !== 'number' || !(cost >= 0) || cost > mostUsd) continue;
      models.set(bounded(model), cost);
      const counted = tokensOf(entry);
      if (counted !== undefined) tokens.set(bounded(model), counted);
    }
  }
  const startedAt = record.startTime;
  const began =
    Number.isInteger(startedAt) && (startedAt as number) > 0 && (startedAt as number) <= at;
  return {
    totalUsd: total,
    models: Object.fromEntries(models),
    tokens: Object.fromEntries(tokens),
    unknownModel: record.hasUnknownModelCost === true,
    startedAt: began ? (startedAt as number) : 0,
  };
}

function tokensOf(entry: Record<string, unknown>): ModelTokens | undefined {
  const counts = [
    'inputTokens',
    'outputTokens',
    'cacheReadInputTokens',
    'cacheCreationInputTokens',
  ];
  const [input, output, cacheRead, cacheWrite] = counts.map((name) => tokenCount(entry[name]));
  if (input === undefined || output === undefined) return undefined;
  if (cacheRead === undefined || cacheWrite === undefined) return undefined;
  return { input, output, cacheRead, cacheWrite };
}
