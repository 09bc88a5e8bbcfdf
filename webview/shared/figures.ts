import { convert } from '../../src/model/currency.ts';
import { formatMoney } from '../../src/model/money.ts';
import { formatNumber } from '../../src/model/numbers.ts';
import { formatTokens } from '../../src/model/tokens.ts';
import type { PanelFormat } from '../../src/protocol/shared.ts';

/** How a panel writes figures and times: in the editor's language, the user's zone and currency. */
export class Figures {
  readonly #format: PanelFormat;
  readonly #time: Intl.DateTimeFormat;
  readonly #dateTime: Intl.DateTimeFormat;
  readonly #short: Intl.DateTimeFormat;
  readonly #dayTime: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;

  constructor(format: PanelFormat) {
    this.#format = format;
    const zone = format.zone === '' ? {} : { timeZone: format.zone };
    const of = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
      new Intl.DateTimeFormat(format.locale, { ...options, ...zone });
    this.#time = of({ timeStyle: 'medium' });
    this.#short = of({ timeStyle: 'short' });
    this.#dayTime = of({ day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' });
    this.#day = of({ day: 'numeric', month: 'short' });
    this.#dateTime = of({ dateStyle: 'short', timeStyle: 'medium' });
  }

  /** Nano-dollars in the display currency. */
  money(nanoUsd: number): string {
    const { locale, currency, rate } = this.#format;
    return formatMoney(convert(nanoUsd, rate), { locale, code: currency });
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

  tokens(count: number): string {
    return formatTokens(count, this.#format.locale);
  }

  /** A whole number in full. */
  count(value: number): string {
    return formatNumber(value, 0, this.#format.locale);
  }

  /** A share of one, with one decimal below ten percent. */
  percent(share: number): string {
    const percent = share * 100;
    return `${formatNumber(percent, percent < 9.95 ? 1 : 0, this.#format.locale)} %`;
  }

  time(at: number): string {
    return this.#time.format(at);
  }

  shortTime(at: number): string {
    return this.#short.format(at);
  }

  /** Day and time, to the minute. */
  dayTime(at: number): string {
    return this.#dayTime.format(at);
  }

  /** A day without its year. */
  day(at: number): string {
    return this.#day.format(at);
  }

  dateTime(at: number): string {
    return this.#dateTime.format(at);
  }
}
