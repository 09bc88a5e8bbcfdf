import { type Disposable, EventEmitter, workspace } from 'vscode';
import { parseConfig, type UserSettings } from '../reports/config.ts';

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
  'outlay.timeZone',
  'outlay.weekStart',
  'outlay.prices.overrides',
  'outlay.prices.file',
  'outlay.prices.warnAfterDays',
  'outlay.storeTitles',
  'outlay.watch.polling',
] as const;

/** Reads the settings; a value of the wrong kind counts as its default and is named in `problems`. */
export function readSettings(): { settings: Settings; problems: readonly string[] } {
  const config = workspace.getConfiguration();
  const values = Object.fromEntries(sharedKeys.map((key) => [key, config.get<unknown>(key)]));
  const { settings, problems } = parseConfig({ settings: values }, 'settings.json');
  const show = config.get<unknown>('outlay.statusBar.show');
  const scope = config.get<unknown>('outlay.statusBar.scope');
  const goodShow = Array.isArray(show) && show.every((name) => shownFigures.includes(name));
  return {
    settings: {
      ...settings,
      show: goodShow ? (show as ShownFigure[]) : ['today', 'budget'],
      scope: scope === 'workspace' ? 'workspace' : 'all',
    },
    problems: goodShow
      ? problems
      : [
          ...problems,
          `settings.json: outlay.statusBar.show is not a list of ${shownFigures.join(', ')}; its default is used.`,
        ],
  };
}

/** The present settings and an event when any of them changes. */
export class SettingsModel implements Disposable {
  readonly #changed = new EventEmitter<Settings>();
  readonly #subscription: Disposable;
  /** Fired with the new settings after any of them changed. */
  readonly onDidChange = this.#changed.event;
  #current: Settings;

  constructor(onProblem: (problem: string) => void) {
    const read = (): Settings => {
      const { settings, problems } = readSettings();
      for (const problem of problems) onProblem(problem);
      return settings;
    };
    this.#current = read();
    this.#subscription = workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('outlay')) return;
      this.#current = read();
      this.#changed.fire(this.#current);
    });
  }

  get current(): Settings {
    return this.#current;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}
