import type { Command } from 'commander';
import { parseLimit } from '../../analysis/budgets/budgetNotation.ts';
import { amountText } from '../../budgets/budgetLabels.ts';
import { type BudgetEntry, budgetKey } from '../../dataFolder/budgetFile.ts';
import { isGuardInstalled } from '../../dataFolder/guardInstalls.ts';
import {
  type AuditEntry,
  type BudgetOverride,
  type Exception,
  endExceptions,
  longestOverrideMs,
  makeException,
} from '../../dataFolder/overrideFile.ts';
import { daySpan, hourMs, localTime } from '../../model/calendar.ts';
import { HumanError } from '../../model/errors.ts';
import { findSession } from '../../query/findSession.ts';
import { lengthMs } from '../../query/spans.ts';
import { bringUpToDate, withContext } from '../support/answer.ts';
import { now } from '../support/clock.ts';
import { type Environment, findEnvironment } from '../support/environment.ts';
import { withCommonOptions } from '../support/options.ts';
import { type Done, type KeyOptions, keyOf, nameOf, say, withKey } from './budget.ts';
import { groupOf } from './reports.ts';

/** `outlay budget raise`, `pause`, `allow` and `resume`: exceptions that end by themselves. */
export function addBudgetOverrides(program: Command): void {
  const group = groupOf(program, 'budget');
  const raise = withKey(group.command('raise'))
    .description('Raise a budget for a while; then its own limit holds again.')
    .argument('<limit>', 'the limit until then: dollars, tokens or agents')
    .option('--for <length>', 'how long: 90m, 24h, 7d (default: until midnight)');
  withCommonOptions(raise).action((limit: string, options: LengthOptions) =>
    raiseBudget(limit, options),
  );
  const pause = withKey(group.command('pause'))
    .description('Keep a budget from acting and alerting for a while; spend goes on counting.')
    .option('--for <length>', 'how long: 90m, 24h, 7d', '1h');
  withCommonOptions(pause).action(pauseBudget);
  const allow = withKey(group.command('allow'))
    .description('Let the guard pass one more prompt, or one more agent, that a budget refuses.')
    .option('--session <id>', 'only in this session, by its id or the beginning of it')
    .option('--for <length>', 'how long it may wait to be used: 90m, 24h, 7d', '1h');
  withCommonOptions(allow).action(allowOnce);
  const resume = withKey(group.command('resume')).description(
    'End what was raised, paused or allowed before its time.',
  );
  withCommonOptions(resume).action(resumeBudget);
}

interface LengthOptions extends KeyOptions {
  readonly for?: string;
}

function raiseBudget(written: string, options: LengthOptions): void {
  const environment = findEnvironment(options);
  const { sentences, json } = storeRaise(environment, options, written, options.for);
  say(environment, sentences, json);
}

/** Raises a budget for a while, until midnight where no length is given; then its own limit holds again. */
export function storeRaise(
  environment: Environment,
  named: Pick<KeyOptions, 'scope' | 'period' | 'unit'>,
  written: string,
  length: string | undefined,
  by: AuditEntry['by'] = 'terminal',
): Done {
  const { entry, key } = findIn(environment, named);
  const { unit, limit: present } = entry.budget;
  const limit = parseLimit(written, unit);
  if (limit <= present) {
    throw new HumanError(
      'usage',
      `The budget ${nameOf(entry.budget)} is ${amountText(unit, present)} now; ${amountText(unit, limit)} would not raise it.`,
    );
  }
  const raise = { key, kind: 'raise', limit, from: present } as const;
  const override = except(environment, raise, length, by);
  const until = localTime(override.until, environment.zone);
  return {
    sentences: [`Raised: ${amountText(unit, limit)} until ${until} (${nameOf(entry.budget)}).`],
    json: jsonOf(override),
  };
}

