import { commands, l10n, type QuickPickItem, Uri, window } from 'vscode';
import type { Budget } from '../../analysis/budgets/budget.ts';
import { budgetSpan } from '../../budgets/budgetSpend.ts';
import { type BudgetEntry, budgetKey, placeOf } from '../../dataFolder/budgetFile.ts';
import {
  type Exception,
  endExceptions,
  longestOverrideMs,
  makeException,
} from '../../dataFolder/overrideFile.ts';
import { dayMs, daySpan, hourMs } from '../../model/calendar.ts';
import { messageOf } from '../../model/errors.ts';
import { isObject } from '../../model/objects.ts';
import { inBackground } from '../core/background.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { errorText } from '../text/errorText.ts';
import { formatOf } from '../text/format.ts';
import { plainUiText } from '../text/plainUiText.ts';
import { askNewBudget } from './budgetInput.ts';
import { askLimit } from './limitInput.ts';
import { typedLimit } from './limitRules.ts';
import {
  budgetId,
  budgetNames,
  coverText,
  exceptionTexts,
  limitText,
  untilText,
  type WordContext,
} from './words.ts';
import { takeAway, writeLimit } from './writeBudget.ts';

/**
 * What can be done with a budget. Each action takes what its caller has: an item of the tree, an id, or
 * nothing, and then asks. It is written where the budget comes from, exceptions beside it with an end
 * and a line of audit.
 */
export class BudgetActions {
  readonly #model: SpendModel;

  constructor(model: SpendModel) {
    this.#model = model;
  }

  /** Asks for what, when and how much, and sets it. */
  async add(): Promise<void> {
    const found = await askNewBudget(this.#model);
    if (found === undefined) return;
    await this.#try(() =>
      writeLimit(this.#model.keptFolder, found, found.budget.limit, Date.now()),
    );
  }

  /** Asks for another limit, and writes it where the budget comes from. */
  async change(item: unknown): Promise<void> {
    const entry = await this.#entry(item);
    if (entry === undefined || (await this.#isElsewhere(entry))) return;
    const own = ownLimit(entry);
    const { unit } = entry.budget;
    const { format } = this.#context();
    const prompt = l10n.t('{0} now.', limitText({ ...entry.budget, limit: own }, format));
    const value = typedLimit({ unit, limit: own });
    const limit = await askLimit(this.#titleOf(entry), prompt, value, { unit }, format);
    if (limit === undefined || limit === own) return;
    await this.#try(() => writeLimit(this.#model.keptFolder, entry, limit, Date.now()));
  }

  /** Raises a budget until midnight. */
  async raiseToday(item: unknown): Promise<void> {
    const entry = await this.#entry(item);
    if (entry === undefined) return;
    await this.#raise(entry, daySpan(Date.now(), this.#context().zone).to);
  }

  /** Raises a budget for a length of time that is chosen. */
  async raiseFor(item: unknown): Promise<void> {
    const entry = await this.#entry(item);
    const until = entry && (await this.#askEnd(entry));
    if (entry !== undefined && until !== undefined) await this.#raise(entry, until);
  }

  /** Keeps a budget from acting and alerting for an hour. */
  async pause(item: unknown): Promise<void> {
    const entry = await this.#entry(item, ({ override }) => override?.pausedUntil === undefined);
    if (entry === undefined) return;
    await this.#except(entry, { kind: 'pause', until: Date.now() + hourMs });
  }

  /** Ends what was raised or paused before its time. */
  async resume(item: unknown): Promise<void> {
    const isExcepted = ({ override }: BudgetEntry): boolean =>
      override?.pausedUntil !== undefined || override?.raised !== undefined;
    const entry = await this.#entry(item, isExcepted);
    if (entry === undefined) return;
    await this.#try(async () => {
      endExceptions(this.#model.keptFolder, 'editor', budgetKey(entry.budget), Date.now());
    });
  }

  /** Takes a budget away, once that is confirmed. */
  async remove(item: unknown): Promise<void> {
    const entry = await this.#entry(item);
    if (entry === undefined || (await this.#isElsewhere(entry))) return;
    const { format } = this.#context();
    const limit = limitText({ ...entry.budget, limit: ownLimit(entry) }, format);
    const remove = l10n.t('Remove');
    const question = l10n.t('Remove the budget “{0}” of {1}?', this.#titleOf(entry), limit);
    const picked = await window.showWarningMessage(question, { modal: true }, remove);
    if (picked === remove) await this.#try(() => takeAway(this.#model.keptFolder, entry));
  }

  async #raise(entry: BudgetEntry, until: number): Promise<void> {
    const { unit, limit: present } = entry.budget;
    const context = this.#context();
    const { format } = context;
    const prompt = l10n.t(
      '{0} now. The new limit holds until {1}.',
      limitText(entry.budget, format),
      untilText(until, context),
    );
    const value = typedLimit({
      unit,
      limit: unit.kind === 'usd' ? raisedBy(present) : 2 * present,
    });
    const rule = { unit, above: present };
    const limit = await askLimit(this.#titleOf(entry), prompt, value, rule, format);
    if (limit === undefined) return;
    await this.#except(entry, { kind: 'raise', limit, until, from: present });
  }

  async #askEnd({ budget }: BudgetEntry): Promise<number | undefined> {
    const context = this.#context();
    const { settings } = this.#model.spend;
    const { now } = context;
    const calendar = budget.period.kind === 'week' || budget.period.kind === 'month';
    const end = calendar ? budgetSpan(budget.period, { ...settings, now })!.to : undefined;
    const choice = (label: string, until: number): QuickPickItem & { readonly until: number } => ({
      label,
      description: l10n.t('until {0}', untilText(until, context)),
      until,
    });
    const picked = await window.showQuickPick(
      [
        choice(l10n.t('1 hour'), now + hourMs),
        choice(l10n.t('4 hours'), now + 4 * hourMs),
        choice(l10n.t('24 hours'), now + dayMs),
        choice(l10n.t('7 days'), now + 7 * dayMs),
        ...(end === undefined || end - now > longestOverrideMs
          ? []
          : [choice(l10n.t('The rest of its period'), end)]),
      ],
      { title: l10n.t('Raise for how long?') },
    );
    return picked?.until;
  }

  async #except({ budget }: BudgetEntry, exception: Omit<Exception, 'key'>): Promise<void> {
    await this.#try(async () => {
      makeException(
        this.#model.keptFolder,
        'editor',
        { key: budgetKey(budget), ...exception },
        Date.now(),
      );
    });
  }

  /** What is written elsewhere is shown there. */
  async #isElsewhere(entry: BudgetEntry): Promise<boolean> {
    const { file } = entry;
    if (placeOf(entry) === 'file' && file !== undefined) {
      await commands.executeCommand('vscode.open', Uri.file(file));
      return true;
    }
    if (placeOf(entry) === 'team') {
      inBackground(
        window.showInformationMessage(
          l10n.t('This budget is the team’s. Its admins change it with “outlay team budget”.'),
        ),
      );
      return true;
    }
    if (placeOf(entry) === 'company') {
      inBackground(
        window.showInformationMessage(
          l10n.t('This limit is the company’s: it is set at its gateway and only shown here.'),
        ),
      );
      return true;
    }
    if (placeOf(entry) !== 'environment') return false;
    inBackground(
      window.showInformationMessage(
        l10n.t(
          'This budget comes from COST_BUDGET_USD in the environment VS Code was started in. Change it there.',
        ),
      ),
    );
    return true;
  }

  /** Does it and shows what came of it; what cannot be done is said. */
  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      inBackground(
        window.showErrorMessage(
          plainUiText(error instanceof Error ? errorText(error) : messageOf(error)),
        ),
      );
    }
    this.#model.refresh();
  }

