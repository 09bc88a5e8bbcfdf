import { join } from 'node:path';
import { ConfigurationTarget, l10n, window, workspace } from 'vscode';
import { type ConfigContent, updateConfig } from '../../dataFolder/configFile.ts';
import {
  type SettingsToAdopt,
  settingsToAdopt,
  withoutAdopted,
} from '../../dataFolder/settingsToAdopt.ts';
import { isObject } from '../../model/objects.ts';
import { sharedKeys } from '../../settings/settings.ts';
import { inBackground } from './background.ts';

/**
 * Writes the user's settings into the data folder, where the terminal reads them. Only what the
 * user has set is written, a workspace's wishes are not; keys of another version are kept. The file
 * is replaced as a whole, so nobody reads half of it. What `outlay serve` wrote there is taken over first.
 */
export function mirrorSettings(folder: string): void {
  const config = workspace.getConfiguration();
  const change = (before: ConfigContent): ConfigContent | undefined => {
    const known = isObject(before.settings) ? before.settings : {};
    const settings: Record<string, unknown> = { ...known };
    const adopt = settingsToAdopt(before);
    for (const key of sharedKeys) {
      if (Object.hasOwn(adopt, key)) continue;
      const value: unknown = config.inspect(key)?.globalValue;
      if (value === undefined) delete settings[key];
      else settings[key] = value;
    }
    const same = JSON.stringify(settings) === JSON.stringify(known);
    return same ? undefined : { ...before, settings };
  };
  const file = join(folder, 'config.json');
  updateConfig(file, change, {
    onBroken: (keptAs) =>
      inBackground(
        window.showWarningMessage(
          l10n.t(
            '{0} was not JSON and has been written anew. The old file is kept as {1}; budgets set in a terminal are now only there.',
            file,
            keptAs,
          ),
        ),
      ),
  });
  inBackground(adoptSettings(folder));
}

/** Takes over what `outlay serve` has set since: a person changes it in the editor from then on. */
export async function adoptSettings(folder: string): Promise<void> {
  const file = join(folder, 'config.json');
  let adopt: SettingsToAdopt = {};
  updateConfig(file, (content) => {
    adopt = settingsToAdopt(content);
    return undefined;
  });
  const entries = Object.entries(adopt);
  if (entries.length === 0) return;
  for (const [key, value] of entries) {
    if (!sharedKeys.includes(key)) continue;
    const written = value === null ? undefined : value;
    await workspace.getConfiguration().update(key, written, ConfigurationTarget.Global);
  }
  updateConfig(file, (content) => withoutAdopted(content, adopt));
}