function pauseBudget(options: LengthOptions): void {
  const { environment, entry, key } = find(options);
  const override = except(environment, { key, kind: 'pause' }, options.for);
  const until = localTime(override.until, environment.zone);
  tell(environment, override, [`Paused until ${until}: the budget ${nameOf(entry.budget)}.`]);
}

async function allowOnce(options: LengthOptions & { readonly session?: string }): Promise<void> {
  const { environment, entry, key } = find(options);
  const session = await sessionNamed(environment, options.session);
  const override = except(environment, { key, kind: 'allow', session }, options.for);
  const until = localTime(override.until, environment.zone);
  const where = session === '' ? '' : ` in session ${session.slice(0, 8)}`;
  const guarded = isGuardInstalled(environment.folder);
  tell(environment, override, [
    `Allowed once${where}, until ${until}: what the budget ${nameOf(entry.budget)} refuses next passes, with all that its prompt still does.`,
    ...(guarded ? [] : ['No guard is installed, so nothing is refused: "outlay guard install".']),
  ]);
}

/** The whole id of a session; '' for any. */
async function sessionNamed(environment: Environment, named: string | undefined): Promise<string> {
  if (named === undefined) return '';
  const freshness = await bringUpToDate(environment);
  return withContext(environment, freshness, (context) => findSession(context, named)?.sid ?? '');
}

function resumeBudget(options: KeyOptions): void {
  const { environment, entry, key } = find(options);
  const at = now();
  const name = nameOf(entry.budget);
  if (!endExceptions(environment.folder, 'terminal', key, at)) {
    throw new HumanError(
      'usage',
      `The budget ${name} is neither raised nor paused, and nothing of it is allowed.`,
    );
  }
  say(environment, [`The budget ${name} holds again.`], { key, ended: true });
}

interface Found {
  readonly environment: Environment;
  readonly entry: BudgetEntry;
  readonly key: string;
}

function find(options: KeyOptions): Found {
  return findIn(findEnvironment(options), options);
}

/** The budget that is meant; only one that holds can be excepted from. */
function findIn(
  environment: Environment,
  named: Pick<KeyOptions, 'scope' | 'period' | 'unit'>,
): Found {
  const wanted = keyOf(named);
  const key = budgetKey(wanted);
  const { scope } = wanted;
  const place = scope.kind === 'project' ? [{ cwd: scope.path, gitRoot: null }] : [];
  const { budgets } = environment.budgetsOf(place);
  const entry = budgets.find(({ budget }) => budgetKey(budget) === key);
  if (entry !== undefined) return { environment, entry, key };
  throw new HumanError(
    'usage',
    `No budget ${nameOf(wanted)} is set. "outlay budget list" shows all.`,
  );
}

function except(
  environment: Environment,
  exception: Omit<Exception, 'until'>,
  length: string | undefined,
  by: AuditEntry['by'] = 'terminal',
): BudgetOverride {
  const at = now();
  const until =
    length === undefined
      ? daySpan(at, environment.zone).to
      : at + lengthOf(length, environment, at);
  return makeException(environment.folder, by, { ...exception, until }, at);
}

function lengthOf(text: string, { settings, zone }: Environment, at: number): number {
  const length = lengthMs(text, { now: at, zone, weekStart: settings.weekStart });
  if (length !== undefined && length > 0 && length <= longestOverrideMs) return length;
  const longest = Math.floor(longestOverrideMs / (24 * hourMs));
  throw new HumanError(
    'usage',
    `${JSON.stringify(text.slice(0, 40))} is not a length of time for an exception. Use 90m, 24h or 7d, at most ${longest}d.`,
  );
}

function tell(
  environment: Environment,
  override: BudgetOverride,
  sentences: readonly string[],
): void {
  say(environment, sentences, jsonOf(override));
}

function jsonOf({ id, key, kind, limit, until }: BudgetOverride): Done['json'] {
  return { id, key, kind, limit: limit ?? null, until: new Date(until).toISOString() };
}
