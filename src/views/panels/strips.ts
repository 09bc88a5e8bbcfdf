import type { PanelStrip } from '../../protocol/shared.ts';

/** The track goes on behind what is on it by so much. */
export const beyond = 1.07;

/** A strip of what is there: it is held against nothing, and nothing is expected. */
export const plainStrip = { tick: null, likely: null, low: null, high: null } as const;

/** What is there, and what it is held against, on a track of its own. */
export function against(amount: number, other: number): PanelStrip {
  const whole = Math.max(amount, other) * beyond;
  return { ...plainStrip, whole, filled: amount, tick: other > 0 ? other : null };
}
