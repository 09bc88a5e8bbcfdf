import type { SqlDatabase, Statement } from '../driver/types.ts';
import type { MessageRow } from '../schema/messageRow.ts';
import type { Agents } from './agentTable.ts';
import { DownsampledMessages, type DownsampledRow, idHash } from './downsampledMessages.ts';
import { betterOccurrence, type MergedMessage, merge, type SourceRank } from './merge.ts';
import type { Messages, Owner } from './messageTable.ts';
import { ownsBefore, type RecordIndex } from './recordIndex.ts';
import type { SessionRow, Sessions } from './sessionTable.ts';

interface OccurrenceRow {
  readonly session: number;
  readonly agent: number;
  readonly standing: number;
}

/**
 * Merges messages into the table and decides which session and agent own them. A message that
 * occurs in several sessions has a row in `place` for each; a replay (a side-chain record whose
 * message id the main thread also has) is kept but not counted.
 */
export class Ownership {
  readonly #sessions: Sessions;
  readonly #agents: Agents;
  readonly #messages: Messages;
  readonly #recordIndex: RecordIndex;
  readonly #downsampled: DownsampledMessages;
  readonly #occurrences: Statement;
  readonly #setOccurrence: Statement;
  readonly #sharedOf: Statement;
  /** Shared messages whose owner must be determined again. */
  #unresolved = new Set<number>();
  /** Notified of every session whose messages changed. */
  readonly #onChange: (session: number) => void;

  constructor(
    db: SqlDatabase,
    tables: { sessions: Sessions; agents: Agents; messages: Messages; recordIndex: RecordIndex },
    onChange: (session: number) => void,
  ) {
    this.#sessions = tables.sessions;
    this.#agents = tables.agents;
    this.#messages = tables.messages;
    this.#recordIndex = tables.recordIndex;
    this.#downsampled = new DownsampledMessages(db);
    this.#onChange = onChange;
    this.#occurrences = db.prepare('SELECT session, agent, standing FROM place WHERE message = ?');
    this.#setOccurrence = db.prepare(
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
    const downsampled = this.#downsampled.withMessageId(messageId);
    const same = downsampled.find((row) => row.rid === idHash(requestId));
    const inMain =
      same !== undefined
        ? this.#mergeDownsampled(same, incoming, sessionOf)
        : known === undefined
          ? this.#insert(incoming, others, downsampled, sessionOf)
          : this.#update(known, incoming, others, downsampled, sessionOf);
    if (!inMain) return;
    // Side-chain copies of a main-thread message do not count, whichever was read first.
    for (const other of others) {
      if (other.sidechain === 1 && other.counted === 1) {
        this.#changed(other, this.#messages.update(other, { counted: 0 }));
      }
    }
  }

