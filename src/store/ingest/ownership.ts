import type { SqlDatabase, Statement } from '../driver/types.ts';
import type { MessageRow } from '../schema/messageRow.ts';
import type { Agents } from './agentTable.ts';
import { idHash, Thinned, type ThinnedRow } from './downsampledMessages.ts';
import { betterPlace, type MergedMessage, merge, type Standing } from './merge.ts';
import type { Messages, Owner } from './messageTable.ts';
import { ownsBefore, type Traces } from './recordIndex.ts';
import type { SessionRow, Sessions } from './sessionTable.ts';

interface PlaceRow {
  readonly session: number;
  readonly agent: number;
  readonly standing: number;
}

/**
 * Merges messages into the table and settles whose they are. A message that stands in several
 * sessions has a place in each; a replay (a side-chain record whose message id the main thread also
 * has) stays in the table but does not count.
 */
export class Ownership {
  readonly #sessions: Sessions;
  readonly #agents: Agents;
  readonly #messages: Messages;
  readonly #traces: Traces;
  readonly #thinned: Thinned;
  readonly #places: Statement;
  readonly #setPlace: Statement;
  readonly #sharedOf: Statement;
  /** Shared messages whose owner must be looked at again. */
  #unsettled = new Set<number>();
  /** Called with every session whose messages changed. */
  readonly #onChange: (session: number) => void;

