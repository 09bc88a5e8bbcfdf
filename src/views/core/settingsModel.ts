import { type Disposable, EventEmitter, workspace } from 'vscode';
import { placeOf, problemSentence, type SettingProblem } from '../../settings/settingProblem.ts';
import { parseSettings, type UserSettings } from '../../settings/settings.ts';

/** A figure the status bar can show. */
export const shownFigures = ['today', 'budget', 'session', 'lastHour', 'month'] as const;
export type ShownFigure = (typeof shownFigures)[number];

/** The settings as the views use them: checked, with defaults, in one plain object. */
export interface Settings extends UserSettings {
  readonly show: readonly ShownFigure[];
  readonly scope: 'all' | 'workspace';
}

/** Settings the terminal understands too; they are mirrored for it. */
export const sharedKeys = [
  'outlay.enabled',
  'outlay.roots',
  'outlay.storePath',
  'outlay.billing',
  'outlay.budget.dailyUsd',
  'outlay.budget.monthlyUsd',
  'outlay.budget.projects',
  'outlay.groups',
  'outlay.tags',
  'outlay.accounts',
  'outlay.timeZone',
  'outlay.weekStart',
  'outlay.currency',
  'outlay.prices.overrides',
  'outlay.prices.file',
  'outlay.prices.warnAfterDays',
  'outlay.storeTitles',
  'outlay.retention.enabled',
  'outlay.retention.messageDays',
  'outlay.retention.dayDays',
  'outlay.watch.polling',
] as const;

/** What came of reading the settings. */
export interface CheckedSettings {
  readonly settings: Settings;
  readonly problems: readonly SettingProblem[];
}

/** Reads the settings; a value of the wrong kind counts as its default and is named. */
export function readSettings(): CheckedSettings {
  const config = workspace.getConfiguration();
  const values = Object.fromEntries(sharedKeys.map((key) => [key, config.get<unknown>(key)]));
  const { settings, problems: shared } = parseSettings(values);
  const problems = [...shared];
  const show = readShow(config.get<unknown>('outlay.statusBar.show'), problems);
  const scope = readScope(config.get<unknown>('outlay.statusBar.scope'), problems);
  return { settings: { ...settings, show, scope }, problems };
}

function readShow(value: unknown, problems: SettingProblem[]): readonly ShownFigure[] {
  const key = 'outlay.statusBar.show';
  if (value === undefined || value === null) return ['today', 'budget'];
  if (!Array.isArray(value)) {
    problems.push({ key, place: '', expected: 'figures', instead: 'default' });
    return ['today', 'budget'];
  }
  const figures: ShownFigure[] = [];
  for (const [index, name] of value.entries()) {
    const known = shownFigures.find((figure) => figure === name);
    if (known === undefined) {
      problems.push({ key, place: placeOf(index), expected: 'figure', instead: 'ignored' });
    } else if (!figures.includes(known)) figures.push(known);
  }
  return figures;
}

function readScope(value: unknown, problems: SettingProblem[]): Settings['scope'] {
  if (value === 'all' || value === 'workspace') return value;
  if (value === undefined || value === null) return 'all';
  const key = 'outlay.statusBar.scope';
  problems.push({ key, place: '', expected: 'scope', instead: 'default' });
  return 'all';
}

/** A problem as the log and the diagnostics write it, in English. */
export function settingsSentence(problem: SettingProblem): string {
  return problemSentence(problem, 'settings.json');
}

/** The present settings and an event when any of them changes. */
export class SettingsModel implements Disposable {
  readonly #changed = new EventEmitter<Settings>();
  readonly #subscription: Disposable;
  /** Fired with the new settings after any of them changed. */
  readonly onDidChange = this.#changed.event;
  #read: CheckedSettings;

  constructor(onProblem: (problem: string) => void) {
    let told: readonly string[] = [];
    const read = (): CheckedSettings => {
      const checked = readSettings();
      const sentences = checked.problems.map(settingsSentence);
      // A change of one setting says nothing new about the others.
      for (const sentence of sentences) if (!told.includes(sentence)) onProblem(sentence);
      told = sentences;
      return checked;
    };
    this.#read = read();
    this.#subscription = workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('outlay')) return;
      this.#read = read();
      this.#changed.fire(this.#read.settings);
    });
  }

  get current(): Settings {
    return this.#read.settings;
  }

  /** Values that cannot be used, and what holds instead. */
  get problems(): readonly SettingProblem[] {
    return this.#read.problems;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
