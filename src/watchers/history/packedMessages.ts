import {
  type Attribution,
  type CountSource,
  countSources,
  type MessageLine,
  type UsagePart,
} from '../../model/records.ts';
import type { Usage } from '../../model/tokens.ts';
import {
  inputSide,
  type MergedMessage,
  type MessageVariants,
  type Occurrence,
  type SourceRank,
  soleOccurrence,
  sourceRankOf,
} from '../../store/ingest/merge.ts';

/**
 * Lists of merged messages as numbers and texts, for the way from one thread to another: so they are no
 * objects a garbage collector has to look after while they wait.
 */
export interface PackedMessages {
  /** Texts that repeat, each once. */
  readonly texts: readonly string[];
  /** Ids of messages and requests, one behind the other: hardly one of them stands there twice. */
  readonly ids: string;
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Where in `numbers` each list begins. */
  readonly starts: readonly number[];
}

const partKinds: readonly UsagePart['kind'][] = ['advisor', 'compaction', 'declined'];

/** The repeating texts of a line in the order in which they are packed. */
const textFields = [
  'sessionId',
  'requestSessionId',
  'agentId',
  'model',
  'speed',
  'geo',
  'tier',
  'cacheRequested',
  'requestedModel',
  'stopReason',
  'promptId',
  'branch',
  'cwd',
  'version',
  'entrypoint',
  'effort',
  'error',
] as const satisfies readonly (keyof MessageLine)[];

/** What stands for a number a line does not have. */
const absent = -1;

/** What of a merged message need not be packed, because the record kept says it; bits. */
const asKept = { ended: 1, inMain: 2, occurrences: 4, sides: 8, tools: 16, requester: 32 } as const;

/** A packed list: its messages are made when they are asked for, each time anew. */
class PackedList implements Iterable<MessageVariants> {
  readonly #packed: PackedMessages;
  readonly #start: number;

  constructor(packed: PackedMessages, start: number) {
    this.#packed = packed;
    this.#start = start;
  }

  *[Symbol.iterator](): Generator<MessageVariants, void, void> {
    const unpacker = new Unpacker(this.#packed, this.#start);
    for (let left = unpacker.number(); left > 0; left--) {
      const messageId = unpacker.id();
      yield { messageId, variants: unpacker.list(() => unpackMerged(unpacker, messageId)) };
    }
  }
}

/** The lists that were packed. */
export function unpackLists(packed: PackedMessages): Iterable<MessageVariants>[] {
  return packed.starts.map((start) => new PackedList(packed, start));
}

/** Numbers of a portion as it is packed, kept for the next: large memory is dear to get. */
let numbers = new Float64Array(1 << 18);

/** Packs lists of messages, one portion after the other. */
export class MessagePacker {
  #texts: string[] = [];
  #places = new Map<string, number>();
  #ids: string[] = [];
  #idsLength = 0;
  #starts: number[] = [];
  #count = 0;
  #lastTexts: string[] = [];
  #lastPlaces: number[] = [];

  add(messages: readonly MessageVariants[]): void {
    this.#starts.push(this.#count);
    this.number(messages.length);
    for (const { messageId, variants } of messages) {
      this.id(messageId);
      this.number(variants.length);
      for (const merged of variants) packMerged(this, merged);
    }
  }

