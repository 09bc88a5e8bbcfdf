import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Budget, budgetActions, budgetBases } from '../analysis/budgets/budget.ts';
import {
  parseLimit,
  parsePeriod,
  parseScope,
  parseUnit,
} from '../analysis/budgets/budgetNotation.ts';
import { parseThresholds } from '../analysis/budgets/thresholds.ts';
import type { TimeTagEvent } from '../analysis/spend/timeTags.ts';
import type { BudgetEntry } from '../dataFolder/budgetFile.ts';
import { type BudgetOverride, readOverrides } from '../dataFolder/overrideFile.ts';
import { mostDollars } from '../model/amount.ts';
import { isZone, systemZone, type WeekStart, type Zone } from '../model/calendar.ts';
import { HumanError } from '../model/errors.ts';
import { defaultThresholds } from '../model/level.ts';
import { isObject } from '../model/objects.ts';
import type { ProjectBudget } from '../settings/budgetSettings.ts';
import { type GuardSettings, guardSettings } from '../settings/guardSettings.ts';
import { readLists } from '../settings/labelSettings.ts';
import type { Labels } from '../settings/labels.ts';
import { type Refuse, readTable } from '../settings/settingTable.ts';

/**
 * What the guard has to know of `config.json`, read by hand: the same as `readConfig`, which a test
 * compares, without the tenth of a second that checking everything else takes.
 */
