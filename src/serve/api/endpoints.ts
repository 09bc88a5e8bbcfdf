import type * as z from 'zod/mini';
import { alertsQuestion, metricsQuestion } from '../../analysisThread/servedTask.ts';
import type { Askable, RawOptions } from '../../query/question.ts';
import { limitsStatus } from '../../reports/budgets/limits.ts';
import type { ReportDefinition } from '../../reports/document/definition.ts';
import { activity } from '../../reports/spend/activity.ts';
import { breakdown } from '../../reports/spend/breakdown.ts';
import { history } from '../../reports/spend/history.ts';
import { summary } from '../../reports/spend/summary.ts';
import type { AlertSettings } from '../../settings/alertSettings.ts';
import type { Questions } from '../questions.ts';
import { alertChanges, alertConfigBody, alertConfigJson } from './alertConfig.ts';
import { limitChanges, limitsBody, limitsJson } from './limits.ts';
import { type Parameter, parametersOf } from './parameters.ts';

/** What an endpoint is asked, read and checked. */
export interface AskedEndpoint {
  readonly raw: RawOptions;
  readonly body: unknown;
  /** The caller wants nothing that is there already. */
  readonly fresh: boolean;
}

export interface EndpointAnswer {
  readonly text: string;
  /** Milliseconds. */
  readonly age: number;
}

/** What endpoints answer from. */
export interface EndpointWorld {
  readonly questions: Questions;
  /** The settings of alerts in force, and what is wrong with the settings. */
  readonly alertSettings: () => {
    readonly alerts: AlertSettings;
    readonly problems: readonly string[];
  };
}

/** An endpoint: where it is, what it takes, and how it answers. */
export interface Endpoint {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  /** Another path it has. */
  readonly alias?: string;
  readonly summary: string;
  /** What the answer is the same as. */
  readonly sameAs?: string;
  readonly parameters: readonly Parameter[];
  /** What the body of a PUT is checked with. */
  readonly body?: z.ZodMiniType;
  readonly type: string;
  readonly answer: (world: EndpointWorld, asked: AskedEndpoint) => Promise<EndpointAnswer>;
}

export const apiBase = '/api/v1';
const json = 'application/json';
/** The format Prometheus scrapes. */
const exposition = 'text/plain; version=0.0.4; charset=utf-8';

interface ReportEndpoint {
  readonly path: string;
  readonly summary: string;
  readonly report: ReportDefinition;
  /** Options this endpoint always has. */
  readonly fixed?: Readonly<Record<string, string>>;
  readonly without?: readonly string[];
  readonly names?: Readonly<Record<string, string>>;
}

function reportEndpoint({
  path,
  summary: words,
  report,
  fixed = {},
  without = [],
  names = {},
}: ReportEndpoint): Endpoint {
  const flags = Object.entries(fixed).map(([name, value]) => ` --${name} ${value}`);
  return {
    method: 'GET',
    path: apiBase + path,
    summary: words,
    sameAs: `outlay ${report.name}${flags.join('')} --json`,
    parameters: parametersOf(report, { without: [...without, ...Object.keys(fixed)], names }),
    type: json,
    answer: (world, { raw, fresh }) =>
      textAnswer(world, { what: 'report', name: report.name, raw: { ...raw, ...fixed } }, fresh),
  };
}

async function textAnswer(
  { questions }: EndpointWorld,
  question: Parameters<Questions['ask']>[0],
  fresh: boolean,
): Promise<EndpointAnswer> {
  const { result, age } = await questions.ask(question, { fresh });
  if (result.what !== 'text') throw new Error('Another answer came than was asked for.');
  return { text: result.text, age };
}

async function limitsAnswer({ questions }: EndpointWorld, fresh: boolean): Promise<EndpointAnswer> {
  const { result, age } = await questions.ask({ what: 'budgets' }, { fresh });
  if (result.what !== 'budgets') throw new Error('Another answer came than was asked for.');
  return { text: jsonText(limitsJson(result.budgets)), age };
}

