import { commands, l10n, type QuickPickItem, window } from 'vscode';
import { commandIds } from '../core/commandIds.ts';
import type { ReportDocuments } from '../core/readonlyDocuments.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { differentBill } from './differentBill.ts';
import { meanings } from './glossary.ts';
import { type HelpInputs, helpInputs } from './helpInputs.ts';
import { noChange } from './noChange.ts';
import { noCosts } from './noCosts.ts';

/** The questions a link may ask for: `command:outlay.help?["bill"]`. */
export type HelpQuestion = 'costs' | 'bill' | 'updates' | 'meanings';

interface Question extends QuickPickItem {
  readonly name?: HelpQuestion;
  /** The answer as Markdown, from how things stand in this window. */
  readonly answer?: (facts: HelpInputs) => string;
  /** The command that answers it instead. */
  readonly command?: string;
}

/** The questions people ask, most asked first. */
function questions(): Question[] {
  return [
    { name: 'costs', label: l10n.t('No costs are shown'), answer: noCosts },
    { name: 'bill', label: l10n.t('The figures differ from my bill'), answer: differentBill },
    { name: 'updates', label: l10n.t('The figures do not change'), answer: noChange },
    {
      name: 'meanings',
      label: l10n.t('What does a figure mean?'),
      description: l10n.t('≥, no price, overhead, not yet confirmed, estimate'),
      answer: meanings,
    },
    { label: l10n.t('Where Outlay looks'), command: commandIds.explainNoTranscripts },
    { label: l10n.t('Get started'), command: commandIds.openWalkthrough },
    { label: l10n.t('What is stored, and where'), command: commandIds.showStorage },
    {
      label: l10n.t('Diagnostics'),
      description: l10n.t('everything Outlay knows about itself, to read or to share'),
      command: commandIds.showDiagnostics,
    },
  ];
}

/** Answers a question for this window as it is just now; asks which one unless it is named. */
export async function showHelp(
  model: SpendModel,
  reports: ReportDocuments,
  name?: unknown,
): Promise<void> {
  const known = questions();
  const picked =
    known.find((question) => question.name !== undefined && question.name === name) ??
    (await window.showQuickPick(known, {
      title: l10n.t('Outlay: Help'),
      placeHolder: l10n.t('What would you like to know?'),
    }));
  if (picked?.command !== undefined) await commands.executeCommand(picked.command);
  if (picked?.answer === undefined) return;
  await reports.show(`Outlay: ${picked.label}`, picked.answer(await helpInputs(model)));
}

/** Opens the steps for beginners. */
export async function openWalkthrough(): Promise<void> {
  await commands.executeCommand('workbench.action.openWalkthrough', 'outlay.outlay#outlay.start');
}
