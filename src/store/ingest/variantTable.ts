import type { MessageLine } from '../../model/records.ts';
import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';
import type { MergedMessage, Occurrence } from './merge.ts';
import type { Variant } from './responses.ts';

interface Row {
  readonly rid: string;
  readonly side: string;
  readonly legacy: number;
  readonly state: string;
}

/** What of a kept record is told elsewhere, or by all records together. */
type Elsewhere =
  | 'messageId'
  | 'requestId'
  | 'uuidHash'
  | 'sessionId'
  | 'requestSessionId'
  | 'agentId'
  | 'tools';

/** A merged message as JSON. */
interface StoredState extends Omit<MergedMessage, 'kept' | 'occurrences'> {
  readonly kept: Omit<MessageLine, Elsewhere>;
  readonly occurrences: readonly (readonly [session: string, Occurrence])[];
}

/** The variants of message ids that have several; most ids have one, whose state is its message. */
export class Variants {
  readonly #ofId: Statement;
  readonly #save: Statement;
  readonly #drop: Statement;

  constructor(db: SqlDatabase) {
    this.#ofId = db.prepare('SELECT rid, side, legacy, state FROM variant WHERE mid = ?');
    this.#save = db.prepare('INSERT OR REPLACE INTO variant VALUES (?, ?, ?, ?, ?)');
    this.#drop = db.prepare(
      'DELETE FROM variant WHERE mid = ? AND rid = ? AND side = ? AND legacy = ?',
    );
  }

  withMessageId(mid: string): Variant[] {
    return this.#ofId.all<Row>(mid).map(({ rid, side, legacy, state }) => {
      const { kept, occurrences, ...rest } = JSON.parse(state) as StoredState;
      const line: MessageLine = {
        ...kept,
        messageId: mid,
        requestId: rid,
        uuidHash: 0,
        sessionId: '',
        requestSessionId: '',
        agentId: '',
        tools: [],
      };
      const known = { ...rest, kept: line, occurrences: new Map(occurrences) };
      return { rid, side, legacy: legacy === 1, state: known };
    });
  }

  save(mid: string, { rid, side, legacy, state }: Variant): void {
    this.#save.run(mid, rid, side, Number(legacy), JSON.stringify(storedState(state)));
  }

  drop(mid: string, { rid, side, legacy }: Variant): void {
    this.#drop.run(mid, rid, side, Number(legacy));
  }
}

/** In an order of its own, so that equal states are equal texts. */
function storedState({ kept: line, ...all }: MergedMessage): StoredState {
  return {
    ended: all.ended,
    inMain: all.inMain,
    tools: all.tools,
    sides: all.sides,
    lines: all.lines,
    requester: all.requester,
    occurrences: [...all.occurrences]
      .map(([sid, { agentId, standing }]) => [sid, { agentId, standing }] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    kept: {
      progress: line.progress,
      sidechain: line.sidechain,
      at: line.at,
      model: line.model,
      usage: line.usage,
      parts: line.parts,
      iterations: line.iterations,
      speed: line.speed,
      geo: line.geo,
      tier: line.tier,
      cacheRequested: line.cacheRequested,
      requestedModel: line.requestedModel,
      incomplete: line.incomplete,
      stopReason: line.stopReason,
      cacheSplit: line.cacheSplit,
      promptId: line.promptId,
      branch: line.branch,
      cwd: line.cwd,
      version: line.version,
      entrypoint: line.entrypoint,
      effort: line.effort,
      attribution: line.attribution,
      durationMs: line.durationMs,
      error: line.error,
      ...(line.requests !== undefined && { requests: line.requests }),
      ...(line.countedFrom !== undefined && { countedFrom: line.countedFrom }),
      ...(line.nanoCredits !== undefined && { nanoCredits: line.nanoCredits }),
      ...(line.reasoning !== undefined && { reasoning: line.reasoning }),
    },
  };
}
