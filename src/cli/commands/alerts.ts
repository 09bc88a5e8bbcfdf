import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { alertList } from '../../alerts/alertList.ts';
import { alertWords } from '../../alerts/alertText.ts';
import { alertJson } from '../../alerts/channels/bodies.ts';
import { type ChannelWorld, messageFor } from '../../alerts/channels/channel.ts';
import { channels, channelsInForce } from '../../alerts/channels/registry.ts';
import { type Checked, checkAlerts, testAlert } from '../../alerts/checkAlerts.ts';
import { snooze } from '../../alerts/decide.ts';
import { type Deliverer, deliverAlerts } from '../../alerts/deliverAlerts.ts';
import { readSecrets } from '../../alerts/secrets.ts';
import { dollarBudget } from '../../analysis/budgets/budget.ts';
import { poolNotes } from '../../budgets/pooled.ts';
import { type Alert, readAlertHistory, updateAlertState } from '../../dataFolder/alertFile.ts';
import type { BudgetEntry } from '../../dataFolder/budgetFile.ts';
import { resolveStorePath } from '../../dataFolder/paths.ts';
import { hourMs } from '../../model/calendar.ts';
import { HumanError, messageOf } from '../../model/errors.ts';
import { fingerprint } from '../../model/fingerprint.ts';
import { levelNames } from '../../model/level.ts';
import { usdToNano } from '../../model/money.ts';
import { count } from '../../query/context.ts';
import { lengthMs, pastMoment } from '../../query/spans.ts';
import { type Document, noteText } from '../../reports/document/document.ts';
import type { AlertSettings, ChannelName } from '../../settings/alertSettings.ts';
import { bringUpToDate, print, withContext } from '../support/answer.ts';
import { now } from '../support/clock.ts';
import { type Environment, findEnvironment } from '../support/environment.ts';
import {
  type CommonOptions,
  dollars,
  formatOf,
  wholeNumber,
  withCommonOptions,
} from '../support/options.ts';
import { complain, say, sayJsonLine } from '../support/say.ts';
import { addAlertService } from './alertService.ts';
import { groupOf } from './reports.ts';
import { TeamTurns } from './team/turns.ts';

interface AlertOptions extends CommonOptions {
  readonly budget?: number;
  readonly hourlyMax?: number;
  readonly dailyMax?: number;
  readonly continuous?: true;
  readonly interval: number;
}

const examples = `
Examples:
  outlay alerts                               tell what is new; exit 1 where something was
  outlay alerts --budget 20 --hourly-max 5    with a budget of $20 for today and $5 for an hour
  outlay alerts --continuous --interval 60    every minute, until stopped
  outlay alerts list --since 7d               what was told, and by which channels
  outlay alerts test slack                    try a channel
  outlay alerts snooze "spike" --for 4h       nothing of it for four hours

An alert is told once: by one of all windows and terminals, not again in its period unless it gets worse.
docs/alerts.md has the rules, the channels and their variables.`;

/** How long an alert is snoozed unless told otherwise, and at most. */
const usualSnooze = '1h';
const longestSnoozeMs = 32 * 24 * hourMs;

/** `outlay alerts`, with `list`, `test`, `snooze`, `install` and `uninstall`. */
export function addAlerts(program: Command): void {
  const group = groupOf(program, 'alerts')
    .description(
      'Tell when a budget reaches a level or spend is unusual; exit 1 where it was told.',
    )
    .option('--budget <usd>', 'as if there were a budget of so many dollars for today', dollars)
    .option('--hourly-max <usd>', 'tell when 60 minutes cost more', dollars)
    .option('--daily-max <usd>', 'tell when today is on track to cost more', dollars)
    .option('--continuous', 'go on until stopped')
    .option('--interval <seconds>', 'how often, with --continuous', wholeNumber, 300)
    .addHelpText('after', examples);
  withCommonOptions(group).action(async () => {
    const options = group.opts<AlertOptions>();
    await (options.continuous ? checkForEver(options) : checkOnce(options));
  });
  addList(group);
  addTest(group);
  addSnooze(group);
  addAlertService(group);
}