  constructor(
    db: SqlDatabase,
    tables: { sessions: Sessions; agents: Agents; messages: Messages; traces: Traces },
    onChange: (session: number) => void,
  ) {
    this.#sessions = tables.sessions;
    this.#agents = tables.agents;
    this.#messages = tables.messages;
    this.#traces = tables.traces;
    this.#thinned = new Thinned(db);
    this.#onChange = onChange;
    this.#places = db.prepare('SELECT session, agent, standing FROM place WHERE message = ?');
    this.#setPlace = db.prepare(
      `INSERT INTO place VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET agent = excluded.agent, standing = excluded.standing`,
    );
    this.#sharedOf = db.prepare('SELECT message FROM place WHERE session = ?');
  }

  /** Merges one message into the table. `sessionOf` gives the row of a session id. */
  add(incoming: MergedMessage, sessionOf: (sid: string) => SessionRow): void {
    const { messageId, requestId } = incoming.kept;
    const siblings = this.#messages.withMessageId(messageId);
    const known = siblings.find((row) => row.rid === requestId);
    const others = siblings.filter((row) => row !== known);
    const thinned = this.#thinned.withMessageId(messageId);
    const same = thinned.find((row) => row.rid === idHash(requestId));
    const inMain =
      same !== undefined
        ? this.#recall(same, incoming, sessionOf)
        : known === undefined
          ? this.#insert(incoming, others, thinned, sessionOf)
          : this.#update(known, incoming, others, thinned, sessionOf);
    if (!inMain) return;
    // What side chains repeat of a main-thread message does not count, in whatever order they came.
    for (const other of others) {
      if (other.sidechain === 1 && other.counted === 1) {
        this.#changed(other, this.#messages.update(other, { counted: 0 }));
      }
    }
  }

  /**
   * A message that was summed up stays as it was counted, and with whom. Only where it stands is
   * noted: a fork's total goes on from its parent's. True when it stands in a main thread.
   */
  #recall(
    row: ThinnedRow,
    incoming: MergedMessage,
    sessionOf: (sid: string) => SessionRow,
  ): boolean {
    const inMain = row.in_main === 1 || incoming.inMain;
    if (inMain && row.in_main === 0) this.#thinned.setInMain(row.id);
    const sessions = [...incoming.places.keys()].map((sid) => sessionOf(sid).id);
    this.#relate(this.#thinned.addPlaces(row, sessions));
    return inMain;
  }

  #insert(
    incoming: MergedMessage,
    others: readonly MessageRow[],
    thinned: readonly ThinnedRow[],
    sessionOf: (sid: string) => SessionRow,
  ): boolean {
    const owners = [...incoming.places].map(([sid, place]): Owner => {
      const session = sessionOf(sid).id;
      return {
        session,
        agent: this.#agents.id(session, place.agentId),
        standing: place.standing,
      };
    });
    const row = this.#messages.insert(incoming, owners[0]!, counts(incoming, others, thinned));
    if (owners.length > 1) this.#share(row, owners);
    this.#onChange(row.session);
    return row.in_main === 1;
  }

  #update(
    known: MessageRow,
    incoming: MergedMessage,
    others: readonly MessageRow[],
    thinned: readonly ThinnedRow[],
    sessionOf: (sid: string) => SessionRow,
  ): boolean {
    const owner = this.#sessions.byNumber(known.session);
    const stored = this.#messages.merged(known, owner.sid, this.#agents.agentId(known.agent));
    const merged = merge(stored, incoming);
    let row = known;
    const same =
      merged.kept === stored.kept &&
      merged.ended === stored.ended &&
      merged.inMain === stored.inMain &&
      merged.tools === stored.tools;
    if (!same) {
      row = this.#messages.update(
        known,
        { ...this.#messages.fieldsOf(merged), counted: Number(counts(merged, others, thinned)) },
        merged.kept,
      );
    }
    row = this.#place(row, merged, sessionOf);
    this.#changed(known, row);
    return row.in_main === 1;
  }

  /** Where the message stands, now that more is known. */
  #place(
    row: MessageRow,
    merged: MergedMessage,
    sessionOf: (sid: string) => SessionRow,
  ): MessageRow {
    const known = new Map(
      this.#places.all<PlaceRow>(row.id).map((place) => [place.session, place]),
    );
    if (known.size === 0 && merged.places.size === 1) {
      // In one session only: agent and standing stand in the row itself.
      const place = merged.places.values().next().value!;
      const agent = this.#agents.id(row.session, place.agentId);
      return this.#messages.update(row, { agent, standing: place.standing });
    }
    const owners: Owner[] = [];
    for (const [sid, place] of merged.places) {
      const session = sessionOf(sid).id;
      const before = known.get(session);
      const best =
        before === undefined
          ? place
          : betterPlace(place, {
              agentId: this.#agents.agentId(before.agent),
              standing: before.standing as Standing,
            });
      const agent = this.#agents.id(session, best.agentId);
      if (before?.agent === agent && before.standing === best.standing) continue;
      owners.push({ session, agent, standing: best.standing });
    }
    if (owners.length > 0) this.#share(row, owners);
    return row;
  }

  #share(row: MessageRow, owners: readonly Owner[]): void {
    for (const { session, agent, standing } of owners) {
      this.#setPlace.run(row.id, session, agent, standing);
    }
    this.#relate(this.#places.all<PlaceRow>(row.id).map(({ session }) => session));
    this.#unsettled.add(row.id);
  }

  /** These sessions have a message in common. */
  #relate(sessions: readonly number[]): void {
    const rows = sessions.map((session) => this.#sessions.byNumber(session));
    for (const other of rows.slice(1)) this.#traces.relate(rows[0]!, other);
    for (const { id } of rows) this.#onChange(id);
  }

  /** Gives every shared message whose claimants changed to its owner. Call once all records are in. */
  settle(): void {
    for (const session of this.#traces.settle((id) => this.#onChange(id))) {
      for (const { message } of this.#sharedOf.all<{ message: number }>(session.id)) {
        this.#unsettled.add(message);
      }
      this.#onChange(session.id);
    }
    for (const id of this.#unsettled) {
      const row = this.#messages.byId(id)!;
      let best: PlaceRow | undefined;
      for (const place of this.#places.all<PlaceRow>(id)) {
        const claims =
          best === undefined ||
          ownsBefore(this.#sessions.byNumber(place.session), this.#sessions.byNumber(best.session));
        if (claims) best = place;
      }
      const { session, agent, standing } = best!;
      this.#changed(row, this.#messages.update(row, { session, agent, standing }));
    }
    this.#unsettled = new Set();
  }

  #changed(before: MessageRow, after: MessageRow): void {
    if (before === after) return;
    this.#onChange(before.session);
    if (after.session !== before.session) this.#onChange(after.session);
  }

  forget(): void {
    this.#unsettled = new Set();
    this.#thinned.forget();
  }
}

/**
 * Whether a message counts: not when it is a side chain's copy of a main-thread message. Of a copy
 * that was summed up before its original came, the original does not count.
 */
function counts(
  message: MergedMessage,
  others: readonly MessageRow[],
  thinned: readonly ThinnedRow[],
): boolean {
  if (message.kept.sidechain) return ![...others, ...thinned].some((row) => row.in_main === 1);
  return !thinned.some((row) => row.sidechain === 1 && row.counted === 1);
}
