import type { Run, RunPart } from '../analysis/insights/insight.ts';
import type { TimeSpan } from '../model/calendar.ts';
import { noUsage, type Usage, usageKeys } from '../model/tokens.ts';
import { type FailureRow, failureRows } from '../store/failureRows.ts';
import type { ReportContext } from './context.ts';
import type { Question } from './question.ts';
import { type Fact, type Selection, select } from './selection.ts';

/** A run with the numbers the store knows it by, and what went wrong in it. */
export interface FoundRun extends Run {
  readonly sessionNumber: number;
  readonly agentNumber: number;
  /** '' outside the main thread. */
  readonly promptId: string;
  readonly failures: readonly FailureRow[];
}

/** The runs of a question. */
export interface FoundRuns {
  readonly runs: readonly FoundRun[];
  readonly selection: Selection;
  /** Errors of the span that no run could be found for: no message before them is kept. */
  readonly unplaced: number;
}

/** Reads the runs that were at work in a span, as far as the filters let them. */
export function findRuns(
  context: ReportContext,
  question: Pick<Question, 'span' | 'filters'>,
): FoundRuns {
  const selection = select(context, question, [
    'bucket',
    'session',
    'agent',
    'model',
    'facet',
    'prompt',
  ]);
  const byRun = Map.groupBy(selection.rows, runKey);
  const { placed, unplaced } = failuresOf(context, question.span, selection);
  const runs = [...byRun].map(([key, rows]) => runOf(selection, key, rows, placed.get(key) ?? []));
  return { runs, selection, unplaced };
}

function runKey({
  session,
  agent,
  prompt,
}: Pick<Fact, 'session' | 'agent'> & { readonly prompt: number | undefined }): string {
  return `${session} ${agent} ${prompt}`;
}

function failuresOf(
  context: ReportContext,
  span: TimeSpan | undefined,
  { rows }: Selection,
): { placed: ReadonlyMap<string, FailureRow[]>; unplaced: number } {
  const sessions = new Set(rows.map(({ session }) => session));
  const prompted = new Set(rows.filter(({ prompt }) => prompt !== 0).map(({ agent }) => agent));
  const subagents = new Set(rows.map(({ agent }) => agent).filter((agent) => !prompted.has(agent)));
  const all = failureRows(context.db, span, subagents).filter(({ session }) =>
    sessions.has(session),
  );
  const unplaced = all.filter(({ prompt }) => prompt === undefined).length;
  return { placed: Map.groupBy(all, runKey), unplaced };
}

function runOf(
  { names }: Selection,
  key: string,
  rows: readonly Fact[],
  failures: readonly FailureRow[],
): FoundRun {
  const { session, agent, prompt } = rows[0]!;
  const parts = [...Map.groupBy(rows, ({ model, facet }) => `${model} ${facet}`).values()].map(
    (own): RunPart => {
      const { row, effort } = names.facet(own[0]!);
      const model = names.word(own[0]!.model);
      return { model, row, effort, ...added(own) };
    },
  );
  const count = (kind: FailureRow['kind']): number =>
    failures.filter((failure) => failure.kind === kind).length;
  return {
    key,
    session: names.place(session).sid,
    sessionNumber: session,
    agentNumber: agent,
    promptId: names.word(prompt),
    project: names.project(session),
    agent: names.agentType(agent),
    startedAt: rows.reduce((least, { at }) => Math.min(least, at), Number.MAX_SAFE_INTEGER),
    parts,
    ...added(rows),
    errors: {
      api: count('api-error'),
      tool: count('tool-error'),
      interrupted: count('interrupted'),
    },
    failures,
  };
}

/** Tokens, messages and money of some rows. */
function added(rows: readonly Fact[]): { usage: Usage; messages: number; nano: number } {
  const usage = { ...noUsage } as { -readonly [K in keyof Usage]: number };
  let [messages, nano] = [0, 0];
  for (const row of rows) {
    for (const key of usageKeys) usage[key] += row[key];
    messages += row.messages;
    nano += row.nano;
  }
  return { usage, messages, nano };
}
