import {
  type Budget,
  type BudgetScope,
  budgetActions,
  dollarBudget,
  isCompanys,
} from '../analysis/budgets/budget.ts';
import { parseThresholds } from '../analysis/budgets/thresholds.ts';
import type { BudgetEntry } from '../dataFolder/budgetFile.ts';
import { saidByClient } from '../dataFolder/company/limits.ts';
import { arePoolsStale, type Pool, type Pools } from '../dataFolder/team/poolFile.ts';
import { localTime, type Zone } from '../model/calendar.ts';
import { HumanError } from '../model/errors.ts';
import { defaultThresholds } from '../model/level.ts';
import type { ReportContext } from '../query/context.ts';
import { noneDeclined } from '../query/declined.ts';
import { noSums } from '../store/schema/sums.ts';
import type { BudgetSpend, SpendSource } from './budgetSpend.ts';

/** Budgets whose spend is counted elsewhere: of the team, a group of it, all machines of a member, the company. */
export function isPooled(scope: BudgetScope): boolean {
  const { kind } = scope;
  return kind === 'team' || kind === 'teamGroup' || kind === 'member' || isCompanys(scope);
}

/** The budgets the team has set for who works on this machine. */
export function teamBudgets(pools: Pools | undefined): BudgetEntry[] {
  if (pools === undefined) return [];
  return pools.pools.flatMap((pool): BudgetEntry[] => {
    if (pool.budget === undefined) return [];
    const { nano, ladder, action } = pool.budget;
    const budget: Budget = {
      ...dollarBudget(scopeOf(pool), { kind: pool.period }, nano),
      thresholds: thresholdsOf(ladder),
      action: budgetActions.find((each) => each === action) ?? 'notify',
    };
    return [{ budget, origin: 'team', setAt: undefined, pool: answered(pool, pools) }];
  });
}

/** The same entry with what the ledger last said of its spend, where it is about a pool. */
export function withPool(entry: BudgetEntry, pools: Pools | undefined): BudgetEntry {
  if (!isPooled(entry.budget.scope) || entry.pool !== undefined) return entry;
  const pool = pools?.pools.find((each) => isOf(each, entry.budget));
  return pool === undefined ? entry : { ...entry, pool: answered(pool, pools!) };
}

/** A pool with what the whole answer says. */
function answered(pool: Pool, { askedAt, elsewhere }: Pools): NonNullable<BudgetEntry['pool']> {
  return { ...pool, askedAt, elsewhere };
}

function scopeOf({ scope, name }: Pool): BudgetScope {
  if (scope === 'group') return { kind: 'teamGroup', name };
  return { kind: scope };
}

function isOf({ scope, name, period }: Pool, budget: Budget): boolean {
  if (period !== budget.period.kind) return false;
  if (budget.scope.kind === 'teamGroup') return scope === 'group' && name === budget.scope.name;
  return scope === budget.scope.kind;
}

function thresholdsOf(ladder: string): Budget['thresholds'] {
  try {
    return parseThresholds(ladder);
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
    return defaultThresholds;
  }
}

/** Why a pooled budget cannot be judged now; undefined where it can. */
export function whyPoolUnknown({ budget, pool }: BudgetEntry, now: number): string | undefined {
  if (budget.unit.kind !== 'usd') return 'what a team spends is known in dollars only';
  const isCompany = isCompanys(budget.scope);
  if (pool === undefined) {
    if (isCompany) return "what the company's gateway counted is not known on this machine";
    return 'what others of the team spent is not known on this machine; "outlay team push" asks the team\'s ledger';
  }
  // A clock that is behind still counts: a later period has begun only where time has passed the end.
  if (now >= pool.to) {
    if (isCompany) {
      return `what the company's gateway counted is known of an earlier ${budget.period.kind} only`;
    }
    return `what the team spent is known of an earlier ${budget.period.kind} only; "outlay team push" asks its ledger`;
  }
  return undefined;
}

/**
 * What was spent of a pool: what the ledger said when it was last asked, with this machine's own part as it is
 * by now. Others have spent since: an answer that is old is a lower bound, and says so.
 */
export function pooledSpend(
  entry: BudgetEntry,
  spends: SpendSource,
  { now, reader }: Pick<ReportContext, 'now' | 'reader'>,
): BudgetSpend {
  const { from, to, spent, own, askedAt, elsewhere = [] } = entry.pool!;
  // At the gateway's prices: nothing of ours belongs to it.
  if (isCompanys(entry.budget.scope)) {
    const isOld = arePoolsStale({ askedAt }, now);
    const sums = { ...noSums(), nano: spent, ...(isOld && { unread: true }) };
    const nothing = { part: '', background: 0, sessions: 0, unpriced: [], declined: noneDeclined };
    return { ...nothing, sums };
  }
  const here = { scope: { kind: 'global' }, period: { kind: 'month' } } as const;
  const local = spends.read(here, { from, to })[0]!;
  // Other hosts send theirs themselves, and other machines what they were first to ask for: it is in what the ledger said.
  const others = reader.hostSpend({ from, to }) + reader.sessionDaySpend(elsewhere, { from, to });
  const mine = local.sums.nano + local.background - others;
  const since = Math.max(0, mine - own);
  const { lower, unpriced, lost } = local.sums;
  const sums = {
    ...noSums(),
    ...{ lower, unpriced, nano: spent + since },
    ...(lost !== undefined && { lost }),
    ...((local.sums.unread === true || arePoolsStale({ askedAt }, now)) && { unread: true }),
  };
  return {
    part: '',
    sums,
    background: 0,
    sessions: local.sessions,
    unpriced: local.unpriced,
    declined: noneDeclined,
  };
}

/** When the ledger was asked last, where that is longer ago than it may be; undefined where it is not. */
export function staleSince({ pool }: Pick<BudgetEntry, 'pool'>, now: number): number | undefined {
  return pool !== undefined && arePoolsStale(pool, now) ? pool.askedAt : undefined;
}

/** Said once beside figures of pools that are old. */
export function staleNotes(
  entries: Iterable<Pick<BudgetEntry, 'pool'>>,
  { now, zone }: { readonly now: number; readonly zone: Zone },
): string[] {
  const said = new Map<string, string>();
  for (const entry of entries) {
    const askedAt = staleSince(entry, now);
    if (askedAt === undefined) continue;
    const at = localTime(askedAt, zone).slice(0, 16);
    if (entry.pool?.scope === 'company') {
      const who = entry.pool.saidBy ?? 'the gateway';
      said.set('company', `≥ What the company counted is of ${at}, as ${who} said then.`);
    } else if (!said.has('team')) {
      said.set(
        'team',
        `≥ What the team spent is of ${at}: others may have spent since. "outlay team push" asks its ledger.`,
      );
    }
  }
  return [...said.values()];
}

/** The same for who is told of nothing else: shared budgets that cannot be judged at all are said, too. */
export function poolNotes(
  entries: readonly BudgetEntry[],
  at: { readonly now: number; readonly zone: Zone },
): string[] {
  const shared = entries.filter(
    ({ budget, pool }) => isPooled(budget.scope) && pool?.saidBy !== saidByClient,
  );
  const unknown = new Set(shared.flatMap((entry) => whyPoolUnknown(entry, at.now) ?? []));
  return [
    ...[...unknown].map((reason) => `A shared budget is not judged, as ${reason}.`),
    ...staleNotes(
      shared.filter((entry) => whyPoolUnknown(entry, at.now) === undefined),
      at,
    ),
  ];
}
