import { countSources, hostOf } from '../../model/records.ts';
import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';
import { identity, type MessageRow } from '../schema/messageRow.ts';
import type { Agents } from './agentTable.ts';
import {
  DownsampledMessages,
  type DownsampledRow,
  sharesSide,
  tombstoneOf,
} from './downsampledMessages.ts';
import { compareHosts, hostOfRecords, responsesByHost, sharedBy } from './hosts/hostResponses.ts';
import {
  betterOccurrence,
  compareLines,
  isBetterSource,
  isOneOfSeveral,
  keyOf,
  keyText,
  type MergedMessage,
  type MessageVariants,
  merge,
  type Occurrence,
  ownLog,
  type SourceRank,
  type VariantKey,
  yieldsTo,
} from './merge.ts';
import type { Messages, Owner } from './messageTable.ts';
import { NamelessMessages } from './namelessMessages.ts';
import { ownsBefore, type RecordIndex } from './recordIndex.ts';
import type { Response, Variant } from './responses.ts';
import type { SessionRow, Sessions } from './sessionTable.ts';
import { Variants } from './variantTable.ts';

interface OccurrenceRow {
  readonly session: number;
  readonly agent: number;
  readonly standing: number;
}

type SessionOf = (sid: string) => SessionRow;

/**
 * Merges messages into the table and decides which session and agent own them. A message that
 * occurs in several sessions has a row in `place` for each; a replay (a side-chain record whose
 * response the main thread also has) is kept but not counted.
 */
