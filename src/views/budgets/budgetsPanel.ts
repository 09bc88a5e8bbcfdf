import { l10n } from 'vscode';
import {
  type BudgetsData,
  type BudgetsQuestion,
  type BudgetsStrings,
  isBudgetsQuestion,
  usualBudgets,
} from '../../protocol/budgets.ts';
import type { CommonStrings } from '../../protocol/shared.ts';
import { panelData } from '../core/analysis.ts';
import { commonStrings } from '../panels/commonStrings.ts';
import type { DataPanelKind } from '../panels/dataPanel.ts';
import { formatOf } from '../text/format.ts';
import { budgetsStrings } from './strings.ts';
import { budgetsViewModel } from './viewModel.ts';

/** The panel of budgets: whether any runs out, when, and how much is left. */
export const budgetsPanel: DataPanelKind<
  BudgetsData,
  BudgetsStrings & CommonStrings,
  BudgetsQuestion
> = {
  name: 'budgets',
  title: () => l10n.t('Budgets'),
  question: usualBudgets,
  isQuestion: isBudgetsQuestion,
  answer: async (model, question) => {
    const now = Date.now();
    const figures = await panelData(model, { panel: 'budgets', question }, now);
    const { spend } = model;
    const { settings } = spend;
    const format = formatOf(settings);
    const data = budgetsViewModel({
      figures,
      format,
      now: figures.now,
      zone: settings.zone,
      live: spend.overview?.session?.live === true,
      demo: spend.demo,
    });
    return {
      words: { ...commonStrings(), ...budgetsStrings() },
      format: format.forPanel(now),
      data,
    };
  },
};
