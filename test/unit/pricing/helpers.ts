import assert from 'node:assert/strict';
import type { RequestTraits } from '../../../src/model/price.ts';
import { noUsage, type TokenClass, type Usage } from '../../../src/model/tokens.ts';
import type { RateBook } from '../../../src/pricing/priceBook.ts';

/** A usage from the classes that are not zero. */
export function usage(counts: Partial<Usage>): Usage {
  return { ...noUsage, ...counts };
}

/** A moment from an ISO date or date and time, in UTC. */
export function at(iso: string): number {
  return Date.parse(iso.length === 10 ? `${iso}T00:00:00Z` : iso);
}

/** Nano-dollars of a price that must be known. */
export function nano(
  book: RateBook,
  counts: Partial<Usage>,
  model: string,
  when: string,
  traits: RequestTraits = {},
): number {
  const price = book.price(usage(counts), model, traits, at(when));
  assert.equal(price.kind, 'priced', `${model} on ${when}`);
  return price.kind === 'priced' ? price.nanoUsd : Number.NaN;
}

/** The row behind a price that must be known. */
export function row(
  book: RateBook,
  counts: Partial<Usage>,
  model: string,
  when: string,
  traits: RequestTraits = {},
): string {
  const price = book.price(usage(counts), model, traits, at(when));
  assert.equal(price.kind, 'priced', `${model} on ${when}`);
  return price.kind === 'priced' ? price.row : '';
}

/** US dollars per million tokens, in the order price pages print them. */
export type Card = readonly [
  input: number,
  cacheWrite5m: number,
  cacheWrite1h: number,
  cacheRead: number,
  output: number,
];

/** The classes of a card, in its order. */
export const cardClasses: readonly TokenClass[] = [
  'input',
  'cacheWrite5m',
  'cacheWrite1h',
  'cacheRead',
  'output',
];