export class Ownership {
  readonly #sessions: Sessions;
  readonly #agents: Agents;
  readonly #messages: Messages;
  readonly #recordIndex: RecordIndex;
  readonly #downsampled: DownsampledMessages;
  readonly #variants: Variants;
  readonly #nameless: NamelessMessages;
  readonly #occurrences: Statement;
  readonly #setOccurrence: Statement;
  readonly #dropOccurrence: Statement;
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
    this.#variants = new Variants(db);
    this.#nameless = new NamelessMessages(db);
    this.#onChange = onChange;
    this.#occurrences = db.prepare('SELECT session, agent, standing FROM place WHERE message = ?');
    this.#setOccurrence = db.prepare(
      `INSERT INTO place VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET agent = excluded.agent, standing = excluded.standing`,
    );
    this.#dropOccurrence = db.prepare('DELETE FROM place WHERE message = ? AND session = ?');
    this.#sharedOf = db.prepare('SELECT message FROM place WHERE session = ?');
  }

  /**
   * Merges the records of one message id into the table. `sessionOf` gives the row of a session id,
   * made when it is new.
   */
  add(incoming: MessageVariants, sessionOf: SessionOf): void {
    const { messageId, variants } = incoming;
    for (const row of this.#nameless.take(incoming)) this.#delete(row);
    for (const { occurrences } of variants) {
      for (const sid of occurrences.keys()) sessionOf(sid);
    }
    if (variants.some((variant) => this.#isOutdone(variant))) return;
    const rows = this.#messages.withMessageId(messageId);
    const tombstones = this.#downsampled.withMessageId(messageId);
    const only = variants[0];
    if (variants.length === 1 && tombstones.length === 0 && only!.sides.length < 2) {
      // Nearly every message: its id has one variant.
      const key = keyOf(only!);
      if (rows.length === 0) {
        this.#insert(key, only!, { identity: identity.sole, counted: 1 });
        return;
      }
      const known = rows[0]!;
      const same =
        known.identity === identity.sole && known.rid === key.rid && known.side === key.side;
      const hosts = same ? compareHosts(hostOfRecords(only!), this.#hostOf(known.session)) : 0;
      // The host before has it already, whatever this one says of it.
      if (hosts > 0) return;
      if (same && hosts === 0 && this.#update(known, only!)) return;
    }
    this.#resolve(messageId, variants, rows, tombstones);
  }

  /**
   * Whether a message's spend is counted from a better place in its session. Where this one is the best so
   * far, messages counted from others go: they say the same once more.
   */
  #isOutdone({ kept, occurrences }: MergedMessage): boolean {
    const source = kept.countedFrom ?? countSources.only;
    if (!isOneOfSeveral(source)) {
      for (const sid of occurrences.keys()) {
        const session = this.#sessions.known(sid);
        if (session.source === countSources.traced) this.#countFrom(session, ownLog);
      }
      return false;
    }
    // Such an agent copies no messages from session to session.
    const [sid] = occurrences.keys();
    const session = this.#sessions.known(sid!);
    const isNew = session.source === countSources.only;
    if (isNew && source === countSources.traced && this.#messages.hasOwn(session.id)) {
      this.#countFrom(session, ownLog);
    }
    if (yieldsTo(source, session.source)) return true;
    if (isBetterSource(source, session.source)) this.#countFrom(session, source);
    return false;
  }

  /** From now on the messages of a session are counted from one place; those of lesser ones go. */
  #countFrom(session: SessionRow, source: number): void {
    session.source = source;
    this.#sessions.touch(session);
    for (const row of this.#messages.withSource(session.id)) {
      if (!yieldsTo(row.source, source)) continue;
      for (const variant of this.#variants.withMessageId(row.mid)) {
        this.#variants.drop(row.mid, variant);
      }
      this.#delete(row);
    }
  }

  #hostOf(session: number): string {
    return hostOf(this.#sessions.byNumber(session).sid);
  }

  #insert(
    key: VariantKey,
    merged: MergedMessage,
    state: Pick<MessageRow, 'identity' | 'counted'>,
  ): void {
    const owners = this.#ownersOf(merged);
    const row = this.#messages.insert(key, merged, owners[0]!, state);
    if (owners.length > 1) this.#share(row, owners);
    this.#onChange(row.session);
  }

  #ownersOf({ occurrences }: MergedMessage): Owner[] {
    return [...occurrences].map(([sid, { agentId, standing }]) => {
      const session = this.#sessions.known(sid).id;
      return { session, agent: this.#agents.id(session, agentId), standing };
    });
  }

  /** Merges records of the same variant; false when they do not leave it one. */
  #update(known: MessageRow, incoming: MergedMessage): boolean {
    const owner = this.#sessions.byNumber(known.session);
    const stored = this.#messages.merged(known, owner.sid, this.#agents.agentId(known.agent));
    const merged = merge(stored, incoming);
    if (merged.sides.length > 1) return false;
    let row = known;
    const same =
      merged.kept === stored.kept &&
      merged.ended === stored.ended &&
      merged.inMain === stored.inMain &&
      merged.tools === stored.tools &&
      merged.lines === stored.lines &&
      merged.requester === stored.requester;
    if (!same) {
      row =
        merged.kept === stored.kept
          ? this.#messages.update(known, this.#messages.unionFieldsOf(merged))
          : this.#messages.update(known, this.#messages.fieldsOf(merged), merged.kept);
    }
    row = this.#updateOccurrences(row, merged);
    if (merged.requester !== stored.requester) this.#unresolved.add(row.id);
    this.#changed(known, row);
    return true;
  }

  /** Updates the message's occurrences from the merged state. */
  #updateOccurrences(row: MessageRow, merged: MergedMessage): MessageRow {
    const known = new Map(
      this.#placesOf(row.id).map((occurrence) => [occurrence.session, occurrence]),
    );
    if (known.size === 0 && merged.occurrences.size === 1) {
      // In one session only: agent and source rank are columns of the message row itself.
      const [owner] = this.#ownersOf(merged);
      return this.#messages.update(row, { ...owner });
    }
    const owners: Owner[] = [];
    for (const [sid, occurrence] of merged.occurrences) {
      const session = this.#sessions.known(sid).id;
      const before = known.get(session);
      const best =
        before === undefined ? occurrence : betterOccurrence(occurrence, this.#occurrence(before));
      const agent = this.#agents.id(session, best.agentId);
      if (before?.agent === agent && before.standing === best.standing) continue;
      owners.push({ session, agent, standing: best.standing });
    }
    if (owners.length > 0) this.#share(row, owners);
    return row;
  }

  /** Where a message that occurs in several sessions does; nothing for others. */
  #placesOf(message: number): OccurrenceRow[] {
    return this.#occurrences.all<OccurrenceRow>(message);
  }

  #occurrence({ agent, standing }: OccurrenceRow): Occurrence {
    return { agentId: this.#agents.agentId(agent), standing: standing as SourceRank };
  }

  /**
   * Forms the responses of a message id anew, from all that is known of its records. What was
   * downsampled keeps its amount and its owner.
   */
  #resolve(
    mid: string,
    incoming: readonly MergedMessage[],
    rows: readonly MessageRow[],
    downsampled: readonly DownsampledRow[],
  ): void {
    const tombstones = [...downsampled];
    const stored = this.#storedVariants(mid, rows);
    const known = new Map(stored.map((variant) => [variantName(variant), variant]));
    const changed = new Set<Variant>();
    let absorbed = false;
    for (const state of incoming) {
      const key = keyOf(state);
      const before = known.get(variantName({ ...key, legacy: false }));
      const tombstone = before === undefined ? tombstoneOf(key, state, tombstones) : undefined;
      const host = hostOfRecords(state);
      if (tombstone !== undefined) {
        // Whose it was is final: another host's copy of it says nothing more.
        if (host !== this.#hostOf(tombstone.session)) continue;
        const merged = this.#mergeDownsampled(tombstone, state);
        tombstones[tombstones.indexOf(tombstone)] = merged;
        absorbed = true;
        continue;
      }
      const hosts = before === undefined ? 0 : compareHosts(host, hostOfRecords(before.state));
      if (hosts > 0) continue;
      const merged = before === undefined || hosts < 0 ? state : merge(before.state, state);
      const variant = { ...key, legacy: false, state: merged };
      known.set(variantName(variant), variant);
      changed.add(variant);
    }
    for (const variant of supersededBy([...known.values()])) {
      if (variant.state.occurrences.size === 0) known.delete(variantName(variant));
      else {
        known.set(variantName(variant), variant);
        changed.add(variant);
      }
    }
    const all = [...known.values()];
    const several = all.length > 1 || all.some(({ state }) => state.sides.length > 1);
    const kind = several ? identity.several : all[0]?.legacy ? identity.legacy : identity.sole;
    const keptApart = rows.some((row) => row.identity === identity.several);
    // Proxies give a long history one id: what is as it was is left alone.
    const before = keptApart && several ? responsesByHost(stored) : [];
    const settled = absorbed ? new Set<string>() : new Set(before.map(composition));
    const isSettled = (response: Response): boolean =>
      settled.has(composition(response)) && !response.members.some((one) => changed.has(one));
    this.#synchronize(rows, responsesByHost(all), isSettled, kind, tombstones);
    const left = several ? all : [];
    const names = new Set(left.map(variantName));
    if (keptApart) {
      for (const variant of stored) {
        if (!names.has(variantName(variant))) this.#variants.drop(mid, variant);
      }
    }
    const asStored = new Set(keptApart ? stored : []);
    for (const variant of left) if (!asStored.has(variant)) this.#variants.save(mid, variant);
    for (const sids of sharedBy(changed, all)) {
      this.#relate(sids.map((sid) => this.#sessions.known(sid).id));
    }
  }

  #storedVariants(mid: string, rows: readonly MessageRow[]): Variant[] {
    if (rows.some((row) => row.identity === identity.several)) {
      return this.#variants.withMessageId(mid);
    }
    return rows.map((row) => {
      const state = this.#stateOf(row);
      return { ...keyOf(state), legacy: row.identity === identity.legacy, state };
    });
  }

  /** All that is known of a message that is the only variant of its id. */
  #stateOf(row: MessageRow): MergedMessage {
    const { sid } = this.#sessions.byNumber(row.session);
    const own = this.#messages.merged(row, sid, this.#agents.agentId(row.agent));
    const places = this.#placesOf(row.id);
    if (places.length === 0) return own;
    const occurrences = new Map(
      places.map((place) => [this.#sessions.byNumber(place.session).sid, this.#occurrence(place)]),
    );
    return { ...own, occurrences };
  }

  /** A downsampled message's occurrences are recorded: a fork's total continues its parent's. */
  #mergeDownsampled(row: DownsampledRow, incoming: MergedMessage): DownsampledRow {
    if (incoming.inMain && row.in_main === 0) this.#downsampled.setInMain(row.id);
    const sessions = [...incoming.occurrences.keys()].map((sid) => this.#sessions.known(sid).id);
    this.#relate(this.#downsampled.addSessions(row, sessions));
    return { ...row, in_main: Math.max(row.in_main, Number(incoming.inMain)) };
  }

  /** Makes the rows of a message id its responses; those that are settled are so already. */
  #synchronize(
    rows: readonly MessageRow[],
    responses: readonly Response[],
    isSettled: (response: Response) => boolean,
    kind: number,
    tombstones: readonly DownsampledRow[],
  ): void {
    const known = new Map(
      rows.map((row) => {
        // A schema before 7 kept no input side.
        const old = row.identity === identity.legacy && row.rid === '';
        return [keyText(old ? keyOf(this.#stateOf(row)) : row), row];
      }),
    );
    const kept = new Set(responses.map(keyText));
    for (const [key, row] of known) if (!kept.has(key)) this.#delete(row);
    for (const response of responses) {
      if (isSettled(response)) continue;
      const counted = Number(!response.replay && countsBeside(response, tombstones));
      const state = { identity: kind, counted };
      const { rid, side } = response;
      // The rows of several variants have no state of their own.
      const merged = kind === identity.several ? { ...response.state, lines: [] } : response.state;
      const row = known.get(keyText(response));
      if (row === undefined) this.#insert({ rid, side }, merged, state);
      else this.#replace(row, { ...state, side }, merged);
    }
  }

  /** Updates a message from the whole of what is known of it. */
  #replace(
    row: MessageRow,
    state: Pick<MessageRow, 'identity' | 'counted' | 'side'>,
    merged: MergedMessage,
  ): void {
    const same = compareLines(this.#messages.line(row), merged.kept) === 0;
    const owners = this.#ownersOf(merged);
    const owner = owners.find(({ session }) => session === row.session) ?? owners[0]!;
    const after = same
      ? this.#messages.update(row, { ...this.#messages.unionFieldsOf(merged), ...state, ...owner })
      : this.#messages.update(
          row,
          { ...this.#messages.fieldsOf(merged), ...state, ...owner },
          merged.kept,
        );
    const sessions = new Set(owners.map(({ session }) => session));
    for (const { session } of this.#placesOf(row.id)) {
      if (owners.length > 1 && sessions.has(session)) continue;
      this.#dropOccurrence.run(row.id, session);
      this.#onChange(session);
    }
    if (owners.length > 1) this.#share(after, owners);
    this.#changed(row, after);
  }

  #delete(row: MessageRow): void {
    for (const { session } of this.#placesOf(row.id)) {
      this.#dropOccurrence.run(row.id, session);
      this.#onChange(session);
    }
    this.#unresolved.delete(row.id);
    this.#messages.delete(row);
    this.#onChange(row.session);
  }

  #share(row: MessageRow, owners: readonly Owner[]): void {
    for (const { session, agent, standing } of owners) {
      this.#setOccurrence.run(row.id, session, agent, standing);
    }
    this.#relate(this.#placesOf(row.id).map(({ session }) => session));
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
      const candidates = this.#placesOf(id);
      if (candidates.length === 0) continue;
      const { session, agent, standing } = this.#ownerAmong(candidates, row);
      this.#changed(row, this.#messages.update(row, { session, agent, standing }));
    }
    this.#unresolved = new Set();
  }

  /** The session that made the request, where a copy names it; else the one that owns before all. */
  #ownerAmong(candidates: readonly OccurrenceRow[], row: MessageRow): OccurrenceRow {
    const requester = this.#messages.requester(row);
    const sessionOf = ({ session }: OccurrenceRow): SessionRow => this.#sessions.byNumber(session);
    const named = candidates.find((candidate) => sessionOf(candidate).sid === requester);
    return (
      named ??
      candidates.reduce((best, other) =>
        ownsBefore(sessionOf(other), sessionOf(best)) ? other : best,
      )
    );
  }

  #changed(before: MessageRow, after: MessageRow): void {
    if (before === after) return;
    this.#onChange(before.session);
    if (after.session !== before.session) this.#onChange(after.session);
  }

  forget(): void {
    this.#unresolved = new Set();
    this.#downsampled.forget();
    this.#nameless.forget();
  }
}

