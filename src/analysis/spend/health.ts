import { HumanError } from '../../model/errors.ts';

/** What the checks of `health` say together. */

export const healthChecks = ['budget', 'burn', 'anomaly', 'projection'] as const;
export type HealthCheck = (typeof healthChecks)[number];

/** No data is neither fine nor an alert: it is a status of its own. */
export type HealthStatus = 'ok' | 'no-data' | 'alert' | 'error';

export interface CheckResult {
  readonly name: HealthCheck;
  readonly status: HealthStatus;
  /** What was found, in a sentence. */
  readonly detail: string;
}

export interface Health {
  /** `no-data` only where no check had any. */
  readonly status: HealthStatus;
  /** 2 for an error, 1 for an alert, else 0. */
  readonly exit: 0 | 1 | 2;
  readonly checks: readonly CheckResult[];
}

const exits = { ok: 0, 'no-data': 0, alert: 1, error: 2 } as const;

/** Puts checks together: the worst of them is the whole. */
export function health(checks: readonly CheckResult[]): Health {
  const found = new Set(checks.map(({ status }) => status));
  const status = (['error', 'alert', 'ok'] as const).find((one) => found.has(one)) ?? 'no-data';
  return { status, exit: exits[status], checks };
}

/** The checks that are left of all, in their order; throws a `HumanError` where that is none. */
export function checksToRun(skip: readonly string[]): HealthCheck[] {
  const names: readonly string[] = healthChecks;
  const unknown = skip.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new HumanError(
      'usage',
      `There is no check ${JSON.stringify(unknown)} to skip. The checks are ${names.join(', ')}.`,
    );
  }
  const left = healthChecks.filter((name) => !skip.includes(name));
  if (left.length > 0) return left;
  throw new HumanError('usage', 'Every check is skipped; leave at least one of them.');
}
