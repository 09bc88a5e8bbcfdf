import { basename, resolve } from 'node:path';

/** The last part of a path of any system. */
export function lastPart(path: string): string {
  return basename(path.replaceAll('\\', '/'));
}

/** Whether a path is the one named, by its last part or in full. */
export function isAt(path: string, named: string): boolean {
  return path === named || path === resolve(named) || lastPart(path) === named;
}

/** Whether a session's project is the one named, or below the folder named. */
export function isProject(
  { cwd, gitRoot }: { readonly cwd: string; readonly gitRoot: string | null },
  named: string,
): boolean {
  const folder = resolve(named);
  return [cwd, gitRoot ?? cwd].some(
    (path) => isAt(path, named) || path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`),
  );
}
