import { HumanError } from '../../model/errors.ts';
import { defaultThresholds, type Thresholds } from '../../model/level.ts';
import { shareOfPercent } from '../../model/numbers.ts';

/** Thresholds to choose from by name. `late` has no critical step: it goes from warning to stop. */
export const thresholdPresets = {
  default: defaultThresholds,
  daily: { info: 0.5, warning: 0.8, critical: 0.95, stop: 1 },
  late: { info: 0.8, warning: 0.9, critical: 1, stop: 1 },
} as const satisfies Readonly<Record<string, Thresholds>>;

function isPreset(text: string): text is keyof typeof thresholdPresets {
  return Object.hasOwn(thresholdPresets, text);
}

/**
 * Reads the thresholds of a budget: the name of a preset, or percentages for info, warning, critical and stop such as
 * `50/75/90/100`; three of them leave critical out. Throws a `HumanError` for anything else.
 */
export function parseThresholds(text: string): Thresholds {
  if (isPreset(text)) return thresholdPresets[text];
  const parts = text.split('/');
  const shares = parts.map((part) =>
    /^\d{1,3}(\.\d{1,3})?$/.test(part) ? shareOfPercent(Number(part)) : 0,
  );
  const rising = shares.every((share, at) => share > (shares[at - 1] ?? 0) && share <= 1);
  if (rising && shares.length === 4) {
    const [info, warning, critical, stop] = shares as [number, number, number, number];
    return { info, warning, critical, stop };
  }
  if (rising && shares.length === 3) {
    const [info, warning, stop] = shares as [number, number, number];
    return { info, warning, critical: stop, stop };
  }
  throw new HumanError(
    'usage',
    `${JSON.stringify(text)} is not a ladder of thresholds. Use ${Object.keys(thresholdPresets).join(', ')}, or three or four rising percentages up to 100 such as 50/75/90/100.`,
  );
}

/** Thresholds as `parseLadder` reads it: always in percentages. */
export function formatThresholds({ info, warning, critical, stop }: Thresholds): string {
  const shares = critical === stop ? [info, warning, stop] : [info, warning, critical, stop];
  return shares.map((share) => String(Number((share * 100).toFixed(3)))).join('/');
}