function variantName(variant: VariantKey & { readonly legacy: boolean }): string {
  return `${keyText(variant)}\0${variant.legacy ? 'legacy' : ''}`;
}

/** What a response is made of, as one text. */
function composition({ members, replay }: Response): string {
  return `${replay} ${members.map(variantName).join('\0')}`;
}

/**
 * Variants of a schema before 7, without the sessions whose transcripts have been read since: those
 * say themselves what they hold.
 */
function supersededBy(variants: readonly Variant[]): Variant[] {
  const read = new Set(
    variants.flatMap(({ legacy, state }) => (legacy ? [] : [...state.occurrences.keys()])),
  );
  return variants
    .filter(({ legacy }) => legacy)
    .map((variant) => {
      const occurrences = [...variant.state.occurrences].filter(([sid]) => !read.has(sid));
      return { ...variant, state: { ...variant.state, occurrences: new Map(occurrences) } };
    });
}

/** Whether a response counts beside what was downsampled: of a message and its replay one does. */
function countsBeside({ state }: Response, tombstones: readonly DownsampledRow[]): boolean {
  return !tombstones.some((row) => {
    if (!sharesSide(row, state)) return false;
    return state.inMain ? row.sidechain === 1 && row.counted === 1 : row.in_main === 1;
  });
}
