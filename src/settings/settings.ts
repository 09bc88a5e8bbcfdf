import * as z from 'zod/mini';
import { mostDollars } from '../model/amount.ts';
import { isZone, systemZone, type WeekStart, type Zone } from '../model/calendar.ts';
import { type Currency, usDollars } from '../model/currency.ts';
import { isObject } from '../model/objects.ts';
import { defaultRetention, fewestMessageDays, type RetentionSettings } from '../model/retention.ts';
import { readCurrency } from './currencySetting.ts';
import { type LabelSettings, readLabels } from './labelSettings.ts';
import { type Expected, placeOf, type SettingProblem } from './settingProblem.ts';

/** How the user pays: by token, or a subscription that has no price per token. */
export type Billing = 'api' | 'subscription';

/** What may be spent in one project, in dollars; a budget that is not set is not there. */
export interface ProjectBudget {
  dailyUsd?: number;
  monthlyUsd?: number;
}

/** The editor's settings as terminal and hooks see them: checked, with defaults. */
export interface UserSettings {
  readonly enabled: boolean;
  readonly roots: readonly string[];
  /** '' where the user named none. */
  readonly storePath: string;
  readonly billing: Billing;
  /** Dollars; undefined without a budget. */
  readonly dailyBudgetUsd: number | undefined;
  readonly monthlyBudgetUsd: number | undefined;
  /** By path of the project. */
  readonly projectBudgets: ReadonlyMap<string, ProjectBudget>;
  /** Found out when it is first asked for: the system's takes a while. */
  readonly zone: Zone;
  readonly weekStart: WeekStart;
  /** What the editor shows figures in; terminal, JSON and exports stay with US dollars. */
  readonly currency: Currency;
  /** As written; checked where prices are read. */
  readonly priceOverrides: unknown;
  /** '' where the user named none. */
  readonly priceFile: string;
  readonly warnAfterDays: number;
  readonly storeTitles: boolean;
  readonly retention: RetentionSettings;
  readonly polling: 'auto' | 'always' | 'never';
  /** Groups of projects, tags of branches, names of accounts. */
  readonly labels: LabelSettings;
}

/** Names of the days as the setting `outlay.weekStart` writes them, in the order of `WeekStart`. */
export const weekdays = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;

/** What holds where the user has set nothing. */
export function defaultSettings(): UserSettings {
  return {
    enabled: true,
    roots: [],
    storePath: '',
    billing: 'api',
    dailyBudgetUsd: undefined,
    monthlyBudgetUsd: undefined,
    projectBudgets: new Map(),
    zone: systemZone,
    weekStart: 1,
    currency: usDollars,
    priceOverrides: undefined,
    priceFile: '',
    warnAfterDays: 45,
    storeTitles: true,
    retention: { enabled: false, ...defaultRetention },
    polling: 'auto',
    labels: { groups: new Map(), tags: new Map(), accounts: new Map() },
  };
}

const amount = z.number().check(z.nonnegative(), z.maximum(mostDollars));
const wholeDays = z.int().check(z.minimum(fewestMessageDays), z.maximum(36_500));
const zone = z.string().check(z.refine((name) => name === '' || isZone(name)));

/** What each plain setting must be: a schema, and its name in words. */
const rules = {
  'outlay.enabled': [z.boolean(), 'boolean'],
  'outlay.storePath': [z.string(), 'path'],
  'outlay.billing': [z.enum(['api', 'subscription']), 'billing'],
  'outlay.budget.dailyUsd': [amount, 'dollars'],
  'outlay.budget.monthlyUsd': [amount, 'dollars'],
  'outlay.timeZone': [zone, 'zone'],
  'outlay.weekStart': [z.enum(weekdays), 'weekday'],
  'outlay.prices.file': [z.string(), 'path'],
  'outlay.prices.warnAfterDays': [z.number().check(z.nonnegative()), 'days'],
  'outlay.storeTitles': [z.boolean(), 'boolean'],
  'outlay.retention.enabled': [z.boolean(), 'boolean'],
  'outlay.retention.messageDays': [wholeDays, 'messageDays'],
  'outlay.retention.dayDays': [wholeDays, 'dayDays'],
  'outlay.watch.polling': [z.enum(['auto', 'always', 'never']), 'polling'],
} as const satisfies Readonly<Record<string, readonly [z.ZodMiniType, Expected]>>;
type Key = keyof typeof rules;
type Value<K extends Key> = z.infer<(typeof rules)[K][0]>;

/**
 * Reads settings by their full names. A value that is wrong is named and its default holds; all
 * others are in force.
 */
