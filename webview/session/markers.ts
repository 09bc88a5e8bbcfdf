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
    return { message, before, kind: before !== '' ? 'switch' : lost(message) ? 'miss' : 'message' };
  });
}

/** Whether a message missed a cache it could have read; a first write is none it could. */
export function lost({ miss }: PanelMessage): boolean {
  return miss !== null && miss.reason !== 'first-write';
}

/** Messages of a lane that stand at one place of the axis. */
export interface LaneMarker {
  /** The most expensive of them, or the one that is noteworthy. */
  readonly mark: Marker;
  /** What they cost together, and how many they are. */
  readonly nano: number;
  readonly count: number;
}

/**
 * As many marks as there is room for: those of one column are one. `columns`: how many the axis has
 * between two moments.
 */
export function laneMarkers(
  marks: readonly Marker[],
  { from, to }: { readonly from: number; readonly to: number },
  columns: number,
): LaneMarker[] {
  const width = Math.max(1, (to - from) / Math.max(1, columns));
  const found = new Map<number, LaneMarker>();
  for (const mark of marks) {
    const column = Math.floor((mark.message.at - from) / width);
    const known = found.get(column);
    const { nano } = mark.message;
    if (known === undefined) found.set(column, { mark, nano, count: 1 });
    else {
      const better = rank(mark) > rank(known.mark) || isDearer(mark, known.mark);
      const shown = better ? mark : known.mark;
      found.set(column, { mark: shown, nano: known.nano + nano, count: known.count + 1 });
    }
  }
  return [...found.values()];
}

function rank({ kind }: Marker): number {
  return ['message', 'miss', 'switch'].indexOf(kind);
}

function isDearer(a: Marker, b: Marker): boolean {
  return rank(a) === rank(b) && a.message.nano > b.message.nano;
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
