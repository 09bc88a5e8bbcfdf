import type { PanelStrip } from '../../../src/protocol/shared.ts';
import { el } from '../dom.ts';

/**
 * How far something has come: a track with what is there so far, a whisker for the range of a forecast
 * with a dot at what is most likely, and a tick at what it is held against. For the eye alone: the words
 * beside it say the same.
 */
export function stripOf(strip: PanelStrip, level = 'ok'): HTMLElement {
  const { whole, filled, tick, likely, low, high, parts = [], tones = [] } = strip;
  const at = (value: number): string =>
    `${whole > 0 ? (Math.max(0, Math.min(value, whole)) / whole) * 100 : 0}%`;
  const made = el('span', { class: `strip ${level}`, 'aria-hidden': 'true' });
  const part = (kind: string, from: number, to: number): void => {
    const one = el('span', { class: kind });
    one.style.insetInlineStart = at(from);
    one.style.width = `calc(${at(to)} - ${at(from)})`;
    made.append(one);
  };
  const mark = (kind: string, value: number): void => {
    const one = el('span', { class: kind });
    one.style.insetInlineStart = at(value);
    made.append(one);
  };
  part('strip-track', 0, whole);
  if (parts.length === 0) part('strip-fill', 0, filled);
  let from = 0;
  for (const [index, value] of parts.entries()) {
    const order = index === 0 ? 'first' : 'other';
    part(`strip-fill ${order} ${tones[index] ?? ''}`, from, from + value);
    from += value;
  }
  if (tick !== null) mark('strip-tick', tick);
  // A range that has been passed at its lower end begins where it stands.
  if (low !== null && high !== null && high > filled) {
    part('strip-range', Math.max(filled, low), high);
  }
  if (likely !== null && likely > filled) mark('strip-likely', likely);
  return made;
}
