const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const steps = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 28, 56, 112].map((n) => n * day),
];

/** Moments on a time axis that stand on whole minutes, hours or days of the user's zone. */
export function timeTicks(min: number, max: number, most: number, zone: string): number[] {
  const span = max - min;
  const step = steps.find((length) => span / length <= most) ?? span / most;
  const offset = zoneOffset(min, zone);
  const ticks: number[] = [];
  for (let local = Math.ceil((min + offset) / step) * step; ; local += step) {
    // Clocks may have been changed since the axis began.
    const at = local - zoneOffset(local - offset, zone);
    if (at > max) return ticks;
    ticks.push(at);
  }
}

/** What a zone's clocks are ahead of UTC at a moment, in milliseconds. */
function zoneOffset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US-u-hc-h23', {
    ...(zone !== '' && { timeZone: zone }),
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const value = (type: string): number =>
    Number(parts.find((part) => part.type === type)?.value ?? 0);
  const local = Date.UTC(
    value('year'),
    value('month') - 1,
    value('day'),
    value('hour'),
    value('minute'),
    value('second'),
  );
  return local - Math.floor(at / 1000) * 1000;
}

/** Whether ticks stand on days: their labels need no time. */
export function areDays(ticks: readonly number[]): boolean {
  const [first, second] = ticks;
  // A day on which clocks change has 23 or 25 hours.
  return first !== undefined && second !== undefined && second - first > 22 * hour;
}

/** Whether labels need the day: the axis covers more than one. */
export function spansDays(min: number, max: number): boolean {
  return max - min > 20 * hour;
}
