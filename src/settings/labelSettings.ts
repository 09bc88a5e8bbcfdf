import { isObject } from '../model/objects.ts';
import type { Labels } from './labels.ts';
import { jsonPathOf } from './settingProblem.ts';
import type { Refuse } from './settingTable.ts';

/** What settings say of labels; marks come from elsewhere. */
export type LabelSettings = Omit<Labels, 'marks'>;

/** Reads lists by name, groups or tags; an entry that is wrong is named, the others hold. */
export function readLists(
  value: unknown,
  refuse: Refuse,
  whole: 'groups' | 'tags',
  entry: 'paths' | 'branches',
): ReadonlyMap<string, readonly string[]> {
  const lists = new Map<string, readonly string[]>();
  if (!isObject(value)) {
    refuse('', whole, 'default');
    return lists;
  }
  for (const [name, patterns] of Object.entries(value)) {
    const list = Array.isArray(patterns) ? (patterns as unknown[]) : [patterns];
    if (list.every((pattern) => typeof pattern === 'string' && pattern !== '')) {
      lists.set(name, list as string[]);
    } else refuse(jsonPathOf(name), entry, 'ignored');
  }
  return lists;
}

/** Reads names of accounts by configuration directory. */
export function readAccounts(value: unknown, refuse: Refuse): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  if (!isObject(value)) {
    refuse('', 'accounts', 'default');
    return names;
  }
  for (const [root, name] of Object.entries(value)) {
    if (typeof name === 'string' && name.trim() !== '') names.set(root, name.trim());
    else refuse(jsonPathOf(root), 'name', 'ignored');
  }
  return names;
}
