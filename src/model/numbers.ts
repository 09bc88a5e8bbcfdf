/**
 * A percentage as a share of one, the number nearest to it: 99.9 becomes 0.999, where a plain
 * division gives a little more. Up to six decimals count.
 */
export function shareOfPercent(percent: number): number {
  return Math.round(percent * 1e6) / 1e8;
}

/** How a language writes numbers. */
interface NumberStyle {
  readonly decimal: string;
  readonly group: string;
  /** Whether a number of four digits is grouped as well. */
  readonly early: boolean;
}

const english: NumberStyle = { decimal: '.', group: ',', early: true };
const german: NumberStyle = { decimal: ',', group: '.', early: true };
const spanish: NumberStyle = { decimal: ',', group: '.', early: false };
const spaced: NumberStyle = { decimal: ',', group: '\u00a0', early: true };

/**
 * The languages VS Code speaks. Intl knows them too, but the first number it writes takes 20 ms or
 * more, which is longer than an editor may wait for its status bar. A test compares.
 */
export const numberStyles: ReadonlyMap<string, NumberStyle> = new Map([
  ...['en', 'en-us', 'en-gb', 'ja', 'ko', 'zh-cn', 'zh-tw'].map((tag) => [tag, english] as const),
  ...['de', 'pt-br', 'tr'].map((tag) => [tag, german] as const),
  ...['es', 'it'].map((tag) => [tag, spanish] as const),
  ...['ru', 'cs'].map((tag) => [tag, spaced] as const),
  ...['pl', 'hu'].map((tag) => [tag, { ...spaced, early: false }] as const),
  ['fr', { ...spaced, group: '\u202f' }],
]);

const others = new Map<string, Intl.NumberFormat>();

/**
 * A number with so many decimals, as its language writes it (BCP 47 tag); without a language, plain
 * digits and a point.
 */
export function formatNumber(value: number, decimals: number, locale?: string): string {
  const plain = value.toFixed(decimals);
  if (locale === undefined) return plain;
  const style = numberStyles.get(locale.toLowerCase());
  return style === undefined ? byIntl(value, decimals, locale) : styled(plain, style);
}

function styled(plain: string, { decimal, group, early }: NumberStyle): string {
  const [whole = '', fraction] = plain.split('.');
  const digits = whole.replace('-', '').length;
  const grouped = digits > (early ? 3 : 4) ? whole.replace(/\B(?=(\d{3})+$)/g, () => group) : whole;
  return fraction === undefined ? grouped : grouped + decimal + fraction;
}

/** Languages that set the percent sign apart. */
const apart: ReadonlySet<string> = new Set(['de', 'es', 'fr', 'ru', 'cs']);

/** A number of percent as its language writes it: `15%`, in German `15 %`; without a language `15 %`. */
export function percentText(percent: number, decimals: number, locale?: string): string {
  const figure = formatNumber(percent, decimals, locale);
  if (locale === undefined) return `${figure} %`;
  const language = locale.toLowerCase().split('-')[0]!;
  return language === 'tr' ? `%${figure}` : `${figure}${apart.has(language) ? '\u00a0' : ''}%`;
}

/**
 * A share of one in whole percent, to the nearest; what is little is not called nothing, and what
 * lacks a little not all.
 */
export function shareText(share: number, locale: string): string {
  if (share > 0 && share < 0.005) return `<\u2009${percentText(1, 0, locale)}`;
  if (share >= 0.995 && share < 1 - 1e-9) return `>\u2009${percentText(99, 0, locale)}`;
  return percentText(Math.round(share * 100), 0, locale);
}

/** Parts as shares of their sum in whole percent that add up to a hundred (largest remainder). */
export function wholeShares(parts: readonly number[]): number[] {
  const sum = parts.reduce((total, part) => total + part, 0);
  if (!(sum > 0)) return parts.map(() => 0);
  const exact = parts.map((part) => (part / sum) * 100);
  const whole = exact.map(Math.floor);
  const missing = 100 - whole.reduce((total, part) => total + part, 0);
  const byRemainder = [...exact.keys()].sort(
    (a, b) => exact[b]! - whole[b]! - (exact[a]! - whole[a]!) || a - b,
  );
  for (const index of byRemainder.slice(0, missing)) whole[index]! += 1;
  return whole.map((part) => part / 100);
}

function byIntl(value: number, decimals: number, locale: string): string {
  const key = `${locale} ${decimals}`;
  let format = others.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale, {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    others.set(key, format);
  }
  return format.format(value);
}
