import * as z from 'zod/mini';
import { HumanError } from '../model/errors.ts';
import { wrongInput } from './inputs.ts';

/** A budget, and what is to hold of it, as people write both. */
export interface BudgetWish {
  /** `20` or `0.50` dollars, `100k` tokens, `5` agents. */
  readonly limit: string;
  /** `global`, `project:<path>`, `session`, …: as `outlay budget set` takes it. */
  readonly scope: string;
  readonly period: string;
  readonly unit: string;
  /** Not set for good: raised until midnight. */
  readonly untilMidnight: boolean;
}

/** What was done, for people and for programs. */
export interface BudgetWritten {
  readonly sentences: readonly string[];
  readonly json: Readonly<Record<string, unknown>>;
}

/** Writes it. Throws a `HumanError` where that cannot be. */
export type WriteBudget = (wish: BudgetWish) => BudgetWritten;

const text = z.string().check(z.minLength(1), z.maxLength(4096));

const input = z.strictObject({
  limit: z
    .string()
    .check(
      z.minLength(1),
      z.maxLength(40),
      z.describe('dollars such as 20 or 0.50; tokens such as 100k or 1M; agents'),
    ),
  period: text.check(z.describe('day, week, month, lifetime, run, rolling:<N>h or rolling:<N>d')),
  scope: z.optional(
    text.check(
      z.describe(
        'global, project:<path>, project:* (each), group:<name>, session, agent, branch:<name>, tag:<name>, team (global)',
      ),
    ),
  ),
  unit: z.optional(text.check(z.describe('usd, tokens, tokens:<class>,… or agents (usd)'))),
  until_midnight: z.optional(
    z.boolean().check(z.describe('raise a budget that holds, until midnight only (false)')),
  ),
});

/** The tool that writes, where it is switched on. */
export const setBudget = {
  name: 'set_budget',
  title: 'Set or raise a budget',
  description:
    'Sets a budget for Claude Code spend, or raises one until midnight. Only when the user asks for it in so many words: a budget is a limit the user has set for you. Each change is noted in the audit file.',
  input,
  output: z.looseObject({
    scope: z.optional(z.string()),
    period: z.optional(z.string()),
    unit: z.optional(z.string()),
    limit: z.optional(z.nullable(z.number())),
    until: z.optional(z.string().check(z.describe('when a raise ends'))),
  }),
} as const;

/** Calls the tool. Throws a `HumanError` of one sentence. */
export function writeBudget(given: unknown, write: WriteBudget): BudgetWritten {
  const checked = input.safeParse(given ?? {});
  if (!checked.success) {
    throw new HumanError('usage', wrongInput(setBudget.name, input, checked.error));
  }
  const { limit, period, scope = 'global', unit = 'usd', until_midnight = false } = checked.data;
  return write({ limit, scope, period, unit, untilMidnight: until_midnight });
}
