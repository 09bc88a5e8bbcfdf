import { dataFolder, homeFolder } from '../../dataFolder/paths.ts';
import { marksFile } from '../../dataFolder/timeTagFile.ts';
import { planOf } from '../../model/retention.ts';
import type { IndexerConfig } from '../../watchers/messages.ts';
import type { Settings } from './settingsModel.ts';

/** Made-up transcripts and a store of their own, shown instead of the user's. */
export interface DemoLocation {
  readonly configDir: string;
  readonly storeFile: string;
}

/** The indexing thread's configuration; sent again whenever it differs. */
export function indexerConfig(
  settings: Settings,
  storeFile: string,
  demo: DemoLocation | undefined,
  priceOverrides: unknown,
): IndexerConfig {
  const { CLAUDE_CONFIG_DIR, XDG_CONFIG_HOME, APPDATA } = process.env;
  return {
    storeFile,
    mode: 'watch',
    role: 'editor',
    configDirs: demo === undefined ? [] : [demo.configDir],
    rootsSetting: settings.roots,
    env: { CLAUDE_CONFIG_DIR, XDG_CONFIG_HOME, APPDATA },
    home: homeFolder(),
    priceOverrides,
    storeTitles: settings.storeTitles,
    retention: planOf(settings.retention, settings.zone, marksFile(dataFolder())),
    polling: settings.polling,
    paused: demo === undefined && !settings.enabled,
  };
}
