import type { PriceFunction } from '../../model/price.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { Messages } from '../ingest/messageTable.ts';
import { priceLine } from '../ingest/priceMessage.ts';
import { Rollup } from '../ingest/rollups.ts';
import { StringTable } from '../ingest/stringTable.ts';
import { type MessageRow, pricing } from '../schema/messageRow.ts';

/** What other prices would make of one model's messages. Money in nano-dollars. */
export interface RepriceEffect {
  /** The catalogue's id, or as written where no price is known before or after. */
  readonly model: string;
  /** Messages whose figure changes. */
  readonly changed: number;
  readonly messages: number;
  readonly before: number;
  readonly after: number;
  /** Messages without a price. */
  readonly unpricedBefore: number;
  readonly unpricedAfter: number;
}

type Effect = { -readonly [K in keyof RepriceEffect]: RepriceEffect[K] };

/**
 * Prices every message at other rates and writes nothing. What Claude Code's own totals priced
 * stays as it is where the rates know no price either.
 */
export function tryReprice(db: SqlDatabase, price: PriceFunction): RepriceEffect[] {
  const words = new StringTable(db);
  const messages = new Messages(db, words, new Rollup(db), { price, listPrice: price });
  const effects = new Map<string, Effect>();
  const all = db.prepare('SELECT * FROM message WHERE counted = 1 ORDER BY id');
  for (const row of all.iterate<MessageRow>()) {
    const cost = priceLine(messages.line(row), price);
    const kept = row.priced === pricing.client && !cost.priced;
    const after = kept ? row.nano : cost.nano;
    const unpriced = !kept && !cost.priced;
    const effect = effectOf(effects, cost.priced ? cost.model : words.text(row.model_id));
    effect.messages += 1;
    effect.before += row.nano;
    effect.after += after;
    effect.unpricedBefore += Number(row.priced === pricing.unpriced);
    effect.unpricedAfter += Number(unpriced);
    effect.changed += Number(after !== row.nano || unpriced !== (row.priced === pricing.unpriced));
  }
  return [...effects.values()].sort(
    (a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before),
  );
}

function effectOf(effects: Map<string, Effect>, model: string): Effect {
  const known = effects.get(model);
  if (known !== undefined) return known;
  const effect: Effect = {
    model,
    changed: 0,
    messages: 0,
    before: 0,
    after: 0,
    unpricedBefore: 0,
    unpricedAfter: 0,
  };
  effects.set(model, effect);
  return effect;
}
