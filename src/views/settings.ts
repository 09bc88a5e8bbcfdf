import { type Disposable, EventEmitter, workspace } from 'vscode';
import { isZone, systemZone, type WeekStart, type Zone } from '../model/calendar.ts';
import type { PollingMode } from '../watchers/fileEvents.ts';

/** A figure the status bar can show. */
export const shownFigures = ['today', 'budget', 'session', 'lastHour', 'month'] as const;
export type ShownFigure = (typeof shownFigures)[number];

/** The settings as the views use them: checked, with defaults, in one plain object. */
export interface Settings {
  readonly enabled: boolean;
  readonly roots: readonly string[];
  readonly storePath: string;
  readonly billing: 'api' | 'subscription';
  /** Dollars, undefined when there is no budget. */
  readonly dailyBudgetUsd: number | undefined;
  readonly monthlyBudgetUsd: number | undefined;
  readonly zone: Zone;
  readonly weekStart: WeekStart;
  readonly show: readonly ShownFigure[];
  readonly scope: 'all' | 'workspace';
  readonly priceOverrides: unknown;
  readonly priceFile: string;
  readonly warnAfterDays: number;
  readonly storeTitles: boolean;
  readonly polling: PollingMode;
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** Reads the settings; a value of the wrong kind counts as its default and is named in `problems`. */
export function readSettings(): { settings: Settings; problems: string[] } {
  const config = workspace.getConfiguration('outlay');
  const problems: string[] = [];
  function get<T>(key: string, fallback: T, isGood: (value: unknown) => value is T): T {
    const value: unknown = config.get(key);
    if (value === undefined || value === null) return fallback;
    if (isGood(value)) return value;
    problems.push(`outlay.${key} is ${JSON.stringify(value)}; using ${JSON.stringify(fallback)}`);
    return fallback;
  }
  const budget = (key: string): number | undefined => get(key, 0, isAmount) || undefined;
  const zone = get('timeZone', '', isText);
  if (zone !== '' && !isZone(zone)) {
    problems.push(`outlay.timeZone: there is no zone "${zone}"; using the system's`);
  }
  const weekStart = weekdays.indexOf(get('weekStart', 'monday', oneOf(weekdays)));
  const settings: Settings = {
    enabled: get('enabled', true, isBoolean),
    roots: get('roots', [], isTexts),
    storePath: get('storePath', '', isText),
    billing: get('billing', 'api', oneOf(['api', 'subscription'] as const)),
    dailyBudgetUsd: budget('budget.dailyUsd'),
    monthlyBudgetUsd: budget('budget.monthlyUsd'),
    zone: zone !== '' && isZone(zone) ? zone : systemZone(),
    weekStart: weekStart as WeekStart,
    show: get('statusBar.show', ['today', 'budget'], isFigures),
    scope: get('statusBar.scope', 'all', oneOf(['all', 'workspace'] as const)),
    priceOverrides: config.get('prices.overrides') ?? {},
    priceFile: get('prices.file', '', isText),
    warnAfterDays: get('prices.warnAfterDays', 45, isAmount),
    storeTitles: get('storeTitles', true, isBoolean),
    polling: get('watch.polling', 'auto', oneOf(['auto', 'always', 'never'] as const)),
  };
  return { settings, problems };
}

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isFigures = (value: unknown): value is ShownFigure[] =>
  Array.isArray(value) && value.every(oneOf(shownFigures));

function oneOf<T extends string>(allowed: readonly T[]): (value: unknown) => value is T {
  return (value): value is T => allowed.includes(value as T);
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
