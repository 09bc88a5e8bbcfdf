import { dayMs } from '../../model/calendar.ts';
import { countSources } from '../../model/records.ts';
import { attribute, momentOf, operations, type Span, type Spans } from './spans.ts';

/** Whose a span is. */
export interface SpanPlace {
  readonly session: string;
  /** '' for the main one. */
  readonly agent: string;
  /** What kind of agent it is; '' for the main one, and where it is not said. */
  readonly type: string;
  /** The agent that started it; '' for the main one. */
  readonly startedBy: string;
  /** `traced` where it may stand in the log of an agent that VS Code only runs, too; else `apart`. */
  readonly countedFrom: typeof countSources.traced | typeof countSources.apart;
}

/** What is known of a span's place: `waits` for one whose parents are not written yet; undefined for none of ours. */
export type FoundPlace = SpanPlace | 'waits' | undefined;

/** Requests that other agents send through VS Code, by what it calls them: those have logs of their own. */
const passedOn = /^(?:retry-.*)?(?:Claude Copilot Proxy|oaiLMServer|agentLMServer)/;

/** Spans and sessions nest, but not endlessly. */
const deepest = 50;

/** Spans that began this long after one whose parents are missing say that they will not come. */
const longestTurnMs = dayMs;

/**
 * Finds out whose spans are. Most name their session. A child (a subagent, or a request beside the chat such as
 * its title) names its own and its parent's, which may be a child as well. Those of models of one's own provider
 * name none: theirs is that of the spans they are part of, which are written when they end, after their parts.
 */
export class SpanPlaces {
  readonly #spans: Spans;
  readonly #firstSessions = new Map<string, string>();
  #latestStart: number | undefined;

  constructor(spans: Spans) {
    this.#spans = spans;
  }

  placeOf(span: Span): FoundPlace {
    const named = this.#named(span);
    const isRun = span.attributes.get(attribute.operation) === operations.agent;
    const found =
      named === undefined ? this.#inherited(span) : isRun ? this.#within(span, named) : named;
    if (found !== undefined) return found;
    const name = span.attributes.get(attribute.agentName) ?? '';
    return passedOn.test(name) ? undefined : outside(span, name);
  }

  /** The spans a span is part of, the nearest first, as far as they are written. */
  *above(span: Span): Generator<Span, void, void> {
    let above = span;
    for (let left = deepest; left > 0 && above.parent !== ''; left--) {
      const next = this.#spans.byId(above.parent);
      if (next === undefined) return;
      yield next;
      above = next;
    }
  }

  #named({ attributes }: Span): SpanPlace | undefined {
    const chat = attributes.get(attribute.chatSession) ?? '';
    const parent = attributes.get(attribute.parentSession) ?? '';
    const session = chat || (attributes.get(attribute.session) ?? '');
    if (parent === '') {
      if (session === '') return undefined;
      const { traced: countedFrom } = countSources;
      return { session, agent: '', type: '', startedBy: '', countedFrom };
    }
    const first = this.#firstSession(parent);
    const label = (attributes.get(attribute.label) ?? '').replace(/^runSubagent-/, '');
    return {
      session: first,
      agent: chat || label || 'child',
      type: label,
      startedBy: first === parent ? '' : parent,
      // VS Code's own requests stand in no other log, whoever the parent is.
      countedFrom: countSources.apart,
    };
  }

  #inherited(span: Span): SpanPlace | 'waits' | undefined {
    let last = span;
    for (const above of this.above(span)) {
      const place = this.#named(above);
      if (place !== undefined) return this.#within(above, place);
      last = above;
    }
    return this.#mayFollow(last) ? 'waits' : undefined;
  }

  /** The place of an agent's run: part of another session's run it is that one's agent, as early versions do not say. */
  #within(run: Span, place: SpanPlace, left = deepest): SpanPlace | 'waits' {
    if (place.agent !== '' || left === 0) return place;
    let last = run;
    for (const above of this.above(run)) {
      const outer = this.#named(above);
      if (outer !== undefined && outer.session !== place.session) {
        const first = this.#within(above, outer, left - 1);
        if (first === 'waits') return first;
        const type = run.attributes.get(attribute.agentName) ?? '';
        const { apart: countedFrom } = countSources;
        return { ...first, agent: place.session, type, startedBy: first.agent, countedFrom };
      }
      last = above;
    }
    return this.#mayFollow(last) ? 'waits' : place;
  }

  /** Whether the span that a span is part of may still be written. */
  #mayFollow({ parent, startedAt }: Span): boolean {
    if (parent === '') return false;
    this.#latestStart ??= this.#spans.latestStart();
    return this.#latestStart - startedAt <= longestTurnMs;
  }

  #firstSession(id: string): string {
    const known = this.#firstSessions.get(id);
    if (known !== undefined) return known;
    let first = id;
    for (let left = deepest; left > 0; left--) {
      const parent = this.#spans.parentSession(first);
      if (parent === '' || parent === id) break;
      first = parent;
    }
    this.#firstSessions.set(id, first);
    return first;
  }
}

/** Of no chat: a commit message, a request of another extension. Those of a day are one session. */
function outside(span: Span, name: string): SpanPlace | undefined {
  const at = momentOf(span);
  if (Number.isNaN(at)) return undefined;
  const day = new Date(at).toISOString().slice(0, 10);
  const { apart: countedFrom } = countSources;
  return { session: `outside-chats-${day}`, agent: name, type: name, startedBy: '', countedFrom };
}
