import {
  type AgentPart,
  type Counts,
  countsOf,
  type EventLine,
  type HostLine,
  hostFormat,
  type MessagePartLine,
  type OriginLine,
  type SessionLine,
} from '../hostFile/format.ts';
import { dayMs } from '../model/calendar.ts';
import { countSources } from '../model/records.ts';
import { endOfBlocks, mostOfBlock, packBlock } from '../platform/blockedGzip.ts';
import type { SqlDatabase } from '../platform/sqlite/types.ts';
import type { ReportContext } from '../query/context.ts';
import { Names } from '../query/names.ts';
import {
  contentReader,
  type OwnEvent,
  type OwnMessage,
  type OwnSession,
  ownSessions,
  type SessionContent,
} from '../store/query/ownSessions.ts';
import { wordTexts } from '../store/query/spendRows.ts';
import {
  iterationsOf,
  partsOf,
  traitsOf,
  unpackLines,
  usageOf,
} from '../store/schema/messageRow.ts';
import { lastPart } from '../text/paths.ts';
import type { Openness } from './redact.ts';

/** What a host's file came to. */
export interface HostExport {
  sessions: number;
  messages: number;
  /** Lines too long for a block: none but of made-up records. */
  leftOut: number;
}

/** Agents named in one line; further ones stand in lines of their own. */
const agentsALine = 300;
/** Amounts of background in one line: earlier ones are put together. */
const mostAmounts = 1_000;

/**
 * What this machine's store knows of its own sessions, message by message and without any text of a person,
 * in blocks (docs/hosts.md). Sessions of other hosts are not in it: each host speaks for itself. A block ends
 * with the day sessions began on, so that those of days that have not changed are the same again.
 */
export function* hostBlocks(
  context: ReportContext,
  host: string,
  open: Openness,
  counted: HostExport,
): Generator<Buffer, void, void> {
  const { db } = context;
  const names = new Names(context);
  const contentOf = contentReader(db);
  const lineOf = lineWriter(db);
  let block: Block | undefined;
  for (const session of ownSessions(db)) {
    const product = names.productAt(session.root);
    const account = context.labels.accounts.get(session.root) ?? lastPart(session.root);
    const day = Math.floor(session.first / dayMs);
    if (block?.isOf(product, account, day) !== true) {
      if (block !== undefined) yield block.pack();
      block = new Block({ outlay: 'host', format: hostFormat, host, product, account }, day);
    }
    counted.sessions += 1;
    const content = contentOf(session.id);
    const lines: HostLine[] = [
      ...sessionLines(session, content, open),
      ...content.messages.map((row) => lineOf(session.sid, row)),
      ...content.events.flatMap((event) => (event.at > 0 ? [eventLine(session.sid, event)] : [])),
    ];
    counted.messages += content.messages.length;
    for (const line of lines) {
      const text = `${JSON.stringify(line)}\n`;
      const bytes = Buffer.byteLength(text);
      if (!block.fits(bytes)) {
        yield block.pack();
        block = block.next();
      }
      if (block.fits(bytes)) block.add(text, bytes);
      else counted.leftOut += 1;
    }
  }
  if (block !== undefined) yield block.pack();
  yield endOfBlocks;
}

/** Lines of one origin and day. */
class Block {
  readonly #origin: OriginLine;
  readonly #day: number;
  #text: string;
  #bytes: number;

  constructor(origin: OriginLine, day: number) {
    this.#origin = origin;
    this.#day = day;
    this.#text = `${JSON.stringify(origin)}\n`;
    this.#bytes = Buffer.byteLength(this.#text);
  }

  isOf(product: string, account: string, day: number): boolean {
    const { product: ownProduct, account: ownAccount } = this.#origin;
    return product === ownProduct && account === ownAccount && day === this.#day;
  }