async function checkOnce(options: AlertOptions): Promise<void> {
  const { environment, checked, document } = await check(options, options, new TeamTurns());
  print(environment, document);
  if (checked.fired.length > 0) process.exitCode = 1;
}

/** Checks again and again. Whatever is wrong with the store or a file is said, and tried again. */
async function checkForEver(options: AlertOptions): Promise<void> {
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
  const turns = new TeamTurns();
  let told = '';
  while (!ended.signal.aborted) {
    try {
      // Settings, budgets and prices may have changed meanwhile.
      const quiet = { ...options, quiet: true } as const;
      const { environment, checked, document } = await check(quiet, options, turns);
      tellLines(environment, checked);
      told = complainOnce(document.notes.map(noteText).join(' '), told);
    } catch (error) {
      told = complainOnce(messageOf(error), told);
    }
    const pause = sleep(options.interval * 1000, undefined, { signal: ended.signal });
    await pause.catch(() => undefined);
  }
  // What could not be read in between is no failure of the whole.
  process.exitCode = 0;
}

function complainOnce(text: string, told: string): string {
  if (text !== '' && text !== told) complain(text);
  return text;
}

function tellLines(environment: Environment, { fired }: Checked): void {
  for (const alert of fired) {
    const words = alertWords(alert, { ...wordsOptions(environment), names: true });
    if (formatOf(environment.options) === 'json') {
      sayJsonLine(alertJson({ alert, words, test: false }));
    } else say(`${new Date(alert.at).toISOString()} ${alert.level}: ${words.message}`);
  }
}

function wordsOptions({ zone, settings }: Environment) {
  return { zone, templates: settings.alerts.templates };
}

interface CheckedOnce {
  readonly environment: Environment;
  readonly checked: Checked;
  readonly document: Document;
}

async function check(
  common: CommonOptions,
  options: AlertOptions,
  turns: TeamTurns,
): Promise<CheckedOnce> {
  const first = findEnvironment(common);
  const freshness = await bringUpToDate(first);
  // What others spent is known by now as well.
  const environment = (await turns.take(first)) ? findEnvironment(common) : first;
  const { settings, folder } = environment;
  const alerts = withLimits(settings.alerts, options);
  const storeName = nameOfStore(environment);
  // Windows show what is in the user's own store.
  const wanted = channelsInForce(alerts, process.env).filter(
    (name) => storeName === '' || name !== 'editor',
  );
  const { checked, noData, shared } = withContext(environment, freshness, (context) => {
    const own = options.budget === undefined ? [] : [dayBudget(options.budget)];
    const asked = { ...context, budgets: [...context.budgets, ...own] };
    const noData = context.reader.kept().messages === 0;
    const shared = poolNotes(asked.budgets, context);
    if (!settings.alerts.enabled) return { checked: { fired: [], held: [] }, noData, shared };
    const checked = checkAlerts(asked, {
      dataFolder: folder,
      settings: alerts,
      channels: wanted,
      storeName,
    });
    return { checked, noData, shared };
  });
  const problems = await deliver(environment, alerts, wanted, checked);
  const notes = [
    ...(settings.alerts.enabled ? [] : ['Alerts are switched off by outlay.alerts.enabled.']),
    ...shared,
    ...problems,
    ...freshness.problems,
    ...environment.problems,
  ];
  return { environment, checked, document: documentOf(environment, checked, noData, notes) };
}

/** Of a store that is not the user's own alerts are told apart. */
function nameOfStore({ storeFile, settings }: Environment): string {
  const own = resolveStorePath({ setting: settings.storePath });
  return storeFile === own ? '' : `store ${fingerprint(storeFile)}`;
}

function withLimits(settings: AlertSettings, { hourlyMax, dailyMax }: AlertOptions): AlertSettings {
  return {
    ...settings,
    ...(hourlyMax !== undefined && { hourlyUsd: hourlyMax }),
    ...(dailyMax !== undefined && { dailyProjectionUsd: dailyMax }),
  };
}

