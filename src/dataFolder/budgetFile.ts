import * as z from 'zod/mini';
import { type Budget, budgetActions, budgetBases } from '../analysis/budgets/budget.ts';
import {
  formatPeriod,
  formatScope,
  formatUnit,
  parseLimit,
  parsePeriod,
  parseScope,
  parseUnit,
} from '../analysis/budgets/budgetNotation.ts';
import { formatThresholds, parseThresholds } from '../analysis/budgets/thresholds.ts';
import { HumanError } from '../model/errors.ts';
import { defaultThresholds } from '../model/level.ts';
import { nanoToUsd } from '../model/money.ts';
import { isObject } from '../model/objects.ts';
import { plainText } from '../text/plainText.ts';
import { budgetKey } from './budgetKey.ts';
import { updateConfig } from './configFile.ts';
import type { Pool, Pools } from './team/poolFile.ts';

export { budgetKey };

/** A budget and where it was set. */
export interface BudgetEntry {
  readonly budget: Budget;
  readonly origin: 'settings' | 'environment' | 'budget set' | 'project file' | 'team' | 'company';
  /** The project file it stands in. */
  readonly file?: string;
  /** UTC milliseconds; undefined where nobody wrote down when. */
  readonly setAt: number | undefined;
  /**
   * What the team's ledger, or the company's gateway, said of its spend, and when (UTC milliseconds), where it
   * is counted elsewhere. `saidBy`: who said it of a company's; `elsewhere`: what another machine sends of what this
   * one reads.
   */
  readonly pool?: Omit<Pool, 'scope'> & {
    readonly scope: Pool['scope'] | 'company';
    readonly askedAt: number;
    readonly saidBy?: string;
    readonly elsewhere?: Pools['elsewhere'];
  };
  /** What its user has excepted from it for a while. */
  readonly override?: {
    /** The limit it has otherwise, where it is raised until then (UTC milliseconds). */
    readonly raised?: { readonly from: number; readonly until: number };
    /** Until when it neither acts nor alerts (UTC milliseconds). */
    readonly pausedUntil?: number;
  };
}

/** Where a budget was set, in a word: the terminal's are those of `outlay budget set`. */
export type BudgetPlace = 'settings' | 'environment' | 'terminal' | 'file' | 'team' | 'company';

export function placeOf({ origin }: Pick<BudgetEntry, 'origin'>): BudgetPlace {
  if (origin === 'budget set') return 'terminal';
  return origin === 'project file' ? 'file' : origin;
}

/** A budget as the terminal's are: one that is kept in `config.json`. */
export function terminalEntry(budget: Budget, setAt: number | undefined): BudgetEntry {
  return { budget, origin: 'budget set', setAt };
}

const stored = z.object({
  scope: z.string(),
  period: z.string(),
  unit: z._default(z.string(), 'usd'),
  limit: z.number().check(z.positive()),
  ladder: z.optional(z.string()),
  basis: z._default(z.enum(budgetBases), 'actual'),
  action: z._default(z.enum(budgetActions), 'notify'),
  setAt: z.optional(z.string()),
});

/** Reads the budgets of `config.json`; one that is wrong is named, the others hold. */
export function readBudgets(
  content: unknown,
  file: string,
): { entries: BudgetEntry[]; problems: string[] } {
  const list = isObject(content) ? content.budgets : undefined;
  if (list === undefined || list === null) return { entries: [], problems: [] };
  if (!Array.isArray(list)) {
    return { entries: [], problems: [`${file}: budgets is no list; none of them holds.`] };
  }
  const entries: BudgetEntry[] = [];
  const problems: string[] = [];
  for (const [index, written] of list.entries()) {
    const place = `${file}: budgets[${index}]`;
    const parsed = stored.safeParse(written);
    if (!parsed.success) {
      const path = parsed.error.issues[0]?.path.join('.') ?? '';
      problems.push(`${place}${path === '' ? '' : `.${path}`} is no budget's; it does not hold.`);
      continue;
    }
    try {
      entries.push({
        budget: budgetOf(parsed.data),
        origin: 'budget set',
        setAt: timeOf(parsed.data.setAt),
      });
    } catch (error) {
      if (!(error instanceof HumanError)) throw error;
      problems.push(`${place} does not hold: ${plainText(error.message)}`);
    }
  }
  return { entries, problems };
}

function budgetOf(written: z.infer<typeof stored>): Budget {
  const unit = parseUnit(written.unit);
  return {
    scope: parseScope(written.scope),
    period: parsePeriod(written.period),
    unit,
    limit: parseLimit(String(written.limit), unit),
    thresholds: written.ladder === undefined ? defaultThresholds : parseThresholds(written.ladder),
    basis: written.basis,
    action: written.action,
  };
}

function timeOf(text: string | undefined): number | undefined {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isFinite(at) ? at : undefined;
}

/** A budget as the file has it. */
function written({ budget, setAt }: BudgetEntry): object {
  const { scope, period, unit, limit, thresholds, basis, action } = budget;
  return {
    scope: formatScope(scope),
    period: formatPeriod(period),
    unit: formatUnit(unit),
    limit: unit.kind === 'usd' ? nanoToUsd(limit) : limit,
    ladder: formatThresholds(thresholds),
    basis,
    action,
    ...(setAt !== undefined && { setAt: new Date(setAt).toISOString() }),
  };
}

/** Writes a budget into the file, instead of the one with its scope, period and unit. */
export function storeBudget(file: string, entry: BudgetEntry): void {
  changeBudgets(file, [entry], []);
}

/** Writes some budgets and takes others out by their keys, all at once or none. */
export function changeBudgets(
  file: string,
  entries: readonly BudgetEntry[],
  removed: readonly string[],
): void {
  const gone = new Set([...removed, ...entries.map(({ budget }) => budgetKey(budget))]);
  updateConfig(file, (content) => {
    const others = listOf(content).filter((each) => !gone.has(keyOf(each, file) ?? ''));
    return { ...content, budgets: [...others, ...entries.map(written)] };
  });
}

/** Takes a budget out of the file; false where it is not there. */
export function removeBudget(file: string, key: string): boolean {
  return updateConfig(file, (content) => {
    const list = listOf(content);
    const others = list.filter((each) => keyOf(each, file) !== key);
    return others.length === list.length ? undefined : { ...content, budgets: others };
  });
}

function listOf({ budgets }: Readonly<Record<string, unknown>>): unknown[] {
  return Array.isArray(budgets) ? budgets : [];
}

/** The key of an entry; undefined for one that cannot be read, which is kept. */
function keyOf(entry: unknown, file: string): string | undefined {
  const [read] = readBudgets({ budgets: [entry] }, file).entries;
  return read && budgetKey(read.budget);
}
