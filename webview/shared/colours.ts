import { color } from 'chart.js/helpers';

/** Red, green and blue, 0 to 255 each. */
type Rgb = readonly [number, number, number];

/** What graphics need to be told from their ground (WCAG 2.1, success criterion 1.4.11). */
export const leastContrast = 3;

/** Red, green and blue of a colour of a theme; undefined for what is no colour. A transparency is left out. */
function rgbOf(text: string): Rgb | undefined {
  const parsed = text === '' ? undefined : color(text);
  if (parsed?.valid !== true) return undefined;
  const { r, g, b } = parsed.rgb;
  return [r, g, b];
}

function hex(rgb: Rgb): string {
  return `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

/** A colour without its transparency; as it is where it cannot be read. */
export function opaque(text: string): string {
  const rgb = rgbOf(text);
  return rgb === undefined ? text : hex(rgb);
}

/** One colour mixed with another: `share` of it stays, 0 to 1. As it is where one of them cannot be read. */
export function mix(text: string, share: number, other: string): string {
  const [from, to] = [rgbOf(text), rgbOf(other)];
  if (from === undefined || to === undefined) return text;
  const part = (index: 0 | 1 | 2): number => from[index] * share + to[index] * (1 - share);
  return hex([part(0), part(1), part(2)]);
}

/** Contrast of two colours, 1 to 21; undefined where one of them cannot be read. */
export function contrast(a: string, b: string): number | undefined {
  const [first, second] = [rgbOf(a), rgbOf(b)];
  if (first === undefined || second === undefined) return undefined;
  const [light, dark] = [luminance(first), luminance(second)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

/** Relative luminance as WCAG defines it. */
function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

/** A colour, mixed with the foreground in steps of 5 % until it can be told from the ground. */
export function readable(
  text: string,
  { foreground, background }: { readonly foreground: string; readonly background: string },
): string {
  for (let percent = 100; percent > 0; percent -= 5) {
    const mixed = percent === 100 ? text : mix(text, percent / 100, foreground);
    if ((contrast(mixed, background) ?? leastContrast) >= leastContrast) return mixed;
  }
  return foreground;
}
