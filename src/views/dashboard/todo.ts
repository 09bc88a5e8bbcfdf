import { l10n } from 'vscode';
import { isBuiltIn } from '../../insights/agentFiles.ts';
import { usdToNano } from '../../model/money.ts';
import type { DashboardTodo } from '../../protocol/dashboard.ts';
import type { InsightVerb } from '../../protocol/shared.ts';
import type { InsightJson, OptimizeJson } from '../../reports/insights/optimizeJson.ts';
import { insightTask, insightTitle } from '../insights/strings.ts';
import { arrangeInsights } from '../insights/treeNodes.ts';
import type { Format } from '../text/format.ts';

/** A saving of less dollars a month is not worth a line. */
const leastUsd = 1;

/** Things to do that are listed; all of them stand in their view. */
const mostTodo = 4;

/** Insights that are open and worth it, the largest saving first. */
export function worthDoing(report: OptimizeJson | undefined): InsightJson[] {
  if (report === undefined) return [];
  return arrangeInsights(report, false)
    .flatMap((node) => (node.kind === 'insight' ? [node.insight] : []))
    .filter(({ savingsPerMonthUsd: saves }) => (saves?.high ?? 0) >= leastUsd)
    .sort((a, b) => b.savingsPerMonthUsd!.high - a.savingsPerMonthUsd!.high);
}

/** What to do, with its evidence and what it saves. */
export function todoList(report: OptimizeJson | undefined, format: Format): DashboardTodo[] | null {
  if (report === undefined) return null;
  return worthDoing(report)
    .slice(0, mostTodo)
    .map((insight) => ({
      id: insight.id,
      title: insightTask(insight),
      evidence: insightTitle(insight, format),
      saving: savingRange(insight, format),
      basis:
        insight.basis === 'measured' ? l10n.t('a month, measured') : l10n.t('a month, estimated'),
      ...verbOf(insight),
    }));
}

/** "$7–11": what it saves a month; whole units where there are some. */
export function savingRange({ savingsPerMonthUsd: saves }: InsightJson, format: Format): string {
  const now = Date.now();
  const [low, high] = [usdToNano(saves?.low ?? 0), usdToNano(saves?.high ?? 0)];
  return low <= 0
    ? l10n.t('up to {0}', format.aboutMoney(high, now))
    : format.aboutMoneyRange(low, high, now);
}

function verbOf({ action, state }: InsightJson): { verb: InsightVerb; verbLabel: string } {
  if (action.kind === 'agent-model' && state === 'open') {
    const verb = isBuiltIn(action.agent) ? 'configure' : 'apply';
    return { verb, verbLabel: l10n.t('Change Model…') };
  }
  if (action.kind === 'view-failures') {
    return { verb: 'failures', verbLabel: l10n.t('View Failures') };
  }
  return { verb: 'show', verbLabel: l10n.t('Show Evidence') };
}
