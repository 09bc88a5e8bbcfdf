import type { PanelMessage } from '../../src/protocol/session.ts';

/** What is noteworthy about a message in a chart. */
export type MarkerKind = 'message' | 'miss' | 'switch';

/** A message as a chart marks it. */
export interface Marker {
  readonly message: PanelMessage;
  readonly kind: MarkerKind;
  /** Model of the thread's message before, where this one has another; else ''. */
  readonly before: string;
}

/** The messages of a session, earliest first, with what a chart says about each. */
export function marksOf(ordered: readonly PanelMessage[]): Marker[] {
  const models = new Map<string, string>();
  return ordered.map((message) => {
    const { agentId, model } = message;
    const last = models.get(agentId);
    models.set(agentId, model);
    const before = last !== undefined && last !== model ? last : '';
    return { message, before, kind: lost(message) ? 'miss' : before !== '' ? 'switch' : 'message' };
  });
}

/** Whether a message missed a cache it could have read; a first write is none it could. */
export function lost({ miss }: PanelMessage): boolean {
  return miss !== null && miss.reason !== 'first-write';
}

/** A share of all from which on what a missed cache cost is pointed at. */
const telling = 0.05;

/** The message whose missed cache cost most, if what all of them cost is a good part of the whole. */
export function worstMiss(
  messages: readonly PanelMessage[],
  total: number,
): PanelMessage | undefined {
  const missed = messages.filter(lost);
  const sum = missed.reduce((nano, { miss }) => nano + miss!.nano, 0);
  if (sum < telling * total) return undefined;
  return missed.reduce<PanelMessage | undefined>(
    (best, one) => (best === undefined || one.miss!.nano > best.miss!.nano ? one : best),
    undefined,
  );
}

/** A message as a dot of a lane. */
export interface Dot {
  readonly mark: Marker;
  /** Pixels from the left, and its radius. */
  readonly x: number;
  readonly radius: number;
}

/**
 * The dots of a lane: every message has one, larger where it cost more; only one that lies wholly
 * behind another is left out. `place`: where a moment stands, in pixels.
 */
export function dotsOf(
  marks: readonly Marker[],
  place: (at: number) => number,
  mostNano: number,
): Dot[] {
  const largest = new Map<number, Dot>();
  const kept: Dot[] = [];
  for (const mark of marks) {
    const { at, nano } = mark.message;
    const share = Math.sqrt(Math.max(0, nano) / Math.max(1, mostNano));
    const dot = { mark, x: place(at), radius: Math.max(2.5, Math.min(7, 7 * share)) };
    if (mark.kind !== 'message') {
      kept.push(dot);
      continue;
    }
    // Two dots of one pixel differ by their size alone.
    const column = Math.round(dot.x);
    const known = largest.get(column);
    if (known === undefined || dot.radius > known.radius) largest.set(column, dot);
  }
  // What is noteworthy lies on top.
  return [...largest.values(), ...kept];
}

/** The message nearest to a moment, of messages in their order. */
export function nearest(ordered: readonly PanelMessage[], at: number): PanelMessage | undefined {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ordered[middle]!.at < at) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [ordered[low - 1], ordered[low]];
  if (before === undefined || after === undefined) return before ?? after;
  return at - before.at < after.at - at ? before : after;
}