export function parseSettings(written: Readonly<Record<string, unknown>>): {
  readonly settings: UserSettings;
  readonly problems: readonly SettingProblem[];
} {
  const values = new Map(Object.entries(written));
  const problems: SettingProblem[] = [];
  function get<K extends Key>(key: K): Value<K> | undefined {
    const value = values.get(key);
    if (value === undefined || value === null) return undefined;
    const [schema, expected] = rules[key];
    const result = schema.safeParse(value);
    if (result.success) return result.data as Value<K>;
    problems.push({ key, place: '', expected, instead: 'default' });
    return undefined;
  }
  const base = defaultSettings();
  const weekStart = get('outlay.weekStart');
  const zone = get('outlay.timeZone') || systemZone;
  const settings: UserSettings = {
    enabled: get('outlay.enabled') ?? base.enabled,
    roots: readRoots(values.get('outlay.roots'), problems),
    storePath: get('outlay.storePath') ?? '',
    billing: get('outlay.billing') ?? base.billing,
    dailyBudgetUsd: get('outlay.budget.dailyUsd') || undefined,
    monthlyBudgetUsd: get('outlay.budget.monthlyUsd') || undefined,
    projectBudgets: readProjects(values.get('outlay.budget.projects'), problems),
    zone,
    weekStart: (weekStart === undefined ? 1 : weekdays.indexOf(weekStart)) as WeekStart,
    currency: readCurrency(values.get('outlay.currency'), zone, problems),
    priceOverrides: values.get('outlay.prices.overrides') ?? undefined,
    priceFile: get('outlay.prices.file') ?? '',
    warnAfterDays: get('outlay.prices.warnAfterDays') ?? base.warnAfterDays,
    storeTitles: get('outlay.storeTitles') ?? base.storeTitles,
    retention: readRetention(
      {
        enabled: get('outlay.retention.enabled'),
        messageDays: get('outlay.retention.messageDays'),
        dayDays: get('outlay.retention.dayDays'),
      },
      problems,
    ),
    polling: get('outlay.watch.polling') ?? base.polling,
    labels: readLabels(values, problems),
  };
  return { settings, problems };
}

/** Days cannot be summed up before their messages are. */
function readRetention(
  set: { readonly [K in keyof RetentionSettings]: RetentionSettings[K] | undefined },
  problems: SettingProblem[],
): RetentionSettings {
  const messageDays = set.messageDays ?? defaultRetention.messageDays;
  const own = set.dayDays ?? 0;
  if (set.dayDays !== undefined && own < messageDays) {
    const key = 'outlay.retention.dayDays';
    problems.push({ key, place: '', expected: 'dayDays', instead: 'default' });
  }
  const dayDays = own < messageDays ? Math.max(messageDays, defaultRetention.dayDays) : own;
  return { enabled: set.enabled ?? false, messageDays, dayDays };
}

function readRoots(value: unknown, problems: SettingProblem[]): string[] {
  if (value === undefined || value === null) return [];
  const key = 'outlay.roots';
  if (!Array.isArray(value)) {
    problems.push({ key, place: '', expected: 'folders', instead: 'default' });
    return [];
  }
  const roots: string[] = [];
  for (const [index, root] of value.entries()) {
    if (typeof root !== 'string') {
      problems.push({ key, place: placeOf(index), expected: 'folder', instead: 'ignored' });
    } else if (root !== '') roots.push(root);
  }
  return roots;
}

function readProjects(value: unknown, problems: SettingProblem[]): UserSettings['projectBudgets'] {
  const budgets = new Map<string, ProjectBudget>();
  if (value === undefined || value === null) return budgets;
  const key = 'outlay.budget.projects';
  if (!isObject(value)) {
    problems.push({ key, place: '', expected: 'budgets', instead: 'default' });
    return budgets;
  }
  for (const [path, entry] of Object.entries(value)) {
    const budget = readProject(path, entry, (place, expected) => {
      problems.push({ key, place, expected, instead: 'ignored' });
    });
    if (Object.keys(budget).length > 0) budgets.set(path, budget);
  }
  return budgets;
}

function readProject(
  path: string,
  entry: unknown,
  refuse: (place: string, expected: Expected) => void,
): ProjectBudget {
  const budget: ProjectBudget = {};
  if (!isObject(entry)) {
    refuse(placeOf(path), 'budget');
    return budget;
  }
  for (const [name, value] of Object.entries(entry)) {
    const place = placeOf(path) + placeOf(name);
    if (name !== 'dailyUsd' && name !== 'monthlyUsd') refuse(place, 'budget');
    else if (!amount.safeParse(value).success) refuse(place, 'dollars');
    else if (value !== 0) budget[name] = value as number;
  }
  return budget;
}
