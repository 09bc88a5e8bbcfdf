import { appendAll } from '../../model/lists.ts';
import type { EventKind, SessionRecords, TranscriptBatch } from '../../model/records.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { emptyAgentMetadata, emptyBatch, emptySessionRecords } from '../batch.ts';
import type { RowBatch } from '../database.ts';
import { object, parseObject, text } from '../json.ts';
import { oneLine } from '../titleLine.ts';
import { type CopilotCounts, copilotMessage, isNothing, readCounts } from './copilotMessage.ts';
import { type SpanPlace, SpanPlaces } from './spanPlaces.ts';
import { attribute, momentOf, operations, type Span, Spans } from './spans.ts';
import { answerIn, promptIn, toolsIn } from './spanWords.ts';
import type { WorkspaceFolders } from './workspaceFolders.ts';

/** How far a database was read. */
export interface SpanState {
  /** The last row, and the span in it: rows are numbered anew when spans are deleted. */
  readonly row: number;
  readonly span: string;
  /** Requests whose session is not known before the spans they are part of are written. */
  readonly waiting: readonly string[];
  /** Sessions whose folder was not known. */
  readonly unplaced: readonly string[];
}

/** Spans of one chunk. */
const mostSpans = 5_000;

/** What is remembered of spans and sessions that something is missing of. */
const mostWaiting = 2_000;
const mostUnplaced = 50;

const fields = {
  input: [attribute.input],
  output: [attribute.output],
  read: [attribute.cacheRead],
  written: [attribute.cacheWrite],
  reasoning: [attribute.reasoning, attribute.reasoningBefore],
} as const;

const countNames = Object.values(fields).flat();

/** A request that sums a conversation up to go on with it. */
const compaction = /^summarizeConversationHistory/;

/** Hosts of GitHub: what is sent there is answered by GitHub's own models. */
const hostOfGitHub = /(?:^|\.)(?:github\.com|githubcopilot\.com|ghe\.com)$/;

/** Reads the spans of a database behind those read before. */
export function* spanRows(
  folders: WorkspaceFolders,
  db: SqlDatabase,
  state: SpanState = { row: 0, span: '', waiting: [], unplaced: [] },
): Generator<RowBatch<SpanState>, void, void> {
  const spans = Spans.in(db);
  if (spans === undefined) {
    yield { batch: emptyBatch(), offset: state.row, state };
    return;
  }
  const places = new SpanPlaces(spans);
  let { row, span, waiting, unplaced } = state;
  if (row > 0 && spans.idIn(row) !== span) row = 0;
  for (let isFirst = true; ; isFirst = false) {
    const reader = new SpanReader(spans, places, folders);
    if (isFirst) {
      reader.place(unplaced);
      for (const id of waiting) reader.takeAgain(spans.byId(id));
      waiting = [];
    }
    const next = spans.behind(row, mostSpans);
    for (const each of next) reader.take(each);
    const last = next.at(-1);
    if (last !== undefined) [row, span] = [last.row, last.id];
    const batch = reader.end();
    waiting = [...new Set([...waiting, ...reader.waiting])].slice(-mostWaiting);
    unplaced = [...new Set([...(isFirst ? [] : unplaced), ...reader.unplaced])].slice(
      -mostUnplaced,
    );
    yield { batch, offset: row, state: { row, span, waiting, unplaced } };
    if (next.length < mostSpans) return;
  }
}

/** The id a span is counted by: it is the same wherever the database is copied to. */
export function messageIdOf({ trace, id }: Pick<Span, 'trace' | 'id'>): string {
  return `${trace}/span/${id}`;
}

/** The span in an id it is counted by; undefined for the id of something else. */
export function spanIn(messageId: string): string | undefined {
  return /\/span\/([^/]+)$/.exec(messageId)?.[1];
}

/** Turns spans into records: a request is a span of operation `chat`; the others are around it, or sum up. */
class SpanReader {
  readonly waiting: string[] = [];
  readonly unplaced = new Set<string>();
  readonly #spans: Spans;
  readonly #places: SpanPlaces;
  readonly #folders: WorkspaceFolders;
  readonly #batch = emptyBatch();
  readonly #records = new Map<string, SessionRecords>();
  readonly #agents = new Set<string>();
  readonly #taken = new Set<string>();

