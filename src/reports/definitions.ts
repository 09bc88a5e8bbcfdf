import { activity } from './activity.ts';
import { anomaly } from './anomaly.ts';
import { breakdown } from './breakdown.ts';
import { budgetCheck, budgetGet, budgetList } from './budget.ts';
import { burn } from './burn.ts';
import { conversation } from './conversation.ts';
import { counterfactual } from './counterfactual.ts';
import type { ReportDefinition } from './definition.ts';
import { diff } from './diff.ts';
import { federation, federationStatus } from './federation.ts';
import { health } from './health.ts';
import { history } from './history.ts';
import { optimize } from './optimize.ts';
import { projection } from './projection.ts';
import { report } from './report.ts';
import { session } from './session.ts';
import { summary } from './summary.ts';
import { trend } from './trend.ts';

/** Every report that terminal, palette and documentation offer, in the order they list them. */
export const reportDefinitions: readonly ReportDefinition[] = [
  summary,
  report,
  breakdown,
  session,
  conversation,
  history,
  activity,
  projection,
  burn,
  anomaly,
  counterfactual,
  health,
  diff,
  trend,
  optimize,
  budgetCheck,
  budgetGet,
  budgetList,
  federation,
  federationStatus,
];

/** The reports the editor offers as well. */
export const editorReports: readonly ReportDefinition[] = reportDefinitions.filter(
  ({ terminalOnly }) => terminalOnly !== true,
);
