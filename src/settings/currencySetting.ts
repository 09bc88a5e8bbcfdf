import { firstMoment, isDay, type Zone } from '../model/calendar.ts';
import { type Currency, type DatedRate, usDollars } from '../model/currency.ts';
import { isObject } from '../model/objects.ts';
import { jsonPathOf } from './settingProblem.ts';
import type { Refuse } from './settingTable.ts';

/** A rate above this is a mistake. */
export const mostUnitsPerDollar = 1e7;

/** The display currency: dollars unless there is a code and one good rate at least. */
export function readCurrency(value: unknown, zone: Zone, refuse: Refuse): Currency {
  if (!isObject(value)) {
    refuse('', 'currency', 'default');
    return usDollars;
  }
  const { code, rates, ...others } = value;
  for (const name of Object.keys(others)) refuse(jsonPathOf(name), 'currency', 'ignored');
  if (code === undefined && rates === undefined) return usDollars;
  if (typeof code !== 'string' || !/^[a-z]{3}$/i.test(code)) {
    refuse('.code', 'currencyCode', 'default');
    return usDollars;
  }
  if (code.toUpperCase() === 'USD') return usDollars;
  const dated: DatedRate[] = [];
  for (const [day, rate] of Object.entries(isObject(rates) ? rates : {})) {
    const usable = typeof rate === 'number' && rate > 0 && rate <= mostUnitsPerDollar;
    if (!isDay(day)) refuse(`.rates${jsonPathOf(day)}`, 'day', 'ignored');
    else if (!usable) refuse(`.rates${jsonPathOf(day)}`, 'rate', 'ignored');
    else dated.push({ from: firstMoment(day, zone), rate });
  }
  if (dated.length === 0) {
    refuse('.rates', 'rates', 'default');
    return usDollars;
  }
  dated.sort((a, b) => a.from - b.from);
  return { code: code.toUpperCase(), rates: dated };
}
