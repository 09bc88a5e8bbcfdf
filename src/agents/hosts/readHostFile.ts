import type { OriginLine } from '../../hostFile/format.ts';
import { readOrigin } from '../../hostFile/origin.ts';
import { hashBytes } from '../../model/hash53.ts';
import { appendAll } from '../../model/lists.ts';
import {
  type ChunkOrigin,
  type RejectedLine,
  type ToldBackground,
  type TranscriptBatch,
  type TranscriptChunk,
  usualProduct,
} from '../../model/records.ts';
import { openBlocks, unpackBlock } from '../../platform/blockedGzip.ts';
import type { LocatedMessage } from '../agentLog.ts';
import { emptyBatch } from '../batch.ts';
import { type Json, parseObject } from '../json.ts';
import { name, readHostLine } from './hostLines.ts';

/** Messages of one chunk, about: bounds the memory. */
const mostMessages = 20_000;

/** A larger file is read by nobody: a million messages have about 150 MB. */
const largestBytes = 4 * 1024 ** 3;

/** What is remembered of a file: hashes of the blocks that were read, in base 36. */
interface HostState {
  readonly blocks: readonly string[];
}

/** What a block says. */
interface ReadBlock {
  readonly origin: ChunkOrigin;
  readonly lines: readonly Json[];
  /** Lines that are no JSON. */
  readonly damaged: number;
}

/**
 * Reads what a host's file has that was not read before. It is written anew each time, but blocks of days
 * that have not changed are the same: they are known by their hashes and passed over. What is damaged or cut
 * off is counted, and everything else is read. Throws the file system's errors, and one that says so for a
 * file of a newer format, or none of ours.
 */
export function* readHostFile(
  path: string,
  before: unknown,
): Generator<TranscriptChunk, void, void> {
  const known = new Set((before as HostState | undefined)?.blocks ?? []);
  const file = openBlocks(path);
  try {
    if (!file.isBlocked) throw new Error('no file of "outlay export host"');
    if (file.size > largestBytes) throw new Error('larger than 4 GiB');
    const seen: string[] = [];
    let start = 0;
    let offset = 0;
    let lastAt = 0;
    let gathered = new Gathered(nobody(path));
    const chunk = (done: boolean): TranscriptChunk => {
      const bookmark = { offset, state: { blocks: [...seen] }, inode: file.inode, head: '' };
      const { batch, origin } = gathered;
      // Whoever is killed before the end finds it in another size.
      const size = done ? file.size : offset;
      const next = { batch, start, bookmark, size, restarted: false, done, origin };
      start = offset;
      gathered = new Gathered(origin);
      return next;
    };
    let number = 0;
    for (const found of file.blocks) {
      number += 1;
      const reject = (reason: RejectedLine['reason'] = 'damaged'): void => {
        gathered.reject({ reason, line: number, offset: found.offset, at: lastAt, sessionId: '' });
      };
      if (found.kind !== 'block') {
        reject();
        continue;
      }
      const hash = hashBytes(found.bytes, 0, found.bytes.length).toString(36);
      if (known.has(hash)) {
        seen.push(hash);
        offset = found.offset + found.bytes.length;
        continue;
      }
      const block = readBlock(found.bytes, path);
      if (block === undefined) {
        reject();
        continue;
      }
      if (!gathered.isOf(block.origin)) {
        if (!gathered.isEmpty) yield chunk(false);
        gathered = new Gathered(block.origin, gathered);
      }
      let isSound = block.damaged === 0;
      for (let i = 0; i < block.damaged; i++) reject('not JSON');
      for (const line of block.lines) {
        const at = gathered.add(line);
        if (at === undefined) {
          isSound = false;
          reject();
        } else lastAt = Math.max(lastAt, at);
      }
      // What is wrong with a file is counted each time it is read.
      if (isSound) seen.push(hash);
      offset = found.offset + found.bytes.length;
      if (gathered.messages >= mostMessages) yield chunk(false);
    }
    // Where there is nothing, it has been read all the same: an offset of its own says so.
    offset = Math.max(offset, 1);
    yield chunk(true);
  } finally {
    file.close();
  }
}

