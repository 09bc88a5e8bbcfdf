import { HumanError } from '../../model/errors.ts';
import { usdToNano } from '../../model/money.ts';
import { shareOfPercent } from '../../model/numbers.ts';

/** What a diff reads of the JSON of `summary`, already checked: dollars and tokens as they stand there. */
export interface SummarySnapshot {
  readonly total_cost_usd: number;
  readonly sessionCount: number;
  readonly byTier: Readonly<Record<string, number>>;
  readonly byModel: Readonly<Record<string, { readonly cost_usd: number }>>;
  /** Tokens, by the names of `snapshotClasses`. */
  readonly byTokenClass: Readonly<Record<string, number>>;
}

/** The token classes of a snapshot. */
export const snapshotClasses = ['input', 'output', 'cache_write', 'cache_read'] as const;

/** What is compared, in the order of a diff. */
export const diffKinds = ['total', 'sessions', 'tier', 'model', 'class'] as const;
export type DiffKind = (typeof diffKinds)[number];

/** One figure before and after: nano-dollars for total, tier and model, else sessions or tokens. */
export interface DiffRow {
  readonly kind: DiffKind;
  /** Of the tier, model or class; the kind itself for total and sessions. */
  readonly name: string;
  readonly before: number;
  readonly after: number;
  readonly delta: number;
  /** delta / before; undefined where there was nothing before. */
  readonly change: number | undefined;
  /** There was nothing before and there is something now. */
  readonly isNew: boolean;
}

/** All figures of two snapshots: kind by kind, in each kind what changed most first. */
export function diffSummaries(before: SummarySnapshot, after: SummarySnapshot): DiffRow[] {
  const [a, b] = [figuresOf(before), figuresOf(after)];
  return diffKinds.flatMap((kind) => {
    const names = new Set([...a[kind].keys(), ...b[kind].keys()]);
    return [...names]
      .map((name) => rowOf(kind, name, a[kind].get(name) ?? 0, b[kind].get(name) ?? 0))
      .sort((x, y) => Math.abs(y.delta) - Math.abs(x.delta) || (x.name < y.name ? -1 : 1));
  });
}

/** Maps, because a model may be called `__proto__`. */
function figuresOf(snapshot: SummarySnapshot): Record<DiffKind, Map<string, number>> {
  const { byTier, byModel, byTokenClass } = snapshot;
  return {
    total: new Map([['total', usdToNano(snapshot.total_cost_usd)]]),
    sessions: new Map([['sessions', snapshot.sessionCount]]),
    tier: new Map(Object.entries(byTier).map(([name, usd]) => [name, usdToNano(usd)])),
    model: new Map(Object.entries(byModel).map(([name, row]) => [name, usdToNano(row.cost_usd)])),
    class: new Map(Object.entries(byTokenClass)),
  };
}

function rowOf(kind: DiffKind, name: string, before: number, after: number): DiffRow {
  const delta = after - before;
  const change = before === 0 ? undefined : delta / before;
  return { kind, name, before, after, delta, change, isNew: before === 0 && after > 0 };
}

/** What a diff may not exceed, 0 or more; what is not set is not checked. */
export interface DiffRules {
  /** Growth of the total as a share: 0.1 for 10 %. */
  readonly share?: number | undefined;
  /** Growth of the total in nano-dollars. */
  readonly nano?: number | undefined;
  /** Growth of the tokens of a class as a share. */
  readonly classes?: ReadonlyMap<string, number> | undefined;
}

/** A rule that does not hold, with its limit and the figure that breaks it. */
export interface BrokenRule {
  readonly rule: 'share' | 'nano' | 'class';
  readonly limit: number;
  readonly row: DiffRow;
}

/**
 * Every rule that is broken. Only growth beyond the limit breaks one, never a fall; growth from
 * nothing is beyond every percentage.
 */
export function brokenRules(rows: readonly DiffRow[], rules: DiffRules): BrokenRule[] {
  const { share, nano, classes = new Map<string, number>() } = rules;
  const broken: BrokenRule[] = [];
  for (const row of rows) {
    const outgrows = (limit: number): boolean =>
      row.isNew || (row.change !== undefined && row.change > limit);
    if (row.kind === 'total') {
      if (share !== undefined && outgrows(share)) broken.push({ rule: 'share', limit: share, row });
      if (nano !== undefined && row.delta > nano) {
        broken.push({ rule: 'nano', limit: nano, row });
      }
    }
    const limit = row.kind === 'class' ? classes.get(row.name) : undefined;
    if (limit !== undefined && outgrows(limit)) broken.push({ rule: 'class', limit, row });
  }
  return broken;
}

/** Reads `input:20,cache_read:50` into shares by class; throws a `HumanError` for anything else. */
export function parseClassRules(text: string): Map<string, number> {
  const rules = new Map<string, number>();
  for (const part of text.split(',')) {
    const [, name = '', percent = ''] = /^\s*([^:]*):(\d{1,6}(?:\.\d{1,6})?)\s*$/.exec(part) ?? [];
    if (percent === '' || !(snapshotClasses as readonly string[]).includes(name)) {
      throw new HumanError(
        'usage',
        `${JSON.stringify(part)} is not a rule for a token class. Use class:percent with one of the classes ${snapshotClasses.join(', ')}, such as input:20,cache_read:50.`,
      );
    }
    rules.set(name, shareOfPercent(Number(percent)));
  }
  return rules;
}
