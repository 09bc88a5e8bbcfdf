import { basename, isAbsolute, resolve } from 'node:path';

/** The last part of a path of any system. */
export function lastPart(path: string): string {
  return basename(path.replaceAll('\\', '/'));
}

/** Windows and macOS compare paths without regard to case. */
export const systemIgnoresCase = process.platform === 'win32' || process.platform === 'darwin';

/** Begins with a drive letter or is a share: Windows wrote it, whoever reads it now. */
const windowsPath = /^[a-z]:(?:[\\/]|$)|^\\\\/i;

/**
 * What a path is compared by: two spellings of one folder have the same key. Composed and decomposed
 * letters are one (macOS hands out the latter), slashes at the end do not count, and where the system
 * ignores case, case does not. Paths of Windows ignore case and the direction of slashes everywhere.
 * A key is no path to open.
 */
export function pathKey(path: string, ignoreCase = systemIgnoresCase): string {
  const isWindows = windowsPath.test(path);
  let key = path.normalize('NFC');
  if (isWindows) key = key.replaceAll('\\', '/');
  // The root of everything is nothing but its slash.
  if (key.length > 1 && key.endsWith('/')) key = key.replace(/(?<=.)\/+$/s, '');
  return isWindows || ignoreCase ? key.toLowerCase() : key;
}

/** Whether two paths are spellings of one. */
export function isSamePath(a: string, b: string, ignoreCase = systemIgnoresCase): boolean {
  return a === b || pathKey(a, ignoreCase) === pathKey(b, ignoreCase);
}

/** Whether a path is the one named, by its last part or in full. */
export function isAt(path: string, named: string, ignoreCase = systemIgnoresCase): boolean {
  return isNamed(pathKey(path, ignoreCase), pathKey(named, ignoreCase), fullKey(named, ignoreCase));
}

function isNamed(own: string, named: string, full: string): boolean {
  return own === named || own === full || lastPart(own) === named;
}

/** Whether a session's project is the one named, or below the folder named. */
export function isProject(
  { cwd, gitRoot }: { readonly cwd: string; readonly gitRoot: string | null },
  named: string,
  ignoreCase = systemIgnoresCase,
): boolean {
  const wanted = pathKey(named, ignoreCase);
  const full = fullKey(named, ignoreCase);
  const inside = full.endsWith('/') ? full : `${full}/`;
  return (gitRoot === null ? [cwd] : [cwd, gitRoot]).some((path) => {
    const own = pathKey(path, ignoreCase);
    return isNamed(own, wanted, full) || own.startsWith(inside);
  });
}

/** The key of a path named by a person, who may stand in a folder above it. */
function fullKey(named: string, ignoreCase: boolean): string {
  const isFull = windowsPath.test(named) && !isAbsolute(named);
  return pathKey(isFull ? named : resolve(named), ignoreCase);
}
