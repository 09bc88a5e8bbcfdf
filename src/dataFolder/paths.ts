import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { fingerprint } from '../model/fingerprint.ts';

/** Folder for the store, the mirrored settings and the launcher. `OUTLAY_DATA_DIR` moves it. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env): string {
  const moved = env.OUTLAY_DATA_DIR;
  return moved ? resolve(moved) : envPaths('outlay', { suffix: '' }).data;
}

export interface StorePathOptions {
  /** `--store`. */
  readonly option?: string | undefined;
  /** `--config-dir`: such a run never touches the user's store. */
  readonly configDirs?: readonly string[];
  /** The setting `outlay.storePath`. */
  readonly setting?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
}

/** Where the store is. */
export function resolveStorePath(options: StorePathOptions = {}): string {
  const { option, configDirs = [], setting, env = process.env } = options;
  if (option) return resolve(option);
  if (configDirs.length > 0) {
    // Not a cryptographic hash: loading one takes as long as answering does.
    const paths = configDirs.map((dir) => resolve(dir)).sort();
    const key = fingerprint(paths.join('\0'));
    return join(dataFolder(env), 'roots', `${key}.db`);
  }
  const named = env.OUTLAY_STORE || setting;
  return named ? resolve(named) : join(dataFolder(env), 'outlay.db');
}
