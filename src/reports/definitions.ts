import { activity } from './activity.ts';
import { breakdown } from './breakdown.ts';
import { budgetCheck, budgetGet, budgetList } from './budget.ts';
import { conversation } from './conversation.ts';
import type { ReportDefinition } from './definition.ts';
import { history } from './history.ts';
import { report } from './report.ts';
import { session } from './session.ts';

/** Every report that terminal, palette and documentation offer, in the order they list them. */
export const reportDefinitions: readonly ReportDefinition[] = [
  report,
  breakdown,
  session,
  conversation,
  history,
  activity,
  budgetCheck,
  budgetGet,
  budgetList,
];
