import { basename, isAbsolute, join } from 'node:path';
import { isDirectory, realPath } from '../../platform/realPath.ts';
import type { DefaultRoots, Machine, Root, RootSource } from '../agentLog.ts';

/** Where Claude Code keeps its configuration when nobody says otherwise. */
export function defaultRoots({ env, home }: Machine): DefaultRoots {
  const named = namedDirectories(env);
  if (named.length > 0) return { paths: named, source: 'CLAUDE_CONFIG_DIR' };
  const xdg = absolute(env.XDG_CONFIG_HOME) ?? join(home, '.config');
  return { paths: [join(home, '.claude'), join(xdg, 'claude')], source: 'default' };
}

/** A folder of the system's variables; a relative one does not count (XDG Base Directory Specification). */
export function absolute(folder: string | undefined): string | undefined {
  return folder !== undefined && isAbsolute(folder) ? folder : undefined;
}

function namedDirectories({ CLAUDE_CONFIG_DIR = '' }: Machine['env']): string[] {
  return CLAUDE_CONFIG_DIR.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
}

/** Whether `CLAUDE_CONFIG_DIR` says where to look. */
export function namesConfigDirectory(env: Machine['env']): boolean {
  return namedDirectories(env).length > 0;
}

/** Whether a directory holds transcripts of Claude Code, or is the `projects` folder itself. */
export function isConfigDirectory(path: string): boolean {
  return isDirectory(join(path, 'projects')) || basename(path) === 'projects';
}

export function rootAt(path: string, source: RootSource): Root {
  // Somebody may name the projects folder itself.
  const isProjects = basename(path) === 'projects' && !isDirectory(join(path, 'projects'));
  const config = isProjects ? join(path, '..') : path;
  const projects = isProjects ? path : join(path, 'projects');
  const exists = isDirectory(projects);
  const logFolder = exists ? realPath(projects) : projects;
  return { agent: 'claude', path: realPath(config), logFolder, source, exists };
}
