import { appendAll } from '../../model/lists.ts';
import type { AgentMetadata, SessionRecords, TranscriptBatch } from '../../model/records.ts';
import { emptyAgentMetadata, emptySessionRecords } from '../batch.ts';
import { oneLine } from '../titleLine.ts';

/** What OpenCode says of a session. */
export interface SessionInfo {
  readonly id: string;
  /** The session that started it; '' for one a person began. */
  readonly parent: string;
  readonly directory: string;
  readonly title: string;
  readonly version: string;
  /** UTC milliseconds; 0 where it is not said. */
  readonly created: number;
  readonly updated: number;
}

/** The session a person began, and the agent of it; '' for its main thread. */
export interface SessionPlace {
  readonly session: string;
  readonly agent: string;
}

/** Sessions start sessions, but not endlessly. */
const deepest = 50;

/** What OpenCode calls a session before it has a title. */
const untitled = /^(?:New|Child) session - /;

/** Where a session's spend belongs: sessions that others started are agents of the first. */
export function placeOf(id: string, infoOf: (id: string) => SessionInfo | undefined): SessionPlace {
  let first = id;
  for (let left = deepest; left > 0; left--) {
    const parent = infoOf(first)?.parent ?? '';
    if (parent === '' || parent === id) break;
    first = parent;
  }
  return { session: first, agent: first === id ? '' : id };
}

/** Gathers what a batch says of its sessions. */
export class SessionTraces {
  readonly #batch: TranscriptBatch;
  readonly #infoOf: (id: string) => SessionInfo | undefined;
  readonly #records = new Map<string, SessionRecords>();
  readonly #agents = new Map<string, AgentMetadata>();

  constructor(batch: TranscriptBatch, infoOf: (id: string) => SessionInfo | undefined) {
    this.#batch = batch;
    this.#infoOf = infoOf;
  }

  /**
   * A request of a session. What a fork copied is older than the fork: the session that began first owns what
   * several have.
   */
  note(id: string, at: number, cwd: string, type: string): SessionPlace {
    const place = placeOf(id, this.#infoOf);
    const info = this.#infoOf(id);
    const began = info === undefined || info.created === 0 ? at : info.created;
    let records = this.#records.get(place.session);
    if (records === undefined) {
      records = emptySessionRecords(place.session);
      this.#records.set(place.session, records);
    }
    records.firstAt = Math.min(records.firstAt, began);
    records.anonymousAt = records.firstAt;
    records.lastAt = Math.max(records.lastAt, began, at);
    const isAgent = place.agent !== '';
    if (cwd !== '' && (records.cwd === '' || (records.cwdSidechain && !isAgent))) {
      records.cwd = cwd;
      records.cwdAt = began;
      records.cwdSidechain = isAgent;
    }
    if (info !== undefined && info.version !== '' && at >= records.versionAt) {
      records.version = info.version;
      records.versionAt = at;
    }
    if (isAgent && !this.#agents.has(id)) {
      const parent = info?.parent ?? '';
      this.#agents.set(id, {
        ...emptyAgentMetadata,
        sessionId: place.session,
        agentId: id,
        type,
        parentAgentId: parent === place.session ? '' : parent,
      });
    }
    return place;
  }

  title({ id, parent, title, updated }: SessionInfo): void {
    const text = untitled.test(title) ? '' : oneLine(title);
    if (text === '' || parent !== '') return;
    this.#batch.titles.push({ sessionId: id, kind: 'ai', at: updated, offset: 0, text });
  }

  end(): void {
    appendAll(this.#batch.sessions, this.#records.values());
    appendAll(this.#batch.agents, this.#agents.values());
  }
}
