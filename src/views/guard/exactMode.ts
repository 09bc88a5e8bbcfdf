import { join } from 'node:path';
import { l10n, window } from 'vscode';
import { knownRoot } from '../../agents/registry.ts';
import { dataFolder } from '../../dataFolder/paths.ts';
import { carryOut, managedSettingsFile, planOff, planOn } from '../../exact/install.ts';
import { freePlace } from '../../exact/newPlace.ts';
import { inBackground } from '../core/background.ts';
import { readRoots } from '../core/readRoots.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { errorText } from '../text/errorText.ts';
import { plainUiText } from '../text/plainUiText.ts';
import { confirmed } from './installGuard.ts';

/** Shows what exact mode changes in Claude Code's settings, and writes it if that is confirmed. */
export function turnOnExactMode(model: SpendModel): Promise<void> {
  return told(async () => {
    const root = readRoots(model.spend.settings).find((path) => knownRoot(path).agent === 'claude');
    if (root === undefined) return l10n.t('No configuration folder of Claude Code is known.');
    const change = planOn({
      file: join(root, 'settings.json'),
      dataFolder: dataFolder(),
      env: process.env,
      place: await freePlace(),
      // The question says what that means, before anything is written.
      chain: true,
      managedFile: managedSettingsFile(process.platform),
    });
    if (change === undefined) return l10n.t('Exact mode is on.');
    const detail = l10n.t(
      'Claude Code then tells Outlay of every request, on this machine only: of compaction, titles, permission checks and web searches too. Everything else in the file stays as it is.',
    );
    const { forward, forwardMetrics } = change.place ?? {};
    const urls = [forward, forwardMetrics].flatMap((each) => (each ? [each.url] : []));
    const chain =
      urls.length === 0
        ? []
        : [
            l10n.t(
              'What {0} has been receiving then goes through Outlay, which passes it on. While no Outlay runs, nothing reaches it.',
              plainUiText(urls.join(', ')),
            ),
          ];
    const question = l10n.t('Turn on exact mode in {0}?', plainUiText(change.file));
    const yes = l10n.t('Turn On');
    if (!(await confirmed(change, question, [detail, ...chain].join('\n\n'), yes))) return;
    carryOut(change, dataFolder());
    return l10n.t('Exact mode is on. Sessions begun from now on tell of their requests.');
  });
}

/** The same the other way round. */
export function turnOffExactMode(): Promise<void> {
  return told(async () => {
    const change = planOff(dataFolder());
    if (change === undefined) return l10n.t('Exact mode is off.');
    const question = l10n.t('Turn off exact mode in {0}?', plainUiText(change.file));
    const detail = l10n.t('The file is as it was then. What was received stays.');
    if (!(await confirmed(change, question, detail, l10n.t('Turn Off')))) return;
    carryOut(change, dataFolder());
    return l10n.t('Exact mode is off.');
  });
}

/** Shows what the work came to, if it says something, or why it failed. */
async function told(work: () => Promise<string | undefined>): Promise<void> {
  try {
    const outcome = await work();
    if (outcome !== undefined) inBackground(window.showInformationMessage(outcome));
  } catch (error) {
    inBackground(window.showErrorMessage(plainUiText(errorText(error))));
  }
}
