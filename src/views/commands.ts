import { commands, type Disposable, type LogOutputChannel, l10n } from 'vscode';
import { dataPanelNames } from '../protocol/panels.ts';
import { editorReports } from '../reports/registry.ts';
import type { Alerts } from './alerts/alerts.ts';
import type { OpenInBrowser } from './browser/openInBrowser.ts';
import { setDailyBudget } from './budgets/budgetInput.ts';
import type { Budgets } from './budgets/budgets.ts';
import type { CompanyGateway } from './budgets/companyGateway.ts';
import {
  type CommandId,
  commandIds,
  type PanelCommand,
  panelCommands,
  reportCommandId,
} from './core/commandIds.ts';
import type { ReportDocuments } from './core/readonlyDocuments.ts';
import type { SpendModel } from './core/spendModel.ts';
import type { Demo } from './demo/demo.ts';
import { turnOffExactMode, turnOnExactMode } from './guard/exactMode.ts';
import type { GuardContext } from './guard/guardContext.ts';
import { installGuard, uninstallGuard } from './guard/installGuard.ts';
import { diagnostics } from './help/diagnostics.ts';
import { openWalkthrough, showHelp } from './help/help.ts';
import type { Insights } from './insights/insights.ts';
import type { Launcher } from './launcher/launcher.ts';
import type { Panels } from './panelRegistry.ts';
import type { Reports } from './reports/reports.ts';
import type { SessionActions } from './sessions/actions.ts';
import type { SessionsView } from './sessions/sessionsView.ts';
import { setCurrency } from './settings/currencyInput.ts';
import { openSettings } from './settings/openSettings.ts';
import { setPrice } from './settings/priceInput.ts';
import { showMenu } from './statusBar/menu.ts';
import { rescan } from './statusBar/rescan.ts';
import { showWhereItLooks } from './statusBar/whereItLooks.ts';
import { backUpStore } from './storage/backup.ts';
import { moveStore } from './storage/move.ts';
import { removeAll } from './storage/removeAll.ts';
import { resetStore } from './storage/reset.ts';
import { showStorage } from './storage/storage.ts';
import { chooseBilling } from './welcome/chooseBilling.ts';

/** What commands work with. */
export interface CommandContext {
  readonly model: SpendModel;
  readonly log: LogOutputChannel;
  readonly documents: ReportDocuments;
  readonly reports: Reports;
  readonly sessions: SessionsView;
  readonly panels: Panels;
  readonly actions: SessionActions;
  readonly budgets: Budgets;
  readonly insights: Insights;
  readonly demo: Demo;
  readonly launcher: Launcher;
  readonly guard: GuardContext;
  readonly alerts: Alerts;
  readonly gateway: CompanyGateway;
  readonly browser: OpenInBrowser;
  /** This extension's version. */
  readonly version: string;
}

/** What each command does; `argument` is what a link, a view's item or another extension passes. */
type Run = (context: CommandContext, argument: unknown, more: unknown) => unknown;

