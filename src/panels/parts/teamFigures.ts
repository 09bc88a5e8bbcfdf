import { isCompanys } from '../../analysis/budgets/budget.ts';
import { isPooled } from '../../budgets/pooled.ts';
import {
  figuresOf,
  readTeamFigures,
  type TeamFigures,
  type TeamProblem,
} from '../../dataFolder/team/figuresFile.ts';
import { type Membership, readMembership } from '../../dataFolder/team/membership.ts';
import { readPools } from '../../dataFolder/team/poolFile.ts';
import type { UtcDays } from '../../model/calendar.ts';
import { HumanError } from '../../model/errors.ts';
import type { DashboardQuestion } from '../../protocol/dashboard.ts';
import type { ReportContext } from '../../query/context.ts';
import { utcDays } from '../../query/spans.ts';
import { allOutlooks, type BudgetOutlook } from './budgetForecasts.ts';

/** What a machine that has joined a team shows of it: what is kept, whoever reads the ledger. */
export interface TeamShown {
  readonly team: string;
  readonly member: string;
  /** The days of UTC that are meant. */
  readonly days: UtcDays;
  /** What the ledger last answered about them; undefined before it did. */
  readonly figures: TeamFigures | undefined;
  /** Why it gave no answer when it was last asked; undefined where it did. */
  readonly problem: Pick<TeamProblem, 'text' | 'what'> | undefined;
  /** When it was last asked about them, with an answer or without one: UTC milliseconds, 0 for never. */
  readonly triedAt: number;
  /** Budgets that are shared, the worst first. */
  readonly budgets: readonly BudgetOutlook[];
  /** When the ledger last said how they stand, UTC milliseconds; undefined where it never did. */
  readonly poolsAt: number | undefined;
}

/** Shared budgets that are shown at most. */
const mostBudgets = 20;

/** Undefined where this machine has joined no team. Nothing here waits for the network. */
export function readTeamShown(
  context: ReportContext,
  asked: DashboardQuestion,
): TeamShown | undefined {
  const { dataFolder: folder } = context;
  if (folder === '') return undefined;
  const { membership, refusal } = membershipOf(folder);
  if (membership === undefined && refusal === undefined) return undefined;
  const days = daysOf(asked, context.now);
  const kept = readTeamFigures(folder);
  const figures = figuresOf(kept, days);
  const shared = context.budgets.filter(
    ({ budget: { scope } }) => isPooled(scope) && !isCompanys(scope),
  );
  return {
    team: membership?.team ?? kept.team,
    member: membership?.member ?? '',
    days,
    figures,
    problem: refusal ?? kept.problem,
    triedAt: Math.max(figures?.askedAt ?? 0, kept.problem?.at ?? 0),
    budgets: allOutlooks({ ...context, budgets: shared }, mostBudgets).outlooks,
    poolsAt: readPools(folder)?.askedAt,
  };
}

function membershipOf(folder: string): {
  readonly membership?: Membership | undefined;
  readonly refusal?: Pick<TeamProblem, 'text' | 'what'>;
} {
  try {
    return { membership: readMembership(folder, {}) };
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
    return { refusal: { text: error.message, what: error.what } };
  }
}

function daysOf({ period, since, until }: DashboardQuestion, now: number): UtcDays {
  return utcDays(period === 'custom' ? { since, until } : { period }, now);
}
