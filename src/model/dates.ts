import { dayOf, type Zone } from './calendar.ts';

/** A day as a list or an axis names it. */
export const shortDay = { day: 'numeric', month: 'short' } as const;

/** A day with a time, to the minute. */
export const shortMoment = { ...shortDay, hour: 'numeric', minute: '2-digit' } as const;

/**
 * Writes dates in a language (BCP 47 tag) and a zone ('' for the machine's): with the year only where it
 * is not the present one, so that no date is ambiguous. Moments are UTC milliseconds.
 */
export class DateWriter {
  readonly #locale: string;
  readonly #zone: Zone;
  readonly #options: Intl.DateTimeFormatOptions;
  readonly #now: () => number;
  readonly #formats = new Map<boolean, Intl.DateTimeFormat>();

  constructor(
    locale: string,
    zone: Zone,
    options: Intl.DateTimeFormatOptions,
    now: () => number = Date.now,
  ) {
    this.#locale = locale;
    this.#zone = zone;
    this.#options = options;
    this.#now = now;
  }

  format(at: number): string {
    return this.#formatOf(this.#isThisYear(at)).format(at);
  }

  /** From one moment to another, what both have in common said once. */
  range(from: number, to: number): string {
    return this.#formatOf(this.#isThisYear(from) && this.#isThisYear(to)).formatRange(from, to);
  }

  #isThisYear(at: number): boolean {
    return yearOf(at, this.#zone) === yearOf(this.#now(), this.#zone);
  }

  #formatOf(isThisYear: boolean): Intl.DateTimeFormat {
    let format = this.#formats.get(isThisYear);
    if (format === undefined) {
      format = new Intl.DateTimeFormat(this.#locale, {
        ...this.#options,
        ...(!isThisYear && { year: 'numeric' }),
        ...(this.#zone !== '' && { timeZone: this.#zone }),
      });
      this.#formats.set(isThisYear, format);
    }
    return format;
  }
}

function yearOf(at: number, zone: Zone): string {
  return dayOf(at, zone).slice(0, -'-MM-DD'.length);
}
