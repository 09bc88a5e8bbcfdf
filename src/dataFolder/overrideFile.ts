import { join } from 'node:path';
import { isObject } from '../model/objects.ts';
import { addLines } from '../platform/jsonLines.ts';
import { crypto } from '../platform/lazyBuiltins.ts';
import { type ConfigContent, updateConfig } from './configFile.ts';

/** How long an override holds at most: it is an exception, not another budget. */
export const longestOverrideMs = 32 * 86_400_000;

/** Overrides kept at once; who needs more sets budgets. */
const mostOverrides = 200;

/**
 * An exception from a budget for a while. `raise` puts another limit in its place, `pause` keeps it from
 * acting and alerting, `allow` lets one more thing through that it refuses, of one session or any.
 */
export interface BudgetOverride {
  /** Names it, so that one that is used up is told from one made anew. */
  readonly id: string;
  /** As `budgetKey` makes it. */
  readonly key: string;
  readonly kind: 'raise' | 'pause' | 'allow';
  /** Of `raise`: in the budget's unit. */
  readonly limit?: number;
  /** Of `allow`: the session's id; '' for any. */
  readonly session?: string;
  /** UTC milliseconds: when it was made, and when it ends. */
  readonly at: number;
  readonly until: number;
}

/** Who changed what about spending limits: a line of `audit.jsonl`. */
export interface AuditEntry {
  /** UTC milliseconds. */
  readonly at: number;
  readonly by: 'editor' | 'terminal' | 'guard' | 'server' | 'agent';
  readonly what: 'raise' | 'pause' | 'allow' | 'end' | 'used' | 'set' | 'remove';
  /** Of a budget, or the full name of a setting. */
  readonly key: string;
  readonly id: string;
  readonly until?: number;
  /** In the budget's unit, before and after. */
  readonly from?: number;
  readonly to?: number;
  readonly session?: string;
}

/** The overrides of `config.json`, ended or not. What is none is passed over. */
export function readOverrides(content: unknown): BudgetOverride[] {
  const list = isObject(content) ? content.overrides : undefined;
  return Array.isArray(list) ? list.filter(isOverride) : [];
}

function isOverride(value: unknown): value is BudgetOverride {
  if (!isObject(value)) return false;
  const { id, key, kind, limit, session, at, until } = value;
  return (
    typeof id === 'string' &&
    typeof key === 'string' &&
    (kind === 'pause' ||
      (kind === 'raise' && typeof limit === 'number' && limit > 0) ||
      (kind === 'allow' && (session === undefined || typeof session === 'string'))) &&
    typeof at === 'number' &&
    typeof until === 'number'
  );
}

/** Whether an override holds at a moment. One that lasts too long was not made by us. */
export function holds({ at, until }: BudgetOverride, now: number): boolean {
  return now < until && until - at <= longestOverrideMs && until - now <= longestOverrideMs;
}

/**
 * Adds an override; a raise or pause of the same budget before it ends. What has ended leaves the
 * file.
 */
export function addOverride(file: string, override: BudgetOverride): void {
  updateConfig(file, (content) => {
    const others = readOverrides(content).filter(
      (other) =>
        holds(other, override.at) &&
        (other.key !== override.key || other.kind !== override.kind || other.kind === 'allow'),
    );
    return { ...content, overrides: [...others, override].slice(-mostOverrides) };
  });
}

/** Ends overrides of a budget before their time; false where none holds. */
export function endOverrides(file: string, key: string, now: number): boolean {
  return without(file, now, (override) => override.key === key);
}

/** Uses up one permission: true for exactly one of those who try it at once. */
export function useOverride(file: string, id: string, now: number): boolean {
  return without(file, now, (override) => override.id === id);
}

function without(file: string, now: number, ends: (override: BudgetOverride) => boolean): boolean {
  return updateConfig(file, (content): ConfigContent | undefined => {
    const held = readOverrides(content).filter((override) => holds(override, now));
    const left = held.filter((override) => !ends(override));
    return left.length === held.length ? undefined : { ...content, overrides: left };
  });
}

/** What is excepted from a budget, before it has a name and a time. */
export interface Exception
  extends Pick<BudgetOverride, 'key' | 'kind' | 'limit' | 'session' | 'until'> {
  /** Of `raise`: the limit before. */
  readonly from?: number;
}

/** Makes an exception and its line of audit. */
export function makeException(
  dataFolder: string,
  by: AuditEntry['by'],
  { from, ...wanted }: Exception,
  at: number,
): BudgetOverride {
  const override = { ...wanted, id: crypto().randomUUID(), at };
  addOverride(join(dataFolder, 'config.json'), override);
  const { id, key, kind, limit, session, until } = override;
  const change = {
    ...(from !== undefined && { from }),
    ...(limit !== undefined && { to: limit }),
    ...(session !== undefined && { session }),
  };
  audit(dataFolder, { at, by, what: kind, key, id, until, ...change });
  return override;
}

/** Ends what is excepted from a budget, with its line of audit; false where nothing is. */
export function endExceptions(
  dataFolder: string,
  by: AuditEntry['by'],
  key: string,
  at: number,
): boolean {
  const ended = endOverrides(join(dataFolder, 'config.json'), key, at);
  if (ended) audit(dataFolder, { at, by, what: 'end', key, id: '' });
  return ended;
}

/** File in the data folder that says who changed what about spending limits, a line each. */
export function auditFile(dataFolder: string): string {
  return join(dataFolder, 'audit.jsonl');
}

export function audit(dataFolder: string, entry: AuditEntry): void {
  addLines(auditFile(dataFolder), [entry]);
}
