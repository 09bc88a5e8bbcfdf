import type { TokenClass } from '../model/tokens.ts';

/** Price grade of a model, whoever makes it. */
export const grades = ['local', 'mini', 'standard', 'premium'] as const;
export type Grade = (typeof grades)[number];

/** Rates by token class, US dollars per million tokens, as decimal strings; not all need be there. */
export type PartialRates = { readonly [K in TokenClass]?: string };

/** What a user says one model costs, already checked. */
export interface OverrideRow {
  /** The model as the user wrote it. */
  readonly model: string;
  /** First day (UTC) it holds; without one, since ever. */
  readonly from?: string;
  /** First day (UTC) it no longer holds; without one, for ever. */
  readonly until?: string;
  /** Classes that are not named keep the catalogue's rates, or follow from `input`. */
  readonly rates: PartialRates;
  /** Rates for prompts strictly longer than `promptTokens`; without them, `rates` hold at any length. */
  readonly above?: { readonly promptTokens: number; readonly rates: PartialRates };
  /** US dollars per thousand web searches. */
  readonly webSearchPerThousand?: string;
  /** Times the model's rates. */
  readonly multiplier?: string;
  /** Runs on the user's own hardware: a class without a rate costs nothing. */
  readonly local: boolean;
  /** Where the model stands in breakdowns by tier. */
  readonly tier?: Grade;
}

/** Prices of the user's own. Made by `parsePriceOverrides`, which refuses what makes no sense. */
export interface PriceOverrides {
  /** Times every cost, the overridden ones too: a contract's discount or a reseller's mark-up. */
  readonly multiplier?: string;
  readonly rows: readonly OverrideRow[];
}

/** Nothing overridden. */
export const noOverrides: PriceOverrides = { rows: [] };
