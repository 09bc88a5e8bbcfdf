import * as z from 'zod/mini';
import { isZone, systemZone, type WeekStart, type Zone } from '../model/calendar.ts';
import { defaultRetention, fewestMessageDays, type RetentionSettings } from '../model/retention.ts';
import { type AlertSettings, alertTable } from './alertSettings.ts';
import { amount, readProjects } from './budgetSettings.ts';
import { readCurrency } from './currencySetting.ts';
import { guardSettings } from './guardSettings.ts';
import { readHostFiles, readHostFolders } from './hostSettings.ts';
import * as jsonSchemas from './jsonSchemas.ts';
import { type LabelSettings, readAccounts, readLists } from './labelSettings.ts';
import { jsonPathOf, type SettingProblem } from './settingProblem.ts';
import {
  type Before,
  listed,
  plain,
  type Refuse,
  readTable,
  structured,
  type Values,
} from './settingTable.ts';

/** Names of the days as the setting `outlay.weekStart` writes them, in the order of `WeekStart`. */
const weekdays = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;

const zone = z.string().check(z.refine((name) => name === '' || isZone(name)));
const wholeDays = z.int().check(z.minimum(fewestMessageDays), z.maximum(36_500));

/**
 * The settings that terminal, hooks and indexer understand as well as the editor, which mirrors them
 * into `config.json`: all that is to be said of each. The order is the one problems are named in, and
 * a setting may be read by what stands above it.
 */
