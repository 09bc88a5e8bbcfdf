import { l10n } from 'vscode';
import type { BudgetsStrings } from '../../protocol/budgets.ts';

/** The panel's own texts; `{0}` is filled in by the page. */
export function budgetsStrings(): BudgetsStrings {
  return {
    budgets: l10n.t('Budgets'),
    addBudget: l10n.t('Add a Budget…'),
    noBudget: l10n.t('No budget is set.'),
    change: l10n.t('Change…'),
    more: l10n.t('More actions for {0}'),
    raise: l10n.t('Raise Until Midnight…'),
    raiseFor: l10n.t('Raise for…'),
    pause: l10n.t('Pause for an Hour'),
    resume: l10n.t('Resume'),
    remove: l10n.t('Remove…'),
    history: l10n.t('The last six months'),
    historyHint: l10n.t('the line is the limit that holds now'),
    month: l10n.t('Month'),
    days: l10n.t('Days'),
    levels: l10n.t('When to tell me'),
    dashboard: l10n.t('Dashboard'),
    burn: l10n.t('Burn Rate'),
    notJudged: l10n.t('Not judged here'),
  };
}
