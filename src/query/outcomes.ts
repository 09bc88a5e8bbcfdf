import type { EventKind } from '../model/records.ts';
import { eventRows, failureKinds } from '../store/query/events.ts';
import type { ReportContext } from './context.ts';
import { matcherOf } from './filters.ts';
import type { Names } from './names.ts';
import type { Question } from './question.ts';

/** What went wrong in a span. */
export interface Outcomes {
  /** Requests the API answered with an error. */
  readonly apiErrors: number;
  readonly toolErrors: number;
  /** Turns a person broke off. */
  readonly interrupted: number;
}

/**
 * Errors of a span, as far as the filters let them. Undefined where they cannot say which errors are
 * meant: an error has no model, branch, task, correlation or tag.
 */
export function outcomes(
  context: ReportContext,
  { span, filters }: Pick<Question, 'span' | 'filters'>,
  names: Names,
): Outcomes | undefined {
  const { model, branch, task, correlation, tag, agent, ...ofSession } = filters;
  const vague = [model, branch, task, correlation, tag].some((filter) => filter !== undefined);
  if (vague) return undefined;
  const matcher = matcherOf(context, ofSession, names);
  const all = eventRows(context.db, span, failureKinds);
  names.prefetchAgents(all.map((event) => event.agent));
  const events = all.filter(
    (event) =>
      matcher.passesBackground(event.session) &&
      (agent === undefined || names.agentType(event.agent) === agent),
  );
  const count = (kind: EventKind): number => events.filter((event) => event.kind === kind).length;
  return {
    apiErrors: count('api-error'),
    toolErrors: count('tool-error'),
    interrupted: count('interrupted'),
  };
}

/** Requests that were answered, of all requests; undefined without a request. */
export function successRate(messages: number, { apiErrors }: Outcomes): number | undefined {
  const requests = messages + apiErrors;
  return requests === 0 ? undefined : messages / requests;
}