function alertConfigAnswer({ alertSettings }: EndpointWorld): EndpointAnswer {
  const { alerts, problems } = alertSettings();
  return { text: jsonText(alertConfigJson(alerts, problems)), age: 0 };
}

function askable(question: Askable): readonly Parameter[] {
  return parametersOf(question);
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** Every endpoint, in the order the documentation lists them. */
export const endpoints: readonly Endpoint[] = [
  reportEndpoint({
    path: '/usage',
    summary: 'The latest messages: when, what, how much, and whether they succeeded.',
    report: activity,
  }),
  reportEndpoint({
    path: '/usage/summary',
    summary: 'What was spent: by model, tier, token class, agent, project and day.',
    report: summary,
    // A request that only asks writes nothing.
    without: ['keep'],
  }),
  reportEndpoint({
    path: '/usage/by-agent',
    summary: 'Cost by agent.',
    report: breakdown,
    fixed: { by: 'agent' },
  }),
  reportEndpoint({
    path: '/usage/by-project',
    summary: 'Cost by project.',
    report: breakdown,
    fixed: { by: 'project' },
  }),
  reportEndpoint({
    path: '/usage/daily',
    summary: 'Cost day by day.',
    report: history,
    fixed: { by: 'day' },
    names: { since: 'start', until: 'end' },
  }),
  {
    method: 'GET',
    path: `${apiBase}/limits`,
    summary: 'The limits in force; the lowest where several hold, and every budget beside them.',
    parameters: [],
    type: json,
    answer: (world, { fresh }) => limitsAnswer(world, fresh),
  },
  {
    method: 'PUT',
    path: `${apiBase}/limits`,
    summary:
      'Sets limits as "outlay budget set" does, each with a line of audit. What is not named stays, null takes a limit away that was set so; those of settings, environment and project files are not changed.',
    parameters: [],
    body: limitsBody,
    type: json,
    answer: async (world, { body }) => {
      await world.questions.change(limitChanges(limitsBody.parse(body)));
      return limitsAnswer(world, true);
    },
  },
  reportEndpoint({
    path: '/limits/status',
    summary: 'Every budget in force: used, left, where it leads, and what holds for now.',
    report: limitsStatus,
  }),
  {
    method: 'GET',
    path: `${apiBase}/alerts`,
    summary: 'Alerts that were told, the latest first, by which channels, and what is snoozed.',
    sameAs: 'outlay alerts list --json',
    parameters: askable(alertsQuestion),
    type: json,
    answer: (world, { raw, fresh }) => textAnswer(world, { what: 'alerts', raw }, fresh),
  },
  {
    method: 'GET',
    path: `${apiBase}/alerts/config`,
    summary: 'The settings of alerts in force.',
    parameters: [],
    type: json,
    answer: async (world) => alertConfigAnswer(world),
  },
  {
    method: 'PUT',
    path: `${apiBase}/alerts/config`,
    summary:
      'Changes settings of alerts (outlay.alerts.…), each with a line of audit. What is not named stays, null is what holds where nothing is set. Where alerts are sent and which program they run is set in the settings alone.',
    parameters: [],
    body: alertConfigBody,
    type: json,
    answer: async (world, { body }) => {
      await world.questions.change(alertChanges(alertConfigBody.parse(body)));
      return alertConfigAnswer(world);
    },
  },
  {
    method: 'GET',
    path: '/metrics',
    alias: `${apiBase}/metrics`,
    summary: 'Metrics for Prometheus; series are bounded in number.',
    sameAs: 'outlay export prometheus',
    parameters: askable(metricsQuestion),
    type: exposition,
    answer: (world, { raw, fresh }) => textAnswer(world, { what: 'metrics', raw }, fresh),
  },
];

/** Where commits are told as they happen. */
export const streamPath = '/stream';
