import { convert } from '../../src/model/currency.ts';
import { DateWriter, shortDay, shortMoment } from '../../src/model/dates.ts';
import { formatCents, formatMoney, formatWhole } from '../../src/model/money.ts';
import { formatNumber, shareText } from '../../src/model/numbers.ts';
import { formatTokens } from '../../src/model/tokens.ts';
import type { PanelFormat } from '../../src/protocol/shared.ts';

/** How a panel writes figures and times: in the editor's language, the user's zone and currency. */
export class Figures {
  readonly #format: PanelFormat;
  readonly #time: Intl.DateTimeFormat;
  readonly #dateTime: Intl.DateTimeFormat;
  readonly #short: Intl.DateTimeFormat;
  readonly #dayTime: DateWriter;
  readonly #day: DateWriter;

  constructor(format: PanelFormat) {
    this.#format = format;
    const zone = format.zone === '' ? {} : { timeZone: format.zone };
    const of = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
      new Intl.DateTimeFormat(format.locale, { ...options, ...zone });
    this.#time = of({ timeStyle: 'medium' });
    this.#short = of({ timeStyle: 'short' });
    this.#dayTime = new DateWriter(format.locale, format.zone, shortMoment);
    this.#day = new DateWriter(format.locale, format.zone, shortDay);
    this.#dateTime = of({ dateStyle: 'short', timeStyle: 'medium' });
  }

  /** Nano-dollars in the display currency. */
  money(nanoUsd: number): string {
    const { locale, currency, rate } = this.#format;
    return formatMoney(convert(nanoUsd, rate), { locale, code: currency });
  }

  /** The same to the cent: what is less than one is said to be. */
  cents(nanoUsd: number): string {
    const { locale, currency, rate } = this.#format;
    return formatCents(convert(nanoUsd, rate), { locale, code: currency });
  }

  /** Nano-dollars as units of the display currency, for an axis. */
  units(nanoUsd: number): number {
    return convert(nanoUsd, this.#format.rate) / 1e9;
  }

  /** Units of the display currency. */
  shown(units: number): string {
    const { locale, currency } = this.#format;
    return formatMoney(Math.round(units * 1e9), { locale, code: currency });
  }

  /** Units of the display currency at a tick of an axis: whole ones without decimals. */
  axisMoney(units: number): string {
    if (units < 1 || !Number.isInteger(units)) return this.shown(units);
    const { locale, currency } = this.#format;
    return formatWhole(units * 1e9, { locale, code: currency });
  }

  /** Tokens at a tick of an axis: round ones without decimals. */
  axisTokens(count: number): string {
    return count === 0 ? '0' : this.tokens(count).replace(/[.,]0(?=\D)/, '');
  }

  tokens(count: number): string {
    return formatTokens(count, this.#format.locale);
  }

  /** A whole number in full. */
  count(value: number): string {
    return formatNumber(value, 0, this.#format.locale);
  }

  /** A number with so many decimals. */
  decimal(value: number, decimals: number): string {
    return formatNumber(value, decimals, this.#format.locale);
  }

  /** A share of one, in whole percent. */
  percent(share: number): string {
    return shareText(share, this.#format.locale);
  }

  time(at: number): string {
    return this.#time.format(at);
  }

  shortTime(at: number): string {
    return this.#short.format(at);
  }

  /** Day and time, to the minute; with the year where it is not this one. */
  dayTime(at: number): string {
    return this.#dayTime.format(at);
  }

  /** A day, with its year where it is not this one. */
  day(at: number): string {
    return this.#day.format(at);
  }

  dateTime(at: number): string {
    return this.#dateTime.format(at);
  }
}