function dayBudget(usd: number): BudgetEntry {
  return {
    budget: dollarBudget({ kind: 'global' }, { kind: 'day' }, usdToNano(usd)),
    origin: 'environment',
    setAt: undefined,
  };
}

/** Tells what is open by the channels a terminal has; what was told here already is not said again. */
async function deliver(
  environment: Environment,
  settings: AlertSettings,
  wanted: readonly ChannelName[],
  { fired }: Pick<Checked, 'fired'>,
): Promise<string[]> {
  const world = channelWorld(environment, settings);
  const said = new Set(fired.map(({ id }) => id));
  const problems: string[] = [];
  const deliverers = channels.flatMap((channel): Deliverer[] => {
    if (!wanted.includes(channel.name)) return [];
    const problem = channel.problem(world);
    if (problem !== undefined) problems.push(`Nothing is told by ${channel.name}: ${problem}`);
    if (problem !== undefined) return [];
    const send = async (alert: Alert): Promise<void> => {
      if (channel.name === 'log' && said.has(alert.id)) return;
      await channel.send(messageFor(channel, alert, world), world);
    };
    return [{ channel: channel.name, send }];
  });
  const place = { dataFolder: environment.folder, owner: randomUUID(), clock: now };
  const delivered = await deliverAlerts(place, deliverers);
  return [...problems, ...delivered.problems];
}

function channelWorld(environment: Environment, settings: AlertSettings): ChannelWorld {
  return {
    settings,
    secrets: readSecrets(process.env),
    zone: environment.zone,
    log: complain,
    sleep: (ms) => sleep(ms),
  };
}

function documentOf(
  environment: Environment,
  { fired, held }: Checked,
  noData: boolean,
  notes: readonly string[],
): Document {
  const options = { ...wordsOptions(environment), names: true };
  const told = fired.map((alert) => ({ alert, words: alertWords(alert, options) }));
  const before = held.length === 0 ? '' : ` ${count(held.length, 'other')} told before still hold.`;
  const first =
    fired.length > 0
      ? `${count(fired.length, 'alert')}.`
      : noData
        ? 'No data: no sessions found. "outlay doctor" shows where Outlay looked.'
        : 'Nothing new to tell.';
  return {
    title: 'Alerts',
    sentences: [first + before],
    tables: [
      {
        title: '',
        columns: [
          { key: 'level', header: 'Level', unit: 'text' },
          { key: 'message', header: 'What', unit: 'text', widest: 200, wraps: true, fills: true },
          { key: 'key', header: 'Key', unit: 'text', widest: 80, details: true },
        ],
        rows: told.map(({ alert, words }) => [alert.level, words.message, alert.key]),
      },
    ],
    notes,
    json: {
      schemaVersion: 1,
      status: fired.length > 0 ? 'alert' : noData ? 'no-data' : 'ok',
      alerts: told.map(({ alert, words }) => alertJson({ alert, words, test: false })),
      held: held.map(({ key, rule, level }) => ({ key, rule, level: levelNames[level] })),
      notes,
    },
  };
}

interface ListOptions extends CommonOptions {
  readonly since?: string;
}

function addList(group: Command): void {
  const list = group
    .command('list')
    .description('What was told, the latest first, and by which channels.')
    .option('--since <time>', 'from this time on: a day, a moment, 24h, 7d, 3mo');
  withCommonOptions(list).action(() => {
    const options = list.optsWithGlobals<ListOptions>();
    const environment = findEnvironment(options);
    const { zone, settings, folder, problems } = environment;
    const clock = { now: now(), zone, weekStart: settings.weekStart };
    const { since } = options;
    const from = since === undefined ? 0 : pastMoment(since, '--since', clock);
    const span = { from, to: Number.MAX_SAFE_INTEGER };
    const { templates } = settings.alerts;
    const asked = { dataFolder: folder, span, now: clock.now, zone, templates, problems };
    print(environment, alertList(asked));
  });
}

