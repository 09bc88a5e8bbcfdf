/** Longest title kept, in UTF-16 units. */
export const titleLength = 80;

/**
 * A person's text as one safe line: control, bidirectional and zero-width characters become spaces,
 * runs of space collapse, and it is cut at 80 characters.
 */
export function oneLine(text: string): string {
  const line = text
    .slice(0, 2000)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (line.length <= titleLength) return line;
  const cut = line.slice(0, titleLength - 1).trimEnd();
  // Never leave half of a surrogate pair.
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
