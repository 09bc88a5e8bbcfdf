import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { problemSentence } from '../settings/settingProblem.ts';
import { defaultSettings, parseSettings, type UserSettings } from '../settings/settings.ts';
import { type BudgetEntry, readBudgets } from './budgetFile.ts';
import { type BudgetOverride, readOverrides } from './overrideFile.ts';

/** What came of reading the mirrored settings. */
export interface ReadSettings {
  readonly settings: UserSettings;
  /** What `outlay budget set` stored. */
  readonly budgets: readonly BudgetEntry[];
  /** What of budgets is excepted for a while, ended or not. */
  readonly overrides: readonly BudgetOverride[];
  /** One sentence each: where, what is wrong, what holds instead. */
  readonly problems: readonly string[];
}

const envelope = z.looseObject({
  settings: z._default(z.record(z.string(), z.unknown()), {}),
});

function unusable(file: string, why: string): ReadSettings {
  const problem = `The settings ${file} ${why}; defaults are used.`;
  return { settings: defaultSettings(), budgets: [], overrides: [], problems: [problem] };
}

/** Reads settings in the form of the file: `{ "revision": 7, "settings": { "outlay.billing": "api" } }`. */
export function parseConfig(data: unknown, file = 'config.json'): ReadSettings {
  const parsed = envelope.safeParse(data);
  if (!parsed.success) return unusable(file, 'has no object "settings"');
  const { settings, problems } = parseSettings(parsed.data.settings);
  const { entries, problems: budgetProblems } = readBudgets(parsed.data, file);
  const sentences = problems.map((problem) => problemSentence(problem, file));
  return {
    settings,
    budgets: entries,
    overrides: readOverrides(parsed.data),
    problems: [...sentences, ...budgetProblems],
  };
}

/** Reads `config.json`, the editor's settings mirrored into the data folder. No file is no problem. */
export function readConfig(file: string): ReadSettings {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return { settings: defaultSettings(), budgets: [], overrides: [], problems: [] };
    }
    return unusable(file, `cannot be read (${code ?? 'unknown reason'})`);
  }
  try {
    return parseConfig(JSON.parse(text.replace(/^\ufeff/, '')), file);
  } catch {
    return unusable(file, 'is not JSON');
  }
}
