import { l10n } from 'vscode';
import type { Budget, BudgetAction } from '../../analysis/budgets/budget.ts';
import type { Format } from '../text/format.ts';

/** What happens at a level of a budget. */
export interface LevelWords {
  /** "At 75 %" */
  readonly at: string;
  readonly what: string;
}

/** What a budget does at which level, in the order in which it comes. */
export function levelWords(
  { thresholds, action, basis }: Pick<Budget, 'thresholds' | 'action' | 'basis'>,
  format: Format,
): LevelWords[] {
  const { warning, critical, stop } = thresholds;
  const at = (share: number): string =>
    basis === 'forecast'
      ? l10n.t('At {0}, if likely by the end of its period', format.percent(share))
      : l10n.t('At {0}', format.percent(share));
  const steps = [{ at: at(warning), what: l10n.t('status bar turns yellow') }];
  if (critical < stop) steps.push({ at: at(critical), what: l10n.t('status bar turns red') });
  return [
    ...steps,
    { at: at(stop), what: `${l10n.t('status bar says it is used up')}; ${actionWords(action)}` },
  ];
}

/** What is refused once a budget is used up; hooks refuse it, so they have to be there. */
function actionWords(action: BudgetAction): string {
  switch (action) {
    case 'notify':
      return l10n.t('nothing is refused');
    case 'ask':
      return l10n.t('with the guard, every further step asks first');
    case 'halt-agents':
      return l10n.t('with the guard, new agents are refused');
    case 'block-prompts':
      return l10n.t('with the guard, new prompts and agents are refused');
    case 'stop':
      return l10n.t('with the guard, the run is stopped');
  }
}
