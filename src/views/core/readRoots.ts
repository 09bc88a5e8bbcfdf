import { homedir } from 'node:os';
import { configuredRoots } from '../../watchers/scanRoots.ts';
import type { Settings } from './settingsModel.ts';

/** Paths of the configuration directories that are read at these settings, paused or not. */
export function readRoots(settings: Settings): string[] {
  const { CLAUDE_CONFIG_DIR, XDG_CONFIG_HOME, APPDATA } = process.env;
  return configuredRoots({
    configDirs: [],
    rootsSetting: settings.roots,
    env: { CLAUDE_CONFIG_DIR, XDG_CONFIG_HOME, APPDATA },
    home: homedir(),
  }).map(({ path }) => path);
}