export const sharedSettings = {
  weekStart: plain({
    key: 'outlay.weekStart',
    schema: z.enum(weekdays),
    default: 'monday',
    expected: 'weekday',
    from: (name) => weekdays.indexOf(name) as WeekStart,
    ...listed('figures', 5, 'weekStart', 'application'),
    json: { enum: [...weekdays.slice(1), weekdays[0]] },
  }),
  /** The system's is found out when it is first asked for: that takes a while. */
  zone: plain({
    key: 'outlay.timeZone',
    schema: zone,
    default: '',
    expected: 'zone',
    from: (name): Zone => name || systemZone,
    ...listed('figures', 4, 'timeZone', 'application'),
  }),
  enabled: plain({
    key: 'outlay.enabled',
    schema: z.boolean(),
    default: true,
    expected: 'boolean',
    ...listed('reading', 1, 'enabled', 'machine'),
  }),
  roots: structured({
    key: 'outlay.roots',
    default: [],
    read: readRoots,
    ...listed('reading', 2, 'roots', 'machine'),
    json: jsonSchemas.folders,
  }),
  readsCodex: plain({
    key: 'outlay.agents.codex',
    schema: z.boolean(),
    default: true,
    expected: 'boolean',
    ...listed('reading', 10, 'readsCodex', 'machine'),
  }),
  readsClaudeDesktop: plain({
    key: 'outlay.agents.claudeDesktop',
    schema: z.boolean(),
    default: true,
    expected: 'boolean',
    ...listed('reading', 11, 'readsClaudeDesktop', 'machine'),
  }),
  readsCopilot: plain({
    key: 'outlay.agents.copilot',
    schema: z.boolean(),
    default: true,
    expected: 'boolean',
    ...listed('reading', 12, 'readsCopilot', 'machine'),
  }),
  readsOpenCode: plain({
    key: 'outlay.agents.opencode',
    schema: z.boolean(),
    default: true,
    expected: 'boolean',
    ...listed('reading', 13, 'readsOpenCode', 'machine'),
  }),
  readsCapturedCalls: plain({
    key: 'outlay.agents.capture',
    schema: z.boolean(),
    default: true,
    expected: 'boolean',
    ...listed('reading', 14, 'readsCapturedCalls', 'machine'),
  }),
  /** By the name of the host whose folder it is. */
  hostFolders: structured({
    key: 'outlay.hosts.folders',
    default: {},
    read: readHostFolders,
    ...listed('reading', 15, 'hostFolders', 'machine'),
    json: jsonSchemas.names,
  }),
  hostFiles: structured({
    key: 'outlay.hosts.files',
    default: [],
    read: readHostFiles,
    ...listed('reading', 16, 'hostFiles', 'machine'),
    json: jsonSchemas.folders,
  }),
  /** '' where the user named none. */
  storePath: plain({
    key: 'outlay.storePath',
    schema: z.string(),
    default: '',
    expected: 'path',
    ...listed('reading', 3, 'storePath', 'machine'),
  }),
  /** How the user pays: by token, or a subscription that has no price per token. */
  billing: plain({
    key: 'outlay.billing',
    schema: z.enum(['api', 'subscription']),
    default: 'api',
    expected: 'billing',
    ...listed('figures', 1, 'billing', 'application'),
  }),
  /** Dollars; undefined without a budget. */
  dailyBudgetUsd: plain({
    key: 'outlay.budget.dailyUsd',
    schema: amount,
    default: 0,
    expected: 'dollars',
    from: (dollars) => dollars || undefined,
    ...listed('budget', 1, 'dailyUsd', 'application'),
  }),
  monthlyBudgetUsd: plain({
    key: 'outlay.budget.monthlyUsd',
    schema: amount,
    default: 0,
    expected: 'dollars',
    from: (dollars) => dollars || undefined,
    ...listed('budget', 2, 'monthlyUsd', 'application'),
  }),
  /** By path of the project. */
  projectBudgets: structured({
    key: 'outlay.budget.projects',
    default: {},
    read: readProjects,
    ...listed('budget', 3, 'projects', 'machine'),
    json: jsonSchemas.projectBudgets,
  }),
  ...alertTable,
  ...guardSettings,
  /** What the editor shows figures in; terminal, JSON and exports stay with US dollars. */
  currency: structured({
    key: 'outlay.currency',
    default: {},
    read: (value, refuse, before) => readCurrency(value, before.zone as Zone, refuse),
    ...listed('figures', 6, 'currency', 'application'),
    json: jsonSchemas.currency,
  }),
  /** As written; checked where prices are read. */
  priceOverrides: structured({
    key: 'outlay.prices.overrides',
    default: {},
    read: (value) => value,
    ...listed('prices', 1, 'overrides', 'machine'),
    json: jsonSchemas.priceOverrides,
  }),
  /** '' where the user named none. */
  priceFile: plain({
    key: 'outlay.prices.file',
    schema: z.string(),
    default: '',
    expected: 'path',
    ...listed('prices', 2, 'priceFile', 'machine'),
  }),
  warnAfterDays: plain({
    key: 'outlay.prices.warnAfterDays',
    schema: z.number().check(z.nonnegative()),
    default: 45,
    expected: 'days',
    ...listed('prices', 3, 'warnAfterDays', 'machine'),
    json: { maximum: 3650 },
  }),
  storeTitles: plain({
    key: 'outlay.storeTitles',
    schema: z.boolean(),
    default: true,
    expected: 'boolean',
    ...listed('reading', 4, 'storeTitles', 'machine'),
    json: { tags: ['privacy'] },
  }),
  retentionEnabled: plain({
    key: 'outlay.retention.enabled',
    schema: z.boolean(),
    default: false,
    expected: 'boolean',
    ...listed('reading', 5, 'retention.enabled', 'machine'),
  }),
  messageDays: plain({
    key: 'outlay.retention.messageDays',
    schema: wholeDays,
    default: defaultRetention.messageDays,
    expected: 'messageDays',
    ...listed('reading', 6, 'retention.messageDays', 'machine'),
  }),
  dayDays: structured({
    key: 'outlay.retention.dayDays',
    schema: wholeDays,
    default: defaultRetention.dayDays,
    read: readDayDays,
    unset: leastDayDays,
    ...listed('reading', 7, 'retention.dayDays', 'machine'),
  }),
  polling: plain({
    key: 'outlay.watch.polling',
    schema: z.enum(['auto', 'always', 'never']),
    default: 'auto',
    expected: 'polling',
    ...listed('reading', 8, 'polling', 'machine'),
  }),
  groups: structured({
    key: 'outlay.groups',
    default: {},
    read: (value, refuse) => readLists(value, refuse, 'groups', 'paths'),
    ...listed('labels', 1, 'groups', 'machine'),
    json: jsonSchemas.lists,
  }),
  tags: structured({
    key: 'outlay.tags',
    default: {},
    read: (value, refuse) => readLists(value, refuse, 'tags', 'branches'),
    ...listed('labels', 2, 'tags', 'machine'),
    json: jsonSchemas.lists,
  }),
  accounts: structured({
    key: 'outlay.accounts',
    default: {},
    read: readAccounts,
    ...listed('labels', 3, 'accounts', 'machine'),
    json: jsonSchemas.names,
  }),
};

