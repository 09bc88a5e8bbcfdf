/** The first so many UTF-16 units of a text; a character that takes two of them is never halved. */
export function cut(text: string, units: number): string {
  if (text.length <= units) return text;
  const kept = text.slice(0, units);
  return /[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept;
}
