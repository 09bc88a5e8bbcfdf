import { commands, type Disposable, l10n, type Memento, window } from 'vscode';
import type { Expected, SettingProblem } from '../../settings/settingProblem.ts';
import { inBackground } from '../core/background.ts';
import { commandIds } from '../core/commandIds.ts';
import type { SettingsModel } from '../core/settingsModel.ts';
import { userPrices } from '../core/userPrices.ts';
import { plainUiText } from '../text/plainUiText.ts';

const memoryKey = 'settingProblems';

/** So many problems fit a notification; the log has all of them. */
const named = 3;

/**
 * One warning that names the settings that cannot be used, and not again until they are others:
 * neither after each change of another setting nor after each start.
 */
export class SettingsNotice implements Disposable {
  readonly #settings: SettingsModel;
  readonly #memory: Memento;
  readonly #subscription: Disposable;

  constructor(settings: SettingsModel, memory: Memento) {
    this.#settings = settings;
    this.#memory = memory;
    this.#subscription = settings.onDidChange(() => this.check());
    // Files of prices are read when the editor has its thread back.
    setImmediate(() => this.check());
  }

  /** Looks at all settings, the user's prices included. */
  check(): void {
    const { current, problems } = this.#settings;
    const prices = userPrices(current);
    const sentences = [
      ...problems.map(settingProblemText),
      ...prices.problems.map((problem) => plainUiText(problem)),
    ];
    const told = this.#memory.get<string>(memoryKey) ?? '';
    const now = sentences.join('\n');
    if (now === told) return;
    inBackground(this.#memory.update(memoryKey, now));
    if (sentences.length > 0) inBackground(this.#show(sentences, problems));
  }

  async #show(sentences: readonly string[], problems: readonly SettingProblem[]): Promise<void> {
    const openSettings = l10n.t('Open Settings');
    const showLog = l10n.t('Show Log');
    const picked = await window.showWarningMessage(noticeText(sentences), openSettings, showLog);
    if (picked === showLog) await commands.executeCommand(commandIds.showLog);
    if (picked !== openSettings) return;
    const keys = new Set(problems.map(({ key }) => key));
    const [only] = keys;
    const query = keys.size === 1 && sentences.length === 1 ? `@id:${only}` : '@ext:outlay.outlay';
    await commands.executeCommand('workbench.action.openSettings', query);
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

/** The notification's text: how many, and the first few by name. */
export function noticeText(sentences: readonly string[]): string {
  const lead =
    sentences.length === 1
      ? l10n.t('Outlay: 1 setting has a value it cannot use.')
      : l10n.t('Outlay: {0} settings have values it cannot use.', sentences.length);
  const shown = sentences.slice(0, named);
  const more = sentences.length - shown.length;
  if (more > 0) shown.push(l10n.t('And {0} more; see the log.', more));
  return [lead, ...shown].join(' ');
}

/** A problem in the editor's language: where, what to write, and what holds until then. */
export function settingProblemText({ key, place, expected, instead }: SettingProblem): string {
  const setting = plainUiText(key + place);
  const wanted = expectedText(expected);
  return instead === 'default'
    ? l10n.t('{0} must be {1}; its default applies until then.', setting, wanted)
    : l10n.t('{0} must be {1}; it is ignored until then.', setting, wanted);
}

function expectedText(expected: Expected): string {
  switch (expected) {
    case 'boolean':
      return l10n.t('true or false');
    case 'folders':
      return l10n.t('a list of folders');
    case 'folder':
      return l10n.t('a folder');
    case 'absoluteFolder':
      return l10n.t('an absolute path of a folder');
    case 'hostFolders':
      return l10n.t('an object of folders by the name of their host');
    case 'hostName':
      return l10n.t('the name of a host: letters, digits, dots, dashes');
    case 'path':
      return l10n.t('a path');
    case 'billing':
      return l10n.t('"api" or "subscription"');
    case 'dollars':
      return l10n.t('a number of US dollars from 0 to 1,000,000');
    case 'zone':
      return l10n.t('a time zone such as "Europe/Berlin"');
    case 'weekday':
      return l10n.t('a day such as "monday"');
    case 'days':
      return l10n.t('a number of days, 0 or more');
    case 'messageDays':
      return l10n.t('a whole number of days, 30 or more');
    case 'dayDays':
      return l10n.t('a whole number of days, not fewer than outlay.retention.messageDays');
    case 'polling':
      return l10n.t('"auto", "always" or "never"');
    case 'agents':
      return l10n.t('a whole number of agents from 0 to 100,000');
    case 'hops':
      return l10n.t('a whole number from 0 to 100');
    case 'breaker':
      return l10n.t('an object with "sameCall", "failing" and "idleUsd", each with thresholds');
    case 'coldCache':
      return l10n.t('"off", "say" or "ask"');
    case 'transport':
      return l10n.t('"process" or "http"');
    case 'budgets':
      return l10n.t('an object with a budget for each project folder');
    case 'budget':
      return l10n.t('an object with "dailyUsd", "monthlyUsd" or both');
    case 'figures':
      return l10n.t('a list of figures');
    case 'figure':
      return l10n.t('"today", "budget", "session", "lastHour" or "month"');
    case 'scope':
      return l10n.t('"all" or "workspace"');
    case 'currency':
      return l10n.t('an object with "code" and "rates"');
    case 'currencyCode':
      return l10n.t('a currency code of three letters such as "EUR"');
    case 'rates':
      return l10n.t('an object with one rate at least, by date');
    case 'day':
      return l10n.t('a date such as "2026-11-01"');
    case 'rate':
      return l10n.t('a number above 0: what one US dollar is worth');
    case 'groups':
      return l10n.t('an object with a list of project folders for each group');
    case 'paths':
      return l10n.t('a list of folders');
    case 'tags':
      return l10n.t('an object with a list of branch patterns for each tag');
    case 'branches':
      return l10n.t('a list of branch patterns');
    case 'accounts':
      return l10n.t('an object with a name for each configuration directory');
    case 'channels':
      return l10n.t('a list of channels');
    case 'channel':
      return '"editor", "log", "webhook", "slack", "email", "command"';
    case 'rules':
      return l10n.t('a list of rules');
    case 'rule':
      return '"budget", "forecast", "exhaustion", "hourly", "projection", "spike", "acceleration", "outlier", "peer"';
    case 'alertDays':
      return l10n.t('a number of days from 0 to 3,650');
    case 'templates':
      return l10n.t('an object with a text for "info", "warning", "critical" or "stop"');
    case 'template':
      return l10n.t(
        'a text for "info", "warning", "critical" or "stop" with fields such as {title}, {text}, {spent} and {limit}',
      );
    case 'webhookUrl':
      return l10n.t(
        'an address that begins with https:// (http:// only for this machine), without a password',
      );
    case 'webhookFormat':
      return l10n.t('"json", "slack", "discord", "teams" or "ntfy"');
    case 'command':
      return l10n.t('a list that begins with the absolute path of a program (no .bat or .cmd)');
    case 'name':
      return l10n.t('a name');
  }
}
