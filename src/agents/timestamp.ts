/** Value of two digits at `i`, or NaN. */
function two(buf: Uint8Array, i: number): number {
  const a = buf[i]! - 48;
  const b = buf[i + 1]! - 48;
  return a >= 0 && a <= 9 && b >= 0 && b <= 9 ? a * 10 + b : Number.NaN;
}

/**
 * The timestamp string whose quotes stand at [start, stop) in UTC milliseconds, or NaN. The form
 * Claude Code writes (`2026-11-22T00:20:27.778Z`) is read digit by digit; any other goes through Date.
 */
export function timeAt(buf: Buffer, start: number, stop: number): number {
  if (start < 0 || buf[start] !== 0x22) return Number.NaN;
  const i = start + 1;
  if (stop - start === 26 && buf[i + 23] === 0x5a && buf[i + 10] === 0x54 && buf[i + 19] === 0x2e) {
    const hundredths = two(buf, i + 20);
    const thousandth = buf[i + 22]! - 48;
    const ms = hundredths * 10 + thousandth;
    const year = two(buf, i) * 100 + two(buf, i + 2);
    const month = two(buf, i + 5);
    const day = two(buf, i + 8);
    const hour = two(buf, i + 11);
    const minute = two(buf, i + 14);
    const second = two(buf, i + 17);
    const plausible = isDay(year, month, day) && hour < 24 && minute < 60 && second < 60;
    if (plausible && thousandth >= 0 && thousandth <= 9) {
      return Date.UTC(year, month - 1, day, hour, minute, second, ms);
    }
    return Number.NaN;
  }
  return readTime(buf.toString('latin1', i, stop - 1));
}

/** Whether there is such a day: Date takes the 30th of February for one of March. */
function isDay(year: number, month: number, day: number): boolean {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return false;
  return day <= 28 || new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/** Any ISO timestamp with a zone in UTC milliseconds, or NaN. */
export function readTime(text: unknown): number {
  if (typeof text !== 'string') return Number.NaN;
  const [, year, month, day] =
    /^(\d{4})-(\d\d)-(\d\d)T.*(?:Z|[+-]\d\d:?\d\d)$/.exec(text)?.map(Number) ?? [];
  return isDay(year ?? 0, month ?? 0, day ?? 0) ? Date.parse(text) : Number.NaN;
}

/** Claude Code was not there yet. */
const earliest = Date.UTC(2024, 0, 1);
/** Nothing tells what will be; a clock this far ahead is wrong. */
const latest = Date.UTC(2036, 0, 1);
/** A session is not taken up again after so long. */
const longestPauseMs = 2 * 366 * 86_400_000;

/**
 * Whether a clock can have said this time: one that stood still or ran years ahead would date spend to
 * 1970 or 2099. Judged by the file alone, so that reading it again gives the same records: `lastAt` is
 * the latest time before it in the file, 0 for none. NaN, no time at all, is not odd.
 */
export function isOddTime(at: number, lastAt: number): boolean {
  return at < earliest || at >= latest || (lastAt > 0 && at - lastAt > longestPauseMs);
}
