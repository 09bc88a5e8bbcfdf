import type { Counts } from '../../hostFile/format.ts';
import { cut } from '../../model/cut.ts';
import { isObject } from '../../model/objects.ts';
import {
  type AgentMetadata,
  type Attribution,
  countSources,
  emptyMessage,
  eventKinds,
  type MessageLine,
  type SessionEvent,
  type SessionRecords,
  type TitleRecord,
  type ToldBackground,
  type UsagePart,
} from '../../model/records.ts';
import type { Usage } from '../../model/tokens.ts';
import { emptyAgentMetadata, emptySessionRecords } from '../batch.ts';
import { type Json, text, tokenCount } from '../json.ts';
import { isOddTime } from '../timestamp.ts';
import { oneLine } from '../titleLine.ts';

/**
 * The lines of a host's file, each checked by itself: nothing in it is trusted, and only what is named here is
 * looked at. A line that is not what it should be is undefined.
 */

/** Longest name of anything, in UTF-16 units; longer ones are cut. */
const longestName = 256;
/** Items of a list of a line. */
const mostItems = 2_000;

/** What a line says. */
export interface LineRecords {
  readonly messages?: readonly MessageLine[];
  readonly session?: SessionRecords;
  readonly title?: TitleRecord;
  readonly background?: ToldBackground;
  readonly agents?: readonly AgentMetadata[];
  readonly event?: SessionEvent;
}

export function readHostLine(line: Json): LineRecords | undefined {
  if ('message' in line) return readMessage(line);
  if ('event' in line) return readEvent(line);
  return readSession(line);
}

function readMessage(line: Json): LineRecords | undefined {
  const messageId = name(line.message);
  const sessionId = idOf(line.session);
  const usage = readCounts(line.usage);
  const { at } = line;
  if (messageId === '' || sessionId === '' || usage === undefined || !isTime(at)) return undefined;
  const parts = readList(line.parts, readPart);
  const iterations = readList(line.turns, readCounts);
  const records = readList(line.records, recordHash);
  if (parts === undefined || iterations === undefined || records === undefined) return undefined;
  const requests = tokenCount(line.requests);
  const message: MessageLine = {
    ...emptyMessage,
    messageId,
    requestId: name(line.request),
    uuidHash: records[0] ?? 0,
    sessionId,
    agentId: name(line.agent),
    progress: line.progress === true,
    sidechain: line.sidechain === true,
    at,
    model: name(line.model),
    usage,
    parts,
    iterations,
    speed: name(line.speed),
    geo: name(line.geo),
    tier: name(line.tier),
    cacheRequested: name(line.cache),
    requestedModel: name(line.asked),
    incomplete: line.incomplete === true,
    stopReason: name(line.stop),
    cacheSplit: line.unsplit !== true,
    tools: (readList(line.tools, nameOrNot) ?? []).filter((tool) => tool !== ''),
    promptId: name(line.prompt),
    branch: name(line.branch),
    version: name(line.version),
    entrypoint: name(line.entrypoint),
    effort: name(line.effort),
    attribution: readAttribution(line.attribution),
    durationMs: tokenCount(line.duration) ?? null,
    error: name(line.error),
    ...(requests !== undefined && requests !== 1 && { requests }),
    ...(line.recovered === true && { countedFrom: countSources.counter }),
    ...(tokenCount(line.credits) !== undefined && { nanoCredits: tokenCount(line.credits)! }),
    ...(tokenCount(line.reasoning) !== undefined && { reasoning: tokenCount(line.reasoning)! }),
  };
  if (message.model === '') return undefined;
  // Its other records say the same, but by what they are known.
  const others = records.slice(1).map((uuidHash) => ({ ...message, uuidHash }));
  if (line.main !== true) return { messages: [message, ...others] };
  // Kept is the other one: this says no more than where it stands.
  const unfinished = { usage: { ...usage, output: 0 }, stopReason: '', at: at + 1 };
  const inMain = { ...message, ...unfinished, sidechain: false, parts: [], iterations: [] };
  return { messages: [message, ...others, inMain] };
}

