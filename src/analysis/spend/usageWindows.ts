import { hourMs } from '../../model/calendar.ts';
import type { SpendPoint } from './spendPoints.ts';

/** A window of use, as plans of Claude count them. Money in nano-dollars, times in UTC milliseconds. */
export interface UseWindow {
  readonly from: number;
  readonly to: number;
  readonly nano: number;
}

/** How long a window of use lasts. */
export const useWindowMs = 5 * hourMs;

/**
 * The 5-hour windows spend falls into: one begins with the hour of the first message after the one
 * before has ended. Computed from when something was spent; nothing says when the plan's own began.
 */
export function useWindows(points: readonly SpendPoint[]): UseWindow[] {
  const windows: { from: number; to: number; nano: number }[] = [];
  for (const { at, nano } of [...points].sort((a, b) => a.at - b.at)) {
    const last = windows.at(-1);
    if (last !== undefined && at < last.to) last.nano += nano;
    else {
      const from = Math.floor(at / hourMs) * hourMs;
      windows.push({ from, to: from + useWindowMs, nano });
    }
  }
  return windows;
}
