import type { TimeSpan } from '../../model/calendar.ts';

/** One press of the stopwatch, as it was written down. */
export interface TimeTagEvent {
  readonly name: string;
  readonly kind: 'start' | 'stop';
  /** UTC milliseconds. */
  readonly at: number;
  /** Id of the session it is about; undefined for all. */
  readonly session?: string | undefined;
}

/** A period that carries a tag. */
export interface TimeTag extends TimeSpan {
  readonly name: string;
  readonly session: string | undefined;
}

/**
 * The intervals that starts and stops make. A start while its mark runs changes nothing, a stop
 * without a start is left out; what was never stopped lasts for ever.
 */
export function marksOf(events: readonly TimeTagEvent[]): TimeTag[] {
  const running = new Map<string, TimeTagEvent>();
  const marks: TimeTag[] = [];
  for (const event of [...events].sort((a, b) => a.at - b.at)) {
    const key = JSON.stringify([event.name, event.session ?? null]);
    const start = running.get(key);
    if (event.kind === 'start') {
      if (start === undefined) running.set(key, event);
      continue;
    }
    if (start === undefined) continue;
    running.delete(key);
    marks.push({ name: event.name, session: event.session, from: start.at, to: event.at });
  }
  for (const { name, session, at } of running.values()) {
    marks.push({ name, session, from: at, to: Number.MAX_SAFE_INTEGER });
  }
  return marks.sort((a, b) => a.from - b.from);
}

/** A period in which the same marks hold throughout. */
export interface Segment {
  readonly span: TimeSpan;
  readonly marks: readonly TimeTag[];
}

/** A span cut wherever a mark begins or ends. */
export function segments(span: TimeSpan, marks: readonly TimeTag[]): Segment[] {
  const inside = (at: number): boolean => at > span.from && at < span.to;
  const cuts = new Set(marks.flatMap(({ from, to }) => [from, to]).filter(inside));
  const edges = [span.from, ...[...cuts].sort((a, b) => a - b), span.to];
  return edges.slice(1).map((to, i) => {
    const from = edges[i]!;
    return {
      span: { from, to },
      marks: marks.filter((mark) => mark.from <= from && mark.to >= to),
    };
  });
}