  /** What was added since the last call. */
  take(): PackedMessages {
    const packed = {
      texts: this.#texts,
      ids: this.#ids.join(''),
      numbers: numbers.slice(0, this.#count),
      starts: this.#starts,
    };
    this.#texts = [];
    this.#places = new Map();
    this.#ids = [];
    this.#idsLength = 0;
    this.#starts = [];
    this.#count = 0;
    this.#lastTexts = [];
    return packed;
  }

  number(value: number): void {
    if (this.#count === numbers.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(numbers);
      numbers = larger;
    }
    numbers[this.#count++] = value;
  }

  text(text: string): void {
    this.number(this.#place(text));
  }

  id(id: string): void {
    this.#ids.push(id);
    this.number(this.#idsLength);
    this.#idsLength += id.length;
    this.number(this.#idsLength);
  }

  #place(text: string): number {
    let place = this.#places.get(text);
    if (place === undefined) {
      place = this.#texts.push(text) - 1;
      this.#places.set(text, place);
    }
    return place;
  }

  /** The texts of a line. Most are those of the line before: which is seen sooner than looked up. */
  fields(line: MessageLine): void {
    for (let i = 0; i < textFields.length; i++) {
      const text = line[textFields[i]!];
      if (text !== this.#lastTexts[i]) {
        this.#lastTexts[i] = text;
        this.#lastPlaces[i] = this.#place(text);
      }
      this.number(this.#lastPlaces[i]!);
    }
  }

  list<T>(items: readonly T[], pack: (item: T) => void): void {
    this.number(items.length);
    for (const item of items) pack(item);
  }
}

class Unpacker {
  readonly #texts: readonly string[];
  readonly #ids: string;
  readonly #numbers: Float64Array;
  #next: number;

  constructor({ texts, ids, numbers }: PackedMessages, start: number) {
    this.#texts = texts;
    this.#ids = ids;
    this.#numbers = numbers;
    this.#next = start;
  }

  number(): number {
    return this.#numbers[this.#next++]!;
  }

  text(): string {
    return this.#texts[this.number()]!;
  }

  id(): string {
    const start = this.number();
    return this.#ids.slice(start, this.number());
  }

  list<T>(unpack: () => T): readonly T[] {
    const length = this.number();
    if (length === 0) return none;
    const items: T[] = [];
    for (let left = length; left > 0; left--) items.push(unpack());
    return items;
  }
}

const none: readonly never[] = [];

function packMerged(packer: MessagePacker, merged: MergedMessage): void {
  const { kept, occurrences, sides, tools } = merged;
  packLine(packer, kept);
  const sole = occurrences.size === 1 ? occurrences.get(kept.sessionId) : undefined;
  const isSole = sole?.agentId === kept.agentId && sole.standing === sourceRankOf(kept);
  const hasSide = sides.length === 1 && sides[0] === inputSide(kept.usage);
  const hasTools = tools.length === 0 ? kept.tools.length === 0 : isSame(tools, kept.tools);
  const hasRequester = merged.requester === kept.requestSessionId;
  packer.number(
    asKept.ended * Number(merged.ended) +
      asKept.inMain * Number(merged.inMain) +
      asKept.occurrences * Number(isSole) +
      asKept.sides * Number(hasSide) +
      asKept.tools * Number(hasTools) +
      asKept.requester * Number(hasRequester),
  );
  if (!hasTools) packer.list(tools, (tool) => packer.text(tool));
  if (!isSole) {
    packer.list([...occurrences], ([session, { agentId, standing }]) => {
      packer.text(session);
      packer.text(agentId);
      packer.number(standing);
    });
  }
  if (!hasSide) packer.list(sides, (side) => packer.text(side));
  const { lines } = merged;
  packer.number(lines.length);
  for (let i = 0; i < lines.length; i++) packer.number(lines[i]!);
  if (!hasRequester) packer.text(merged.requester);
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

function unpackMerged(unpacker: Unpacker, messageId: string): MergedMessage {
  const kept = unpackLine(unpacker, messageId);
  const bits = unpacker.number();
  const tools = (bits & asKept.tools) !== 0 ? kept.tools : unpacker.list(() => unpacker.text());
  const occurrences =
    (bits & asKept.occurrences) !== 0
      ? soleOccurrence(kept.sessionId, kept.agentId, sourceRankOf(kept))
      : unpackOccurrences(unpacker);
  const sides =
    (bits & asKept.sides) !== 0 ? [inputSide(kept.usage)] : unpacker.list(() => unpacker.text());
  const count = unpacker.number();
  const lines = count === 0 ? none : [unpacker.number()];
  for (let left = count - 1; left > 0; left--) (lines as number[]).push(unpacker.number());
  return {
    kept,
    ended: (bits & asKept.ended) !== 0,
    inMain: (bits & asKept.inMain) !== 0,
    tools,
    occurrences,
    sides,
    lines,
    requester: (bits & asKept.requester) !== 0 ? kept.requestSessionId : unpacker.text(),
  };
}

function unpackOccurrences(unpacker: Unpacker): ReadonlyMap<string, Occurrence> {
  const occurrences = new Map<string, Occurrence>();
  for (let left = unpacker.number(); left > 0; left--) {
    const session = unpacker.text();
    const agentId = unpacker.text();
    occurrences.set(session, { agentId, standing: unpacker.number() as SourceRank });
  }
  return occurrences;
}

function packLine(packer: MessagePacker, line: MessageLine): void {
  packer.id(line.requestId);
  packer.fields(line);
  packer.number(line.uuidHash);
  packer.number(line.at);
  packer.number(line.durationMs ?? absent);
  packer.number(line.requests ?? 1);
  packer.number(line.countedFrom ?? countSources.only);
  packer.number(line.nanoCredits ?? absent);
  packer.number(line.reasoning ?? absent);
  packer.number(
    Number(line.progress) +
      2 * Number(line.sidechain) +
      4 * Number(line.incomplete) +
      8 * Number(line.cacheSplit),
  );
  packUsage(packer, line.usage);
  packer.list(line.parts, ({ kind, model, usage }) => {
    packer.number(partKinds.indexOf(kind));
    packer.text(model);
    packUsage(packer, usage);
  });
  packer.list(line.iterations, (usage) => packUsage(packer, usage));
  packer.list(line.tools, (tool) => packer.text(tool));
  const attribution = Object.keys(line.attribution);
  packer.number(attribution.length);
  for (const name of attribution) {
    packer.text(name);
    packer.text(line.attribution[name]!);
  }
}

function unpackLine(unpacker: Unpacker, messageId: string): MessageLine {
  const text = (): string => unpacker.text();
  const requestId = unpacker.id();
  const sessionId = text();
  const requestSessionId = text();
  const agentId = text();
  const model = text();
  const speed = text();
  const geo = text();
  const tier = text();
  const cacheRequested = text();
  const requestedModel = text();
  const stopReason = text();
  const promptId = text();
  const branch = text();
  const cwd = text();
  const version = text();
  const entrypoint = text();
  const effort = text();
  const error = text();
  const uuidHash = unpacker.number();
  const at = unpacker.number();
  const duration = unpacker.number();
  const requests = unpacker.number();
  const countedFrom = unpacker.number() as CountSource;
  const nanoCredits = unpacker.number();
  const reasoning = unpacker.number();
  const bits = unpacker.number();
  return {
    messageId,
    requestId,
    sessionId,
    requestSessionId,
    agentId,
    model,
    speed,
    geo,
    tier,
    cacheRequested,
    requestedModel,
    stopReason,
    promptId,
    branch,
    cwd,
    version,
    entrypoint,
    effort,
    error,
    uuidHash,
    at,
    durationMs: duration === absent ? null : duration,
    progress: (bits & 1) !== 0,
    sidechain: (bits & 2) !== 0,
    incomplete: (bits & 4) !== 0,
    cacheSplit: (bits & 8) !== 0,
    usage: unpackUsage(unpacker),
    parts: unpacker.list(() => {
      const kind = partKinds[unpacker.number()]!;
      return { kind, model: unpacker.text(), usage: unpackUsage(unpacker) };
    }),
    iterations: unpacker.list(() => unpackUsage(unpacker)),
    tools: unpacker.list(text),
    attribution: unpackAttribution(unpacker),
    ...(requests !== 1 && { requests }),
    ...(countedFrom !== countSources.only && { countedFrom }),
    ...(nanoCredits !== absent && { nanoCredits }),
    ...(reasoning !== absent && { reasoning }),
  };
}

const noAttribution: Attribution = Object.freeze({});

function unpackAttribution(unpacker: Unpacker): Attribution {
  const entries = unpacker.list(() => [unpacker.text(), unpacker.text()] as const);
  return entries.length === 0 ? noAttribution : Object.fromEntries(entries);
}

function packUsage(packer: MessagePacker, usage: Usage): void {
  packer.number(usage.input);
  packer.number(usage.output);
  packer.number(usage.cacheWrite5m);
  packer.number(usage.cacheWrite1h);
  packer.number(usage.cacheRead);
  packer.number(usage.webSearches);
}

function unpackUsage(unpacker: Unpacker): Usage {
  return {
    input: unpacker.number(),
    output: unpacker.number(),
    cacheWrite5m: unpacker.number(),
    cacheWrite1h: unpacker.number(),
    cacheRead: unpacker.number(),
    webSearches: unpacker.number(),
  };
}