  next(): Block {
    return new Block(this.#origin, this.#day);
  }

  fits(bytes: number): boolean {
    return this.#bytes + bytes <= mostOfBlock;
  }

  add(text: string, bytes: number): void {
    this.#text += text;
    this.#bytes += bytes;
  }

  pack(): Buffer {
    return packBlock(Buffer.from(this.#text));
  }
}

function sessionLines(
  session: OwnSession,
  { background, agents }: SessionContent,
  open: Openness,
): SessionLine[] {
  const { sid, first, last, own, cwd, gitRoot, branch, version, entrypoint, title } = session;
  const path = gitRoot ?? cwd;
  const times = { session: sid, first, last, own };
  const amounts = bounded(background.map(({ at, nano }) => [Math.max(at, first), nano] as const));
  const whole: SessionLine = {
    ...times,
    ...said({ project: open.paths ? path : lastPart(path), branch, version, entrypoint }),
    ...said({ title: open.titles ? (title ?? '') : '' }),
    ...(amounts.length > 0 && { background: amounts }),
  };
  const parts = agents.map(
    ({ aid, type, parent }): AgentPart => ({ id: aid, type, ...said({ parent }) }),
  );
  const lines: SessionLine[] = [];
  for (let at = 0; at < parts.length; at += agentsALine) {
    lines.push({ ...times, agents: parts.slice(at, at + agentsALine) });
  }
  return [whole, ...lines];
}

/** The last amounts one by one, those before them as one at the time of the first. */
function bounded(amounts: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  if (amounts.length <= mostAmounts) return [...amounts];
  const early = amounts.slice(0, amounts.length - mostAmounts + 1);
  const sum = early.reduce((total, [, nano]) => total + nano, 0);
  return [[early[0]![0], sum], ...amounts.slice(early.length)];
}

function eventLine(sid: string, event: OwnEvent): EventLine {
  const { key, kind, at, aid, code, count, model } = event;
  return {
    ...{ event: key, kind, session: sid, at },
    ...said({ agent: aid, code, model }),
    ...(count !== 1 && { count }),
  };
}

/** Writes messages; what numbers stand for is looked up once. */
function lineWriter(db: SqlDatabase): (sid: string, row: OwnMessage) => MessagePartLine {
  const known = new Map<number, string>([[0, '']]);
  const word = (number: number): string => {
    if (!known.has(number)) {
      if (known.size > 100_000) known.clear();
      known.set(number, wordTexts(db, [number]).get(number) ?? '');
    }
    return known.get(number)!;
  };
  return (sid, row) => {
    const parts = partsOf(row).map(
      ({ kind, written, usage }) => [kind, written, countsOf(usage)] as const,
    );
    const turns = iterationsOf(row.iterations).map(countsOf);
    const traits = traitsOf(word(row.traits));
    const tools = word(row.tools);
    const attribution = word(row.attribution);
    const records = unpackLines(row.lines);
    const stop = word(row.stop);
    return {
      message: row.mid,
      ...said({ request: row.rid }),
      session: sid,
      ...said({ agent: row.aid }),
      at: row.at,
      model: word(row.model),
      usage: countsOf(usageOf(row)) satisfies Counts,
      ...(parts.length > 0 && { parts }),
      ...(turns.length > 0 && { turns }),
      ...said({ speed: traits.speed, geo: traits.geo, tier: traits.tier }),
      ...said({ cache: traits.cacheRequested, asked: traits.requestedModel }),
      ...(row.incomplete === 1 && { incomplete: true as const }),
      // Another record may have said that it ended.
      ...said({ stop: stop === '' && row.ended === 1 ? 'ended' : stop }),
      ...(row.cache_split === 0 && { unsplit: true as const }),
      ...(row.sidechain === 1 && { sidechain: true as const }),
      ...(row.sidechain === 1 && row.in_main === 1 && { main: true as const }),
      ...(row.standing === 2 && { progress: true as const }),
      ...(tools !== '' && { tools: JSON.parse(tools) as string[] }),
      ...said({ prompt: word(row.prompt), branch: word(row.branch), version: word(row.version) }),
      ...said({ entrypoint: word(row.entrypoint), effort: word(row.effort) }),
      ...(attribution !== '' && { attribution: JSON.parse(attribution) as Record<string, string> }),
      ...(row.duration !== null && { duration: row.duration }),
      ...said({ error: word(row.error) }),
      ...(row.requests !== 1 && { requests: row.requests }),
      ...(row.source === countSources.counter && { recovered: true as const }),
      ...(row.credits !== null && { credits: row.credits }),
      ...(row.reasoning !== null && { reasoning: row.reasoning }),
      ...(records.length > 0 && { records }),
    };
  };
}

/** The texts that say something. */
function said<K extends string>(texts: Readonly<Record<K, string>>): Partial<Record<K, string>> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== '')) as Partial<
    Record<K, string>
  >;
}
