import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import {
  type CallApi,
  type CallRecord,
  callVersion,
  longestLabel,
} from '../model/capture/callRecord.ts';
import { cut } from '../model/cut.ts';
import { isObject } from '../model/objects.ts';
import type { Labels } from './capture.d.cts';
import { failureOf } from './failure.ts';
import type { Journal } from './journal.ts';
import { nothingObserved, type Observed, observeAnswer, observeEvent, word } from './observed.ts';

/** Calls whose end has not been seen: should the program end first, that is written down. */
const open = new Set<Call>();

/** More are not kept: a program that never reads its streams is not to fill its memory. */
const mostOpen = 10_000;

let listensForExit = false;

/** What a call is written down with, whatever it brings. */
export interface CallPlace {
  readonly journal: Journal;
  readonly labels: Labels;
  readonly api: CallApi;
  readonly local: boolean;
}

/** A call from when it is made to the line that is written of it, which is one. */
export class Call {
  readonly #place: CallPlace;
  readonly #fetched: boolean;
  readonly #startedAt = performance.now();
  readonly #seen: Observed = nothingObserved();
  #request: { readonly model: string; readonly effort: string } = { model: '', effort: '' };
  #isOver = false;

  /** @param fetched an answer that was asked for before: what is no end of it is not written down */
  constructor(place: CallPlace, { fetched = false } = {}) {
    this.#place = place;
    this.#fetched = fetched;
    if (fetched || open.size >= mostOpen) return;
    open.add(this);
    if (listensForExit) return;
    listensForExit = true;
    process.once('exit', () => {
      for (const call of open) call.breakOff();
    });
  }

  get api(): CallApi {
    return this.#place.api;
  }

  /** Takes from a request what an answer does not repeat. */
  requested(body: unknown): void {
    if (!isObject(body)) return;
    const nested = isObject(body.reasoning) ? body.reasoning : body.output_config;
    const effort = word(body.reasoning_effort ?? (isObject(nested) ? nested.effort : ''));
    this.#request = { model: word(body.model), effort };
  }

  /** A whole answer. */
  answered(value: unknown): void {
    observeAnswer(this.#seen, this.api, value);
    this.end();
  }

  /** An event of a stream. */
  received(event: unknown): void {
    observeEvent(this.#seen, this.api, event);
  }

  /** Nothing more comes. */
  end(): void {
    this.#write(this.#seen.failed);
  }

  /** Nobody listens any more. */
  breakOff(): void {
    this.#write('');
  }

  failed(error: unknown): void {
    this.#write(failureOf(error));
  }

  #write(failed: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    open.delete(this);
    const seen = this.#seen;
    if (this.#fetched && (failed !== seen.failed || seen.pending || !seen.complete)) return;
    const { model, effort } = this.#request;
    // An answer that was asked for before took as long as nobody knows.
    const ms = this.#fetched ? undefined : Math.round(performance.now() - this.#startedAt);
    writeCall(this.#place, { ...seen, model: modelOf(model, seen.model) }, { failed, effort, ms });
  }
}

/** Bedrock's ids say where a model runs, which decides the price: an answer does not repeat that. */
function modelOf(asked: string, answered: string): string {
  return /(?:^|[./])anthropic\.claude/.test(asked) ? asked : answered || asked;
}

/** What is known of a call beside its answer. */
export interface CallFacts {
  readonly failed: string;
  readonly effort?: string;
  readonly ms?: number | undefined;
  /** It was answered in a batch. */
  readonly batch?: boolean;
  /** What it is known by where its answer has no id. */
  readonly id?: string;
}

/** Writes down a call that is over. */
export function writeCall(
  { journal, labels, api, local }: CallPlace,
  seen: Observed,
  facts: CallFacts,
): void {
  const { failed, effort = '', ms, batch = false, id = randomUUID() } = facts;
  const { usage } = seen;
  // Without a sign of an answer there is nothing that could have cost.
  const isAnswered = failed === '' || seen.id !== '' || usage !== undefined;
  const record: CallRecord = {
    v: callVersion,
    id: seen.id || id,
    // What is only fetched was made before.
    at: (ms === undefined && seen.madeAt) || Date.now(),
    api,
    ...(seen.model && { model: seen.model }),
    ...(usage && { usage }),
    ...(ms !== undefined && { ms }),
    ...(batch ? { tier: 'batch' } : seen.tier && { tier: seen.tier }),
    ...(effort && { effort }),
    ...(seen.stop && { stop: seen.stop }),
    ...(seen.tools.size > 0 && { tools: [...seen.tools] }),
    ...(isAnswered && !seen.complete && { partial: true as const }),
    ...(failed && { failed }),
    ...(local && { local: true as const }),
    ...labelsOf(labels),
    ...program(),
  };
  journal.append(record);
}

function labelsOf({
  agent,
  task,
  correlation,
}: Labels): Pick<CallRecord, 'agent' | 'task' | 'correlation'> {
  return {
    ...(isLabel(agent) && { agent: cut(agent, longestLabel) }),
    ...(isLabel(task) && { task: cut(task, longestLabel) }),
    ...(isLabel(correlation) && { correlation: cut(correlation, longestLabel) }),
  };
}

function isLabel(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

let known: Pick<CallRecord, 'program' | 'cwd'> | undefined;

/** The program and where it was when it made its first call. */
function program(): Pick<CallRecord, 'program' | 'cwd'> {
  if (known !== undefined) return known;
  const name = cut(basename(process.argv[1] ?? ''), longestLabel);
  known = { ...(name && { program: name }) };
  try {
    known = { ...known, cwd: process.cwd() };
  } catch {
    // The folder is gone.
  }
  return known;
}
