import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
} from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { PeerEvent } from '../analysis/federation.ts';
import { HumanError } from '../model/errors.ts';
import type { KeyedEvent } from './peerEvents.ts';

/**
 * What peers reported, one JSON object a line, in the data folder. Lines are only ever added, so that
 * several programs may write; and it stands beside the store, because nothing in a transcript could
 * bring it back when the store is emptied.
 */
export function federationFile(folder: string): string {
  return join(folder, 'federation.jsonl');
}

const line = z.object({
  key: z.string(),
  namespace: z.string(),
  peer: z.string(),
  task: z.string(),
  tokens: z.number().check(z.nonnegative()),
  nano: z.number().check(z.nonnegative()),
  at: z.optional(z.number()),
  success: z.optional(z.boolean()),
});

export interface KnownEvents {
  /** Each key once, in the order they came in. */
  readonly events: ReadonlyMap<string, PeerEvent>;
  readonly problems: readonly string[];
}

/** The events of a namespace. No file is no problem. */
export function readFederation(folder: string, namespace: string): KnownEvents {
  const file = federationFile(folder);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    const none = code === 'ENOENT' || code === 'ENOTDIR';
    const problem = `${file} cannot be read (${code}); what peers spent is not known.`;
    return { events: new Map(), problems: none ? [] : [problem] };
  }
  const events = new Map<string, PeerEvent>();
  const bad: number[] = [];
  text.split('\n').forEach((written, index) => {
    if (written === '') return;
    const parsed = line.safeParse(parse(written));
    if (!parsed.success) bad.push(index + 1);
    else {
      const { key, namespace: own, ...event } = parsed.data;
      if (own === namespace && !events.has(key)) events.set(key, event);
    }
  });
  const shown = bad.slice(0, 5).join(', ');
  const problem = `${file}: ${bad.length} lines are no events and do not count (${shown}).`;
  return { events, problems: bad.length === 0 ? [] : [problem] };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Adds those events whose key is new; how many there were. They are written as a whole. */
export function addEvents(
  folder: string,
  namespace: string,
  found: readonly KeyedEvent[],
): { added: number; known: number } {
  const { events } = readFederation(folder, namespace);
  const fresh = new Map(
    found.filter(({ key }) => !events.has(key)).map((event) => [event.key, event]),
  );
  const lines = [...fresh.values()].map(
    ({ key, namespace: own, event }) => `${JSON.stringify({ key, namespace: own, ...event })}\n`,
  );
  if (lines.length > 0) append(folder, lines.join(''));
  return { added: fresh.size, known: found.length - fresh.size };
}

function append(folder: string, text: string): void {
  const file = federationFile(folder);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    appendFileSync(file, endsTorn(file) ? `\n${text}` : text, { mode: 0o600 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new HumanError('files', `${file} cannot be written (${code}).`, { cause: error });
  }
}

/** Whether somebody was stopped in the middle of a line. */
function endsTorn(file: string): boolean {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch {
    return false;
  }
  try {
    const { size } = fstatSync(fd);
    const last = Buffer.alloc(1);
    return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
  } finally {
    closeSync(fd);
  }
}
