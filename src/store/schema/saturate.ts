/**
 * Sums end here, money and tokens alike: beyond it a JavaScript number does not hold every integer, and
 * far beyond it SQLite stops adding. Only transcripts with impossible counts come so far: their sums
 * stay at this value, and whoever shows them says "at least".
 */
export const mostSum = Number.MAX_SAFE_INTEGER;

/** A value as it may be stored. */
export function saturated(value: number): number {
  return Math.max(-mostSum, Math.min(mostSum, value));
}

/** The SQL for the sum of an expression, 0 where there are no rows. Unlike `sum` it never overflows. */
export function sumSql(expression: string): string {
  // `total` adds integers exactly as long as they are within the limit.
  return `CAST(${saturatedSql(`total(${expression})`)} AS INTEGER)`;
}

/** The SQL for an integer expression that may go beyond the limit. */
export function saturatedSql(expression: string): string {
  return `max(min(${expression}, ${mostSum}), -${mostSum})`;
}