function addTest(group: Command): void {
  const test = group
    .command('test')
    .description('Send a test alert by a channel, or by all that are switched on.')
    .argument('[channel]', `one of: ${channels.map(({ name }) => name).join(', ')}`);
  withCommonOptions(test).action(async (name: string | undefined) => {
    const environment = findEnvironment(test.optsWithGlobals<CommonOptions>());
    const settings = environment.settings.alerts;
    const world = channelWorld(environment, settings);
    const wanted = name === undefined ? channelsInForce(settings, process.env) : [name];
    const meant = channels.filter((channel) => wanted.includes(channel.name));
    if (name !== undefined && meant.length === 0) {
      const known = channels.map((channel) => channel.name).join(', ');
      throw new HumanError(
        'usage',
        `There is no channel ${JSON.stringify(name.slice(0, 40))} to try here: use ${known}. The editor's notifications are tried by "Outlay: Send a Test Alert…".`,
      );
    }
    const results: { channel: string; problem: string | undefined }[] = [];
    for (const channel of meant) {
      let problem = channel.problem(world);
      if (problem === undefined) {
        const alert = testAlert(now());
        problem = await channel
          .send(messageFor(channel, alert, world), world)
          .then(() => undefined, messageOf);
        if (problem !== undefined) process.exitCode = 3;
      } else process.exitCode ??= 2;
      results.push({ channel: channel.name, problem });
    }
    print(environment, {
      title: 'Test of channels',
      sentences: results.map(({ channel, problem }) =>
        problem === undefined ? `${channel}: sent.` : `${channel}: ${problem}`,
      ),
      tables: [],
      notes: environment.problems,
      json: {
        schemaVersion: 1,
        channels: results.map(({ channel, problem }) => ({
          channel,
          ok: problem === undefined,
          problem: problem ?? null,
        })),
        notes: environment.problems,
      },
    });
  });
}

interface SnoozeOptions extends CommonOptions {
  readonly for: string;
}

function addSnooze(group: Command): void {
  const command = group
    .command('snooze')
    .description('Tell nothing of an alert for a while; what still holds then is told again.')
    .argument('<key>', 'its key or the beginning of its id, as "outlay alerts list" has them')
    .option('--for <length>', 'how long: 90m, 24h, 7d', usualSnooze);
  withCommonOptions(command).action((written: string) => {
    const options = command.optsWithGlobals<SnoozeOptions>();
    const environment = findEnvironment(options);
    const key = keyOf(environment, written);
    const at = now();
    const { zone, settings, folder } = environment;
    const length = lengthMs(options.for, { now: at, zone, weekStart: settings.weekStart });
    if (length === undefined || length <= 0 || length > longestSnoozeMs) {
      throw new HumanError(
        'usage',
        `${JSON.stringify(options.for.slice(0, 40))} is not a length of time to snooze. Use 90m, 24h or 7d, at most 32d.`,
      );
    }
    const until = at + length;
    updateAlertState(folder, (state) => ({ state: snooze(state, key, until), result: undefined }));
    const notes = environment.problems;
    print(environment, {
      title: 'Alerts',
      sentences: [`${key} is snoozed until ${new Date(until).toISOString()}.`],
      tables: [],
      notes,
      json: { schemaVersion: 1, key, until: new Date(until).toISOString(), notes },
    });
  });
}

/** The key that is meant: only what was told once can be snoozed, so that a slip is seen. */
function keyOf({ folder }: Environment, written: string): string {
  const { alerts } = readAlertHistory(folder);
  const found = new Set(
    alerts.filter(({ id, key }) => key === written || id.startsWith(written)).map(({ key }) => key),
  );
  const [only] = found;
  if (only !== undefined && found.size === 1) return only;
  const many = found.size > 1 ? 'Several alerts have' : 'No alert was told that has';
  throw new HumanError(
    'usage',
    `${many} the key or id ${JSON.stringify(written.slice(0, 80))}. "outlay alerts list" shows them.`,
  );
}
