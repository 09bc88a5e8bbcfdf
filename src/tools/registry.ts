import * as z from 'zod/mini';
import type { FilterName } from '../query/options.ts';
import { limitsStatus } from '../reports/budgets/limits.ts';
import { optimize } from '../reports/insights/optimize.ts';
import { explain } from '../reports/proof/explain.ts';
import { session } from '../reports/sessions/session.ts';
import { sessionsList } from '../reports/sessions/sessionsList.ts';
import { anomaly } from '../reports/spend/anomaly.ts';
import { breakdown } from '../reports/spend/breakdown.ts';
import { projection } from '../reports/spend/projection.ts';
import { commonInput, questionInput, rawOf } from './inputs.ts';
import {
  anomaliesOutput,
  budgetsOutput,
  explainOutput,
  forecastOutput,
  savingsOutput,
  sessionOutput,
  sessionsOutput,
  spendOutput,
} from './outputs.ts';
import type { Tool } from './tool.ts';

/** Filters every question about spend takes: more would cost more tokens in each conversation. */
const usualFilters: readonly FilterName[] = ['project', 'model', 'agent', 'branch', 'session'];

const name = z.string().check(z.minLength(1), z.maxLength(200));

/** The report's list is to be whole: what is left out of it is counted here. */
const everyEntry = '999999999';

/** Every tool that only reads, in the order they are listed. */
export const tools: readonly Tool[] = [
  {
    name: 'spend',
    title: 'Claude Code spend',
    description:
      'What Claude Code cost in a period, by model, project, agent, day or another dimension. US dollars at list price, from the transcripts on this machine.',
    input: z.strictObject({
      ...questionInput(breakdown, { filters: usualFilters, options: ['by', 'then-by'] }),
      ...commonInput,
    }),
    report: breakdown.name,
    raw: rawOf,
    output: spendOutput,
    sameAs: 'outlay breakdown',
  },
  {
    name: 'sessions',
    title: 'Claude Code sessions',
    description:
      'Sessions of Claude Code with cost, project, title, models and agents; the latest first, or the most expensive. Ids are what session and explain take.',
    input: z.strictObject({
      ...questionInput(sessionsList, { filters: sessionsList.filters, options: ['sort'] }),
      ...commonInput,
    }),
    report: sessionsList.name,
    raw: rawOf,
    output: sessionsOutput,
    sameAs: 'outlay sessions',
  },
  {
    name: 'session',
    title: 'One Claude Code session',
    description:
      'One session: cost, agents, its most expensive messages with their numbers, and how it adds up. Without an id the last active one.',
    input: z.strictObject({
      session: z.optional(name.check(z.describe('id of the session or its beginning'))),
      ...commonInput,
    }),
    report: session.name,
    raw: ({ session: argument }) => ({ argument, top: everyEntry }),
    output: sessionOutput,
    sameAs: 'outlay session --top 999999999',
  },
  {
    name: 'budgets',
    title: 'Budgets',
    description:
      'Every budget in force: limit, spent, left, level, where it leads by the end of its period and when it is used up. Ask it before something expensive.',
    input: z.strictObject({ ...commonInput }),
    report: limitsStatus.name,
    raw: rawOf,
    output: budgetsOutput,
    sameAs: 'outlay limits status',
  },
  {
    name: 'forecast',
    title: 'Spend forecast',
    description:
      'Where spend leads at the recent rate, with the range it will probably lie in, and when budgets are used up.',
    input: z.strictObject({
      ...questionInput(projection, { filters: usualFilters, options: ['window', 'horizons'] }),
      ...commonInput,
    }),
    report: projection.name,
    raw: rawOf,
    output: forecastOutput,
    sameAs: 'outlay projection',
  },
  {
    name: 'anomalies',
    title: 'Unusual spend',
    description:
      'Sessions, messages or days that cost far more or less than the others, by modified z-score.',
    input: z.strictObject({
      ...questionInput(anomaly, {
        filters: usualFilters,
        options: ['by', 'threshold', 'log'],
      }),
      ...commonInput,
    }),
    report: anomaly.name,
    raw: (input) => ({ ...rawOf(input), limit: everyEntry }),
    output: anomaliesOutput,
    sameAs: 'outlay anomaly --limit 999999999',
  },
  {
    name: 'savings',
    title: 'What could be saved',
    description:
      'Findings from runs, each with evidence, what it costs a month, what could be saved and what to do about it.',
    input: z.strictObject({
      ...questionInput(optimize, { filters: usualFilters, options: ['all'] }),
      ...commonInput,
    }),
    report: optimize.name,
    raw: rawOf,
    output: savingsOutput,
    sameAs: 'outlay optimize',
  },
  {
    name: 'explain',
    title: 'Explain a figure',
    description:
      'How the cost of one message comes about: its records in the transcript, its price rows, every product and the sum. Takes a reference of the tool session, such as 3f2a1b0c/14.',
    input: z.strictObject({
      message: name.check(
        z.describe(
          'beginning of a session id, a slash and the number of a message in it, or its message id',
        ),
      ),
      ...commonInput,
    }),
    report: explain.name,
    raw: ({ message: argument }) => ({ argument }),
    output: explainOutput,
    sameAs: 'outlay explain',
  },
];
