import { type ExtensionContext, window } from 'vscode';
import { messageOf } from './model/errors.ts';
import { registerCommands } from './views/commands.ts';
import { Demo } from './views/demo.ts';
import { ReportDocuments } from './views/reportDocuments.ts';
import { SettingsModel } from './views/settings.ts';
import { SpendModel } from './views/spendModel.ts';
import { SpendStatus } from './views/statusBar.ts';

/** What other extensions and tests may ask of Outlay. */
export interface OutlayApi {
  /** What the views show just now. */
  readonly spend: SpendModel['spend'];
  readonly onDidChange: SpendModel['onDidChange'];
  /** The store's file. */
  readonly storeFile: string;
}

let model: SpendModel | undefined;

export function activate(context: ExtensionContext): OutlayApi {
  const started = performance.now();
  const log = window.createOutputChannel('Outlay', { log: true });
  const { version } = context.extension.packageJSON as { version: string };
  const reports = new ReportDocuments();
  const settings = new SettingsModel((problem) => log.warn(problem));
  const spend = new SpendModel(settings, context.globalState, log);
  model = spend;
  spend.recall();
  const demo = new Demo(spend, context, log);
  context.subscriptions.push(
    log,
    settings,
    reports,
    spend,
    demo,
    new SpendStatus(spend),
    ...registerCommands({ model: spend, log, reports, demo, version }),
  );
  // The store and the indexing thread are opened when the editor has its thread back.
  setImmediate(() => {
    try {
      spend.start();
    } catch (error) {
      log.error(`Outlay could not start: ${messageOf(error)}`);
    }
  });
  log.info(`Outlay ${version} activated in ${(performance.now() - started).toFixed(1)} ms`);
  return {
    get spend() {
      return spend.spend;
    },
    onDidChange: spend.onDidChange,
    get storeFile() {
      return spend.storeFile;
    },
  };
}

/** Waits until the lease has been given back and the store is closed. */
export async function deactivate(): Promise<void> {
  await model?.stop();
}
