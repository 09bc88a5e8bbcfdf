import { commands, l10n, type QuickPickItem, QuickPickItemKind, ThemeIcon, window } from 'vscode';
import { type BudgetShare, wholeBudget } from '../../budgets/budgetShares.ts';
import type { Figure, Overview } from '../../budgets/overview.ts';
import { dataFolder } from '../../dataFolder/paths.ts';
import { exactFile } from '../../exact/install.ts';
import { type DashboardPeriod, usualDashboard } from '../../protocol/dashboard.ts';
import { isLowerBound } from '../../store/schema/sums.ts';
import { leftOfText } from '../budgets/words.ts';
import { type CommandId, commandIds } from '../core/commandIds.ts';
import type { Spend } from '../core/spend.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { findsNothing } from '../core/storeState.ts';
import { type Format, formatOf } from '../text/format.ts';
import { titleText } from '../text/names.ts';
import { plainUiText } from '../text/plainUiText.ts';

interface Action extends QuickPickItem {
  readonly command?: string;
  /** What the command is given. */
  readonly argument?: unknown;
}

/** The dashboard of a period. */
function dashboard(period: DashboardPeriod): Pick<Action, 'command' | 'argument'> {
  return { command: commandIds.openDashboard, argument: { ...usualDashboard, period } };
}

/** What a click on the status bar opens: the figures once more, and what can be done. */
export async function showMenu(model: SpendModel): Promise<void> {
  const { overview, settings } = model.spend;
  const figures = overview === undefined ? [] : figureItems(overview, formatOf(settings));
  const items = [...figures, ...actions(model.spend, model.unpricedModels().length > 0)];
  const picked = await window.showQuickPick(items, { title: l10n.t('Outlay') });
  if (picked?.command !== undefined) await commands.executeCommand(picked.command, picked.argument);
}

/** The figures of the menu. A figure of time opens the dashboard, the session its panel. */
export function figureItems(overview: Overview, format: Format): Action[] {
  const worth = (figure: Figure): string =>
    format.headline(figure.shown, { atLeast: isLowerBound(figure.sums) });
  const used = (budget: BudgetShare | undefined): string =>
    budget === undefined ? '' : leftOfText(budget, format);
  const { today, week, month, session } = overview;
  const items: Action[] = [
    {
      iconPath: new ThemeIcon('calendar'),
      label: l10n.t('Today {0}', worth(today)),
      description: used(wholeBudget(overview, 'day')),
      ...dashboard('today'),
    },
    {
      iconPath: new ThemeIcon('calendar'),
      label: l10n.t('Week {0}', worth(week)),
      description: used(wholeBudget(overview, 'week')),
      ...dashboard('7d'),
    },
    {
      iconPath: new ThemeIcon('calendar'),
      label: l10n.t('Month {0}', worth(month)),
      description: used(wholeBudget(overview, 'month')),
      ...dashboard('month'),
    },
  ];
  if (session !== undefined) {
    const { summary } = session;
    const atLeast = isLowerBound(summary);
    items.push({
      iconPath: new ThemeIcon('graph-line'),
      label: l10n.t('Session {0}', format.headline(session.shown, { atLeast })),
      description: plainUiText(titleText(summary)),
      command: commandIds.openSession,
    });
  }
  return items;
}

function actions(spend: Spend, unpriced: boolean): Action[] {
  const { overview, indexer, demo } = spend;
  const items: Action[] = [{ label: l10n.t('Actions'), kind: QuickPickItemKind.Separator }];
  const add = (icon: string, label: string, command: CommandId): void => {
    items.push({ label: `$(${icon}) ${label}`, command });
  };
  if (demo) add('beaker', l10n.t('Close the demo'), commandIds.closeDemo);
  add('dashboard', l10n.t('Dashboard'), commandIds.openDashboard);
  if (overview?.session !== undefined) {
    add('graph-line', l10n.t('Open session'), commandIds.openSession);
  }
  if (findsNothing(spend)) {
    add('search', l10n.t('Where Outlay looks'), commandIds.explainNoTranscripts);
    if (!demo) add('beaker', l10n.t('Open the demo'), commandIds.openDemo);
  }
  if (indexer.kind === 'paused') add('debug-start', l10n.t('Resume'), commandIds.resume);
  else add('debug-pause', l10n.t('Pause'), commandIds.pause);
  add('refresh', l10n.t('Rescan transcripts'), commandIds.rescan);
  add('credit-card', l10n.t('Budgets'), commandIds.openBudgets);
  add('edit', l10n.t('Set a daily budget…'), commandIds.setDailyBudget);
  add('bell', l10n.t('Alerts'), commandIds.showAlerts);
  if (unpriced) {
    add('question', l10n.t('Set a price for an unpriced model…'), commandIds.setPrice);
  }
  if (!demo) {
    if (exactFile(dataFolder()) === undefined) {
      add('target', l10n.t('Turn on exact mode…'), commandIds.turnOnExactMode);
    } else add('target', l10n.t('Turn off exact mode…'), commandIds.turnOffExactMode);
  }
  add('pulse', l10n.t('Diagnostics'), commandIds.showDiagnostics);
  add('gear', l10n.t('Settings'), commandIds.openSettings);
  add('output', l10n.t('Show log'), commandIds.showLog);
  add('info', l10n.t('Help'), commandIds.help);
  return items;
}
