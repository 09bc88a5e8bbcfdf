/**
 * Makers of models that are not Claude's; the names are those of their own APIs. `local` is no maker: whatever runs
 * on the user's own hardware.
 */
export const providers = ['openai', 'google', 'xai', 'moonshot', 'microsoft', 'local'] as const;
export type Provider = (typeof providers)[number];

/** What a service tier multiplies every rate for tokens by; a tier that is not there costs what standard costs. */
export interface TierFactors {
  readonly priority?: string;
  readonly flex?: string;
  readonly batch?: string;
}

/** Rates as the table has them. Without one of its own, what is read or written costs the input rate. */
export interface RatesJson {
  readonly input: string;
  readonly output: string;
  readonly cacheRead?: string;
  /** One rate, whatever the lifetime. */
  readonly cacheWrite?: string;
}

export interface RowJson extends RatesJson {
  /** Day (UTC), or null: since the model is out. */
  readonly from: string | null;
  readonly above?: RatesJson & { readonly promptTokens: number };
  readonly source: string;
  readonly checked: string;
}

/** `otherVendors.json`; `otherVendors.schema.json` describes it. */
export interface OtherVendorsJson {
  readonly checked: string;
  readonly sources: { readonly [key: string]: string };
  readonly models: readonly {
    readonly id: string;
    readonly provider: Provider;
    readonly aliases?: readonly string[];
    readonly tiers?: TierFactors;
    /** Oldest first. */
    readonly rows: readonly RowJson[];
  }[];
}
