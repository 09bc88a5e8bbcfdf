import { join } from 'node:path';
import { l10n, window, workspace } from 'vscode';
import { type ConfigContent, updateConfig } from '../../dataFolder/configFile.ts';
import { isObject } from '../../model/objects.ts';
import { sharedKeys } from '../../settings/settings.ts';
import { inBackground } from './background.ts';

/**
 * Writes the user's settings into the data folder, where the terminal reads them. Only what the
 * user has set is written, a workspace's wishes are not; keys of another version are kept. The file
 * is replaced as a whole, so nobody reads half of it.
 */
export function mirrorSettings(folder: string): void {
  const config = workspace.getConfiguration();
  const change = (before: ConfigContent): ConfigContent | undefined => {
    const known = isObject(before.settings) ? before.settings : {};
    const settings: Record<string, unknown> = { ...known };
    for (const key of sharedKeys) {
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
            '{0} was no JSON and has been written anew. It is kept as {1}: budgets set in a terminal are only there now.',
            file,
            keptAs,
          ),
        ),
      ),
  });
}
