import { basename, resolve } from 'node:path';

/** The last part of a path of any system. */
export function lastPart(path: string): string {
  return basename(path.replaceAll('\\', '/'));
}

/** Windows and macOS compare paths without regard to case. */
const caseless = process.platform === 'win32' || process.platform === 'darwin';

/** Whether a path is the one named, by its last part or in full. */
export function isAt(path: string, named: string, ignoreCase = caseless): boolean {
  const same = comparator(ignoreCase);
  const own = same(path);
  return own === same(named) || own === same(resolve(named)) || lastPart(own) === same(named);
}

/** Whether a session's project is the one named, or below the folder named. */
export function isProject(
  { cwd, gitRoot }: { readonly cwd: string; readonly gitRoot: string | null },
  named: string,
  ignoreCase = caseless,
): boolean {
  const same = comparator(ignoreCase);
  const folder = same(resolve(named));
  return [cwd, gitRoot ?? cwd].some((path) => {
    const own = same(path);
    return (
      isAt(path, named, ignoreCase) || own.startsWith(`${folder}/`) || own.startsWith(`${folder}\\`)
    );
  });
}

function comparator(ignoreCase: boolean): (path: string) => string {
  return ignoreCase ? (path) => path.toLowerCase() : (path) => path;
}
