import { type ExtensionContext, l10n, window } from 'vscode';
import { dataFolder, homeFolder } from './dataFolder/paths.ts';
import { HumanError, messageOf } from './model/errors.ts';
import { AgentTools } from './views/agentTools/agentTools.ts';
import { McpProvider } from './views/agentTools/mcpProvider.ts';
import { Alerts } from './views/alerts/alerts.ts';
import { type OutlayExports, outlayExports } from './views/api.ts';
import { OpenInBrowser } from './views/browser/openInBrowser.ts';
import { Budgets } from './views/budgets/budgets.ts';
import { CompanyGateway } from './views/budgets/companyGateway.ts';
import { registerCommands } from './views/commands.ts';
import { inBackground, reportFailures } from './views/core/background.ts';
import { ReportDocuments } from './views/core/readonlyDocuments.ts';
import { SettingsModel } from './views/core/settingsModel.ts';
import { SpendModel } from './views/core/spendModel.ts';
import { TeamPushes } from './views/core/teamPushes.ts';
import { timings } from './views/core/timings.ts';
import { Demo } from './views/demo/demo.ts';
import { GuardContext } from './views/guard/guardContext.ts';
import { Insights } from './views/insights/insights.ts';
import { Launcher } from './views/launcher/launcher.ts';
import { Panels } from './views/panelRegistry.ts';
import { Reports } from './views/reports/reports.ts';
import { SessionPanels } from './views/sessionPanel/sessionPanel.ts';
import { SessionActions } from './views/sessions/actions.ts';
import { SessionsView } from './views/sessions/sessionsView.ts';
import { TranscriptDocuments } from './views/sessions/transcriptDocuments.ts';
import { SettingsNotice } from './views/settings/settingsNotice.ts';
import { SpendStatus } from './views/statusBar/statusBar.ts';
import { storageWork } from './views/storage/storage.ts';
import { errorText } from './views/text/errorText.ts';
import { plainUiText } from './views/text/plainUiText.ts';
import { FirstContact } from './views/welcome/firstContact.ts';

/** What other extensions may ask of Outlay, and what only its own tests need. */
export interface OutlayApi extends OutlayExports {
  /** What the views show just now. */
  readonly spend: SpendModel['spend'];
  readonly onDidChange: SpendModel['onDidChange'];
  /** The store's file. */
  readonly storeFile: string;
  /** For tests of what otherwise only the answer to a dialog starts. */
  readonly parts: {
    readonly model: SpendModel;
    readonly launcher: Launcher;
    readonly storage: typeof storageWork;
    readonly sessions: SessionsView;
    readonly budgets: Budgets;
    readonly insights: Insights;
    readonly alerts: Alerts;
    readonly gateway: CompanyGateway;
  };
}

let model: SpendModel | undefined;

export function activate(context: ExtensionContext): OutlayApi {
  const started = performance.now();
  const log = window.createOutputChannel('Outlay', { log: true });
  reportFailures({ log: (error) => log.error(error), show: showFailure });
  const { version } = context.extension.packageJSON as { version: string };
  const documents = new ReportDocuments(context.extensionUri);
  const settings = new SettingsModel((problem) => log.warn(problem));
  const spend = new SpendModel(settings, context.globalState, log);
  const firstContact = new FirstContact(spend, context, log);
  model = spend;
  refuseRelativeHome();
  spend.recall();
  const reports = new Reports(spend, documents, log);
  const launcher = new Launcher(context, log);
  const demo = new Demo(spend, context, log);
  const sessions = new SessionsView(spend, context, log);
  const sessionPanels = new SessionPanels(spend, context.extensionUri, log);
  const transcripts = new TranscriptDocuments();
  const actions = new SessionActions(spend, sessionPanels, transcripts);
  const budgets = new Budgets(spend, log);
  const insights = new Insights(spend, reports, log);
  const panels = new Panels(spend, insights.model, context.globalState, context.extensionUri, log);
  const guard = new GuardContext(spend);
  const alerts = new Alerts(spend, context.secrets, actions, log);
  const gateway = new CompanyGateway(context.secrets);
  const cli = context.asAbsolutePath('dist/cli.cjs');
  const browser = new OpenInBrowser(spend, cli);
  const owned = [
    log,
    settings,
    new SettingsNotice(settings, context.globalState),
    documents,
    reports,
    spend,
    launcher,
    demo,
    new SpendStatus(spend),
    sessions,
    sessionPanels,
    panels,
    transcripts,
    budgets,
    insights,
    alerts,
    guard,
    browser,
    new AgentTools(spend),
    new TeamPushes(spend, log, () => gateway.key()),
    new McpProvider(spend, { bundle: cli, version }),
    firstContact,
    ...registerCommands({
      model: spend,
      log,
      documents,
      reports,
      sessions,
      panels,
      actions,
      budgets,
      insights,
      demo,
      launcher,
      guard,
      alerts,
      gateway,
      browser,
      version,
    }),
  ];
  for (const each of owned) context.subscriptions.push(each);
  // The store and the indexing thread are opened when the editor has its thread back.
  setImmediate(() => {
    try {
      spend.start();
    } catch (error) {
      log.error(`Outlay could not start: ${messageOf(error)}`);
    }
  });
  const { duration } = performance.measure(timings.activation, { start: started });
  log.debug(`Outlay ${version} activated in ${duration.toFixed(1)} ms`);
  return {
    ...outlayExports(spend, alerts),
    get spend() {
      return spend.spend;
    },
    onDidChange: spend.onDidChange,
    get storeFile() {
      return spend.storeFile;
    },
    parts: {
      model: spend,
      launcher,
      storage: storageWork,
      sessions,
      budgets,
      insights,
      alerts,
      gateway,
    },
  };
}

/** Shows what failed of work nobody waits for. */
function showFailure(error: Error): void {
  const sentence =
    error instanceof HumanError
      ? errorText(error)
      : l10n.t('Something failed in the background ({0}). The log says more.', error.message);
  inBackground(window.showErrorMessage(plainUiText(sentence)));
}

/** Where a home is another folder in each, nothing could be kept: said once, and nothing starts. */
function refuseRelativeHome(): void {
  try {
    dataFolder();
    homeFolder();
  } catch (error) {
    inBackground(window.showErrorMessage(errorText(error)));
    throw error;
  }
}

/** Waits until the lease has been given back and the store is closed. */
export async function deactivate(): Promise<void> {
  await model?.stop();
}
