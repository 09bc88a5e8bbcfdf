import { percentText } from './numbers.ts';

/** How far a budget is used, in words. */
export const levels = ['ok', 'info', 'warning', 'critical', 'stop'] as const;
export type Level = (typeof levels)[number];

/** Levels as JSON names them. */
export const levelNames: Readonly<Record<Level, string>> = {
  ok: 'OK',
  info: 'INFO',
  warning: 'WARNING',
  critical: 'CRITICAL',
  stop: 'HARD_STOP',
};

/** Shares of a budget from which on each level holds (inclusive). */
export type Thresholds = Readonly<Record<Exclude<Level, 'ok'>, number>>;

export const defaultThresholds: Thresholds = { info: 0.5, warning: 0.75, critical: 0.9, stop: 1 };

/** The level of a share of a budget: inclusive steps, and 99.96 % is not "over". */
export function levelOf(share: number, thresholds: Thresholds = defaultThresholds): Level {
  if (share >= thresholds.stop) return 'stop';
  if (share >= thresholds.critical) return 'critical';
  if (share >= thresholds.warning) return 'warning';
  return share >= thresholds.info ? 'info' : 'ok';
}

/** A share in percent, rounded down so that nothing is called full before it is. */
export function formatPercent(share: number, locale?: string): string {
  return percentText(Math.floor(share * 100 + 1e-9), 0, locale);
}
