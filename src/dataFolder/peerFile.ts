import { join } from 'node:path';
import * as z from 'zod/mini';
import type { PeerEvent } from '../analysis/peers/peers.ts';
import { withFileLock } from '../platform/fileLock.ts';
import { addLines, firstLines, readLines } from '../platform/jsonLines.ts';
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
  const { entries, bad, unreadable } = readLines(file, line);
  if (unreadable !== undefined) {
    const problem = `${file} cannot be read (${unreadable}); what peers spent is not known.`;
    return { events: new Map(), problems: [problem] };
  }
  const events = new Map<string, PeerEvent>();
  for (const { key, namespace: own, ...event } of entries) {
    if (own === namespace && !events.has(key)) events.set(key, event);
  }
  const problem = `${file}: ${bad.length} lines are no events and do not count (${firstLines(bad)}).`;
  return { events, problems: bad.length === 0 ? [] : [problem] };
}

/** Adds those events whose key is new; how many there were. They are written as a whole. */
export function addEvents(
  folder: string,
  namespace: string,
  found: readonly KeyedEvent[],
): { added: number; known: number } {
  return withFileLock(federationFile(folder), () => addNew(folder, namespace, found));
}

function addNew(
  folder: string,
  namespace: string,
  found: readonly KeyedEvent[],
): { added: number; known: number } {
  const { events } = readFederation(folder, namespace);
  const fresh = new Map(
    found.filter(({ key }) => !events.has(key)).map((event) => [event.key, event]),
  );
  const lines = [...fresh.values()].map(({ key, namespace: own, event }) => ({
    key,
    namespace: own,
    ...event,
  }));
  if (lines.length > 0) addLines(federationFile(folder), lines);
  return { added: fresh.size, known: found.length - fresh.size };
}
