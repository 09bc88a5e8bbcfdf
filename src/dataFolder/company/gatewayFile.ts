import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAmount, isObject } from '../../model/objects.ts';
import { withFileLock } from '../../platform/fileLock.ts';
import { objectIn } from '../../platform/jsonFile.ts';
import { writeFileAtomically } from '../../platform/partFile.ts';
import { type LimitPeriod, limitPeriodOf } from '../clientReports.ts';

/** Where the company's gateway is and whom to ask it about. Whoever asks knows a key, which is not here. */
export interface GatewaySetup {
  /** Its base address. */
  readonly url: string;
  /** The person's id or e-mail address at the gateway. */
  readonly user: string;
  /** File with the key, for its owner alone; '' where it comes from the environment or the editor. */
  readonly tokenFile: string;
  /** Whether the key is where the editor keeps secrets: who has none leaves the question to its windows. */
  readonly keyInEditor: boolean;
  /** File with the authority of a private gateway; ''. */
  readonly ca: string;
}

/** A limit as the gateway answered it; undefined for what it did not say in words that are known. */
export interface GatewayLimit {
  readonly period: LimitPeriod | undefined;
  /** What the gateway calls its period. */
  readonly periodName: string;
  /** Nano-dollars; undefined where there is none, or not in dollars. */
  readonly limit: number | undefined;
  readonly spent: number | undefined;
  readonly currency: string;
  /** Which level it comes from: `user`, `rbac_group`, `organization`, … */
  readonly source: string;
  /** The group it is a limit of; '' where it is of none. */
  readonly group: string;
  /** Whether the whole group spends of it together: `limit` and `spent` are the group's then. */
  readonly isShared: boolean;
}

/** What is kept of the gateway: what it last answered, and how the last question ended. */
export interface GatewayAnswer {
  readonly host: string;
  readonly limits: readonly GatewayLimit[];
  /** UTC milliseconds; 0 before it answered. */
  readonly askedAt: number;
  /** Why it gave no answer when it was last asked; undefined where it did. */
  readonly problem: { readonly text: string; readonly told: boolean } | undefined;
  /** It is not asked before then, UTC milliseconds. */
  readonly notBefore: number;
}

const nothing: GatewayAnswer = {
  ...{ host: '', limits: [], askedAt: 0, problem: undefined, notBefore: 0 },
};

export function gatewayFile(folder: string): string {
  return join(folder, 'gateway.json');
}
export function gatewayAnswerFile(folder: string): string {
  return join(folder, 'gateway-limits.json');
}

/** Undefined where nobody has switched it on. */
export function readGatewaySetup(folder: string): GatewaySetup | undefined {
  const { url, user, tokenFile, ca, keyInEditor } = objectIn(gatewayFile(folder));
  return [url, user, tokenFile, ca].every((each) => typeof each === 'string')
    ? ({ url, user, tokenFile, ca, keyInEditor: keyInEditor === true } as GatewaySetup)
    : undefined;
}

export function writeGatewaySetup(folder: string, setup: GatewaySetup): void {
  writeFileAtomically(gatewayFile(folder), `${JSON.stringify(setup, null, 2)}\n`, 0o600);
}

/** Nothing is asked any more, and nothing of it is kept. */
export function removeGateway(folder: string): void {
  rmSync(gatewayFile(folder), { force: true });
  rmSync(gatewayAnswerFile(folder), { force: true });
}

export function readGatewayAnswer(folder: string): GatewayAnswer {
  const { host, limits, askedAt, problem, notBefore } = objectIn(gatewayAnswerFile(folder));
  if (typeof host !== 'string') return nothing;
  return {
    host,
    limits: Array.isArray(limits) ? limits.filter(isLimit) : [],
    askedAt: isAmount(askedAt) ? askedAt : 0,
    problem: isProblem(problem) ? problem : undefined,
    notBefore: isAmount(notBefore) ? notBefore : 0,
  };
}

export function updateGatewayAnswer(
  folder: string,
  change: (kept: GatewayAnswer) => GatewayAnswer,
): GatewayAnswer {
  const file = gatewayAnswerFile(folder);
  return withFileLock(file, () => {
    const changed = change(readGatewayAnswer(folder));
    writeFileAtomically(file, `${JSON.stringify(changed)}\n`, 0o600);
    return changed;
  });
}

/** How often a gateway is asked, in milliseconds: all who work in a company share what it answers a minute. */
export const gatewayEveryMs = 10 * 60_000;

/** Whether somebody has switched it on, and it was asked longer ago than that. */
export function isGatewayDue(folder: string): boolean {
  if (!existsSync(gatewayFile(folder))) return false;
  const { askedAt, notBefore } = readGatewayAnswer(folder);
  const age = Date.now() - askedAt;
  return (age < 0 || age >= gatewayEveryMs) && Date.now() >= notBefore;
}

function isProblem(value: unknown): value is NonNullable<GatewayAnswer['problem']> {
  return isObject(value) && typeof value.text === 'string' && typeof value.told === 'boolean';
}

function isLimit(value: unknown): value is GatewayLimit {
  if (!isObject(value)) return false;
  const { period, periodName, limit, spent, currency, source, group, isShared } = value;
  return (
    typeof isShared === 'boolean' &&
    (period === undefined || limitPeriodOf(period) === period) &&
    [limit, spent].every((each) => each === undefined || isAmount(each)) &&
    [periodName, currency, source, group].every((each) => typeof each === 'string')
  );
}
