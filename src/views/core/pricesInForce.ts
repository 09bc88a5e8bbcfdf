import type { CatalogueModel } from '../../pricing/catalogue.ts';
import { extendCatalogue } from '../../pricing/clientModels.ts';
import { createPriceBook, type RateBook } from '../../pricing/priceBook.ts';
import type { MergedOverrides } from '../../settings/priceOverrides.ts';
import { type DemoLocation, readClientModels } from './readRoots.ts';
import type { Settings } from './settingsModel.ts';
import { userPrices } from './userPrices.ts';

/** The prices that hold under some settings, each part read when it is first asked for. */
export class PricesInForce {
  readonly #settings: Settings;
  readonly #demo: DemoLocation | undefined;
  #overrides: MergedOverrides | undefined;
  #clientModels: readonly CatalogueModel[] | undefined;
  #book: RateBook | undefined;

  constructor(settings: Settings, demo: DemoLocation | undefined) {
    this.#settings = settings;
    this.#demo = demo;
  }

  /** The user's own prices, and what is wrong with them. */
  get overrides(): MergedOverrides {
    this.#overrides ??= userPrices(this.#settings);
    return this.#overrides;
  }

  /** Models the catalogue does not know and Claude Code has a price of. */
  get clientModels(): readonly CatalogueModel[] {
    this.#clientModels ??= readClientModels(this.#settings, this.#demo);
    return this.#clientModels;
  }

  /** All of them. */
  get book(): RateBook {
    this.#book ??= createPriceBook(this.overrides.overrides, extendCatalogue(this.clientModels));
    return this.#book;
  }
}
