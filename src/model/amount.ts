/** The largest budget: more is a slip, and sums of nano-dollars would not stay exact. */
export const mostDollars = 1_000_000;

/**
 * A number, 0 or more, as people type it, with a point or a comma; undefined for anything else and
 * for what means one thing in one country and another in the next (`1,000`).
 */
export function parseNumber(text: string): number | undefined {
  const plain = text.trim();
  if (!/^\d{1,15}([.,]\d{1,15})?$/.test(plain)) return undefined;
  if (/^[1-9]\d{0,2},\d{3}$/.test(plain)) return undefined;
  return Number(plain.replace(',', '.'));
}

/** An amount of dollars and cents as people type it, a dollar sign allowed. */
export function parseDollars(text: string): number | undefined {
  const plain = text
    .trim()
    .replace(/^\$\s*/, '')
    .replace(/\s*(usd|\$)$/i, '');
  if (!/^\d+([.,]\d{1,2})?$/.test(plain)) return undefined;
  const amount = parseNumber(plain);
  return amount !== undefined && amount <= mostDollars ? amount : undefined;
}
