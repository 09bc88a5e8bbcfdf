import { join } from 'node:path';
import { type Command, Option } from 'commander';
import {
  type Budget,
  budgetActions,
  budgetBases,
  isCompanys,
} from '../../analysis/budgets/budget.ts';
import {
  formatPeriod,
  formatScope,
  formatUnit,
  parseLimit,
  parsePeriod,
  parseScope,
  parseUnit,
} from '../../analysis/budgets/budgetNotation.ts';
import { parseThresholds, thresholdPresets } from '../../analysis/budgets/thresholds.ts';
import { amountText, budgetFields, budgetName } from '../../budgets/budgetLabels.ts';
import {
  type BudgetEntry,
  budgetKey,
  removeBudget,
  storeBudget,
} from '../../dataFolder/budgetFile.ts';
import { isGuardInstalled } from '../../dataFolder/guardInstalls.ts';
import { HumanError } from '../../model/errors.ts';
import { print } from '../support/answer.ts';
import { type Environment, findEnvironment } from '../support/environment.ts';
import { type CommonOptions, withCommonOptions } from '../support/options.ts';
import { groupOf } from './reports.ts';

export interface KeyOptions extends CommonOptions {
  readonly scope: string;
  readonly period: string;
  readonly unit: string;
}

interface SetOptions extends KeyOptions {
  readonly ladder: string;
  readonly basis: Budget['basis'];
  readonly action: Budget['action'];
}

/** `outlay budget set` and `outlay budget remove`; what only reads is among the reports. */
export function addBudget(program: Command): void {
  const group = groupOf(program, 'budget').description(
    'Set budgets and check how far they are used.',
  );
  const set = withKey(group.command('set'))
    .description('Set a budget; one of the same scope, period and unit is replaced.')
    .argument('<limit>', 'dollars such as 20 or 0.50; tokens such as 100k or 1M; agents')
    .option(
      '--ladder <ladder>',
      `levels in percent such as 50/75/90/100, or ${Object.keys(thresholdPresets).join(', ')}`,
      'default',
    )
    .addOption(
      new Option('--basis <basis>', 'what is spent decides, or what will be by the end')
        .choices([...budgetBases])
        .default('actual'),
    )
    .addOption(
      new Option(
        '--action <action>',
        'what the guard does at stop, where it is installed (outlay guard install)',
      )
        .choices([...budgetActions])
        .default('notify'),
    );
  withCommonOptions(set)
    .addHelpText('after', setExamples)
    .action((limit: string, options: SetOptions) => setBudget(limit, options));
  const remove = withKey(group.command('remove')).description('Remove a budget that was set here.');
  withCommonOptions(remove).action((options: KeyOptions) => takeAway(options));
}

const setExamples = `
Examples:
  outlay budget set 500 --period month
  outlay budget set 20 --scope project:/home/dev/shop --period day
  outlay budget set 1M --unit tokens:input,output --period day
  outlay budget set 10 --period rolling:5h --ladder late`;

export function withKey(command: Command): Command {
  return command
    .option(
      '--scope <scope>',
      'global, project:<path>, project:* (each), group:<name>, session, agent, branch:<name>, tag:<name>, team, team:<group>, member',
      'global',
    )
    .option(
      '--period <period>',
      'day, week, month, lifetime, run, rolling:<N>h or rolling:<N>d',
      'lifetime',
    )
    .option('--unit <unit>', 'usd, tokens, tokens:<class>,… or agents', 'usd');
}

export function keyOf({
  scope,
  period,
  unit,
}: Pick<KeyOptions, 'scope' | 'period' | 'unit'>): Pick<Budget, 'scope' | 'period' | 'unit'> {
  const key = { scope: parseScope(scope), period: parsePeriod(period), unit: parseUnit(unit) };
  if (!isCompanys(key.scope)) return key;
  throw new HumanError(
    'usage',
    "The company's limits are set at its gateway, and only shown here: nobody changes or pauses them here.",
  );
}

function setBudget(limit: string, options: SetOptions): void {
  const key = keyOf(options);
  const budget: Budget = {
    ...key,
    limit: parseLimit(limit, key.unit),
    thresholds: parseThresholds(options.ladder),
    basis: options.basis,
    action: options.action,
  };
  const environment = findEnvironment(options);
  const { sentences, json } = storeSetBudget(environment, budget);
  say(environment, sentences, json);
}

/** What was done, for people and for programs. */
export interface Done {
  readonly sentences: readonly string[];
  readonly json: Readonly<Record<string, unknown>>;
}

/** Stores a budget in the place of one of the same scope, period and unit, and says what holds beside it. */
export function storeSetBudget(environment: Environment, budget: Budget): Done {
  const entry: BudgetEntry = { budget, origin: 'budget set', setAt: Date.now() };
  storeBudget(fileOf(environment), entry);
  const beside = environment.budgets.filter(
    (other) => other.origin !== 'budget set' && budgetKey(other.budget) === budgetKey(budget),
  );
  const acts = budget.action !== 'notify' && !isGuardInstalled(environment.folder);
  return {
    sentences: [
      `Set: ${amountText(budget.unit, budget.limit)} (${nameOf(budget)}).`,
      ...(acts
        ? [`Nothing enforces it yet: "outlay guard install" shows how the guard is installed.`]
        : []),
      ...beside.map(
        (other) =>
          `The budget of ${amountText(budget.unit, other.budget.limit)} from ${sources[other.origin]} holds as well.`,
      ),
    ],
    json: { ...budgetFields(entry), set: true },
  };
}

const sources: Readonly<Record<BudgetEntry['origin'], string>> = {
  settings: 'the settings',
  environment: 'COST_BUDGET_USD',
  'budget set': 'here',
  'project file': 'the project’s .outlay.json',
  team: 'the team',
  company: 'the company’s gateway',
};

function takeAway(options: KeyOptions): void {
  const key = keyOf(options);
  const environment = findEnvironment(options);
  if (!removeBudget(fileOf(environment), budgetKey(key))) {
    const elsewhere = environment.budgets.some(
      ({ budget, origin }) => origin !== 'budget set' && budgetKey(budget) === budgetKey(key),
    );
    throw new HumanError(
      'usage',
      elsewhere
        ? `The budget ${nameOf(key)} comes from the settings, from COST_BUDGET_USD, from a project's .outlay.json or from the team; change it there.`
        : `No budget ${nameOf(key)} was set. "outlay budget list" shows all.`,
    );
  }
  say(environment, [`Removed: the budget ${nameOf(key)}.`], {
    scope: formatScope(key.scope),
    period: formatPeriod(key.period),
    unit: formatUnit(key.unit),
    removed: true,
  });
}

export function nameOf(budget: Pick<Budget, 'scope' | 'period' | 'unit'>): string {
  return budgetName({ home: '' }, budget);
}

export function fileOf({ folder }: Environment): string {
  return join(folder, 'config.json');
}

export function say(environment: Environment, sentences: readonly string[], json: object): void {
  if (environment.options.quiet && !environment.options.json) return;
  const notes = environment.problems;
  print(environment, {
    title: 'Budget',
    sentences,
    tables: [],
    notes,
    json: { schemaVersion: 1, ...json, notes },
  });
}
