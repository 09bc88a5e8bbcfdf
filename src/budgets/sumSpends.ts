import type { Budget } from '../analysis/budgets/budget.ts';
import type { TimeSpan } from '../model/calendar.ts';
import { noneDeclined } from '../query/declined.ts';
import type { Scope } from '../store/query/fragments.ts';
import type { StoreReader } from '../store/query/storeReader.ts';
import { isProject } from '../text/paths.ts';
import type { BudgetSpend, SpendSource } from './budgetSpend.ts';

const always: TimeSpan = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** Whether a budget's spend is one sum of the rollups: of everything, or of one project. */
export function isOneSum({ scope, period, unit }: Budget): boolean {
  const whole = scope.kind === 'global' || (scope.kind === 'project' && scope.path !== '*');
  return whole && period.kind !== 'run' && unit.kind !== 'agents';
}

/**
 * Spend of budgets that are one sum, for whoever may not wait: a fraction of a millisecond each, and
 * each span and project is asked for once.
 */
export class SumSpends implements SpendSource {
  readonly #reader: StoreReader;
  readonly #known = new Map<string, BudgetSpend>();
  #projects: ReturnType<StoreReader['projects']> | undefined;

  constructor(reader: StoreReader) {
    this.#reader = reader;
  }

  read({ scope }: Pick<Budget, 'scope'>, span: TimeSpan | undefined): BudgetSpend[] {
    const directories = scope.kind === 'project' ? this.directoriesOf(scope.path) : undefined;
    return [this.sums(span ?? always, directories)];
  }

  /** Sums of a span with its background. */
  sums(span: TimeSpan, scope: Scope): BudgetSpend {
    const key = `${span.from} ${span.to} ${scope === undefined ? '' : JSON.stringify(scope)}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      const sums = this.#reader.spend(span, scope);
      const background = this.#reader.background(span, scope);
      known = { part: '', sums, background, sessions: 0, unpriced: [], declined: noneDeclined };
      this.#known.set(key, known);
    }
    return known;
  }

  /** Directories sessions started in that belong to a project. */
  directoriesOf(project: string): string[] {
    this.#projects ??= this.#reader.projects();
    return this.#projects.filter((each) => isProject(each, project)).map(({ cwd }) => cwd);
  }
}
