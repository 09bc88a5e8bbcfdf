import { largestOf } from '../../src/model/lists.ts';
import type { BudgetStrip } from '../../src/protocol/budgets.ts';
import { el } from '../shared/dom.ts';

/**
 * How far a budget is used: a track with what is spent, a whisker for the range of the forecast with a
 * dot at what is most likely, and a tick at the limit. The limit is the end of the track unless something
 * reaches beyond it. Said in words beside it.
 */
export function budgetStrip({ spent, likely, low, high }: BudgetStrip, level: string): HTMLElement {
  const whole = largestOf([spent, likely ?? 0, high ?? 0], 1);
  const at = (share: number): string => `${(Math.max(0, Math.min(share, whole)) / whole) * 100}%`;
  const strip = el('span', { class: `strip ${level}`, 'aria-hidden': 'true' });
  const part = (kind: string, from: number, to: number): void => {
    const one = el('span', { class: kind });
    one.style.insetInlineStart = at(from);
    one.style.width = `calc(${at(to)} - ${at(from)})`;
    strip.append(one);
  };
  part('strip-track', 0, whole);
  part('strip-fill', 0, spent);
  const mark = (kind: string, share: number): void => {
    const one = el('span', { class: kind });
    one.style.insetInlineStart = at(share);
    strip.append(one);
  };
  if (whole > 1) mark('strip-limit', 1);
  // A range that what is spent has passed at its lower end begins there.
  if (low !== null && high !== null && high > spent) {
    part('strip-range', Math.max(spent, low), high);
  }
  if (likely !== null && likely > spent) mark('strip-likely', likely);
  return strip;
}
