/** A line for a terminal without its emphasis (SGR). */
export function withoutEmphasis(text: string): string {
  return text.replace(/\p{Cc}\[[\d;]*m/gu, '');
}