export interface GuardConfig extends GuardSettings {
  /** False where the user has switched Outlay off. */
  readonly enabled: boolean;
  readonly weekStart: WeekStart;
  readonly zone: Zone;
  readonly storePath: string;
  readonly dailyBudgetUsd: number | undefined;
  readonly monthlyBudgetUsd: number | undefined;
  readonly projectBudgets: ReadonlyMap<string, ProjectBudget>;
  readonly priceOverrides: unknown;
  readonly priceFile: string;
  readonly groups: Labels['groups'];
  readonly tags: Labels['tags'];
  readonly budgets: readonly BudgetEntry[];
  readonly overrides: readonly BudgetOverride[];
  /** Something in the file, or the file, cannot be read, so that a limit may be missing. */
  readonly incomplete: boolean;
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** Reads `config.json`; no file is a file without anything in it. */
export function readGuardConfig(folder: string): GuardConfig {
  let text: string;
  try {
    text = readFileSync(join(folder, 'config.json'), 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return parseGuardConfig({}, code !== 'ENOENT' && code !== 'ENOTDIR');
  }
  try {
    return parseGuardConfig(text.trim() === '' ? {} : JSON.parse(text));
  } catch {
    return parseGuardConfig({}, true);
  }
}

export function parseGuardConfig(content: unknown, broken = false): GuardConfig {
  const file = isObject(content) ? content : {};
  const { settings = {} } = file;
  const usable = isObject(content) && isObject(settings);
  const written: Readonly<Record<string, unknown>> = usable && isObject(settings) ? settings : {};
  const value = (name: string): unknown => written[`outlay.${name}`] ?? undefined;
  const problems: unknown[] = [];
  const guard = readTable(guardSettings, new Map(Object.entries(written)), []);
  const refuse: Refuse = (...problem) => void problems.push(problem);
  const dollars = (name: string): number | undefined => {
    const amount = value(name);
    if (amount === undefined || isAmount(amount))
      return (amount as number | undefined) || undefined;
    problems.push(name);
    return undefined;
  };
  const zone = value('timeZone');
  const { entries, bad } = usable ? readBudgetList(file.budgets) : { entries: [], bad: 0 };
  const config = {
    ...guard,
    enabled: value('enabled') !== false,
    weekStart: weekStartOf(value('weekStart')),
    zone: typeof zone === 'string' && zone !== '' && isZone(zone) ? zone : systemZone,
    storePath: textOf(value('storePath')),
    dailyBudgetUsd: dollars('budget.dailyUsd'),
    monthlyBudgetUsd: dollars('budget.monthlyUsd'),
    projectBudgets: readProjects(value('budget.projects') ?? {}, refuse),
    priceOverrides: value('prices.overrides') ?? {},
    priceFile: textOf(value('prices.file')),
    groups: readLists(value('groups') ?? {}, () => {}, 'groups', 'paths'),
    tags: readLists(value('tags') ?? {}, () => {}, 'tags', 'branches'),
    budgets: entries,
    overrides: usable ? readOverrides(file) : [],
  };
  return { ...config, incomplete: broken || !usable || bad > 0 || problems.length > 0 };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function weekStartOf(value: unknown): WeekStart {
  const at = typeof value === 'string' ? weekdays.indexOf(value) : -1;
  return (at < 0 ? 1 : at) as WeekStart;
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= mostDollars;
}

function readProjects(value: unknown, refuse: Refuse): Map<string, ProjectBudget> {
  const budgets = new Map<string, ProjectBudget>();
  if (!isObject(value)) {
    refuse('', 'budgets', 'default');
    return budgets;
  }
  for (const [path, entry] of Object.entries(value)) {
    const budget: ProjectBudget = {};
    if (!isObject(entry)) refuse(path, 'budget', 'ignored');
    else {
      for (const [name, amount] of Object.entries(entry)) {
        if ((name !== 'dailyUsd' && name !== 'monthlyUsd') || !isAmount(amount)) {
          refuse(path, 'budget', 'ignored');
        } else if (amount !== 0) budget[name] = amount;
      }
    }
    if (Object.keys(budget).length > 0) budgets.set(path, budget);
  }
  return budgets;
}

function readBudgetList(list: unknown): { entries: BudgetEntry[]; bad: number } {
  if (list === undefined || list === null) return { entries: [], bad: 0 };
  if (!Array.isArray(list)) return { entries: [], bad: 1 };
  const entries = list.map(readBudget);
  const good = entries.filter((entry) => entry !== undefined);
  return { entries: good, bad: entries.length - good.length };
}

/** A budget as `budget set` writes it; undefined for what is none. */
function readBudget(value: unknown): BudgetEntry | undefined {
  if (!isObject(value)) return undefined;
  const { scope, period, unit = 'usd', limit, ladder, basis = 'actual' } = value;
  const { action = 'notify', setAt } = value;
  if (typeof scope !== 'string' || typeof period !== 'string' || typeof unit !== 'string') {
    return undefined;
  }
  if (typeof limit !== 'number' || !Number.isFinite(limit) || limit <= 0) return undefined;
  if (ladder !== undefined && typeof ladder !== 'string') return undefined;
  if (setAt !== undefined && typeof setAt !== 'string') return undefined;
  const basisOf = budgetBases.find((each) => each === basis);
  const actionOf = budgetActions.find((each) => each === action);
  if (basisOf === undefined || actionOf === undefined) return undefined;
  try {
    const parsed = parseUnit(unit);
    const budget: Budget = {
      scope: parseScope(scope),
      period: parsePeriod(period),
      unit: parsed,
      limit: parseLimit(String(limit), parsed),
      thresholds: ladder === undefined ? defaultThresholds : parseThresholds(ladder),
      basis: basisOf,
      action: actionOf,
    };
    const at = setAt === undefined ? Number.NaN : Date.parse(setAt);
    return { budget, origin: 'budget set', setAt: Number.isFinite(at) ? at : undefined };
  } catch (error) {
    if (error instanceof HumanError) return undefined;
    throw error;
  }
}

/** Starts and stops of `outlay mark`, as `readTimeTags` reads them. */
export function readMarks(file: string): TimeTagEvent[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    try {
      const value: unknown = JSON.parse(line);
      return isMark(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

function isMark(value: unknown): value is TimeTagEvent {
  if (!isObject(value)) return false;
  const { name, kind, at, session } = value;
  return (
    typeof name === 'string' &&
    name.length > 0 &&
    name.length <= 80 &&
    (kind === 'start' || kind === 'stop') &&
    typeof at === 'number' &&
    Number.isFinite(at) &&
    at >= 0 &&
    (session === undefined || typeof session === 'string')
  );
}
