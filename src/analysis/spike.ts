import { hourMs, type SpendPoint, stretchOf } from './spend/spendPoints.ts';

/** Whether the last hour is out of the ordinary. Money in nano-dollars. */

/** Fewer messages in 24 hours are no day's work to compare with. */
const fewestMessages = 10;
const hoursOfDay = 24;

/** How many times the usual hour is a spike. */
export const spikeFactor = 3;

export interface MessagePoint extends SpendPoint {
  readonly messages: number;
}

export interface HourlyRate {
  /** Spend of the last 60 minutes. */
  readonly lastHour: number;
  /** What a day costs if it goes on like this: the last hour, 24 times. */
  readonly dayAtThatRate: number;
  /** Messages of the last 24 hours. */
  readonly messages: number;
  /** Mean of an hour in the 24 hours before the last one. */
  readonly usualHour: number;
  /** Whether there is enough to compare with: ten messages, and spend in the hours before. */
  readonly comparable: boolean;
  readonly spike: boolean;
}

/** The last hour beside the 24 hours before it. */
export function hourlyRate(points: readonly MessagePoint[], now: number): HourlyRate {
  let [lastHour, before, messages] = [0, 0, 0];
  for (const point of points) {
    const hour = stretchOf(point.at, now, hourMs);
    if (hour === 0) lastHour += point.nano;
    if (hour >= 1 && hour <= hoursOfDay) before += point.nano;
    if (hour >= 0 && hour < hoursOfDay) messages += point.messages;
  }
  const comparable = messages >= fewestMessages && before > 0;
  return {
    lastHour,
    dayAtThatRate: lastHour * hoursOfDay,
    messages,
    usualHour: before / hoursOfDay,
    comparable,
    // Multiplied instead of divided, so that exactly three times is not more than that.
    spike: comparable && lastHour * hoursOfDay > spikeFactor * before,
  };
}
