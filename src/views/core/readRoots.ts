import { clientPrices } from '../../agents/registry.ts';
import { captureFolder, dataFolder, homeFolder, importedHosts } from '../../dataFolder/paths.ts';
import type { CatalogueModel } from '../../pricing/catalogue.ts';
import { clientModels } from '../../pricing/clientModels.ts';
import { configuredRoots, type RootsConfig, rootsConfig } from '../../watchers/scanRoots.ts';
import type { Settings } from './settingsModel.ts';

/** Made-up transcripts and a store of their own, shown instead of the user's. */
export interface DemoLocation {
  readonly configDir: string;
  readonly storeFile: string;
}

/** Where transcripts are looked for at these settings. */
export function readPlaces(settings: Settings, demo?: DemoLocation): RootsConfig {
  const configDirs = demo === undefined ? [] : [demo.configDir];
  const machine = { env: process.env, home: homeFolder(), captureFolder: captureFolder() };
  return rootsConfig(settings, configDirs, machine, importedHosts(dataFolder()));
}

/** Paths of the configuration directories that are read at these settings, paused or not. */
export function readRoots(settings: Settings, demo?: DemoLocation): string[] {
  return configuredRoots(readPlaces(settings, demo)).map(({ path }) => path);
}

/** Models the catalogue does not know and Claude Code has a price of, as of now. */
export function readClientModels(settings: Settings, demo?: DemoLocation): CatalogueModel[] {
  const places = readPlaces(settings, demo);
  return clientModels(clientPrices(configuredRoots(places), places));
}