  constructor(spans: Spans, places: SpanPlaces, folders: WorkspaceFolders) {
    this.#spans = spans;
    this.#places = places;
    this.#folders = folders;
  }

  take(span: Span): void {
    this.#batch.lines++;
    const operation = span.attributes.get(attribute.operation);
    if (operation === operations.request) this.#request(span);
    else if (operation === operations.agent) this.#agentRun(span);
  }

  /** A span that was read before, and may be better known now; undefined for one that is gone. */
  takeAgain(span: Span | undefined): void {
    if (span !== undefined) this.#request(span);
  }

  /** Looks once more for the folders of sessions; of one that has none yet nothing is said. */
  place(sessions: readonly string[]): void {
    for (const session of sessions) {
      if (this.#folders.folderOf(session) === '') this.unplaced.add(session);
      else this.#recordsOf(session);
    }
  }

  end(): TranscriptBatch {
    appendAll(this.#batch.sessions, this.#records.values());
    return this.#batch;
  }

  #request(span: Span): void {
    if (this.#taken.has(span.id)) return;
    this.#taken.add(span.id);
    const { attributes } = span;
    const counts = countsOf(span);
    const place = this.#places.placeOf(span);
    const at = momentOf(span);
    const noted = { line: span.row, offset: span.row, at: Number.isNaN(at) ? 0 : at };
    const sessionId = typeof place === 'object' ? place.session : '';
    if (isNothing(counts)) {
      if (counts.odd) this.#batch.rejected.push({ ...noted, sessionId, reason: 'bad usage' });
      if (typeof place === 'object' && !Number.isNaN(at)) this.#failure(span, place, at);
      return;
    }
    if (Number.isNaN(at)) {
      this.#batch.rejected.push({ ...noted, sessionId, reason: 'no time' });
      return;
    }
    if (place === 'waits') this.waiting.push(span.id);
    if (typeof place !== 'object') return;
    const branch = this.#branchOf(span);
    this.#trace(place.session, at, branch);
    this.#note(place);
    const output = this.#spans.words(span, 'gen_ai.output.messages');
    const named = attributes.get(attribute.agentName) ?? '';
    if (compaction.test(named)) this.#event('compaction', span, place, at);
    if (place.type === 'title') this.#title(place.session, at, span.row, 'ai', answerIn(output));
    this.#batch.messages.push(
      copilotMessage({
        id: messageIdOf(span),
        session: place.session,
        agent: place.agent,
        at,
        model:
          attributes.get(attribute.responseModel) || attributes.get(attribute.requestModel) || '',
        counts,
        countedFrom: place.countedFrom,
        requests: 1,
        prompt: span.trace,
        tools: toolsIn(output),
        // It may be known later only; the session has it then.
        cwd: '',
        branch,
        version: '',
        effort: effortOf(span),
        durationMs: at > span.startedAt ? at - span.startedAt : null,
        nanoCredits: creditsOf(span),
        provider: providerOf(span),
      }),
    );
  }

  /** A run of an agent is written when it ends. It sums its requests up, and says what they do not. */
  #agentRun(span: Span): void {
    const place = this.#places.placeOf(span);
    const at = momentOf(span);
    if (typeof place !== 'object' || Number.isNaN(at)) return;
    const branch = this.#branchOf(span);
    if (branch !== '') {
      this.#trace(place.session, at, branch);
      for (const each of this.#spans.ofTrace(span.trace)) {
        if (each.attributes.get(attribute.operation) === operations.request) this.#request(each);
      }
    }
    if (place.agent !== '') return;
    const prompt = promptIn(this.#spans.words(span, 'gen_ai.input.messages'));
    this.#title(place.session, span.startedAt || at, span.row, 'prompt', prompt);
  }

  #title(
    sessionId: string,
    at: number,
    offset: number,
    kind: 'ai' | 'prompt',
    words: string,
  ): void {
    const line = oneLine(words);
    if (line !== '') this.#batch.titles.push({ sessionId, kind, at, offset, text: line });
  }

