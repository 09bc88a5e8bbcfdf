import { type Dirent, readdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { DefaultRoots, Machine, RootSource } from './agentLog.ts';

/** What stands in a folder; nothing where it cannot be listed. */
export function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** The errno code of an error of the file system. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unreadable';
}

/** The configuration directory an environment variable names, else a folder of the home directory. */
export function homeNamedBy(
  variable: RootSource,
  folder: string,
  { env, home }: Machine,
): DefaultRoots {
  const named = env[variable] ?? '';
  return isAbsolute(named)
    ? { paths: [named], source: variable }
    : { paths: [join(home, folder)], source: 'default' };
}

/** Why a folder cannot be listed (an errno code); undefined when it can. */
export function folderProblem(path: string): string | undefined {
  try {
    readdirSync(path);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}
