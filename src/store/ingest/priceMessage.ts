import type { Price, PriceFunction } from '../../model/price.ts';
import type { MessageLine } from '../../model/records.ts';
import type { BandPart, PricedPart } from '../schema/messageRow.ts';
import { saturated } from '../schema/saturate.ts';

/** The money of one message at given rates. */
export interface MessagePrice {
  readonly model: string;
  readonly row: string;
  /** False when the message or one of its parts has no price: the figure is then a lower bound. */
  readonly priced: boolean;
  /** Some of it is of a model of another vendor, of which Claude Code itself has no price. */
  readonly otherVendor: boolean;
  /** Own tokens and all parts that are billed with it. */
  readonly nano: number;
  /** A declined attempt that may be billed beside it. */
  readonly declined: number;
  readonly parts: readonly PricedPart[];
  /** What of it was priced in the upper band, where iterations fall into both. */
  readonly band: BandPart | undefined;
}

/** Prices a record: its own usage, then its parts, each at its own model's rates of that moment. */
export function priceLine(line: MessageLine, price: PriceFunction): MessagePrice {
  const { speed, geo, tier, requests } = line;
  const traits = { speed, geo, tier, requests };
  const own = price(line.usage, line.model, traits, line.at, line.iterations);
  const above = own.kind === 'priced' ? own.above : undefined;
  let nano: number = own.kind === 'priced' ? own.nanoUsd : 0;
  let priced = own.kind === 'priced';
  let otherVendor = isOtherVendors(own);
  let declined = 0;
  const parts: PricedPart[] = [];
  for (const part of line.parts) {
    // Speed is the main request's; where the request ran holds for all of it.
    const cost = price(part.usage, part.model, { geo: line.geo, tier: line.tier }, line.at);
    const partNano = cost.kind === 'priced' ? cost.nanoUsd : 0;
    const row = cost.kind === 'priced' ? cost.row : '';
    const { kind, usage, model: written } = part;
    parts.push({ kind, model: cost.model, written, row, usage, nano: partNano });
    if (part.kind === 'declined') declined += partNano;
    else {
      nano += partNano;
      priced &&= cost.kind === 'priced';
      otherVendor ||= isOtherVendors(cost);
    }
  }
  return {
    model: own.model,
    row: own.kind === 'priced' ? own.row : '',
    priced,
    otherVendor,
    nano: saturated(nano),
    declined: saturated(declined),
    parts,
    band: above && {
      row: above.row,
      iterations: above.iterations,
      usage: above.usage,
      nano: above.nanoUsd,
    },
  };
}

function isOtherVendors(price: Price): boolean {
  return price.kind === 'priced' && price.otherVendor === true;
}
