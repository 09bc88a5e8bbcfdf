import { type Disposable, EventEmitter, workspace } from 'vscode';
import { problemSentence, type SettingProblem } from '../../settings/settingProblem.ts';
import { parseSettings, sharedSettings, type UserSettings } from '../../settings/settings.ts';
import { readTable, type SettingTable, type Values } from '../../settings/settingTable.ts';
import { editorSettings } from '../../settings/statusBarSettings.ts';

/** The settings as the views use them: checked, with defaults, in one plain object. */
export interface Settings extends UserSettings, Values<typeof editorSettings> {}

/** What came of reading the settings. */
export interface CheckedSettings {
  readonly settings: Settings;
  readonly problems: readonly SettingProblem[];
}

/** Reads the settings; a value of the wrong kind counts as its default and is named. */
export function readSettings(): CheckedSettings {
  const config = workspace.getConfiguration();
  const written = (table: SettingTable): [string, unknown][] =>
    Object.values(table).map(({ key }) => [key, config.get<unknown>(key)]);
  const { settings, problems: shared } = parseSettings(Object.fromEntries(written(sharedSettings)));
  const problems = [...shared];
  const own = readTable(editorSettings, new Map(written(editorSettings)), problems);
  return { settings: { ...settings, ...own }, problems };
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
