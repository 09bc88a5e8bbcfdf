/** A share as a bar of at most `width` columns; what is more than nothing is one column long. */
export function barText(share: number | null, width: number): string {
  if (share === null || share <= 0) return '';
  return '━'.repeat(Math.min(width, Math.max(1, Math.round(share * width))));
}

/** The same on a track, as long as the whole. */
export function trackText(share: number | null, width: number): string {
  if (share === null) return '';
  const bar = barText(share, width);
  return bar + '─'.repeat(width - bar.length);
}
