/** Characters of a bar in text. */
const width = 20;

/** A share of a limit as a bar of text; it is full at the limit, and before that never looks full. */
export function textBar(share: number): string {
  const filled = share >= 1 ? width : Math.min(width - 1, Math.floor(Math.max(0, share) * width));
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}
