import { dataFolder } from '../../dataFolder/paths.ts';
import { telemetryFile } from '../../dataFolder/telemetryFile.ts';
import { marksFile } from '../../dataFolder/timeTagFile.ts';
import { planOf } from '../../model/retention.ts';
import type { IndexerConfig } from '../../watchers/messages.ts';
import { type DemoLocation, readPlaces } from './readRoots.ts';
import type { Settings } from './settingsModel.ts';

/** The indexing thread's configuration; sent again whenever it differs. */
export function indexerConfig(
  settings: Settings,
  storeFile: string,
  demo: DemoLocation | undefined,
  prices: Pick<IndexerConfig, 'priceOverrides' | 'clientModels'>,
): IndexerConfig {
  return {
    ...readPlaces(settings, demo),
    ...prices,
    storeFile,
    mode: 'watch',
    role: 'editor',
    storeTitles: settings.storeTitles,
    retention: planOf(settings.retention, settings.zone, marksFile(dataFolder())),
    telemetryFile: telemetryFile(dataFolder()),
    polling: settings.polling,
    paused: demo === undefined && !settings.enabled,
  };
}
