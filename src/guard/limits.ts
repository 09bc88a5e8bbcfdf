import { formatPeriod, formatScope, formatUnit } from '../analysis/budgets/budgetNotation.ts';
import { amountText, budgetName } from '../budgets/budgetLabels.ts';
import { budgetSpan, rollingMs } from '../budgets/budgetSpend.ts';
import type { JudgedBudget } from '../budgets/evaluateBudgets.ts';
import { staleSince } from '../budgets/pooled.ts';
import type { BudgetEntry } from '../dataFolder/budgetFile.ts';
import { budgetKey } from '../dataFolder/budgetKey.ts';
import { localTime } from '../model/calendar.ts';
import { formatUsd } from '../model/money.ts';
import type { ReportContext } from '../query/context.ts';
import { plainText } from '../text/plainText.ts';
import type { Trip } from './breaker.ts';
import type { Facts, Limit, Verdict } from './decide.ts';

/** Whether a budget acts at all now: a paused one counts on and does nothing. */
export function acts({ override }: BudgetEntry): boolean {
  return override?.pausedUntil === undefined;
}

/** A budget whose stop is reached. `estimated`: a reply in flight was estimated. */
export function budgetLimit(
  context: ReportContext,
  judged: JudgedBudget,
  estimated: boolean,
): Limit {
  const { budget } = judged.entry;
  const { spent, judged: sum } = judged.state;
  const askedAt = staleSince(judged.entry, context.now);
  const isLeast = judged.sums.unpriced > 0 || judged.sums.lower > 0 || askedAt !== undefined;
  const least = isLeast ? 'at least ' : '';
  const stale =
    askedAt === undefined
      ? ''
      : ` (what the team spent is of ${localTime(askedAt, context.zone).slice(0, 16)})`;
  const amount = `${estimated ? 'about ' : least}${amountText(budget.unit, spent)}`;
  const forecast =
    sum > spent ? ` (${amountText(budget.unit, sum)} likely by the end of its period)` : '';
  return {
    key: budgetKey(budget),
    period: periodName(context, judged.entry),
    code: 'BUDGET_EXCEEDED',
    action: budget.action,
    about: 'budget',
    text: `${amount} of ${amountText(budget.unit, budget.limit)} spent${forecast}${stale}: ${plainText(budgetName(context, budget))}`,
    remedy: remedyOf(judged),
  };
}

/** The same while a period lasts; of rolling ones, which never end, for as long as they are. */
function periodName(context: ReportContext, { budget: { period }, pool }: BudgetEntry): string {
  if (period.kind === 'rolling') return String(Math.floor(context.now / rollingMs(period)));
  return String(pool?.from ?? budgetSpan(period, context)?.from ?? 0);
}

/** A budget of agents at once that one more would exceed. */
export function agentsLimit(context: ReportContext, { budget }: BudgetEntry, live: number): Limit {
  return {
    key: budgetKey(budget),
    period: '',
    code: 'AGENT_LIMIT_EXCEEDED',
    action: budget.action,
    about: 'spawn',
    text: `${live} of ${amountText(budget.unit, budget.limit)} at work: ${plainText(budgetName(context, budget))}`,
    remedy: `wait until one ends, or ${commandOf('raise', { budget }, String(budget.limit + 1))}`,
  };
}

/** Agents started in all, by setting. */
export function startedLimit(started: number, most: number): Limit {
  return {
    key: 'guard.mostAgents',
    period: '',
    code: 'AGENT_LIMIT_EXCEEDED',
    action: 'halt-agents',
    about: 'spawn',
    text: `${started} of ${most} agents started in this session`,
    remedy: 'raise the setting outlay.guard.mostAgents, or begin a new session',
  };
}

/** How deep agents start agents, by setting. */
export function hopsLimit(depth: number, most: number): Limit {
  return {
    key: 'guard.maxHops',
    period: '',
    code: 'HOP_LIMIT_EXCEEDED',
    action: 'halt-agents',
    about: 'spawn',
    text: `agents are ${depth} deep, and ${most} is the limit`,
    remedy: 'raise the setting outlay.guard.maxHops',
  };
}

/** What the breaker asks or denies; a warning is no limit. */
export function breakerLimit({ step, ...trip }: Trip): Limit | undefined {
  if (step === 'warn') return undefined;
  return {
    key: `breaker ${trip.sign}`,
    period: '',
    code: 'RUNAWAY_STOPPED',
    action: step === 'ask' ? 'ask' : 'stop',
    about: 'call',
    text: tripText(trip),
    remedy: 'tell Claude what to do instead; the setting outlay.guard.breaker has the thresholds',
  };
}

export function tripText({ sign, count, tool }: Omit<Trip, 'step'>): string {
  const name = plainText(tool) || 'a tool';
  switch (sign) {
    case 'sameCall':
      return `${name} was called ${count} times with the same input and no edit in between`;
    case 'failing':
      return `the same call of ${name} has failed ${count} times`;
    case 'idleUsd':
      return `${formatUsd(Math.round(count))} spent without an edit or a new result`;
  }
}

export const unpricedLimit: Limit = {
  key: 'guard.unpriced',
  period: '',
  code: 'UNPRICED_MODEL',
  action: 'stop',
  about: 'budget',
  text: 'this session uses a model without a price, so no limit in dollars holds',
  remedy: 'set a price (outlay.prices.overrides), or switch off outlay.guard.strict',
};

/** How to go on, as commands of a terminal. */
function remedyOf({ entry, state }: JudgedBudget): string {
  const { unit, limit } = entry.budget;
  const more = Math.max(state.spent, limit) * 1.2;
  const amount =
    unit.kind === 'usd' ? String(Math.max(1, Math.ceil(more / 1e9))) : String(Math.ceil(more));
  return `${commandOf('raise', entry, amount)}, or once: ${commandOf('allow', entry)}`;
}

function commandOf(
  name: 'raise' | 'allow',
  { budget }: Pick<BudgetEntry, 'budget'>,
  amount?: string,
): string {
  const scope = formatScope(budget.scope);
  const unit = formatUnit(budget.unit);
  return [
    `outlay budget ${name}`,
    ...(amount === undefined ? [] : [amount]),
    ...(scope === 'global' ? [] : [`--scope ${quoted(scope)}`]),
    `--period ${formatPeriod(budget.period)}`,
    ...(unit === 'usd' ? [] : [`--unit ${unit}`]),
  ].join(' ');
}

/** One line, whatever a path has in it. */
function quoted(text: string): string {
  const plain = plainText(text);
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", "'\\''")}'`;
}

const effects: Readonly<Record<Verdict, string>> = {
  pass: '',
  ask: 'Go on all the same?',
  deny: 'Refused.',
  block: 'No prompt is sent.',
  stop: 'Stopped.',
};

/** What a person reads where something is asked or refused: one line. */
export function personText(
  limit: Limit,
  verdict: Verdict,
  facts: Pick<Facts, 'print' | 'spawns'>,
): string {
  const effect =
    verdict === 'deny' && facts.spawns && limit.action !== 'ask'
      ? 'No new agent is started.'
      : effects[verdict];
  const print =
    verdict === 'deny' && limit.action === 'ask' && facts.print
      ? ' In print mode nobody can be asked.'
      : '';
  return `Outlay: ${limit.text}. ${effect}${print} To go on: ${limit.remedy}.`;
}