/** The messages of a host's file, each with the number of its block and the bytes before it. */
export function* hostMessages(path: string): Generator<LocatedMessage, void, void> {
  const file = openBlocks(path);
  try {
    let line = 0;
    for (const found of file.blocks) {
      line += 1;
      const block = found.kind === 'block' ? readBlock(found.bytes, path) : undefined;
      for (const each of block?.lines ?? []) {
        const [message] = readHostLine(each)?.messages ?? [];
        if (message !== undefined) yield { line, offset: found.offset, message };
      }
    }
  } finally {
    file.close();
  }
}

function readBlock(bytes: Buffer, path: string): ReadBlock | undefined {
  const content = unpackBlock(bytes);
  if (content === undefined) return undefined;
  const written = content.toString('utf8').split('\n');
  const first = parseObject(written[0]!);
  const origin = first === undefined ? undefined : readOrigin(first);
  if (origin === undefined) return undefined;
  const rest = written.slice(1).filter((line) => line !== '');
  const lines: Json[] = [];
  for (const line of rest) {
    const parsed = parseObject(line);
    if (parsed !== undefined) lines.push(parsed);
  }
  return { origin: originOf(origin, path), lines, damaged: rest.length - lines.length };
}

/** An account stands for a directory of the host: a name below the path of its file. */
function originOf({ host, product, account }: OriginLine, path: string): ChunkOrigin {
  const of = name(product) || usualProduct;
  const named = of === usualProduct ? name(account) : `${of} ${name(account)}`;
  return { host, product: of, account: `${path}#${named.trim()}` };
}

/** Whose a file is of which nothing could be read. */
function nobody(path: string): ChunkOrigin {
  return { host: 'unknown', product: usualProduct, account: `${path}#` };
}

/** What has been read and not been handed on. */
class Gathered {
  readonly origin: ChunkOrigin;
  readonly batch: TranscriptBatch;
  readonly #background: ToldBackground[] = [];

  /** `before`: nothing but what was rejected, which goes on. */
  constructor(origin: ChunkOrigin, before?: Gathered) {
    this.origin = origin;
    this.batch = { ...emptyBatch(), background: this.#background };
    if (before !== undefined) appendAll(this.batch.rejected, before.batch.rejected);
  }

  get messages(): number {
    return this.batch.messages.length;
  }

  get isEmpty(): boolean {
    return this.batch.lines === 0;
  }

  isOf({ host, account }: ChunkOrigin): boolean {
    return host === this.origin.host && account === this.origin.account;
  }

  reject(line: RejectedLine): void {
    this.batch.rejected.push(line);
  }

  /** Takes a line; returns its time, or undefined for one that is not what it should be. */
  add(line: Json): number | undefined {
    this.batch.lines += 1;
    const read = readHostLine(line);
    if (read === undefined) return undefined;
    const { messages = [], session, title, background, agents = [], event } = read;
    for (const message of messages) this.batch.messages.push(message);
    if (session !== undefined) this.batch.sessions.push(session);
    if (title !== undefined) this.batch.titles.push(title);
    if (background !== undefined && background.amounts.length > 0) {
      this.#background.push(background);
    }
    appendAll(this.batch.agents, agents);
    if (event !== undefined) this.batch.events.push(event);
    return messages[0]?.at ?? session?.lastAt ?? event?.at ?? 0;
  }
}

/** The lines of the block at a place of a file, for a person to look at. */
export function blockLines(path: string, offset: number): string[] {
  const file = openBlocks(path);
  try {
    for (const found of file.blocks) {
      if (found.kind !== 'block' || found.offset !== offset) continue;
      return unpackBlock(found.bytes)?.toString('utf8').trimEnd().split('\n') ?? [];
    }
    return [];
  } finally {
    file.close();
  }
}