  /** The budget an item, a row or a link names; asked for where none does. */
  async #entry(
    item: unknown,
    fits: (entry: BudgetEntry) => boolean = () => true,
  ): Promise<BudgetEntry | undefined> {
    const entries = this.#model.budgets();
    const id = typeof item === 'string' ? item : isObject(item) ? item.id : undefined;
    if (typeof id === 'string') return entries.find((entry) => budgetId(entry) === id);
    const list = entries.filter(fits).map((entry) => ({ entry, part: '' }));
    if (list.length === 0) {
      inBackground(
        window.showInformationMessage(
          entries.length === 0
            ? l10n.t('No budget is set.')
            : l10n.t('No budget is raised or paused.'),
        ),
      );
      return undefined;
    }
    const context = this.#context();
    const names = budgetNames(list, context);
    const items = list.map((named, index) => ({
      label: plainUiText(names[index]!),
      description: [
        limitText(named.entry.budget, context.format),
        coverText(named, context),
        ...exceptionTexts(named.entry, context),
      ].join(' · '),
      entry: named.entry,
    }));
    const picked = await window.showQuickPick(items, { title: l10n.t('Which budget?') });
    return picked?.entry;
  }

  #titleOf(entry: BudgetEntry): string {
    const all = this.#model.budgets();
    const index = all.findIndex((each) => budgetId(each) === budgetId(entry));
    const names = budgetNames(
      all.map((each) => ({ entry: each, part: '' })),
      this.#context(),
    );
    return plainUiText(names[index] ?? '');
  }

  #context(): WordContext {
    const { settings } = this.#model.spend;
    return { format: formatOf(settings), now: Date.now(), zone: settings.zone };
  }
}

/** The limit a budget has when nothing is excepted. */
function ownLimit({ budget, override }: BudgetEntry): number {
  return override?.raised?.from ?? budget.limit;
}

/** Half as much again, in whole dollars where there are some. */
function raisedBy(nano: Budget['limit']): number {
  const more = nano * 1.5;
  return more < 2e9 ? Math.round(more / 1e7) * 1e7 + 1e7 : Math.ceil(more / 1e9) * 1e9;
}
