import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { HumanError } from '../model/errors.ts';
import { fingerprint } from '../model/fingerprint.ts';

/** Folder for the store, the mirrored settings and the launcher. `OUTLAY_DATA_DIR` moves it. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env): string {
  const moved = env.OUTLAY_DATA_DIR;
  if (moved) return resolve(moved);
  const { data } = envPaths('outlay', { suffix: '' });
  if (isAbsolute(data)) return data;
  throw relativeFolder(data, 'HOME and XDG_DATA_HOME (LOCALAPPDATA on Windows)');
}

/** Folder of the calls programs write down with `outlay/capture`. `OUTLAY_CAPTURE_DIR` moves it. */
export function captureFolder(env: NodeJS.ProcessEnv = process.env): string {
  const moved = env.OUTLAY_CAPTURE_DIR;
  return moved ? resolve(moved) : join(dataFolder(env), 'capture');
}

/** Where files of other hosts stand that were imported. */
export function importedHosts(folder: string): string {
  return join(folder, 'hosts');
}

/** The person's home, where agents keep their transcripts. */
export function homeFolder(): string {
  const home = homedir();
  if (isAbsolute(home)) return home;
  throw relativeFolder(home, 'HOME (USERPROFILE on Windows)');
}

/** A folder that is another one wherever a program is started is nobody's home. */
function relativeFolder(folder: string, variables: string): HumanError {
  return new HumanError(
    'config',
    `The folder "${folder}" is no absolute path. Set ${variables} to absolute paths.`,
    { what: { id: 'relativeHome', values: [folder, variables] } },
  );
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
    const paths = [...new Set(configDirs.map((dir) => resolve(dir)))].sort();
    const key = fingerprint(paths.join('\0'));
    return join(dataFolder(env), 'roots', `${key}.db`);
  }
  const named = env.OUTLAY_STORE || setting;
  return named ? resolve(named) : join(dataFolder(env), 'outlay.db');
}
