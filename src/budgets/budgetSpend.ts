import type { Budget, BudgetPeriod, BudgetScope, BudgetUnit } from '../analysis/budgets/budget.ts';
import { fits } from '../analysis/spend/patterns.ts';
import {
  dayMs,
  daySpan,
  hourMs,
  lastSpan,
  monthSpan,
  type TimeSpan,
  weekSpan,
} from '../model/calendar.ts';
import type { Declined, ReportContext } from '../query/context.ts';
import { declinedBeside, sumDeclined } from '../query/declined.ts';
import type { Names } from '../query/names.ts';
import {
  type Selection,
  select,
  type TaggedBackground,
  type TaggedSpend,
} from '../query/select.ts';
import { clientPricedByModel } from '../query/sums.ts';
import type { SpendKey } from '../store/query/spendRows.ts';
import { addSums, type Missing, type SpendSums, withMissing } from '../store/schema/sums.ts';
import { isProject } from '../text/paths.ts';

/** Sessions, agents and runs are judged by themselves while they are active: this long after. */
export const atWorkMs = dayMs;

/** How far back the spend of a run is looked for. */
const runReachMs = 7 * dayMs;

/** What was spent of one budget: of its scope, or of one session, agent, run or project in it. */
export interface BudgetSpend {
  /** Which one of several; '' where the scope is one. */
  readonly part: string;
  readonly sums: SpendSums;
  /** Nano-dollars. */
  readonly background: number;
  /** These are 0 and empty where only sums were asked for. */
  readonly sessions: number;
  readonly unpriced: readonly { readonly model: string; readonly messages: number }[];
  /** Models in it priced by what Claude Code itself says of them. */
  readonly clientPriced?: readonly string[];
  readonly declined: Declined;
}

/** What was spent in a span of what a budget covers, of each part by itself where there are several. */
export interface SpendSource {
  read(budget: Pick<Budget, 'scope' | 'period'>, span: TimeSpan | undefined): BudgetSpend[];
}

/** The period a budget counts now; undefined for a lifetime. */
export function budgetSpan(
  period: BudgetPeriod,
  { now, zone, weekStart }: Pick<ReportContext, 'now' | 'zone' | 'weekStart'>,
): TimeSpan | undefined {
  switch (period.kind) {
    case 'day':
      return daySpan(now, zone);
    case 'week':
      return weekSpan(now, zone, weekStart);
    case 'month':
      return monthSpan(now, zone);
    case 'rolling':
      return lastSpan(now, zone, rollingMs(period));
    case 'run':
      return lastSpan(now, zone, runReachMs);
    case 'lifetime':
      return undefined;
  }
}

/** How long a rolling period is, in milliseconds. */
export function rollingMs({ count, unit }: Extract<BudgetPeriod, { kind: 'rolling' }>): number {
  return count * (unit === 'h' ? hourMs : dayMs);
}

/** Days until spend begins again; undefined where it never does. */
export function daysLeft(
  period: BudgetPeriod,
  context: Pick<ReportContext, 'now' | 'zone' | 'weekStart'>,
): number | undefined {
  const calendar = period.kind === 'day' || period.kind === 'week' || period.kind === 'month';
  const span = calendar ? budgetSpan(period, context) : undefined;
  return span && (span.to - context.now) / dayMs;
}

/** What counts of sums in a budget's unit: nano-dollars with background, or tokens. */
export function spentIn(
  unit: BudgetUnit,
  { sums, background }: Pick<BudgetSpend, 'sums' | 'background'>,
): number {
  if (unit.kind !== 'tokens') return sums.nano + background;
  return unit.classes.reduce((total, name) => total + sums[name], 0);
}

/** Why a budget cannot be judged from what is stored; undefined where it can. */
export function whyNotJudged({ unit }: Budget): string | undefined {
  return unit.kind === 'agents'
    ? 'agents at once are counted when one is started, not in hindsight; a new one is refused, never queued'
    : undefined;
}

