import { basename } from 'node:path';
import { commands, l10n, TabInputTextDiff, Uri, window, workspace } from 'vscode';
import { knownRoot } from '../../agents/registry.ts';
import { dataFolder } from '../../dataFolder/paths.ts';
import { type GuardPlaces, launcherPath, obstaclesOf } from '../../guard/install/guardStatus.ts';
import type { InstallWishes } from '../../guard/install/hookEntries.ts';
import {
  carryOutInstall,
  carryOutUninstall,
  type InstallScope,
  planInstall,
  planUninstall,
  type SettingsChange,
  serverFor,
  settingsFile,
} from '../../guard/install/installFiles.ts';
import { inBackground } from '../core/background.ts';
import { readRoots } from '../core/readRoots.ts';
import type { SpendModel } from '../core/spendModel.ts';
import type { Launcher } from '../launcher/launcher.ts';
import { errorText } from '../text/errorText.ts';
import { plainUiText } from '../text/plainUiText.ts';

const scheme = 'outlay-guard';

/** Shows what the guard changes in Claude Code's settings, and writes it if that is confirmed. */
export async function installGuard(model: SpendModel, launcher: Launcher): Promise<void> {
  await withPlaces(model, async (places, scope) => {
    const { guardStrict: strict, guardMaxHops: maxHops, guardTransport } = model.spend.settings;
    const obstacles = obstaclesOf(places, guardTransport === 'http');
    if (obstacles.length > 0) {
      const why = obstacles.map((sentence) => plainUiText(sentence)).join(' ');
      inBackground(window.showErrorMessage(l10n.t('The guard would not run: {0}', why)));
      return;
    }
    await launcher.ready;
    const wishes: InstallWishes = {
      launcher: launcherPath(places.dataFolder, places.platform),
      platform: places.platform,
      strict,
      maxHops,
      server: serverFor(guardTransport, scope, places.dataFolder),
    };
    const change = planInstall(settingsFile(scope, places), wishes);
    if (change.before === change.after) {
      inBackground(
        window.showInformationMessage(
          l10n.t('The guard is installed in {0}.', plainUiText(change.file)),
        ),
      );
      return;
    }
    const install = l10n.t('Install');
    const question = l10n.t('Install Outlay’s guard in {0}?', plainUiText(change.file));
    const detail = l10n.t(
      'When a budget that has an action is used up, the guard asks, refuses or stops. Everything else in the file stays as it is. The guard limits costs; it is not a security boundary.',
    );
    if (!(await confirmed(change, question, detail, install))) return;
    carryOutInstall(change, places.dataFolder, wishes, Date.now());
    inBackground(
      window.showInformationMessage(
        l10n.t('The guard is installed. Running sessions pick it up within seconds.'),
      ),
    );
  });
}

/** The same the other way round. */
export async function uninstallGuard(model: SpendModel): Promise<void> {
  await withPlaces(model, async (places, scope) => {
    const change = planUninstall(settingsFile(scope, places), places.dataFolder);
    if (change.before === change.after) {
      inBackground(
        window.showInformationMessage(
          l10n.t('The guard is not installed in {0}.', plainUiText(change.file)),
        ),
      );
      return;
    }
    const uninstall = l10n.t('Uninstall');
    const question = l10n.t('Uninstall Outlay’s guard from {0}?', plainUiText(change.file));
    const detail = l10n.t('Budgets then only alert, and refuse nothing.');
    if (!(await confirmed(change, question, detail, uninstall))) return;
    carryOutUninstall(change, places.dataFolder);
    inBackground(window.showInformationMessage(l10n.t('The guard is uninstalled.')));
  });
}

async function withPlaces(
  model: SpendModel,
  work: (places: GuardPlaces, scope: InstallScope) => Promise<void>,
): Promise<void> {
  try {
    const root = readRoots(model.spend.settings).find((path) => knownRoot(path).agent === 'claude');
    if (root === undefined) {
      inBackground(
        window.showErrorMessage(l10n.t('No configuration folder of Claude Code is known.')),
      );
      return;
    }
    const folder = workspace.workspaceFolders?.[0]?.uri;
    const scope = await chosenScope(folder?.scheme === 'file');
    if (scope === undefined) return;
    const places: GuardPlaces = {
      configDir: root,
      project: folder?.fsPath ?? '',
      dataFolder: dataFolder(),
      platform: process.platform,
      env: process.env,
    };
    await work(places, scope);
  } catch (error) {
    inBackground(window.showErrorMessage(plainUiText(errorText(error))));
  }
}

/** A project's settings are only proposed where a folder is open, and the user's come first. */
async function chosenScope(hasFolder: boolean): Promise<InstallScope | undefined> {
  if (!hasFolder) return 'user';
  const items: { label: string; description: string; scope: InstallScope }[] = [
    { label: l10n.t('For All Projects'), description: 'settings.json', scope: 'user' },
    {
      label: l10n.t('For This Project, on This Machine'),
      description: '.claude/settings.local.json',
      scope: 'local',
    },
    {
      label: l10n.t('For This Project, Shared with Others'),
      description: '.claude/settings.json',
      scope: 'project',
    },
  ];
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Outlay: Which of Claude Code’s settings?'),
  });
  return picked?.scope;
}

/** Shows the file beside what it would be, and asks. */
export async function confirmed(
  { file, before, after }: SettingsChange,
  question: string,
  detail: string,
  yes: string,
): Promise<boolean> {
  const side = (text: string | undefined, query: string): Uri =>
    Uri.from({
      scheme,
      path: `/${basename(file)}`,
      query,
      fragment: text === undefined ? 'none' : '',
    });
  const [old, fresh] = [side(before, 'before'), side(after, 'after')];
  const provider = workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: ({ query }) => (query === 'before' ? before : after) ?? '',
  });
  try {
    const title = l10n.t('{0}: before ↔ after', plainUiText(basename(file)));
    await commands.executeCommand('vscode.diff', old, fresh, title, { preview: true });
    const picked = await window.showWarningMessage(question, { modal: true, detail }, yes);
    return picked === yes;
  } finally {
    const tabs = window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter(
        ({ input }) =>
          input instanceof TabInputTextDiff && input.modified.toString() === fresh.toString(),
      );
    await window.tabGroups.close(tabs);
    provider.dispose();
  }
}
