import type { Disposable, LogOutputChannel } from 'vscode';
import { inBackground } from '../core/background.ts';
import type { SpendModel } from '../core/spendModel.ts';
import type { Reports } from '../reports/reports.ts';
import { InsightActions } from './actions.ts';
import { InsightChanges } from './agentChanges.ts';
import { InsightsModel } from './insightsModel.ts';
import { InsightsView } from './insightsView.ts';

/** Everything about insights in the editor: what is known, how it is shown, what can be done. */
export class Insights implements Disposable {
  readonly model: InsightsModel;
  readonly view: InsightsView;
  readonly changes: InsightChanges;
  readonly actions: InsightActions;

  constructor(spend: SpendModel, reports: Reports, log: LogOutputChannel) {
    this.model = new InsightsModel(spend, log);
    this.view = new InsightsView(spend, this.model);
    this.changes = new InsightChanges(spend, () => inBackground(this.model.refresh()));
    this.actions = new InsightActions(spend, this, reports);
  }

  dispose(): void {
    this.changes.dispose();
    this.view.dispose();
    this.model.dispose();
  }
}
