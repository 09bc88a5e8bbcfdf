import { lstatSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { budgetActions, budgetBases } from '../analysis/budgets/budget.ts';
import {
  formatPeriod,
  formatUnit,
  parseLimit,
  parsePeriod,
  parseUnit,
} from '../analysis/budgets/budgetNotation.ts';
import { parseThresholds } from '../analysis/budgets/thresholds.ts';
import { HumanError, messageOf } from '../model/errors.ts';
import { defaultThresholds } from '../model/level.ts';
import { appendAll } from '../model/lists.ts';
import { isObject } from '../model/objects.ts';
import { readRegular } from '../platform/regularFile.ts';
import { pathKey } from '../text/paths.ts';
import { clip, plainText } from '../text/plainText.ts';
import type { BudgetEntry } from './budgetFile.ts';
import { budgetKey } from './budgetKey.ts';

/**
 * A project's own budgets: `.outlay.json` in its root folder, which whoever wrote the project may have
 * written too. It is text from a stranger: small, a regular file, and nothing in it can do more than
 * tighten. Its budgets are about that project, stand beside all others, and neither raise nor remove one.
 */
export const projectFileName = '.outlay.json';

/** More is no list of budgets. */
const mostBytes = 64 * 1024;
/** Budgets of one file, and projects whose files are read. */
const mostBudgets = 20;
const mostProjects = 2000;
/** Characters of a problem's sentence that come from the file. */
const longestReason = 160;

/** What each field has to be. Checked by hand: the guard, which reads this too, has no time to load more. */
const fields: Readonly<Record<string, readonly [is: (value: unknown) => boolean, what: string]>> = {
  period: [isText, 'a text such as "day" or "month"'],
  limit: [(value) => typeof value === 'number' && value > 0, 'a number above 0'],
  unit: [isTextOrNone, 'a text such as "usd" or "tokens"'],
  ladder: [isTextOrNone, 'a text such as "50/75/90/100"'],
  basis: [(value) => isOneOf(value, budgetBases), `one of ${budgetBases.join(', ')}`],
  action: [(value) => isOneOf(value, budgetActions), `one of ${budgetActions.join(', ')}`],
};

/** A budget as the file has it, once its fields are what they have to be. */
interface Written {
  readonly period: string;
  readonly limit: number;
  readonly unit?: string;
  readonly ladder?: string;
  readonly basis?: (typeof budgetBases)[number];
  readonly action?: (typeof budgetActions)[number];
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || isText(value);
}

function isOneOf(value: unknown, known: readonly string[]): boolean {
  return value === undefined || known.includes(value as string);
}

/** Budgets of project files, and one sentence for each thing in them that does not hold. */
export interface ProjectBudgets {
  readonly entries: readonly BudgetEntry[];
  readonly problems: readonly string[];
}

const nothing: ProjectBudgets = { entries: [], problems: [] };

/** Reads what a project file says; `root` is the folder it is about, `file` its own path. */
export function parseProjectFile(text: string, root: string, file: string): ProjectBudgets {
  const place = clip(plainText(file), longestReason);
  const refused = (why: string): ProjectBudgets => ({
    entries: [],
    problems: [`${place} ${why}; none of its budgets holds.`],
  });
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return refused('is not JSON');
  }
  if (!isObject(content)) return refused('is no object');
  const { budgets: list } = content;
  if (list === undefined) return nothing;
  if (!Array.isArray(list)) return refused('has budgets that are no list');
  if (list.length > mostBudgets) return refused(`has more than ${mostBudgets} budgets`);
  const problems: string[] = [];
  const held = new Map<string, BudgetEntry>();
  for (const [index, each] of list.entries()) {
    const where = `${place}: budgets[${index}]`;
    try {
      const entry = entryOf(each, root, file);
      const key = budgetKey(entry.budget);
      const other = held.get(key);
      if (other === undefined || entry.budget.limit < other.budget.limit) held.set(key, entry);
      if (other !== undefined) {
        const what = `${formatPeriod(entry.budget.period)}, ${formatUnit(entry.budget.unit)}`;
        problems.push(`${where} is another one of ${what}: the lower limit holds.`);
      }
    } catch (error) {
      if (!(error instanceof HumanError)) throw error;
      problems.push(`${where} does not hold: ${clip(plainText(error.message), 2 * longestReason)}`);
    }
  }
  return { entries: [...held.values()], problems };
}

