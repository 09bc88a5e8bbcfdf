import { HumanError } from '../model/errors.ts';
import { families } from '../pricing/catalogue.ts';
import { dayOf } from '../pricing/days.ts';
import type { RateBook } from '../pricing/priceBook.ts';
import { isOtherVendors, type ModelRates } from '../pricing/rateTable.ts';
import { clip, plainText } from '../text/plainText.ts';

/** A model everything is repriced with. */
export interface Baseline {
  /** As asked for: a family or a model's id. */
  readonly name: string;
  readonly model: ModelRates;
}

/**
 * The baselines asked for: a family is its newest model that has a price now, `all` every family's. Other
 * vendors' models only where one is named: nobody asks for them by a grade.
 */
export function baselinesOf(book: RateBook, asked: string, now: number): Baseline[] {
  const name = asked.trim().toLowerCase();
  if (name === 'all') {
    return families.flatMap((family) => {
      const model = newestOf(book, family, now);
      return model === undefined ? [] : [{ name: family, model }];
    });
  }
  const model = newestOf(book, name, now) ?? book.ratesOf(asked.trim());
  if (model !== undefined && isPricedAt(model, now)) return [{ name, model }];
  const known = [...book.table.models.values()]
    .filter((each) => isPricedAt(each, now))
    .map(({ id }) => id);
  throw new HumanError(
    'usage',
    `--baseline ${JSON.stringify(clip(plainText(asked), 80))} is neither a family nor a model with a price. Use ${families.join(', ')}, all, or a model: ${known.slice(0, 12).join(', ')}${known.length > 12 ? ' and others ("outlay prices" lists them)' : ''}.`,
  );
}

function isPricedAt({ periods }: ModelRates, now: number): boolean {
  return periods.some(({ fromMs, untilMs }) => fromMs <= now && now < untilMs);
}

/** The model of a family that came last, of those that have a price now. */
function newestOf({ table }: RateBook, family: string, now: number): ModelRates | undefined {
  return [...table.models.values()]
    .filter((model) => model.tier === family && !isOtherVendors(model) && isPricedAt(model, now))
    .map((model) => ({ model, since: model.periods[0]!.from ?? '' }))
    .filter(({ since }) => since <= (dayOf(now) ?? ''))
    .sort((a, b) =>
      a.since === b.since ? (a.model.id < b.model.id ? 1 : -1) : a.since < b.since ? 1 : -1,
    )[0]?.model;
}
