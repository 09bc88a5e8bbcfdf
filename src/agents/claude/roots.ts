import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** How a root came to be read. */
export type RootSource = 'option' | 'setting' | 'CLAUDE_CONFIG_DIR' | 'default';

/** A configuration directory of Claude Code. One root is one account. */
export interface Root {
  /** Real path of the configuration directory. */
  readonly path: string;
  /** Folder below which the transcripts stand. */
  readonly projects: string;
  readonly source: RootSource;
  /** False while the folder is not there; it may come. */
  readonly exists: boolean;
}

/** What decides the roots. The first non-empty list replaces those after it. */
export interface RootOptions {
  /** `--config-dir`, repeatable. */
  readonly configDirs?: readonly string[];
  /** The setting `outlay.roots`. */
  readonly setting?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/**
 * The roots to read, each once by its real path. Named roots are listed even while they do not
 * exist; of the defaults only those that do, and the first of them when none does.
 */
export function findRoots(options: RootOptions): Root[] {
  const [paths, source] = candidates(options);
  const roots = new Map<string, Root>();
  for (const path of paths) {
    const root = rootAt(resolve(expandHome(path, options.home)), source);
    if (!roots.has(root.projects)) roots.set(root.projects, root);
  }
  const all = [...roots.values()];
  if (source !== 'default') return all;
  const present = all.filter((root) => root.exists);
  return present.length > 0 ? present : all.slice(0, 1);
}

function candidates(options: RootOptions): [readonly string[], RootSource] {
  const { configDirs = [], setting = [], env, home } = options;
  if (configDirs.length > 0) return [configDirs, 'option'];
  if (setting.length > 0) return [setting, 'setting'];
  const named = (env.CLAUDE_CONFIG_DIR ?? '').split(',').map((part) => part.trim());
  const filled = named.filter((part) => part !== '');
  if (filled.length > 0) return [filled, 'CLAUDE_CONFIG_DIR'];
  const xdg = env.XDG_CONFIG_HOME || join(home, '.config');
  return [[join(home, '.claude'), join(xdg, 'claude')], 'default'];
}

function expandHome(path: string, home: string): string {
  return path === '~' || /^~[\\/]/.test(path) ? join(home, path.slice(1)) : path;
}

function rootAt(path: string, source: RootSource): Root {
  // Somebody may name the projects folder itself.
  const isProjects = basename(path) === 'projects' && !isDirectory(join(path, 'projects'));
  const config = isProjects ? join(path, '..') : path;
  const projects = isProjects ? path : join(path, 'projects');
  const exists = isDirectory(projects);
  return { path: real(config), projects: exists ? real(projects) : projects, source, exists };
}

function real(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Whether a folder can be listed; the reason when it cannot. */
export function folderProblem(path: string): string | undefined {
  try {
    readdirSync(path);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}
