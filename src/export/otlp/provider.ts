import { memoize } from '../../model/memoize.ts';
import type { RateBook } from '../../pricing/priceBook.ts';
import type { ModelRates } from '../../pricing/rateTable.ts';

/** Makers of models as the conventions name them. */
const conventional: Readonly<Record<NonNullable<ModelRates['provider']>, string>> = {
  anthropic: 'anthropic',
  openai: 'openai',
  google: 'gcp.gemini',
  xai: 'x_ai',
  moonshot: 'moonshot_ai',
  microsoft: 'azure.ai.inference',
  local: 'local',
};

/** Who made a model, by its id: as the price book has it, else as a new model's name tells. */
export type ProviderOf = (model: string) => string;

export function providersOf({ ratesOf }: RateBook): ProviderOf {
  return memoize((model) => {
    const known = ratesOf(model)?.provider;
    if (known) return conventional[known];
    if (/claude/i.test(model)) return conventional.anthropic;
    return /\bgpt-|\bcodex\b/i.test(model) ? conventional.openai : 'unknown';
  });
}
