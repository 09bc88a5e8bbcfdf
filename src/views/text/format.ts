import { env, l10n } from 'vscode';
import { addDays, ageOf, dayOf, lengthOf, type Zone } from '../../model/calendar.ts';
import { type Currency, convert, rateAt } from '../../model/currency.ts';
import { DateWriter, shortDay, shortMoment } from '../../model/dates.ts';
import { formatPercent } from '../../model/level.ts';
import {
  formatAbout,
  formatAboutRange,
  formatCents,
  formatMoney,
  nanoPerUsd,
} from '../../model/money.ts';
import { formatNumber, shareText } from '../../model/numbers.ts';
import { formatTokens } from '../../model/tokens.ts';
import type { PanelFormat } from '../../protocol/shared.ts';
import { clockSkewMs } from '../../query/liveSession.ts';
import type { Billing } from '../../settings/settings.ts';

/** Up to so many days ago are counted; before, a date says more. */
const mostDaysAgo = 30;

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
  readonly #shorts = new Map<string, DateWriter>();

  constructor({ currency, zone, billing }: FormatSettings, locale: string) {
    this.#locale = knownLocale(locale);
    this.#zone = zone;
    this.#currency = currency;
    this.#subscription = billing === 'subscription';
  }

  /** BCP 47 tag of the language figures are written in. */
  get locale(): string {
    return this.#locale;
  }

  /** Nano-dollars spent at a moment, in the display currency. */
  money(nanoUsd: number, at: number): string {
    return this.shown(this.convert(nanoUsd, at));
  }

  /** The same to the cent: what is less than one is said to be. */
  cents(nanoUsd: number, at: number): string {
    const code = this.#currency.code;
    return formatCents(this.convert(nanoUsd, at), { locale: this.#locale, code });
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
    return formatAbout(nanoUsd, { locale: this.#locale });
  }

  /** The same of an amount in the display currency, of nano-dollars at a moment. */
  aboutMoney(nanoUsd: number, at: number): string {
    const options = { locale: this.#locale, code: this.#currency.code };
    return formatAbout(this.convert(Math.round(nanoUsd), at), options);
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

  /** The same of nano-dollars spent at a moment, in a list: to the cent. */
  briefCents(nanoUsd: number, at: number): string {
    const figure = this.cents(nanoUsd, at);
    return this.#subscription ? l10n.t('worth {0}', figure) : figure;
  }

  /** From one amount to another, in nano-units of the display currency; one where both read alike. */
  moneyRange(low: number, high: number): string {
    const [from, to] = [this.shown(low), this.shown(high)];
    const figure = low === 0 || from === to ? to : `${from}–${to}`;
    return this.#subscription ? l10n.t('worth {0}', figure) : figure;
  }

  /** Dollars of a forecast, from one amount to a larger one: "$112–134". */
  aboutRange(low: number, high: number): string {
    return formatAboutRange(low, high, { locale: this.#locale });
  }

  /** The same in the display currency, of nano-dollars at a moment. */
  aboutMoneyRange(low: number, high: number, at: number): string {
    const options = { locale: this.#locale, code: this.#currency.code };
    const shown = (nano: number): number => this.convert(Math.round(nano), at);
    return formatAboutRange(shown(low), shown(high), options);
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

  /** A share of a whole, 1 being all of it, to the nearest percent. */
  share(share: number): string {
    return shareText(share, this.#locale);
  }

  /** How much of a limit is used, 1 being all of it, rounded down. */
  percent(share: number): string {
    return formatPercent(share, this.#locale);
  }

  /**
   * How long ago something was, from milliseconds; from a month on its date. A time that is yet to come is
   * said to be.
   */
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
        if (count > mostDaysAgo) return this.shortDay(Date.now() - ms);
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
        if (length.minutes === 0) return l10n.t('{0} h', length.count);
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

  /** A day, with its year where it is not this one. */
  shortDay(ms: number): string {
    return this.#short('day', shortDay).format(ms);
  }

  /** From one time of day to another, in milliseconds since midnight: "2 – 5 PM". */
  hours(from: number, to: number): string {
    const format = new Intl.DateTimeFormat(this.#locale, { hour: 'numeric', timeZone: 'UTC' });
    return format.formatRange(from, to);
  }

  /** An hour of the day by its number: "6 AM", "18 Uhr". */
  hour(hour: number): string {
    const format = new Intl.DateTimeFormat(this.#locale, { hour: 'numeric', timeZone: 'UTC' });
    return format.format(hour * 3_600_000);
  }

  /** The hour a moment lies in: "3 PM". */
  hourOf(ms: number): string {
    return this.#date(ms, 'hour', { hour: 'numeric' });
  }

  /** From one moment to another, with the year where it is not this one. */
  shortRange(from: number, to: number): string {
    return this.#short('moment', shortMoment).range(from, to);
  }

  /** The day of a moment as one speaks of it: today, yesterday, else its date. */
  spokenDay(ms: number, now: number = Date.now()): string {
    const [day, today] = [dayOf(ms, this.#zone), dayOf(now, this.#zone)];
    if (day === today) return l10n.t('today');
    return day === addDays(today, -1) ? l10n.t('yesterday') : this.shortDay(ms);
  }

  /** From one moment to another as one speaks of it: `today, 2:02 – 2:43 PM`. */
  spokenRange(from: number, to: number, now: number = Date.now()): string {
    const [first, last] = [this.spokenDay(from, now), this.spokenDay(to, now)];
    if (first !== last) return `${first} – ${last}`;
    return `${first}, ${this.#formatter('time', { timeStyle: 'short' }).formatRange(from, to)}`;
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

  /** From one day to another, with the year where it is not this one: "Oct 1 – 24". */
  days(from: number, to: number): string {
    return this.#short('day', shortDay).range(from, to);
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

  #short(name: string, options: Intl.DateTimeFormatOptions): DateWriter {
    let writer = this.#shorts.get(name);
    if (writer === undefined) {
      writer = new DateWriter(this.#locale, this.#zone, options);
      this.#shorts.set(name, writer);
    }
    return writer;
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
