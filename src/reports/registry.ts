import { budgetCheck, budgetGet, budgetList } from './budgets/budget.ts';
import { limitsStatus } from './budgets/limits.ts';
import type { ReportDefinition } from './document/definition.ts';
import { optimize } from './insights/optimize.ts';
import { overview } from './overview/overview.ts';
import { federation, federationStatus } from './peers/peers.ts';
import { benchmark } from './proof/benchmark.ts';
import { explain } from './proof/explain.ts';
import { verify } from './proof/verify.ts';
import { receipt } from './receipt/receipt.ts';
import { conversation } from './sessions/conversation.ts';
import { session } from './sessions/session.ts';
import { activity } from './spend/activity.ts';
import { anomaly } from './spend/anomaly.ts';
import { breakdown } from './spend/breakdown.ts';
import { burn } from './spend/burn.ts';
import { report } from './spend/costReport.ts';
import { counterfactual } from './spend/counterfactual.ts';
import { diff } from './spend/diff.ts';
import { health } from './spend/health.ts';
import { history } from './spend/history.ts';
import { projection } from './spend/projection.ts';
import { summary } from './spend/summary.ts';
import { trend } from './spend/trend.ts';

/** Every report that terminal, palette and documentation offer, in the order they list them. */
export const reportDefinitions: readonly ReportDefinition[] = [
  overview,
  summary,
  report,
  breakdown,
  session,
  explain,
  verify,
  conversation,
  receipt,
  history,
  activity,
  projection,
  burn,
  anomaly,
  counterfactual,
  health,
  diff,
  trend,
  benchmark,
  optimize,
  budgetCheck,
  budgetGet,
  budgetList,
  limitsStatus,
  federation,
  federationStatus,
];

/** The reports the editor offers as well. */
export const editorReports: readonly ReportDefinition[] = reportDefinitions.filter(
  ({ terminalOnly }) => terminalOnly !== true,
);
