import { readFileSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';
import type * as Chokidar from 'chokidar';

/** Whether to look at files at intervals because the system sends no events. */
export type PollingMode = 'auto' | 'always' | 'never';

/** File systems whose changes are made elsewhere, so that no event comes here. */
const eventless = new Set([
  '9p',
  'drvfs',
  'nfs',
  'nfs4',
  'cifs',
  'smb3',
  'smbfs',
  'fuse.sshfs',
  'v9fs',
]);
const pollEveryMs = 2000;
/** Folders below the watched one: transcripts stand no deeper. */
const deepest = 14;

export interface FileEvents {
  close(): Promise<void>;
  readonly polling: boolean;
}

/** What below a watched folder is wanted: files by their paths, and the folders they may stand in. */
export interface Wanted {
  readonly file: (path: string) => boolean;
  readonly folder: (path: string) => boolean;
}

/**
 * Reports the wanted files below a folder that were added, changed or removed. What happened before
 * `onReady` is called may not be reported.
 */
export function watchFolder(
  folder: string,
  mode: PollingMode,
  wanted: Wanted,
  onEvent: (path: string, event: 'changed' | 'removed') => void,
  onReady: () => void,
  onError: (error: unknown) => void,
): FileEvents {
  const polling = mode === 'always' || (mode === 'auto' && needsPolling(folder));
  // Events are hints: what was missed, the sweep finds. So no waiting for writes to finish.
  const begin = (watch: typeof Chokidar.watch): Chokidar.FSWatcher => {
    const watcher = watch(folder, {
      backend: polling ? 'polling' : 'native',
      pollingInterval: pollEveryMs,
      ignoreInitial: true,
      atomic: false,
      followSymlinks: true,
      depth: deepest,
      ignored: (path, stats) => {
        if (stats === undefined) return false;
        if (stats.isFile()) return !wanted.file(path);
        return path !== folder && (!wanted.folder(path) || isLoop(path, folder));
      },
    });
    watcher.on('add', (path) => onEvent(path, 'changed'));
    watcher.on('change', (path) => onEvent(path, 'changed'));
    watcher.on('unlink', (path) => onEvent(path, 'removed'));
    watcher.on('ready', onReady);
    watcher.on('error', onError);
    return watcher;
  };
  let isClosed = false;
  // Who reads once watches nothing, and need not load what does.
  const watcher = import('chokidar')
    .then(({ watch }) => (isClosed ? undefined : begin(watch)))
    .catch((error: unknown) => void onError(error));
  return {
    polling,
    async close() {
      isClosed = true;
      await (await watcher)?.close();
    },
  };
}

/** Whether a link leads to a folder that holds the watched one, or is it: watching it would never end. */
function isLoop(path: string, folder: string): boolean {
  if (path === folder) return false;
  try {
    const real = realpathSync.native(path);
    return folder === real || folder.startsWith(real.endsWith(sep) ? real : real + sep);
  } catch {
    return false;
  }
}

/** Whether a folder lies on a file system that sends no events (read from Linux's mount table). */
export function needsPolling(folder: string, mounts = readMounts()): boolean {
  let best = '';
  let type = '';
  for (const line of mounts.split('\n')) {
    const [, point, kind] = line.split(' ');
    if (point === undefined || kind === undefined) continue;
    const path = point.replace(/\\(\d{3})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    );
    const above = folder === path || folder.startsWith(path === '/' ? '/' : `${path}/`);
    if (above && path.length >= best.length) {
      best = path;
      type = kind;
    }
  }
  return eventless.has(type);
}

function readMounts(): string {
  if (process.platform !== 'linux') return '';
  try {
    return readFileSync('/proc/mounts', 'utf8');
  } catch {
    return '';
  }
}