/** Reads what budgets are about, each span with the same keys once. */
export class BudgetSpends implements SpendSource {
  readonly #context: ReportContext;
  readonly #counted: boolean;
  readonly #selections = new Map<string, Selection>();

  /** Who asks for sums only is answered from shorter lists, much sooner. */
  constructor(context: ReportContext, { sumsOnly = false } = {}) {
    this.#context = context;
    this.#counted = !sumsOnly;
  }

  read(budget: Pick<Budget, 'scope' | 'period'>, span: TimeSpan | undefined): BudgetSpend[] {
    const { scope, period } = budget;
    const parts = partsOf(scope, period, this.#counted);
    const withTags = scope.kind === 'tag';
    const selection = this.#select(span, parts.keys, withTags);
    const beside = this.#counted ? declinedBeside(this.#context, selection, withTags) : [];
    const declined = Map.groupBy(beside, (row) => parts.ofRow(row, selection));
    const rows = Map.groupBy(selection.rows, (row) => parts.ofRow(row, selection));
    const extra = Map.groupBy(selection.backgrounds, (row) => parts.ofBackground(row, selection));
    const names = new Set([...rows.keys(), ...extra.keys()]);
    if (parts.single) names.add('');
    const live = parts.whileAtWork ? this.#atWork(parts) : undefined;
    return [...names]
      .filter((name) => name !== undefined && live?.has(name) !== false)
      .map((name) => {
        const [own, background] = [rows.get(name) ?? [], extra.get(name) ?? []];
        return {
          part: name!,
          ...sumsOf(own, background, selection.sums),
          ...this.#counts(own, background, selection),
          declined: sumDeclined(declined.get(name) ?? []),
        };
      });
  }

  #counts(
    rows: readonly TaggedSpend[],
    backgrounds: readonly TaggedBackground[],
    { names }: Selection,
  ): Pick<BudgetSpend, 'sessions' | 'unpriced' | 'clientPriced'> {
    if (!this.#counted) return { sessions: 0, unpriced: [] };
    const sessions = new Set([...rows, ...backgrounds].map(({ session }) => session)).size;
    return {
      sessions,
      unpriced: unpricedOf(rows, names),
      clientPriced: clientPricedByModel(this.#context, { rows, names }),
    };
  }

  #select(span: TimeSpan | undefined, keys: readonly SpendKey[], withTags: boolean): Selection {
    const key = `${span?.from} ${span?.to} ${keys.join(' ')} ${withTags}`;
    let found = this.#selections.get(key);
    if (found === undefined) {
      found = select(this.#context, { span, filters: {} }, keys, withTags);
      if (keys.includes('prompt')) found.names.prefetch(found.rows, ['prompt']);
      this.#selections.set(key, found);
    }
    return found;
  }

  #atWork(parts: Parts): Set<string | undefined> {
    const { now, zone } = this.#context;
    const selection = this.#select(lastSpan(now, zone, atWorkMs), parts.keys, false);
    return new Set(selection.rows.map((row) => parts.ofRow(row, selection)));
  }
}

function sumsOf(
  rows: readonly TaggedSpend[],
  backgrounds: readonly TaggedBackground[],
  missing: Missing,
): Pick<BudgetSpend, 'sums' | 'background'> {
  const background = backgrounds.reduce((sum, { nano }) => sum + nano, 0);
  return { sums: withMissing(addSums(rows), missing), background };
}

function unpricedOf(rows: readonly TaggedSpend[], names: Names): BudgetSpend['unpriced'] {
  const unpriced = new Map<string, number>();
  for (const row of rows) {
    if (row.unpriced === 0) continue;
    const model = names.word(row.model);
    unpriced.set(model, (unpriced.get(model) ?? 0) + row.unpriced);
  }
  return [...unpriced].map(([model, messages]) => ({ model, messages }));
}

/** How spend is parted for a budget. A row in no part does not count. */
interface Parts {
  readonly keys: readonly SpendKey[];
  /** There is one part, spent or not. */
  readonly single: boolean;
  readonly whileAtWork: boolean;
  readonly ofRow: (row: TaggedSpend, selection: Selection) => string | undefined;
  readonly ofBackground: (row: TaggedBackground, selection: Selection) => string | undefined;
}

function partsOf(scope: BudgetScope, period: BudgetPeriod, counted: boolean): Parts {
  const inside = insideOf(scope);
  const perPart = dividerOf(scope, period);
  const more: SpendKey[] = counted ? ['session', 'model'] : [];
  const keys = [...new Set<SpendKey>([...more, ...inside.keys, ...perPart.keys])];
  return {
    keys,
    single: perPart.single,
    whileAtWork: perPart.whileAtWork,
    ofRow: (row, selection) =>
      inside.row(row, selection) ? perPart.row(row, selection) : undefined,
    ofBackground: (row, selection) =>
      inside.background(row, selection) ? perPart.background(row, selection) : undefined,
  };
}

interface Inside {
  readonly keys: readonly SpendKey[];
  readonly row: (row: TaggedSpend, selection: Selection) => boolean;
  readonly background: (row: TaggedBackground, selection: Selection) => boolean;
}

/** Whether spend lies in a scope at all. */
function insideOf(scope: BudgetScope): Inside {
  const bySession = (test: (session: number, selection: Selection) => boolean): Inside => ({
    keys: ['session'],
    row: ({ session }, selection) => test(session, selection),
    background: ({ session }, selection) => test(session, selection),
  });
  switch (scope.kind) {
    case 'project':
      return bySession(
        (session, { names }) => scope.path === '*' || isProject(names.place(session), scope.path),
      );
    case 'group':
      return bySession((session, { names }) => names.groups(session).includes(scope.name));
    case 'branch':
      return {
        keys: ['facet'],
        row: (row, { names }) => fits(names.facet(row).branch, scope.name),
        background: ({ session }, { names }) => fits(names.place(session).branch, scope.name),
      };
    case 'tag':
      return {
        keys: ['facet'],
        row: ({ tags = [] }) => tags.includes(scope.name),
        background: ({ tags = [] }) => tags.includes(scope.name),
      };
    case 'agent':
      return {
        keys: ['agent'],
        row: (row, { names }) => names.agentType(row.agent) !== 'main',
        background: () => false,
      };
    default:
      return { keys: [], row: () => true, background: () => true };
  }
}

type Divider = Pick<Parts, 'keys' | 'single' | 'whileAtWork'> & {
  readonly row: Parts['ofRow'];
  readonly background: Parts['ofBackground'];
};

/** What of a scope a budget is about by itself. */
function dividerOf(scope: BudgetScope, period: BudgetPeriod): Divider {
  if (period.kind === 'run') {
    return {
      keys: ['session', 'agent', 'prompt'],
      single: false,
      whileAtWork: true,
      row: (row, { names }) => {
        const sid = names.place(row.session).sid;
        const type = names.agentType(row.agent);
        if (type !== 'main') return `${sid}, ${type} ${row.agent}`;
        return row.prompt === 0 ? undefined : `${sid}, prompt ${names.word(row.prompt)}`;
      },
      // Background belongs to no run.
      background: () => undefined,
    };
  }
  const many: Pick<Divider, 'keys' | 'single' | 'whileAtWork'> = {
    keys: ['session'],
    single: false,
    whileAtWork: true,
  };
  if (scope.kind === 'session') {
    return {
      ...many,
      row: ({ session }, { names }) => names.place(session).sid,
      background: ({ session }, { names }) => names.place(session).sid,
    };
  }
  if (scope.kind === 'agent') {
    return {
      ...many,
      keys: ['session', 'agent'],
      row: (row, { names }) =>
        `${names.place(row.session).sid}, ${names.agentType(row.agent)} ${row.agent}`,
      background: () => undefined,
    };
  }
  if (scope.kind === 'project' && scope.path === '*') {
    return {
      ...many,
      whileAtWork: false,
      row: ({ session }, { names }) => names.project(session),
      background: ({ session }, { names }) => names.project(session),
    };
  }
  return { keys: [], single: true, whileAtWork: false, row: () => '', background: () => '' };
}