  #failure(span: Span, place: SpanPlace, at: number): void {
    const model = span.attributes.get(attribute.requestModel);
    if (span.attributes.get(attribute.canceled) === 'true') {
      this.#event('interrupted', span, place, at, model);
    } else if (span.hasFailed) this.#event('api-error', span, place, at, model);
  }

  /** `model`: the one a request that failed asked for. */
  #event(
    kind: EventKind,
    span: Span,
    { session, agent }: SpanPlace,
    at: number,
    model: string | undefined = '',
  ): void {
    const key = `${messageIdOf(span)}/${kind}`;
    this.#batch.events.push({
      key,
      kind,
      sessionId: session,
      agentId: agent,
      at,
      code: '',
      count: 1,
      ...(model !== '' && { model }),
    });
  }

  #note({ session: sessionId, agent: agentId, type, startedBy }: SpanPlace): void {
    const key = `${sessionId} ${agentId}`;
    if (agentId === '' || this.#agents.has(key)) return;
    this.#agents.add(key);
    const parentAgentId = startedBy;
    this.#batch.agents.push({ ...emptyAgentMetadata, sessionId, agentId, type, parentAgentId });
  }

  /** The branch a request was made on, as the nearest span says that it is part of. */
  #branchOf(span: Span): string {
    for (const each of [span, ...this.#places.above(span)]) {
      const { attributes } = each;
      const branch = attributes.get(attribute.branch) || attributes.get(attribute.branchBefore);
      if (branch !== undefined && branch !== '') return branch;
    }
    return '';
  }

  #trace(session: string, at: number, branch: string): void {
    const records = this.#recordsOf(session);
    records.firstAt = Math.min(records.firstAt, at);
    records.anonymousAt = records.firstAt;
    records.lastAt = Math.max(records.lastAt, at);
    if (branch !== '' && at >= records.branchAt) {
      records.branch = branch;
      records.branchAt = at;
    }
  }

  #recordsOf(session: string): SessionRecords {
    const known = this.#records.get(session);
    if (known !== undefined) return known;
    const records = emptySessionRecords(session);
    this.#records.set(session, records);
    const folder = this.#folders.folderOf(session);
    if (folder === '') {
      this.unplaced.add(session);
      return records;
    }
    records.cwd = folder;
    // What an agent's own log says of its folder is nearer.
    records.cwdAt = Number.MAX_SAFE_INTEGER;
    records.cwdSidechain = false;
    return records;
  }
}

/** The counts of a span: attributes are texts, and those that are no numbers are odd. */
function countsOf({ attributes }: Span): CopilotCounts {
  const said = countNames.filter((name) => attributes.has(name));
  return readCounts(
    Object.fromEntries(said.map((name) => [name, numberIn(attributes.get(name)!)])),
    fields,
  );
}

function numberIn(written: string): number {
  return /^-?\d+(?:\.\d+)?(?:e\+?\d+)?$/.test(written) ? Number(written) : Number.NaN;
}

function creditsOf({ attributes }: Span): number | null {
  const written =
    attributes.get(attribute.nanoCredits) ?? attributes.get(attribute.nanoCreditsOfRuntime);
  const credits = written === undefined ? Number.NaN : Math.round(numberIn(written));
  return Number.isSafeInteger(credits) && credits >= 0 ? credits : null;
}

/**
 * Who answered. Requests to models of one's own provider that speak OpenAI's protocol go through the same code as
 * GitHub's and are named like them; where they are sent tells them apart.
 */
function providerOf({ attributes }: Span): string {
  const provider = attributes.get(attribute.provider) ?? '';
  const server = attributes.get(attribute.server) ?? '';
  return provider === 'github' && server !== '' && !hostOfGitHub.test(server) ? server : provider;
}

function effortOf({ attributes }: Span): string {
  const options = parseObject(attributes.get(attribute.options) ?? '') ?? {};
  return text(options.reasoning_effort) || text(object(options.reasoning).effort);
}
