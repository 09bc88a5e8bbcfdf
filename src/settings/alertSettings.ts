import { isAbsolute } from 'node:path';
import * as z from 'zod/mini';
import { isObject } from '../model/objects.ts';
import { amount } from './budgetSettings.ts';
import { jsonPathOf } from './settingProblem.ts';
import { listed, plain, type Refuse, structured } from './settingTable.ts';

/** Where an alert can be told. `editor` is a notification and the list of alerts. */
export const channelNames = ['editor', 'log', 'webhook', 'slack', 'email', 'command'] as const;
export type ChannelName = (typeof channelNames)[number];

/** Rules alerts come from. `budget` is a budget's levels, `forecast` a period that will not suffice. */
export const alertRules = [
  'budget',
  'forecast',
  'exhaustion',
  'hourly',
  'projection',
  'spike',
  'acceleration',
  'outlier',
  'peer',
] as const;
export type AlertRule = (typeof alertRules)[number];

/** How a webhook's body is written. */
export const webhookFormats = ['json', 'slack', 'discord', 'teams', 'ntfy'] as const;
export type WebhookFormat = (typeof webhookFormats)[number];

/** Levels an alert can have, mildest first. */
export const alertLevels = ['info', 'warning', 'critical', 'stop'] as const;
export type AlertLevel = (typeof alertLevels)[number];

/** What a template of an alert's text may name in braces. */
export const templateFields = [
  'title',
  'text',
  'action',
  'level',
  'rule',
  'budget',
  'spent',
  'limit',
  'forecast',
  'cause',
  'key',
] as const;
export type TemplateField = (typeof templateFields)[number];

export type AlertTemplates = Readonly<Partial<Record<AlertLevel, string>>>;

/** Templates longer than this are no sentence of an alert any more. */
const longestTemplate = 500;

/** Settings of alerts: rows of the table of shared settings. */
export const alertTable = {
  alertsEnabled: plain({
    key: 'outlay.alerts.enabled',
    schema: z.boolean(),
    default: true,
    expected: 'boolean',
    ...listed('alerts', 1, 'alerts.enabled', 'application'),
  }),
  alertChannels: structured({
    key: 'outlay.alerts.channels',
    default: ['editor', 'log'],
    read: (value, refuse) =>
      readNames(value, refuse, channelNames, 'channels', 'channel', ['editor', 'log']),
    ...listed('alerts', 2, 'alerts.channels', 'machine'),
    json: enumList(channelNames, 'alerts.channels'),
  }),
  /** Dollars in 60 minutes; undefined without a limit. */
  hourlyUsd: plain({
    key: 'outlay.alerts.hourlyUsd',
    schema: amount,
    default: 0,
    expected: 'dollars',
    from: (dollars) => dollars || undefined,
    ...listed('alerts', 3, 'alerts.hourlyUsd', 'application'),
  }),
  /** Dollars a day, at the rate of the last hour; undefined without a limit. */
  dailyProjectionUsd: plain({
    key: 'outlay.alerts.dailyProjectionUsd',
    schema: amount,
    default: 0,
    expected: 'dollars',
    from: (dollars) => dollars || undefined,
    ...listed('alerts', 4, 'alerts.dailyProjectionUsd', 'application'),
  }),
  /** Days; 0 switches the rule off. */
  exhaustionDays: plain({
    key: 'outlay.alerts.exhaustionDays',
    schema: z.number().check(z.nonnegative(), z.maximum(3650)),
    default: 7,
    expected: 'alertDays',
    ...listed('alerts', 5, 'alerts.exhaustionDays', 'application'),
  }),
  quietRules: structured({
    key: 'outlay.alerts.quiet',
    default: [],
    read: (value, refuse) => readNames(value, refuse, alertRules, 'rules', 'rule', []),
    ...listed('alerts', 6, 'alerts.quiet', 'application'),
    json: enumList(alertRules, 'alerts.quiet'),
  }),
  alertTemplates: structured({
    key: 'outlay.alerts.templates',
    default: {},
    read: readTemplates,
    ...listed('alerts', 7, 'alerts.templates', 'application'),
    json: {
      type: 'object',
      properties: Object.fromEntries(
        alertLevels.map((level) => [level, { type: 'string', maxLength: longestTemplate }]),
      ),
      additionalProperties: false,
    },
  }),
  /** '' where there is none, or where it is a secret. */
  webhookUrl: plain({
    key: 'outlay.alerts.webhook.url',
    schema: z.string().check(z.refine((text) => text === '' || isWebhookUrl(text))),
    default: '',
    expected: 'webhookUrl',
    ...listed('alerts', 8, 'alerts.webhook.url', 'machine'),
  }),
  webhookFormat: plain({
    key: 'outlay.alerts.webhook.format',
    schema: z.enum(webhookFormats),
    default: 'json',
    expected: 'webhookFormat',
    ...listed('alerts', 9, 'alerts.webhook.format', 'machine'),
  }),
  /** Whether names of projects and titles of sessions may leave this machine. */
  alertNames: plain({
    key: 'outlay.alerts.sendNames',
    schema: z.boolean(),
    default: false,
    expected: 'boolean',
    ...listed('alerts', 10, 'alerts.sendNames', 'machine'),
    json: { tags: ['privacy'] },
  }),
  /** A program by its absolute path, and its arguments; empty where there is none. */
  alertCommand: structured({
    key: 'outlay.alerts.command',
    default: [],
    read: readCommand,
    ...listed('alerts', 11, 'alerts.command', 'machine'),
    json: { type: 'array', items: { type: 'string' } },
  }),
};

