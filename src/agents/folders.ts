import { type Dirent, readdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import {
  type DefaultRoots,
  type Discovery,
  type LogFile,
  type Machine,
  type RootSource,
  regularFileAt,
} from './agentLog.ts';

/** What stands in a folder; nothing where it cannot be listed. */
export function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** What stands in a folder that logs are looked for in; why it cannot be listed is noted. */
export function listFolder(folder: string, found: Discovery): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    found.unreadable.push({ path: folder, code: codeOf(error) });
    return [];
  }
}

/** Adds the file at a path, if there is one; why it cannot be looked at is noted. */
export function addFile(
  found: Discovery,
  path: string,
  fileAt: (path: string) => LogFile | undefined = regularFileAt,
): void {
  try {
    const file = fileAt(path);
    if (file !== undefined) found.files.push(file);
  } catch (error) {
    found.unreadable.push({ path, code: codeOf(error) });
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
