import { commands, l10n, ProgressLocation, window } from 'vscode';
import { inBackground } from '../core/background.ts';
import { commandIds } from '../core/commandIds.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { transcripts } from '../text/counts.ts';
import { formatOf } from '../text/format.ts';

/** What came of it stays in the status bar for so long (milliseconds). */
const saidMs = 5_000;

/** Lists and reads everything again, and says that it does, and when it is done. */
export async function rescan(model: SpendModel): Promise<void> {
  if (model.spend.indexer.kind === 'paused') {
    inBackground(offerToResume());
    return;
  }
  const title = l10n.t('Outlay: reading all transcripts again…');
  await window.withProgress({ location: ProgressLocation.Window, title }, () => model.rescan());
  const { roots, settings } = model.spend;
  const count = roots.reduce((sum, root) => sum + root.transcripts, 0);
  const words = l10n.t('Outlay is up to date: {0}.', transcripts(count, formatOf(settings)));
  window.setStatusBarMessage(words, saidMs);
}

async function offerToResume(): Promise<void> {
  const resume = l10n.t('Resume');
  const words = l10n.t('Outlay is paused, so nothing is read.');
  const picked = await window.showInformationMessage(words, resume);
  if (picked === resume) await commands.executeCommand(commandIds.resume);
}
