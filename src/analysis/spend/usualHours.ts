import { daySpan, hourMs, offsetsOf, type Zone } from '../../model/calendar.ts';
import type { SpendPoint } from './spendPoints.ts';

/**
 * At which hours of a day somebody spends. A forecast goes by it: nobody who works from nine to five
 * spends at night what a mean rate says.
 */
export interface UsualHours {
  /** How many days' spend lies between two moments, the first one not after the second. */
  between(from: number, to: number): number;
  /** In how many days of the clock so many days' spend is reached. */
  daysUntil(from: number, days: number): number;
}

/** Days of which the hours are taken; the present one is not over. */
export const usualHoursDays = 28;

/** Fewer days with any spend than these have no usual hours. */
const fewestDays = 5;

/** Quarters of an hour. */
const slots = 96;
const slotMs = hourMs / 4;
const dayMs = 24 * hourMs;

/** Every hour like any other: what is assumed while too little is known. */
export const evenHours: UsualHours = {
  between: (from, to) => (to - from) / dayMs,
  daysUntil: (_, days) => days,
};

/**
 * The hours of past days, each day with any spend counting the same however much it was. Points are
 * those of whole days; even hours where fewer than five of them had any.
 */
export function usualHours(points: readonly SpendPoint[], zone: Zone): UsualHours {
  const days = new Map<number, number[]>();
  const offsetAt = offsetsOf(zone);
  for (const { at, nano } of points) {
    const local = at + offsetAt(at);
    const number = Math.floor(local / dayMs);
    let day = days.get(number);
    if (day === undefined) {
      day = new Array<number>(slots).fill(0);
      days.set(number, day);
    }
    day[Math.floor((local - number * dayMs) / slotMs)]! += nano;
  }
  const spent = [...days.values()].filter((day) => day.some((nano) => nano > 0));
  if (spent.length < fewestDays) return evenHours;
  // Up to the beginning of each slot, as a share of the day; one more for its end.
  const upTo = new Array<number>(slots + 1).fill(0);
  for (const day of spent) {
    const total = day.reduce((sum, nano) => sum + nano, 0);
    let sum = 0;
    for (let slot = 0; slot < slots; slot++) {
      sum += day[slot]!;
      upTo[slot + 1]! += sum / total / spent.length;
    }
  }
  // What rounding leaves of a day that is over is nothing.
  return new LocalHours(
    upTo.map((share) => (share > 1 - 1e-9 ? 1 : share)),
    zone,
  );
}

class LocalHours implements UsualHours {
  readonly #upTo: readonly number[];
  readonly #zone: Zone;

  constructor(upTo: readonly number[], zone: Zone) {
    this.#upTo = upTo;
    this.#zone = zone;
  }

  between(from: number, to: number): number {
    return this.#daysSince(from, to) - this.#shareAt(from);
  }

  daysUntil(from: number, days: number): number {
    const zone = this.#zone;
    let left = days + this.#shareAt(from);
    let day = daySpan(from, zone);
    // Whole days at once: far ahead the changes of a clock do not matter.
    const whole = Math.max(0, Math.ceil(left) - 1);
    left -= whole;
    day = daySpan((day.from + day.to) / 2 + whole * dayMs, zone);
    const slot = this.#upTo.findIndex((share) => share > left - 1e-9);
    const [before, after] = [this.#upTo[slot - 1] ?? 0, this.#upTo[slot]!];
    const part = after > before ? Math.min(1, (left - before) / (after - before)) : 0;
    const at = day.from + (Math.max(0, slot - 1) + part) * slotMs;
    return Math.max(0, Math.min(at, day.to) - from) / dayMs;
  }

  /** Days' spend from the beginning of the day of one moment to another one. */
  #daysSince(start: number, at: number): number {
    const first = daySpan(start, this.#zone);
    if (at <= first.to) return at === first.to ? 1 : this.#shareAt(at);
    const last = daySpan(at, this.#zone);
    return Math.round((last.from - first.from) / dayMs) + this.#shareAt(at);
  }

  /** What of its day's spend there is by a moment. */
  #shareAt(at: number): number {
    const { from } = daySpan(at, this.#zone);
    const place = Math.min(slots, (at - from) / slotMs);
    const slot = Math.min(slots - 1, Math.floor(place));
    const [before, after] = [this.#upTo[slot]!, this.#upTo[slot + 1]!];
    return before + (after - before) * (place - slot);
  }
}
