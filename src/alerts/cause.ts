import type { Budget } from '../analysis/budgets/budget.ts';
import { spentIn } from '../budgets/budgetSpend.ts';
import type { Alert } from '../dataFolder/alertFile.ts';
import type { TimeSpan } from '../model/calendar.ts';
import { HumanError } from '../model/errors.ts';
import type { ReportContext } from '../query/context.ts';
import type { Filters } from '../query/options.ts';
import { select } from '../query/select.ts';
import { sessionTitles } from '../store/query/sessionInfo.ts';
import { addSums } from '../store/schema/sums.ts';

type Cause = Alert['cause'];

const dollars: Budget['unit'] = { kind: 'usd' };

/** The session that has used most of a budget, or of one part of it, in its period; undefined for none. */
export function causeOf(
  context: ReportContext,
  { scope, unit, period }: Pick<Budget, 'scope' | 'unit' | 'period'>,
  part: string,
  span: TimeSpan | undefined,
): Cause {
  const filters = filtersOf(scope, period, part);
  return dearest(context, filters, span, unit);
}

/** The session that has spent most in a span, whatever it is about. */
export function dearestSession(context: ReportContext, span: TimeSpan): Cause {
  return dearest(context, {}, span, dollars);
}

function filtersOf(scope: Budget['scope'], period: Budget['period'], part: string): Filters {
  // A part of a session, an agent or a run begins with the session's id.
  const bySession = scope.kind === 'session' || scope.kind === 'agent' || period.kind === 'run';
  if (bySession && part !== '') return { session: part.split(',')[0]! };
  switch (scope.kind) {
    case 'project':
      return { project: scope.path === '*' ? part : scope.path };
    case 'group':
      return { group: scope.name };
    case 'branch':
      return { branch: scope.name };
    case 'tag':
      return { tag: scope.name };
    default:
      return {};
  }
}

function dearest(
  context: ReportContext,
  filters: Filters,
  span: TimeSpan | undefined,
  unit: Budget['unit'],
): Cause {
  try {
    const { rows, backgrounds, names } = select(context, { span, filters }, ['session']);
    const extra = Map.groupBy(backgrounds, ({ session }) => session);
    const own = Map.groupBy(rows, ({ session }) => session);
    let most: { session: number; amount: number } | undefined;
    for (const session of new Set([...own.keys(), ...extra.keys()])) {
      const background = (extra.get(session) ?? []).reduce((sum, { nano }) => sum + nano, 0);
      const amount = spentIn(unit, { sums: addSums(own.get(session) ?? []), background });
      if (amount > (most?.amount ?? 0)) most = { session, amount };
    }
    if (most === undefined) return undefined;
    return {
      session: names.place(most.session).sid,
      title: sessionTitles(context.db, [most.session]).get(most.session) ?? null,
      project: names.project(most.session),
      amount: most.amount,
    };
  } catch (error) {
    // Nothing is called so any more: then nobody is named.
    if (error instanceof HumanError && error.reason === 'usage') return undefined;
    throw error;
  }
}
