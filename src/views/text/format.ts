import { env, l10n } from 'vscode';
import { ageOf, lengthOf, type Zone } from '../../model/calendar.ts';
import { type Currency, convert, rateAt } from '../../model/currency.ts';
import { formatPercent } from '../../model/level.ts';
import { formatMoney, nanoPerUsd } from '../../model/money.ts';
import { formatNumber } from '../../model/numbers.ts';
import { formatTokens } from '../../model/tokens.ts';
import type { PanelFormat } from '../../protocol/shared.ts';
import { clockSkewMs } from '../../query/liveSession.ts';
import type { Billing } from '../../settings/settings.ts';

/** The settings a figure's look depends on. */
export interface FormatSettings {
  readonly currency: Currency;
  readonly zone: Zone;
  readonly billing: Billing;
}

/**
 * How the views write figures, times and lengths: in the editor's language, the user's zone and the
 * display currency. The only place in the views that formats.
 */
export class Format {
  readonly #locale: string;
  readonly #zone: Zone;
  readonly #currency: Currency;
  readonly #subscription: boolean;
  readonly #dates = new Map<string, Intl.DateTimeFormat>();

  constructor({ currency, zone, billing }: FormatSettings, locale: string) {
    this.#locale = knownLocale(locale);
    this.#zone = zone;
    this.#currency = currency;
    this.#subscription = billing === 'subscription';
  }

  /** Nano-dollars spent at a moment, in the display currency. */
  money(nanoUsd: number, at: number): string {
    return this.shown(this.convert(nanoUsd, at));
  }

