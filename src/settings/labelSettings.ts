import { isObject } from '../model/objects.ts';
import type { Labels } from './labels.ts';
import { placeOf, type SettingProblem } from './settingProblem.ts';

/** What settings say of labels; marks come from elsewhere. */
export type LabelSettings = Omit<Labels, 'marks'>;

/** Reads groups, tags and names of accounts; an entry that is wrong is named, the others hold. */
export function readLabels(
  values: ReadonlyMap<string, unknown>,
  problems: SettingProblem[],
): LabelSettings {
  return {
    groups: readLists(values, 'outlay.groups', 'groups', 'paths', problems),
    tags: readLists(values, 'outlay.tags', 'tags', 'branches', problems),
    accounts: readNames(values.get('outlay.accounts'), problems),
  };
}

function readLists(
  values: ReadonlyMap<string, unknown>,
  key: string,
  whole: 'groups' | 'tags',
  entry: 'paths' | 'branches',
  problems: SettingProblem[],
): Map<string, readonly string[]> {
  const lists = new Map<string, readonly string[]>();
  const value = values.get(key);
  if (value === undefined || value === null) return lists;
  if (!isObject(value)) {
    problems.push({ key, place: '', expected: whole, instead: 'default' });
    return lists;
  }
  for (const [name, patterns] of Object.entries(value)) {
    const list = Array.isArray(patterns) ? (patterns as unknown[]) : [patterns];
    if (list.every((pattern) => typeof pattern === 'string' && pattern !== '')) {
      lists.set(name, list as string[]);
    } else problems.push({ key, place: placeOf(name), expected: entry, instead: 'ignored' });
  }
  return lists;
}

function readNames(value: unknown, problems: SettingProblem[]): Map<string, string> {
  const names = new Map<string, string>();
  const key = 'outlay.accounts';
  if (value === undefined || value === null) return names;
  if (!isObject(value)) {
    problems.push({ key, place: '', expected: 'accounts', instead: 'default' });
    return names;
  }
  for (const [root, name] of Object.entries(value)) {
    if (typeof name === 'string' && name.trim() !== '') names.set(root, name.trim());
    else problems.push({ key, place: placeOf(root), expected: 'name', instead: 'ignored' });
  }
  return names;
}