/** What the user wishes of alerts. */
export interface AlertSettings {
  readonly enabled: boolean;
  readonly channels: readonly ChannelName[];
  readonly hourlyUsd: number | undefined;
  readonly dailyProjectionUsd: number | undefined;
  readonly exhaustionDays: number;
  readonly quiet: readonly AlertRule[];
  readonly templates: AlertTemplates;
  readonly webhookUrl: string;
  readonly webhookFormat: WebhookFormat;
  readonly sendNames: boolean;
  readonly command: readonly string[];
}

function enumList(names: readonly string[], text: string): Readonly<Record<string, unknown>> {
  return {
    type: 'array',
    items: {
      type: 'string',
      enum: names,
      markdownEnumDescriptions: names.map((name) => `%settings.${text}.${name}%`),
    },
    uniqueItems: true,
  };
}

function readNames<Name extends string>(
  value: unknown,
  refuse: Refuse,
  known: readonly Name[],
  whole: 'channels' | 'rules',
  one: 'channel' | 'rule',
  preset: readonly Name[],
): readonly Name[] {
  if (!Array.isArray(value)) {
    refuse('', whole, 'default');
    return preset;
  }
  const found: Name[] = [];
  for (const [index, written] of value.entries()) {
    const name = known.find((each) => each === written);
    if (name === undefined) refuse(jsonPathOf(index), one, 'ignored');
    else if (!found.includes(name)) found.push(name);
  }
  return found;
}

function readTemplates(value: unknown, refuse: Refuse): AlertTemplates {
  if (!isObject(value)) {
    refuse('', 'templates', 'default');
    return {};
  }
  const templates: Partial<Record<AlertLevel, string>> = {};
  for (const [name, text] of Object.entries(value)) {
    const level = alertLevels.find((each) => each === name);
    if (level !== undefined && isTemplate(text)) templates[level] = text;
    else refuse(jsonPathOf(name), 'template', 'ignored');
  }
  return templates;
}

/** Whether a text is a template: not empty, and nothing in braces that is no field. */
function isTemplate(text: unknown): text is string {
  if (typeof text !== 'string' || text.trim() === '' || text.length > longestTemplate) return false;
  return [...text.matchAll(/\{([^{}]*)\}/g)].every(([, name]) =>
    templateFields.some((field) => field === name),
  );
}

/** https, or http to this machine; without a name and a password in it. */
function isWebhookUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  const here = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && here);
}

/** Only an absolute path: what a folder of a workspace is called must not decide what runs. */
function readCommand(value: unknown, refuse: Refuse): readonly string[] {
  const isWords =
    Array.isArray(value) && value.every((word) => typeof word === 'string' && !word.includes('\0'));
  const words = isWords ? (value as string[]) : [];
  const [program] = words;
  const runs = program !== undefined && isAbsolute(program) && !/\.(bat|cmd)$/i.test(program);
  if (isWords && (program === undefined || runs)) return words;
  refuse('', 'command', 'default');
  return [];
}
