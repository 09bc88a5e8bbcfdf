import type { Disposable, LogOutputChannel } from 'vscode';
import type { SpendModel } from '../core/spendModel.ts';
import { BudgetActions } from './actions.ts';
import { BudgetsModel } from './budgetsModel.ts';
import { BudgetsView } from './budgetsView.ts';

/** Everything about budgets in the editor: what is known, how it is shown, what can be done. */
export class Budgets implements Disposable {
  readonly model: BudgetsModel;
  readonly view: BudgetsView;
  readonly actions: BudgetActions;

  constructor(spend: SpendModel, log: LogOutputChannel) {
    this.model = new BudgetsModel(spend, log);
    this.view = new BudgetsView(spend, this.model);
    this.actions = new BudgetActions(spend);
  }

  dispose(): void {
    this.view.dispose();
    this.model.dispose();
  }
}
