import type { IndexerConfig } from '../../src/watchers/messages.ts';

/** An editor's indexer that watches, with a home and nothing set; `more` is what a test is about. */
export function indexerConfig(
  home: string,
  more: Partial<IndexerConfig> & Pick<IndexerConfig, 'storeFile'>,
): IndexerConfig {
  return {
    mode: 'watch',
    role: 'editor',
    configDirs: [],
    rootsSetting: [],
    env: {},
    home,
    priceOverrides: {},
    storeTitles: true,
    polling: 'never',
    paused: false,
    ...more,
  };
}