  /** Nano-dollars spent at a moment as nano-units of the display currency. */
  convert(nanoUsd: number, at: number): number {
    return convert(nanoUsd, rateAt(this.#currency, at));
  }

  /** Nano-units of the display currency. */
  shown(nano: number): string {
    return formatMoney(nano, { locale: this.#locale, code: this.#currency.code });
  }

  /** Nano-dollars as they are, for budgets and prices, which are in dollars whatever is shown. */
  dollars(nanoUsd: number): string {
    return formatMoney(nanoUsd, { locale: this.#locale });
  }

  /** Dollars of a limit: without cents where there are none. */
  limit(nanoUsd: number): string {
    const whole = nanoUsd % nanoPerUsd === 0;
    return whole ? `$${this.count(nanoUsd / nanoPerUsd)}` : this.dollars(nanoUsd);
  }

  /** Dollars of a forecast, which knows no cents: whole ones from five up. */
  about(nanoUsd: number): string {
    const dollars = Math.round(nanoUsd / nanoPerUsd);
    return dollars < 5 ? this.dollars(Math.round(nanoUsd)) : `$${this.count(dollars)}`;
  }

  /**
   * The figure a view leads with: nano-units of the display currency. Subscribers pay no token
   * price, so for them it says what the work is worth.
   */
  headline(shown: number, { atLeast = false }: { readonly atLeast?: boolean } = {}): string {
    const figure = this.shown(shown);
    if (this.#subscription) {
      return atLeast
        ? l10n.t('worth at least {0} at list price', figure)
        : l10n.t('worth {0} at list price', figure);
    }
    return atLeast ? l10n.t('at least {0}', figure) : figure;
  }

  /** The same where there is little room. */
  brief(shown: number): string {
    const figure = this.shown(shown);
    return this.#subscription ? l10n.t('worth {0}', figure) : figure;
  }

  /** From one amount to another, in nano-units of the display currency; one where both read alike. */
  moneyRange(low: number, high: number): string {
    const [from, to] = [this.shown(low), this.shown(high)];
    const figure = low === 0 || from === to ? to : `${from}–${to}`;
    return this.#subscription ? l10n.t('worth {0}', figure) : figure;
  }

  /** Tokens, rounded: `4.2M`. */
  tokens(count: number): string {
    return formatTokens(count, this.#locale);
  }

  /** A whole number in full, grouped. */
  count(value: number): string {
    return this.number(value, 0);
  }

  /** A number with so many decimals. */
  number(value: number, decimals: number): string {
    return formatNumber(value, decimals, this.#locale);
  }

  /** A share, 1 being all of it, rounded down. */
  percent(share: number): string {
    return formatPercent(share, this.#locale);
  }

  /** How long ago something was, from milliseconds; a time that is yet to come is said to be. */
  age(ms: number): string {
    if (ms < -clockSkewMs) return l10n.t('in the future');
    const { unit, count } = ageOf(ms);
    switch (unit) {
      case 'now':
        return l10n.t('just now');
      case 'min':
        return l10n.t('{0} min ago', count);
      case 'h':
        return l10n.t('{0} h ago', count);
      case 'd':
        return l10n.t('{0} d ago', count);
    }
  }

  /** A length of time, from milliseconds. */
  duration(ms: number): string {
    const length = lengthOf(ms);
    switch (length.unit) {
      case 's':
        return l10n.t('{0} s', length.count);
      case 'min':
        return l10n.t('{0} min', length.count);
      case 'h':
        return l10n.t('{0} h {1} min', length.count, String(length.minutes).padStart(2, '0'));
      case 'd':
        return l10n.t('{0} d', length.count);
    }
  }

  /** Date and time of a moment, to the minute. */
  dateTime(ms: number): string {
    return this.#date(ms, 'dateTime', { dateStyle: 'medium', timeStyle: 'short' });
  }

  /** Time of day of a moment, to the minute. */
  time(ms: number): string {
    return this.#date(ms, 'time', { timeStyle: 'short' });
  }

  /** From one moment to another, what both have in common said once. */
  range(from: number, to: number): string {
    return this.#formatter('dateTime', { dateStyle: 'medium', timeStyle: 'short' }).formatRange(
      from,
      to,
    );
  }

  /** The day a moment lies in. */
  day(ms: number): string {
    return this.#date(ms, 'day', { dateStyle: 'medium' });
  }

  /** A day without its year. */
  shortDay(ms: number): string {
    return this.#date(ms, 'shortDay', { day: 'numeric', month: 'short' });
  }

  /** From one moment to another, without the year. */
  shortRange(from: number, to: number): string {
    const options = { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' } as const;
    return this.#formatter('shortRange', options).formatRange(from, to);
  }

  /** The month a moment lies in, by its name alone. */
  monthName(ms: number): string {
    return this.#date(ms, 'monthName', { month: 'long' });
  }

  /** The same, shortened. */
  shortMonth(ms: number): string {
    return this.#date(ms, 'shortMonth', { month: 'short' });
  }

  /** The month a moment lies in. */
  month(ms: number): string {
    return this.#date(ms, 'month', { month: 'short', year: 'numeric' });
  }

  /** From one day to another, what both have in common said once. */
  dayRange(from: number, to: number): string {
    return this.#formatter('day', { dateStyle: 'medium' }).formatRange(from, to);
  }

  /** A day of the week; 0 is Sunday. */
  weekday(day: number, style: 'short' | 'long' = 'short'): string {
    // The fourth of January 1970 was a Sunday.
    const at = Date.UTC(1970, 0, 4 + day, 12);
    return new Intl.DateTimeFormat(this.#locale, { weekday: style, timeZone: 'UTC' }).format(at);
  }

  /** The same for a webview that formats by itself, at the rate of a moment. */
  forPanel(at: number): PanelFormat {
    return {
      locale: this.#locale,
      zone: this.#zone,
      currency: this.#currency.code,
      rate: rateAt(this.#currency, at),
    };
  }

  /** A local day (YYYY-MM-DD), with its weekday. */
  localDay(day: string): string {
    const noon = Date.parse(`${day}T12:00:00Z`);
    const options = { weekday: 'short', year: 'numeric', month: 'short', day: 'numeric' } as const;
    const name = 'localDay';
    let format = this.#dates.get(name);
    if (format === undefined) {
      format = new Intl.DateTimeFormat(this.#locale, { ...options, timeZone: 'UTC' });
      this.#dates.set(name, format);
    }
    return Number.isNaN(noon) ? day : format.format(noon);
  }

  #date(ms: number, name: string, options: Intl.DateTimeFormatOptions): string {
    return this.#formatter(name, options).format(ms);
  }

  #formatter(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    let format = this.#dates.get(name);
    if (format === undefined) {
      const zone = this.#zone === '' ? {} : { timeZone: this.#zone };
      format = new Intl.DateTimeFormat(this.#locale, { ...options, ...zone });
      this.#dates.set(name, format);
    }
    return format;
  }
}

/** The editor's language where Intl knows it; an unknown one writes figures as English does. */
function knownLocale(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en';
  } catch {
    // A language pack may call itself anything.
    return 'en';
  }
}

const formats = new WeakMap<FormatSettings, Format>();

/** The formatter for these settings; the same one as long as they are the same object. */
export function formatOf(settings: FormatSettings): Format {
  let format = formats.get(settings);
  if (format === undefined) {
    format = new Format(settings, env.language);
    formats.set(settings, format);
  }
  return format;
}
