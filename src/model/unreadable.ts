import { isObject } from './objects.ts';

/** A folder or file that could not be read, and why: an errno code, or a few words. */
export interface Unreadable {
  readonly path: string;
  readonly code: string;
}

/** So many of them, of which the first are named. */
export interface UnreadableList {
  readonly count: number;
  readonly named: readonly Unreadable[];
}

/** What could not be read below one root: what listing it met, and what reading its files met. */
export interface RootUnreadable {
  readonly listing: UnreadableList;
  readonly reading: UnreadableList;
}

/** Every list of some roots. */
export function listsOf(roots: ReadonlyMap<string, RootUnreadable>): UnreadableList[] {
  return [...roots.values()].flatMap(({ listing, reading }) => [listing, reading]);
}

/** The key in the store's `meta` under which it is kept, as JSON by root. */
export const unreadableKey = 'unreadable';

/** Names kept of each list. */
const mostNamed = 100;

/** A list as it is kept, in the order of paths. */
export function unreadableList(all: readonly Unreadable[]): UnreadableList {
  const sorted = all.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return { count: all.length, named: sorted.slice(0, mostNamed) };
}

/** What was kept as JSON, by root; nothing where it is not what it should be. */
export function parseUnreadable(json: string | undefined): Map<string, RootUnreadable> {
  try {
    const value: unknown = JSON.parse(json ?? '{}');
    return new Map(isObject(value) ? (Object.entries(value) as [string, RootUnreadable][]) : []);
  } catch {
    return new Map();
  }
}
