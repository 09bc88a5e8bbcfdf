import { l10n, window } from 'vscode';
import type { ResetLoss } from '../../store/upkeep/reset.ts';
import { inBackground } from '../core/background.ts';
import { readRoots } from '../core/readRoots.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { messages, sessions, transcripts } from '../text/counts.ts';
import { formatOf } from '../text/format.ts';
import { askAndBackUp } from './backup.ts';
import { busyWith, guarded } from './guard.ts';

/** Says what a reset takes away for good, and resets if confirmed. */
export function resetStore(model: SpendModel): Promise<void> {
  return guarded(model, async () => {
    const { settings } = model.spend;
    const loss = await resetLoss(model);
    if (loss === undefined) {
      inBackground(
        window.showInformationMessage(
          l10n.t('There is no store yet, so there is nothing to reset.'),
        ),
      );
      return;
    }
    const reset = l10n.t('Reset');
    const backUp = l10n.t('Back Up First…');
    for (;;) {
      const picked = await window.showWarningMessage(
        l10n.t('Reset the store?'),
        { modal: true, detail: resetDetail(model, loss) },
        reset,
        backUp,
      );
      if (picked === undefined) return;
      if (picked === backUp) {
        if (!(await askAndBackUp(model))) return;
        continue;
      }
      await busyWith(l10n.t('Emptying the store…'), () => resetNow(model));
      inBackground(
        window.showInformationMessage(
          settings.enabled
            ? l10n.t('The store is empty. Transcripts are being read again.')
            : l10n.t('The store is empty. Transcripts are read again when you resume.'),
        ),
      );
      return;
    }
  });
}

/** What a reset would take away by what is on disk now; undefined while there is no store. */
export function resetLoss(model: SpendModel): Promise<ResetLoss | undefined> {
  const roots = readRoots(model.spend.settings);
  // On another thread: it looks for every transcript.
  return model.runTask<'loss'>({ kind: 'loss', file: model.storeFile, roots });
}

/** What a reset loses and what it does not, for the dialog that asks. */
export function resetDetail(model: SpendModel, loss: ResetLoss): string {
  const format = formatOf(model.spend.settings);
  const { gone, outside } = loss;
  const lines = [
    l10n.t(
      'The store holds {0} of {1}, read from {2}.',
      messages(loss.messages, format),
      sessions(loss.sessions, format),
      transcripts(loss.transcripts, format),
    ),
  ];
  if (gone > 0) {
    lines.push(
      gone === 1
        ? l10n.t('1 of these transcripts is no longer on disk; its cost will be lost for good.')
        : l10n.t(
            '{0} of these transcripts are no longer on disk; their cost will be lost for good.',
            format.count(gone),
          ),
    );
  }
  if (outside > 0) {
    lines.push(
      outside === 1
        ? l10n.t(
            '1 is in a configuration folder that is no longer read, so it will not be read again.',
          )
        : l10n.t(
            '{0} are in configuration folders that are no longer read, so they will not be read again.',
            format.count(outside),
          ),
    );
  }
  lines.push(
    gone + outside === 0
      ? l10n.t('All of them are still on disk and will be read again, so nothing is lost.')
      : l10n.t('All others will be read again.'),
    l10n.t('Transcripts, settings and backups stay as they are.'),
  );
  return lines.join('\n\n');
}

/** Empties the store, whoever writes it, and begins to read again. */
export async function resetNow(model: SpendModel): Promise<void> {
  await model.whileClosed(async () => {
    await model.runTask<'reset'>({ kind: 'reset', file: model.storeFile, role: 'editor' });
  });
}
