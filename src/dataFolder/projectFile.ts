import { lstatSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import * as z from 'zod/mini';
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
import { type BudgetEntry, budgetKey } from './budgetFile.ts';

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

const written = z.strictObject({
  period: z.string(),
  limit: z.number().check(z.positive()),
  unit: z._default(z.string(), 'usd'),
  ladder: z.optional(z.string()),
  basis: z._default(z.enum(budgetBases), 'actual'),
  action: z._default(z.enum(budgetActions), 'notify'),
});

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
  const parsed = written.safeParse(value);
  if (!parsed.success) throw new HumanError('config', whyRefused(value, parsed.error.issues[0]));
  const { period, limit, ladder, basis, action } = parsed.data;
  const unit = parseUnit(clip(parsed.data.unit, longestReason));
  return {
    budget: {
      scope: { kind: 'project', path: root },
      period: parsePeriod(clip(period, longestReason)),
      unit,
      limit: parseLimit(String(limit), unit),
      thresholds:
        ladder === undefined ? defaultThresholds : parseThresholds(clip(ladder, longestReason)),
      basis,
      action,
    },
    origin: 'project file',
    file,
    setAt: undefined,
  };
}

function whyRefused(value: unknown, issue: z.core.$ZodIssue | undefined): string {
  if (!isObject(value)) return 'it is no object.';
  if ('scope' in value) return 'a project file has budgets of its own project only, without scope.';
  if (issue?.code === 'unrecognized_keys') {
    return `${issue.keys.map((key) => JSON.stringify(clip(key, 40))).join(', ')} is no field of a budget.`;
  }
  const [field = ''] = issue?.path ?? [];
  const expected: Readonly<Record<string, string>> = {
    period: 'a text such as "day" or "month"',
    limit: 'a number above 0',
    unit: 'a text such as "usd" or "tokens"',
    ladder: 'a text such as "50/75/90/100"',
    basis: `one of ${budgetBases.join(', ')}`,
    action: `one of ${budgetActions.join(', ')}`,
  };
  return `${String(field)} is not ${expected[String(field)] ?? 'what it has to be'}.`;
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