function readEvent(line: Json): LineRecords | undefined {
  const key = name(line.event);
  const sessionId = idOf(line.session);
  const kind = eventKinds.find((known) => known === line.kind);
  const { at, count = 1 } = line;
  if (key === '' || sessionId === '' || kind === undefined || !isTime(at)) return undefined;
  if (tokenCount(count) === undefined) return undefined;
  const agentId = name(line.agent);
  const code = name(line.code);
  const model = name(line.model);
  const said = { key, kind, sessionId, agentId, at, code, count: count as number };
  return { event: model === '' ? said : { ...said, model } };
}

function readSession(line: Json): LineRecords | undefined {
  const sessionId = idOf(line.session);
  const { first, last, own } = line;
  if (sessionId === '' || !isTime(first) || !isTime(last) || !isTime(own)) return undefined;
  if (first > last) return undefined;
  const amounts = readList(line.background, readAmount);
  const agents = readList(line.agents, (part) => readAgent(part, sessionId));
  if (amounts === undefined || agents === undefined) return undefined;
  const title = oneLine(text(line.title));
  const records: SessionRecords = {
    ...emptySessionRecords(sessionId),
    firstAt: first,
    lastAt: last,
    anonymousAt: own,
    cwd: name(line.project),
    cwdAt: first,
    cwdSidechain: false,
    branch: name(line.branch),
    branchAt: last,
    version: name(line.version),
    versionAt: last,
    entrypoint: name(line.entrypoint),
  };
  return {
    session: records,
    agents,
    background: { sessionId, lastAt: last, amounts: amounts.sort(([a], [b]) => a - b) },
    ...(title !== '' && { title: { sessionId, kind: 'custom', at: last, offset: 0, text: title } }),
  };
}

function readAgent(value: unknown, sessionId: string): AgentMetadata | undefined {
  if (!isObject(value)) return undefined;
  const agentId = name(value.id);
  if (agentId === '') return undefined;
  const named = { type: name(value.type), parentAgentId: name(value.parent) };
  return { ...emptyAgentMetadata, sessionId, agentId, ...named };
}

function readAmount(value: unknown): readonly [number, number] | undefined {
  if (!Array.isArray(value) || !isTime(value[0])) return undefined;
  const nano = tokenCount(value[1]);
  return nano === undefined ? undefined : [value[0], nano];
}

function readPart(value: unknown): UsagePart | undefined {
  if (!Array.isArray(value)) return undefined;
  const [kind, model, counts] = value as unknown[];
  const usage = readCounts(counts);
  const isKind = kind === 'advisor' || kind === 'compaction' || kind === 'declined';
  return usage === undefined || !isKind ? undefined : { kind, model: name(model), usage };
}

/** The classes of a usage in the order of `Counts`. */
function readCounts(value: unknown): Usage | undefined {
  if (!Array.isArray(value) || value.length !== 6) return undefined;
  if (value.some((count) => tokenCount(count) === undefined)) return undefined;
  const [input, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearches] =
    value as unknown as Counts;
  return { input, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearches };
}

/** A list whose items are all right, none where it is absent; else undefined. */
function readList<T>(value: unknown, read: (item: unknown) => T | undefined): T[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > mostItems) return undefined;
  const items = value.map(read);
  return items.includes(undefined) ? undefined : (items as T[]);
}

/** Fields of an agent's own have such names; "__proto__" is none. */
function readAttribution(value: unknown): Attribution {
  if (!isObject(value)) return {};
  const entries = Object.entries(value)
    .filter(([key, named]) => /^[A-Za-z]{1,40}$/.test(key) && typeof named === 'string')
    .slice(0, 40)
    .map(([key, named]) => [key, name(named)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function recordHash(value: unknown): number | undefined {
  const hash = tokenCount(value);
  return hash === undefined || hash === 0 || hash >= 2 ** 48 ? undefined : hash;
}

function isTime(value: unknown): value is number {
  return tokenCount(value) !== undefined && !isOddTime(value as number, 0);
}

/** Text without control characters, bounded; '' for anything else. */
export function name(value: unknown): string {
  return cut(text(value).replaceAll(/\p{Cc}+/gu, ' '), longestName).toWellFormed();
}

function nameOrNot(value: unknown): string | undefined {
  return typeof value === 'string' ? name(value) : undefined;
}

/** The id of a session, as agents make them: '' for anything else. */
function idOf(value: unknown): string {
  const id = text(value);
  return /^\w[\w.:-]{0,199}$/.test(id) ? id : '';
}
