import { join } from 'node:path';
import { entriesIn } from '../folders.ts';

/** Homes of one file system: more are not looked at. */
const mostHomes = 50;

/** Folders beside those of Windows' users that are nobody's. */
const nobodys = new Set(['public', 'default', 'default user', 'all users', 'defaultappaccount']);

/**
 * Home folders of a folder: itself, and where it is the root of a file system those of its users (`home`,
 * `root`, on Windows and macOS `Users`). Lists two folders at most, and follows no links.
 */
export function homesIn(folder: string): string[] {
  const below = (parent: string): string[] =>
    entriesIn(join(folder, parent))
      .filter((entry) => entry.isDirectory() && !nobodys.has(entry.name.toLowerCase()))
      .map(({ name }) => join(folder, parent, name));
  const homes = [folder, join(folder, 'root'), ...below('home'), ...below('Users')];
  return homes.slice(0, mostHomes);
}
