import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

/** Folder for the store, the mirrored settings and the launcher. `OUTLAY_DATA_DIR` moves it. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env): string {
  const moved = env.OUTLAY_DATA_DIR;
  return moved ? resolve(moved) : envPaths('outlay', { suffix: '' }).data;
}

export interface StorePlaceOptions {
  /** `--store`. */
  readonly option?: string | undefined;
  /** `--config-dir`: such a run never touches the user's store. */
  readonly configDirs?: readonly string[];
  /** The setting `outlay.storePath`. */
  readonly setting?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
}

/** Where the store is. */
export function storePlace(options: StorePlaceOptions = {}): string {
  const { option, configDirs = [], setting, env = process.env } = options;
  if (option) return resolve(option);
  if (configDirs.length > 0) {
    const key = createHash('sha256')
      .update(
        configDirs
          .map((dir) => resolve(dir))
          .sort()
          .join('\0'),
      )
      .digest('hex')
      .slice(0, 16);
    return join(dataFolder(env), 'roots', `${key}.db`);
  }
  const named = env.OUTLAY_STORE || setting;
  return named ? resolve(named) : join(dataFolder(env), 'outlay.db');
}
