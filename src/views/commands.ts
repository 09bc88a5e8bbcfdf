import { commands, type Disposable, type LogOutputChannel } from 'vscode';
import { setDailyBudget } from './budgetInput.ts';
import { type CommandId, commandIds } from './commandIds.ts';
import { diagnostics } from './diagnostics.ts';
import { explainNoTranscripts, showMenu } from './menu.ts';
import { setPrice } from './priceInput.ts';
import type { ReportDocuments } from './reportDocuments.ts';
import type { SpendModel } from './spendModel.ts';

/** What commands work with. */
export interface CommandContext {
  readonly model: SpendModel;
  readonly log: LogOutputChannel;
  readonly reports: ReportDocuments;
  /** This extension's version. */
  readonly version: string;
}

/** What each command does; `argument` is what a link or another extension passes. */
const table: Readonly<Record<CommandId, (context: CommandContext, argument: unknown) => unknown>> =
  {
    [commandIds.rescan]: ({ model }) => model.rescan(),
    [commandIds.pause]: ({ model }) => model.pause(),
    [commandIds.resume]: ({ model }) => model.resume(),
    [commandIds.showLog]: ({ log }) => log.show(),
    [commandIds.showMenu]: ({ model }) => showMenu(model),
    [commandIds.setDailyBudget]: () => setDailyBudget(),
    [commandIds.setPrice]: ({ model }, name) => setPrice(model, name),
    [commandIds.openSettings]: () => openSettings(),
    [commandIds.showDiagnostics]: ({ model, version, reports }) =>
      reports.show('Outlay Diagnostics', diagnostics(model, version)),
    [commandIds.explainNoTranscripts]: ({ model }) => explainNoTranscripts(model),
  };

export function registerCommands(context: CommandContext): Disposable[] {
  return Object.entries(table).map(([id, run]) =>
    commands.registerCommand(id, (argument: unknown) => run(context, argument)),
  );
}

function openSettings(): Thenable<unknown> {
  return commands.executeCommand('workbench.action.openSettings', '@ext:outlay.outlay');
}
