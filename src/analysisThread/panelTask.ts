import { anomaliesData } from '../panels/anomalies.ts';
import { burnData } from '../panels/burn.ts';
import { dashboardData, dashboardHead } from '../panels/dashboard.ts';
import type { AnomaliesQuestion } from '../protocol/anomalies.ts';
import type { BurnQuestion } from '../protocol/burn.ts';
import type { DashboardQuestion } from '../protocol/dashboard.ts';
import type { ReportContext } from '../query/context.ts';
import { KeptStore } from '../query/openContext.ts';
import { factsOf, type TaskPlace } from './taskContext.ts';

/** What a panel asks the analysing thread. Plain data. */
export type PanelTask = TaskPlace &
  (
    | {
        /** `dashboardHead`: only what is known first. */
        readonly panel: 'dashboard' | 'dashboardHead';
        readonly question: DashboardQuestion;
      }
    | { readonly panel: 'burn'; readonly question: BurnQuestion }
    | { readonly panel: 'anomalies'; readonly question: AnomaliesQuestion }
  );

/** Panels ask again with every line that is written. */
const store = new KeptStore();

/** Answers with the figures of a panel; words are made of them where the editor's language is known. */
export function runPanel(task: PanelTask): unknown {
  return store.use(factsOf(task), (context) => dataOf(context, task));
}

function dataOf(context: ReportContext, task: PanelTask): unknown {
  switch (task.panel) {
    case 'dashboard':
      return dashboardData(context, task.question);
    case 'dashboardHead':
      return dashboardHead(context, task.question);
    case 'burn':
      return burnData(context, task.question);
    case 'anomalies':
      return anomaliesData(context, task.question);
  }
}
