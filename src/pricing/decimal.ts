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

/** The exact sum. */
export function plus(a: Decimal, b: Decimal): Decimal {
  const places = Math.max(a.places, b.places);
  return reduced(scaledTo(a, places) + scaledTo(b, places), places);
}

/** The whole number nearest to a value times ten to the power of `places`; halves go up. */
export function roundedTo(value: Decimal, places: number): bigint {
  if (value.places <= places) return scaledTo(value, places);
  const unit = 10n ** BigInt(value.places - places);
  return (2n * value.digits + unit) / (2n * unit);
}

function scaledTo({ digits, places }: Decimal, wanted: number): bigint {
  return digits * 10n ** BigInt(wanted - places);
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
