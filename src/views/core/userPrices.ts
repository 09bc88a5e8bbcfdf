import { dataFolder } from '../../dataFolder/paths.ts';
import { type MergedOverrides, mergeOverrides } from '../../settings/priceOverrides.ts';
import type { Settings } from './settingsModel.ts';

/** The user's own prices, from the settings, the named file and what was imported. */
export function userPrices({
  priceOverrides,
  priceFile,
}: Pick<Settings, 'priceOverrides' | 'priceFile'>): MergedOverrides {
  return mergeOverrides({
    setting: priceOverrides,
    file: priceFile,
    dataFolder: dataFolder(),
  });
}
