import { isOfPrograms } from '../agents/registry.ts';
import type { Run, RunErrors, RunPart } from '../analysis/insights/insight.ts';
import type { TimeSpan } from '../model/calendar.ts';
import type { ReportContext } from '../query/context.ts';
import { Names } from '../query/names.ts';
import type { Question } from '../query/question.ts';
import { type Selection, select, type TaggedSpend } from '../query/select.ts';
import { type FailureRow, failureRows } from '../store/query/failures.ts';
import { addSums, type RowKeys, type SpendSums } from '../store/schema/sums.ts';

/** A run with the numbers the store knows it by, and what went wrong in it. */
export interface FoundRun extends Run {
  readonly sessionNumber: number;
  readonly agentNumber: number;
  /** String number; 0 outside the main thread. */
  readonly prompt: number;
  readonly failures: readonly FailureRow[];
}

/** The runs of a question. */
export interface FoundRuns {
  readonly runs: readonly FoundRun[];
  readonly selection: Selection;
  /** Errors of the span that no run could be found for: no message before them is kept. */
  readonly unplaced: number;
}

/** Reads the runs that were active in a span, as far as the filters let them; programs have none. */
export function findRuns(
  context: ReportContext,
  question: Pick<Question, 'span' | 'filters'>,
): FoundRuns {
  // By time as well: it tells when a run began, and the store has such rows as they are.
  const keys = ['bucket', 'session', 'agent', 'model', 'facet', 'prompt'] as const;
  const selection = withoutPrograms(select(context, question, keys, false, new Names(context)));
  const { placed, unplaced } = failuresOf(context, question.span, selection);
  const runs = openRuns(selection.rows).map((run) => foundRun(selection.names, run, placed));
  return { runs, selection, unplaced };
}

/** What people spent with coding agents: of programs that call models themselves nobody is to change the habits. */
function withoutPrograms(selection: Selection): Selection {
  const { names, background } = selection;
  if (!names.products.some(isOfPrograms)) return selection;
  const rows = selection.rows.filter(({ session }) => !isOfPrograms(names.product(session)));
  const sums = { ...selection.sums, ...addSums(rows) };
  return { ...selection, rows, sums, total: sums.nano + background };
}

/** What of a run is known by one model and one facet. */
interface OpenPart {
  readonly row: RowKeys;
  /** Those of the one row there is, as a rule: it is not copied. */
  sums: SpendSums;
}

/** A run that is still being added to. */
interface OpenRun {
  readonly row: RowKeys;
  startedAt: number;
  readonly parts: OpenPart[];
}

/** Rows put together by run, in the order in which runs first appear. There are many: one pass. */
function openRuns(rows: readonly TaggedSpend[]): OpenRun[] {
  const runs: OpenRun[] = [];
  // An agent is one of one session, so it and the prompt name the run.
  const known = new Map<number, Map<number, OpenRun>>();
  for (const row of rows) {
    let ofAgent = known.get(row.agent);
    if (ofAgent === undefined) {
      ofAgent = new Map();
      known.set(row.agent, ofAgent);
    }
    let run = ofAgent.get(row.prompt);
    if (run === undefined) {
      run = { row, startedAt: row.at, parts: [] };
      ofAgent.set(row.prompt, run);
      runs.push(run);
    }
    run.startedAt = Math.min(run.startedAt, row.at);
    const part = run.parts.find(
      (each) => each.row.model === row.model && each.row.facet === row.facet,
    );
    if (part === undefined) run.parts.push({ row, sums: row });
    else part.sums = addSums([part.sums, row]);
  }
  return runs;
}

function runKey({
  session,
  agent,
  prompt,
}: Pick<TaggedSpend, 'session' | 'agent'> & { readonly prompt: number | undefined }): string {
  return `${session} ${agent} ${prompt}`;
}

function failuresOf(
  context: ReportContext,
  span: TimeSpan | undefined,
  { rows }: Selection,
): { placed: ReadonlyMap<string, FailureRow[]>; unplaced: number } {
  const sessions = new Set<number>();
  const prompted = new Set<number>();
  const subagents = new Set<number>();
  for (const { session, agent, prompt } of rows) {
    sessions.add(session);
    subagents.add(agent);
    if (prompt !== 0) prompted.add(agent);
  }
  for (const agent of prompted) subagents.delete(agent);
  const all = failureRows(context.db, span, subagents).filter(({ session }) =>
    sessions.has(session),
  );
  const unplaced = all.filter(({ prompt }) => prompt === undefined).length;
  return { placed: Map.groupBy(all, runKey), unplaced };
}

function foundRun(
  names: Names,
  { row, startedAt, parts }: OpenRun,
  placed: ReadonlyMap<string, readonly FailureRow[]>,
): FoundRun {
  const { session, agent, prompt } = row;
  const key = runKey(row);
  const failures = placed.get(key);
  // Most runs have one part.
  const whole = parts.length === 1 ? parts[0]!.sums : addSums(parts.map(({ sums }) => sums));
  return {
    key,
    session: names.place(session).sid,
    sessionNumber: session,
    agentNumber: agent,
    prompt,
    project: names.project(session),
    agent: names.agentType(agent),
    startedAt,
    parts: parts.map((part): RunPart => {
      const { row: priceRow, effort } = names.facet(part.row);
      const { sums } = part;
      const model = names.word(part.row.model);
      const { messages, nano } = sums;
      return { model, row: priceRow, effort, usage: sums, messages, nano };
    }),
    usage: whole,
    messages: whole.messages,
    nano: whole.nano,
    errors: failures === undefined ? noErrors : errorsOf(failures),
    failures: failures ?? [],
  };
}

const noErrors: RunErrors = { api: 0, tool: 0, interrupted: 0 };

function errorsOf(failures: readonly FailureRow[]): RunErrors {
  const count = (kind: FailureRow['kind']): number =>
    failures.filter((failure) => failure.kind === kind).length;
  return {
    api: count('api-error'),
    tool: count('tool-error'),
    interrupted: count('interrupted'),
  };
}
