import { l10n } from 'vscode';
import type { BudgetOutlook } from '../../panels/parts/budgetForecasts.ts';
import { backgroundKey, none } from '../../query/dimensions.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { budgetAmount } from '../budgets/budgetLabels.ts';
import { capitalized } from '../text/capitalized.ts';
import type { Format } from '../text/format.ts';
import { projectName } from '../text/names.ts';
import type { DashboardInputs } from './inputs.ts';
import { periodName } from './period.ts';

/** A project that took at least this share of the spend is worth a sentence. */
const telling = 0.3;

/** How much, on what, is that normal, what comes of it: one or two sentences. */
export function dashboardHeadline(facts: DashboardInputs): string {
  const { figures, question, format } = facts;
  const { total, sums, now } = figures;
  if (sums.messages === 0 && total === 0) {
    return l10n.t('Nothing was spent {0}.', periodName(question, format, figures));
  }
  const figure = format.headline(format.convert(total, now), {
    atLeast: isLowerBound(sums),
  });
  const spent = capitalized(l10n.t('{0} {1}', figure, periodName(question, format, figures)));
  const unfiltered = Object.values(question.filters).every((value) => value === '');
  const budget = unfiltered ? figures.budgets.find(isOfPeriod(question.period)) : undefined;
  const first =
    budget === undefined
      ? l10n.t('{0}.', spent)
      : l10n.t(
          '{0}, {1} of {2}.',
          spent,
          format.percent(budget.state.spent / budget.budget.limit),
          budgetAmount(budget.budget.unit, budget.budget.limit, format),
        );
  const rest = budget === undefined ? mostOn(facts) : outlook(budget, format);
  return [first, rest].filter(Boolean).join(' ');
}

/** The budget of everything whose period is the one looked at. */
function isOfPeriod(period: string): (outlook: BudgetOutlook) => boolean {
  const kind = { today: 'day', month: 'month', all: 'lifetime' }[period];
  return ({ budget, part }) =>
    budget.scope.kind === 'global' &&
    budget.unit.kind === 'usd' &&
    budget.period.kind === kind &&
    part === '';
}

function outlook({ budget, state, projected, band }: BudgetOutlook, format: Format): string {
  const amount = (value: number): string => budgetAmount(budget.unit, value, format);
  if (state.spent > budget.limit) {
    return l10n.t('That is {0} over the budget.', amount(state.spent - budget.limit));
  }
  if (projected === undefined) return l10n.t('{0} of it is left.', amount(state.remaining));
  const range =
    band === undefined
      ? amount(projected)
      : l10n.t('{0} ({1}–{2})', amount(projected), amount(band.low), amount(band.high));
  const end = budget.period.kind === 'day' ? l10n.t('by midnight') : l10n.t('by the end of it');
  return projected > budget.limit
    ? l10n.t('At this pace {0} {1}: over the budget.', range, end)
    : l10n.t('At this pace {0} {1}: inside the budget.', range, end);
}

/** What most was spent on, where one thing stands out. */
function mostOn({ figures, question, format }: DashboardInputs): string {
  const named = (figures.details?.slices.project ?? []).filter(
    ({ key }) => key !== none && key !== backgroundKey,
  );
  const [top] = named;
  if (question.filters.project !== '' || top === undefined || named.length < 2) return '';
  const share = top.nano / figures.total;
  if (!(share >= telling)) return '';
  return l10n.t('{0} of it for {1}.', format.percent(share), projectName(top.key));
}