function entryOf(value: unknown, root: string, file: string): BudgetEntry {
  const { period, limit, unit: named = 'usd', ladder, basis, action } = checked(value);
  const unit = parseUnit(clip(named, longestReason));
  return {
    budget: {
      scope: { kind: 'project', path: root },
      period: parsePeriod(clip(period, longestReason)),
      unit,
      limit: parseLimit(String(limit), unit),
      thresholds:
        ladder === undefined ? defaultThresholds : parseThresholds(clip(ladder, longestReason)),
      basis: basis ?? 'actual',
      action: action ?? 'notify',
    },
    origin: 'project file',
    file,
    setAt: undefined,
  };
}

function checked(value: unknown): Written {
  const refuse = (why: string): never => {
    throw new HumanError('config', why);
  };
  if (!isObject(value)) return refuse('it is no object.');
  if ('scope' in value) {
    return refuse('a project file has budgets of its own project only, without scope.');
  }
  for (const [name, [is, what]] of Object.entries(fields)) {
    if (!is(Object.hasOwn(value, name) ? value[name] : undefined)) {
      return refuse(`${name} is not ${what}.`);
    }
  }
  const unknown = Object.keys(value).filter((name) => !Object.hasOwn(fields, name));
  if (unknown.length > 0) {
    const names = unknown.slice(0, 5).map((name) => JSON.stringify(clip(name, 40)));
    return refuse(`${names.join(', ')} is no field of a budget.`);
  }
  return value as unknown as Written;
}

/** Project files by their folders, each read again only when it has changed. */
export class ProjectFiles {
  readonly #known = new Map<string, { readonly stamp: string; readonly read: ProjectBudgets }>();

  /** The budgets of the files in some folders, in the order of these. Folders may be told twice. */
  read(roots: readonly string[]): ProjectBudgets {
    const entries: BudgetEntry[] = [];
    const problems: string[] = [];
    for (const root of rootsToRead(roots)) {
      const one = this.#readOne(root);
      appendAll(entries, one.entries);
      appendAll(problems, one.problems);
    }
    return { entries, problems };
  }

  #readOne(root: string): ProjectBudgets {
    const file = join(root, projectFileName);
    const stamp = stampOf(file);
    if (stamp === undefined) {
      this.#known.delete(file);
      return nothing;
    }
    const known = this.#known.get(file);
    if (known?.stamp === stamp) return known.read;
    const read = readProjectFile(file, root);
    this.#known.set(file, { stamp, read });
    return read;
  }
}

/** Reads one project file that is there. A link is not followed: it may lead anywhere. */
function readProjectFile(file: string, root: string): ProjectBudgets {
  const refused = (why: string): ProjectBudgets => {
    const place = clip(plainText(file), longestReason);
    return { entries: [], problems: [`${place} ${why}; none of its budgets holds.`] };
  };
  try {
    if (!lstatSync(file).isFile()) return refused('is no regular file');
    return parseProjectFile(readRegular(file, mostBytes).toString('utf8'), root, file);
  } catch (error) {
    if (error instanceof RangeError) return refused(`has more than ${mostBytes / 1024} KB`);
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return refused(`cannot be read (${clip(plainText(code || messageOf(error)), 40)})`);
  }
}

/** Undefined where there is no such file, or nobody may look. */
function stampOf(file: string): string | undefined {
  try {
    const { ino, size, mtimeMs, ctimeMs } = lstatSync(file);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch {
    return undefined;
  }
}

/**
 * Absolute folders of this machine, each once. A share of another machine is not asked: a transcript
 * could name any.
 */
function rootsToRead(roots: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  for (const root of roots) {
    if (!isAbsolute(root) || /^[\\/]{2}/.test(root) || root.includes('\0')) continue;
    const key = pathKey(root);
    if (!byKey.has(key)) byKey.set(key, root);
    if (byKey.size === mostProjects) break;
  }
  return [...byKey.values()];
}