const table: Readonly<Record<Exclude<CommandId, PanelCommand>, Run>> = {
  [commandIds.rescan]: ({ model }) => rescan(model),
  [commandIds.pause]: ({ model }) => model.pause(),
  [commandIds.resume]: ({ model }) => model.resume(),
  [commandIds.showLog]: ({ log }) => log.show(),
  [commandIds.showMenu]: ({ model }) => showMenu(model),
  [commandIds.showAlerts]: ({ alerts }) => alerts.show(),
  [commandIds.setAlertSecret]: ({ alerts }) => alerts.setSecret(),
  [commandIds.testAlert]: ({ alerts }) => alerts.test(),
  [commandIds.setDailyBudget]: ({ model }) => setDailyBudget(model),
  [commandIds.installGuard]: async ({ model, launcher, guard }) => {
    await installGuard(model, launcher);
    guard.look();
  },
  [commandIds.uninstallGuard]: async ({ model, guard }) => {
    await uninstallGuard(model);
    guard.look();
  },
  [commandIds.turnOnExactMode]: async ({ model, guard }) => {
    await turnOnExactMode(model);
    guard.look();
  },
  [commandIds.turnOffExactMode]: async ({ guard }) => {
    await turnOffExactMode();
    guard.look();
  },
  [commandIds.companyGateway]: ({ gateway }) => gateway.ask(),
  [commandIds.addBudget]: ({ budgets }) => budgets.actions.add(),
  [commandIds.changeBudget]: ({ budgets }, item) => budgets.actions.change(item),
  [commandIds.raiseBudgetToday]: ({ budgets }, item) => budgets.actions.raiseToday(item),
  [commandIds.raiseBudgetFor]: ({ budgets }, item) => budgets.actions.raiseFor(item),
  [commandIds.pauseBudget]: ({ budgets }, item) => budgets.actions.pause(item),
  [commandIds.resumeBudget]: ({ budgets }, item) => budgets.actions.resume(item),
  [commandIds.removeBudget]: ({ budgets }, item) => budgets.actions.remove(item),
  [commandIds.setPrice]: ({ model }, name) => setPrice(model, name),
  [commandIds.setCurrency]: () => setCurrency(),
  [commandIds.chooseBilling]: () => chooseBilling(),
  [commandIds.openSettings]: () => openSettings(),
  [commandIds.showDiagnostics]: ({ model, version, documents }) =>
    documents.show(l10n.t('Outlay Diagnostics'), diagnostics(model, version)),
  [commandIds.explainNoTranscripts]: ({ model }) => showWhereItLooks(model),
  [commandIds.help]: ({ model, documents }, question) => showHelp(model, documents, question),
  [commandIds.openWalkthrough]: () => openWalkthrough(),
  [commandIds.openDemo]: ({ demo }) => demo.open(),
  [commandIds.closeDemo]: ({ demo }) => demo.close(),
  [commandIds.openInBrowser]: ({ browser }) => browser.open(),
  [commandIds.showStorage]: ({ model, documents }) => showStorage(model, documents),
  [commandIds.backUpStore]: ({ model }) => backUpStore(model),
  [commandIds.moveStore]: ({ model }) => moveStore(model),
  [commandIds.resetStore]: ({ model }) => resetStore(model),
  [commandIds.removeAll]: (context) => removeAll(context),
  [commandIds.openSession]: ({ actions }, item, message) => actions.open(item, message),
  [commandIds.openTranscript]: ({ actions }, item) => actions.openTranscript(item),
  [commandIds.copySessionId]: ({ actions }, item) => actions.copyId(item),
  [commandIds.copyResumeCommand]: ({ actions }, item) => actions.copyResumeCommand(item),
  [commandIds.resumeInTerminal]: ({ actions }, item) => actions.resumeInTerminal(item),
  [commandIds.revealProject]: ({ actions }, item) => actions.revealProject(item),
  [commandIds.excludeSession]: ({ sessions }, item) => sessions.exclude(item),
  [commandIds.showExcluded]: ({ sessions }) => sessions.showExcluded(),
  [commandIds.groupSessions]: ({ sessions }) => sessions.chooseGrouping(),
  [commandIds.sortSessions]: ({ sessions }) => sessions.chooseOrder(),
  [commandIds.filterSessions]: ({ sessions }) => sessions.askFilter(),
  [commandIds.clearSessionFilter]: ({ sessions }) => sessions.clearFilter(),
  [commandIds.refreshInsights]: ({ insights }) => insights.model.refresh(),
  [commandIds.applyInsight]: ({ insights }, item) => insights.actions.apply(item),
  // An agent without a file has a setting instead: which it is, is found out there.
  [commandIds.configureInsight]: ({ insights }, item) => insights.actions.apply(item),
  [commandIds.undoInsight]: ({ insights }, item) => insights.actions.undo(item),
  [commandIds.showFailures]: ({ insights }, item) => insights.actions.showFailures(item),
  [commandIds.dismissInsight]: ({ insights }, item) => insights.actions.dismiss(item),
  [commandIds.snoozeInsight]: ({ insights }, item) => insights.actions.snooze(item),
  [commandIds.restoreInsight]: ({ insights }, item) => insights.actions.restore(item),
  [commandIds.recordOutcome]: ({ insights }, item) => insights.actions.recordOutcome(item),
  [commandIds.showDismissed]: ({ insights }) => insights.view.showHidden(true),
  [commandIds.hideDismissed]: ({ insights }) => insights.view.showHidden(false),
  [commandIds.showReport]: ({ reports }, argument) => reports.show(undefined, argument),
  [commandIds.refineReport]: ({ reports }, name, step) => reports.refine(name, step),
  [commandIds.saveReport]: ({ reports }, name) => reports.save(name),
  [commandIds.openReportPanel]: ({ reports }, name) => reports.openPanel(name),
};

export function registerCommands(context: CommandContext): Disposable[] {
  const single = editorReports.map(({ name }) =>
    commands.registerCommand(reportCommandId(name), (argument: unknown) =>
      context.reports.show(name, argument),
    ),
  );
  const panels = dataPanelNames.map((name) =>
    commands.registerCommand(panelCommands[name], (question: unknown) =>
      context.panels.open(name, question),
    ),
  );
  const others = Object.entries(table).map(([id, run]) =>
    commands.registerCommand(id, (argument: unknown, more: unknown) =>
      run(context, argument, more),
    ),
  );
  return [...others, ...panels, ...single];
}
