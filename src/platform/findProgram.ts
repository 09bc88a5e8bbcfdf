import { statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * The file a program's name stands for on the PATH, or undefined. Only absolute folders count: an empty
 * or relative entry, and on Windows the current folder itself, would find a program of whatever
 * directory somebody stands in.
 */
export function findProgram(
  name: string,
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const file = platform === 'win32' ? `${name}.exe` : name;
  // Windows spells it "Path", and a copied environment no longer ignores case.
  const path = env.PATH ?? env.Path ?? '';
  return path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, file))
    .find((candidate) => isProgram(candidate, platform));
}

function isProgram(file: string, platform: NodeJS.Platform): boolean {
  try {
    const stats = statSync(file);
    return stats.isFile() && (platform === 'win32' || (stats.mode & 0o111) !== 0);
  } catch {
    return false;
  }
}
