import { isObject } from '../model/objects.ts';
import type { ConfigContent } from './configFile.ts';

/**
 * Settings that `outlay serve` wrote into `config.json`, which otherwise mirrors the editor's: until the
 * editor has taken them over, they stand in its part `adopt` as well, by full name; null is what holds where
 * nothing is written. Without that the next mirroring would undo them.
 */
export type SettingsToAdopt = Readonly<Record<string, unknown>>;

export function settingsToAdopt({ adopt }: ConfigContent): SettingsToAdopt {
  return isObject(adopt) ? adopt : {};
}

/** The content with some more settings the editor is to take over. */
export function withSettingsToAdopt(content: ConfigContent, more: SettingsToAdopt): ConfigContent {
  return { ...content, adopt: { ...settingsToAdopt(content), ...more } };
}

/** The content without those the editor has taken over as they are; what was written since stays. */
export function withoutAdopted(content: ConfigContent, adopted: SettingsToAdopt): ConfigContent {
  const left = Object.entries(settingsToAdopt(content)).filter(
    ([key, value]) =>
      !Object.hasOwn(adopted, key) || JSON.stringify(adopted[key]) !== JSON.stringify(value),
  );
  const { adopt: _, ...rest } = content;
  return left.length === 0 ? rest : { ...rest, adopt: Object.fromEntries(left) };
}