  /**
   * A downsampled message keeps its amount and its owner; only its occurrences are recorded, since
   * a fork's total continues its parent's. Returns whether it occurs in a main thread.
   */
  #mergeDownsampled(
    row: DownsampledRow,
    incoming: MergedMessage,
    sessionOf: (sid: string) => SessionRow,
  ): boolean {
    const inMain = row.in_main === 1 || incoming.inMain;
    if (inMain && row.in_main === 0) this.#downsampled.setInMain(row.id);
    const sessions = [...incoming.occurrences.keys()].map((sid) => sessionOf(sid).id);
    this.#relate(this.#downsampled.addSessions(row, sessions));
    return inMain;
  }

  #insert(
    incoming: MergedMessage,
    others: readonly MessageRow[],
    downsampled: readonly DownsampledRow[],
    sessionOf: (sid: string) => SessionRow,
  ): boolean {
    const owners = [...incoming.occurrences].map(([sid, occurrence]): Owner => {
      const session = sessionOf(sid).id;
      return {
        session,
        agent: this.#agents.id(session, occurrence.agentId),
        standing: occurrence.standing,
      };
    });
    const row = this.#messages.insert(incoming, owners[0]!, counts(incoming, others, downsampled));
    if (owners.length > 1) this.#share(row, owners);
    this.#onChange(row.session);
    return row.in_main === 1;
  }

  #update(
    known: MessageRow,
    incoming: MergedMessage,
    others: readonly MessageRow[],
    downsampled: readonly DownsampledRow[],
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
        {
          ...this.#messages.fieldsOf(merged),
          counted: Number(counts(merged, others, downsampled)),
        },
        merged.kept,
      );
    }
    row = this.#updateOccurrences(row, merged, sessionOf);
    this.#changed(known, row);
    return row.in_main === 1;
  }

  /** Updates the message's occurrences from the merged state. */
  #updateOccurrences(
    row: MessageRow,
    merged: MergedMessage,
    sessionOf: (sid: string) => SessionRow,
  ): MessageRow {
    const known = new Map(
      this.#occurrences
        .all<OccurrenceRow>(row.id)
        .map((occurrence) => [occurrence.session, occurrence]),
    );
    if (known.size === 0 && merged.occurrences.size === 1) {
      // In one session only: agent and source rank are columns of the message row itself.
      const occurrence = merged.occurrences.values().next().value!;
      const agent = this.#agents.id(row.session, occurrence.agentId);
      return this.#messages.update(row, { agent, standing: occurrence.standing });
    }
    const owners: Owner[] = [];
    for (const [sid, occurrence] of merged.occurrences) {
      const session = sessionOf(sid).id;
      const before = known.get(session);
      const best =
        before === undefined
          ? occurrence
          : betterOccurrence(occurrence, {
              agentId: this.#agents.agentId(before.agent),
              standing: before.standing as SourceRank,
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
      this.#setOccurrence.run(row.id, session, agent, standing);
    }
    this.#relate(this.#occurrences.all<OccurrenceRow>(row.id).map(({ session }) => session));
    this.#unresolved.add(row.id);
  }

  /** These sessions have a message in common. */
  #relate(sessions: readonly number[]): void {
    const rows = sessions.map((session) => this.#sessions.byNumber(session));
    for (const other of rows.slice(1)) this.#recordIndex.relate(rows[0]!, other);
    for (const { id } of rows) this.#onChange(id);
  }

  /**
   * Assigns every shared message whose candidates changed to its owner. Call after all records of a
   * transaction.
   */
  resolveOwners(): void {
    for (const session of this.#recordIndex.findOwnStarts((id) => this.#onChange(id))) {
      for (const { message } of this.#sharedOf.all<{ message: number }>(session.id)) {
        this.#unresolved.add(message);
      }
      this.#onChange(session.id);
    }
    for (const id of this.#unresolved) {
      const row = this.#messages.byId(id)!;
      let best: OccurrenceRow | undefined;
      for (const occurrence of this.#occurrences.all<OccurrenceRow>(id)) {
        const claims =
          best === undefined ||
          ownsBefore(
            this.#sessions.byNumber(occurrence.session),
            this.#sessions.byNumber(best.session),
          );
        if (claims) best = occurrence;
      }
      const { session, agent, standing } = best!;
      this.#changed(row, this.#messages.update(row, { session, agent, standing }));
    }
    this.#unresolved = new Set();
  }

  #changed(before: MessageRow, after: MessageRow): void {
    if (before === after) return;
    this.#onChange(before.session);
    if (after.session !== before.session) this.#onChange(after.session);
  }

  forget(): void {
    this.#unresolved = new Set();
    this.#downsampled.forget();
  }
}

/**
 * Whether a message counts: not when it is a side-chain copy of a main-thread message. When the
 * copy was downsampled before its original was read, the original does not count.
 */
function counts(
  message: MergedMessage,
  others: readonly MessageRow[],
  downsampled: readonly DownsampledRow[],
): boolean {
  if (message.kept.sidechain) return ![...others, ...downsampled].some((row) => row.in_main === 1);
  return !downsampled.some((row) => row.sidechain === 1 && row.counted === 1);
}