/** Their full names. */
export const sharedKeys: readonly string[] = Object.values(sharedSettings).map(({ key }) => key);

type Shared = Values<typeof sharedSettings>;
type Alerts = Values<typeof alertTable>;
export type Billing = Shared['billing'];

/** The editor's settings as terminal and hooks see them: checked, with defaults. */
export interface UserSettings
  extends Omit<
    Shared,
    'retentionEnabled' | 'messageDays' | 'dayDays' | 'groups' | 'tags' | 'accounts' | keyof Alerts
  > {
  readonly retention: RetentionSettings;
  readonly alerts: AlertSettings;
  /** Groups of projects, tags of branches, names of accounts. */
  readonly labels: LabelSettings;
}

/** What holds where the user has set nothing. */
export function defaultSettings(): UserSettings {
  return parseSettings({}).settings;
}

/**
 * Reads settings by their full names. A value that is wrong is named and its default holds; all
 * others are in force.
 */
export function parseSettings(written: Readonly<Record<string, unknown>>): {
  readonly settings: UserSettings;
  readonly problems: readonly SettingProblem[];
} {
  const problems: SettingProblem[] = [];
  const shared = readTable(sharedSettings, new Map(Object.entries(written)), problems);
  const { retentionEnabled: enabled, messageDays, dayDays, ...others } = shared;
  const { groups, tags, accounts, ...withAlerts } = others;
  const { alerts, rest } = alertsApart(withAlerts);
  const retention = { enabled, messageDays, dayDays };
  return { settings: { ...rest, retention, alerts, labels: { groups, tags, accounts } }, problems };
}

function alertsApart<Rest extends Alerts>(
  settings: Rest,
): { alerts: AlertSettings; rest: Omit<Rest, keyof Alerts> } {
  const { alertsEnabled, alertChannels, hourlyUsd, dailyProjectionUsd, ...first } = settings;
  const { exhaustionDays, quietRules, alertTemplates, webhookUrl, ...second } = first;
  const { webhookFormat, alertNames, alertCommand, ...rest } = second;
  return {
    alerts: {
      enabled: alertsEnabled,
      channels: alertChannels,
      ...{ hourlyUsd, dailyProjectionUsd, exhaustionDays },
      quiet: quietRules,
      templates: alertTemplates,
      ...{ webhookUrl, webhookFormat },
      sendNames: alertNames,
      command: alertCommand,
    },
    rest: rest as unknown as Omit<Rest, keyof Alerts>,
  };
}

/** Days cannot be summed up before their messages are. */
function readDayDays(value: unknown, refuse: Refuse, before: Before): number {
  const result = wholeDays.safeParse(value);
  if (result.success && result.data >= (before.messageDays as number)) return result.data;
  refuse('', 'dayDays', 'default');
  return leastDayDays(before);
}

function leastDayDays({ messageDays }: Before): number {
  return Math.max(messageDays as number, defaultRetention.dayDays);
}

function readRoots(value: unknown, refuse: Refuse): readonly string[] {
  if (!Array.isArray(value)) {
    refuse('', 'folders', 'default');
    return [];
  }
  const roots: string[] = [];
  for (const [index, root] of value.entries()) {
    if (typeof root !== 'string') refuse(jsonPathOf(index), 'folder', 'ignored');
    else if (root !== '') roots.push(root);
  }
  return roots;
}
