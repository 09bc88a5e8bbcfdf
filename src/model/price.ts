import type { NanoUsd } from './money.ts';
import type { Usage } from './tokens.ts';

/** What, besides tokens and model, decides the price of a request. */
export interface RequestTraits {
  /** `fast` costs a multiple where the model offers it. */
  readonly speed?: string | undefined;
  /** `inference_geo` as recorded; `us` carries a premium on newer models. */
  readonly geo?: string | undefined;
  /**
   * `service_tier` as recorded: `batch` is half price; `priority` (which OpenAI's agents also call `fast`)
   * and `flex` change the price of models that offer them.
   */
  readonly tier?: string | undefined;
  /**
   * Requests the usage is a sum of: which of them had long prompts, nobody knows. Absent for one, 0 where nobody
   * knows of how many.
   */
  readonly requests?: number | undefined;
}

/** The iterations of a response whose prompts are longer than its model's band begins. */
export interface BandShare {
  /** Names the row of the upper band. */
  readonly row: string;
  readonly iterations: number;
  readonly usage: Usage;
  readonly nanoUsd: NanoUsd;
}

/** The price of one usage, or the statement that nobody knows it. An unpriced usage is never $0. */
export type Price =
  | {
      readonly kind: 'priced';
      readonly nanoUsd: NanoUsd;
      /** The catalogue's id: no date, no context marker. */
      readonly model: string;
      /** Names the catalogue or override row behind the figure, e.g. `claude-opus-5-5@2026-09-22`. */
      readonly row: string;
      /** True for a model of another vendor than Anthropic, of which Claude Code itself has no price. */
      readonly otherVendor?: true;
      /** What of it was priced in the upper band, where iterations fall into both; else absent. */
      readonly above?: BandShare;
    }
  | {
      readonly kind: 'unpriced';
      /** The model as written in the transcript. */
      readonly model: string;
    };

/**
 * Prices a usage at a moment (UTC milliseconds). Passed in wherever money is derived, so that the
 * store and the analysis know no catalogue. `iterations` are the model's turns inside the response,
 * whose counts add up to the usage: a long-prompt band is judged for each of them.
 */
export type PriceFunction = (
  usage: Usage,
  model: string,
  traits: RequestTraits,
  atMs: number,
  iterations?: readonly Usage[],
) => Price;

/** A price function together with what identifies its rates. */
export interface PriceBook {
  readonly price: PriceFunction;
  /** At list price, without what a person overrides: as Claude Code itself prices. */
  readonly listPrice: PriceFunction;
  /** Changes whenever any rate, override or matching rule changes; stored to know when to reprice. */
  readonly revision: string;
  /** Day (YYYY-MM-DD) on which the bundled rates were last checked. */
  readonly catalogueDate: string;
}
