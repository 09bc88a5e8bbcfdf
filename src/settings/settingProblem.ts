import { plainText } from '../text/plainText.ts';

/** What a setting or a part of one has to be. */
export type Expected = keyof typeof expectations;

/** The same in words. Views have their own, in the editor's language. */
const expectations = {
  boolean: 'true or false',
  folders: 'a list of folders',
  folder: 'a folder',
  absoluteFolder: 'an absolute path of a folder',
  hostFolders: 'an object of folders by the name of their host',
  hostName: 'the name of a host: letters, digits, dots, dashes',
  path: 'a path',
  billing: '"api" or "subscription"',
  dollars: 'dollars from 0 to 1000000',
  zone: 'a time zone such as "Europe/Berlin"',
  weekday: 'a day such as "monday"',
  days: 'a number of days, 0 or more',
  messageDays: 'a whole number of days, 30 or more',
  dayDays: 'a whole number of days, not fewer than "outlay.retention.messageDays"',
  polling: '"auto", "always" or "never"',
  agents: 'a whole number of agents from 0 to 100000',
  hops: 'a whole number from 0 to 100',
  breaker: '{ "sameCall": { "warn": 8, "ask": 16, "deny": 0 }, "failing": …, "idleUsd": … }',
  coldCache: '"off", "say" or "ask"',
  transport: '"process" or "http"',
  budgets: 'an object of budgets by path',
  budget: '{ "dailyUsd": …, "monthlyUsd": … }',
  figures: 'a list of figures',
  figure: '"today", "budget", "session", "lastHour" or "month"',
  scope: '"all" or "workspace"',
  currency: '{ "code": "EUR", "rates": { "2026-11-01": 0.92 } }',
  currencyCode: 'a currency code of three letters such as "EUR"',
  rates: 'an object of rates by date, with one at least',
  day: 'a date such as "2026-11-01"',
  groups: 'an object of groups, each with a list of project paths',
  paths: 'a list of paths',
  tags: 'an object of tags, each with a list of branch patterns',
  branches: 'a list of branch patterns',
  accounts: 'an object of names by configuration directory',
  name: 'a name',
  channels: 'a list of channels',
  channel: '"editor", "log", "webhook", "slack", "email" or "command"',
  rules: 'a list of rules',
  rule: '"budget", "forecast", "exhaustion", "hourly", "projection", "spike", "acceleration", "outlier" or "peer"',
  alertDays: 'a number of days from 0 to 3650',
  templates: 'an object with a text for "info", "warning", "critical" or "stop"',
  template:
    'a text for "info", "warning", "critical" or "stop" with fields such as {title}, {text}, {spent} and {limit}',
  webhookUrl:
    'an address that begins with https:// (http:// only for this machine), without a password',
  webhookFormat: '"json", "slack", "discord", "teams" or "ntfy"',
  command: 'a list that begins with the absolute path of a program (no .bat or .cmd)',
  rate: 'a number above 0: what one US dollar is worth',
} as const;

/** A value that cannot be used. */
export interface SettingProblem {
  /** The setting, e.g. `outlay.billing`. */
  readonly key: string;
  /** Where in the setting, e.g. `["/home/dev/shop"]`; '' for all of it. */
  readonly place: string;
  readonly expected: Expected;
  /** Whether the default holds instead, or only this part counts as not written. */
  readonly instead: 'default' | 'ignored';
}

/** A problem as one English sentence; `file` is where the value was read. */
export function problemSentence(problem: SettingProblem, file: string): string {
  const holds = problem.instead === 'default' ? 'its default is used' : 'it is ignored';
  return `${file}: ${said(problem)}; ${holds}.`;
}

/** The same where a value is refused. */
export function wrongValue(problem: SettingProblem): string {
  return `${said(problem)}.`;
}

function said({ key, place, expected }: SettingProblem): string {
  return `${key}${place} is not ${expectations[expected]}`;
}

/** A name or a number in a list, as a place inside a setting. */
export function jsonPathOf(name: string | number): string {
  return `[${plainText(JSON.stringify(name))}]`;
}
