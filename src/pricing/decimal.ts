/**
 * Exact decimal arithmetic for rates, which are all finite decimals: so are their products with
 * factors such as 1.1 and 0.5. Used when rates are built, not when messages are priced.
 */
export interface Decimal {
  /** The value times ten to the power of `places`; no trailing zeros unless `places` is 0. */
  readonly digits: bigint;
  readonly places: number;
}

/** Reads a plain non-negative decimal such as `0.125`; throws on anything else. */
export function decimal(text: string): Decimal {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) throw new RangeError(`not a plain decimal number: ${text}`);
  const fraction = match[2] ?? '';
  return reduced(BigInt(`${match[1]}${fraction}`), fraction.length);
}

/** Nothing. */
export const decimalZero: Decimal = { digits: 0n, places: 0 };

/** The exact product. */
export function times(a: Decimal, b: Decimal): Decimal {
  return reduced(a.digits * b.digits, a.places + b.places);
}

/** The value as the nearest JavaScript number, for tables. */
export function decimalToNumber(value: Decimal): number {
  return Number(decimalText(value));
}

/** The value in plain digits, without trailing zeros. */
export function decimalText({ digits, places }: Decimal): string {
  const text = digits.toString().padStart(places + 1, '0');
  return places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
}

function reduced(digits: bigint, places: number): Decimal {
  let rest = digits;
  let left = places;
  while (left > 0 && rest % 10n === 0n) {
    rest /= 10n;
    left -= 1;
  }
  return { digits: rest, places: left };
}
