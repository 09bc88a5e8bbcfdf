import type { ClientPriceSource } from '../model/clientPrices.ts';
import type { RequestTraits } from '../model/price.ts';

/**
 * The grammar of price rows' names, which stand in the store:
 *
 *     row    = period [">" tokens] ["+fast"] ["+region" | "+us"] ["+batch" | "+priority" | "+flex"]
 *     period = id ["@" (day | "client" | "managed")] ["+override"] ["*" factor]
 *
 * An id may contain anything, so a name is read from its end.
 */
export interface RowName {
  /**
   * Names the model, the day its price began or who else names it, and whether a user's override or
   * factor is in it.
   */
  readonly period: string;
  /** Prompt tokens above which this band holds; undefined for the lower band. */
  readonly above?: number | undefined;
  readonly traits: readonly RowTrait[];
}

/** What a request's traits changed, in the order in which they are written. */
export type RowTrait = 'fast' | 'region' | 'us' | ServiceTier;

/** The service tiers that change a price. */
export const serviceTiers = ['batch', 'priority', 'flex'] as const;
export type ServiceTier = (typeof serviceTiers)[number];

/** The name of a model's price from a day on, or of the one Claude Code names; `factor` is '1' for none. */
export function periodRowName(
  id: string,
  since: string | ClientPriceSource | null,
  override: boolean,
  factor: string,
): string {
  const at = since === null ? '' : `@${since}`;
  return `${id}${at}${override ? '+override' : ''}${factor === '1' ? '' : `*${factor}`}`;
}

export function formatRowName({ period, above, traits }: RowName): string {
  const band = above === undefined ? '' : `>${above % 1000 === 0 ? `${above / 1000}k` : above}`;
  return `${period}${band}${traits.map((trait) => `+${trait}`).join('')}`;
}

export function parseRowName(row: string): RowName {
  const [, period, tokens, thousands, suffix] =
    /^(.*?)(?:>(\d+)(k?))?((?:\+fast)?(?:\+region|\+us)?(?:\+batch|\+priority|\+flex)?)$/s.exec(
      row,
    )!;
  const above = tokens === undefined ? undefined : Number(tokens) * (thousands === 'k' ? 1000 : 1);
  return { period: period!, above, traits: suffix!.split('+').slice(1) as RowTrait[] };
}

/** What a price row's name says of its requests; the baseline ignores what it has no factor for. */
export function traitsOfRow(row: string): RequestTraits {
  const { traits } = parseRowName(row);
  return {
    speed: traits.includes('fast') ? 'fast' : undefined,
    geo: traits.includes('us') || traits.includes('region') ? 'us' : undefined,
    tier: serviceTiers.find((tier) => traits.includes(tier)),
  };
}
