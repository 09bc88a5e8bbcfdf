import { readKnownClaims, writeKnownClaims } from '../../dataFolder/team/knownClaims.ts';
import { HumanError } from '../../model/errors.ts';
import { isObject } from '../../model/objects.ts';
import type { SessionDay } from '../claims.ts';
import { type FirestoreDatabase, isRival, pause, type Write } from './database.ts';
import { claimCollection, layoutVersion } from './layout.ts';
import { isClaimant, type MachineState, machinesOf } from './machines.ts';
import type { ReadDocument } from './values.ts';

/** Documents of days in one commit. A commit takes 10 MiB, and a document 1 MiB. */
const daysAtOnce = 9;
/** More days than a history has. */
const mostDays = 100_000;
/** Most sessions of a day: a document takes 1 MiB. */
const mostOfDay = 40_000;

/**
 * Which days of sessions a machine sends, where several read them: whoever asks first. A day is one document, changed
 * on condition that nobody else has changed it since it was read (optimistic lock). A claim names its machine by what
 * only that machine's document says: it ends with the document, in the same moment, and nobody has to take it away
 * for another machine to have the session.
 */
export class SessionClaims {
  readonly #database: FirestoreDatabase;
  readonly #folder: string;
  readonly #own: string;
  /** How often each machine had given claims back before any claim was read: one that has since is asked about again. */
  readonly #releases: ReadonlyMap<string, number>;
  readonly #owners: Map<string, string>;
  #released: number;
  /** What it has claimed is known. */
  #isKnown: boolean;
  #hasAsked = false;

  /** `machines`: of the whole team, read just before. */
  constructor(
    database: FirestoreDatabase,
    folder: string,
    { claimant, released }: Pick<MachineState, 'claimant' | 'released'>,
    machines: readonly MachineState[],
  ) {
    this.#database = database;
    this.#folder = folder;
    this.#own = claimant;
    this.#released = released;
    this.#releases = new Map(machines.map((each) => [each.claimant, each.released]));
    const known = readKnownClaims(folder);
    this.#isKnown = known?.claimant === claimant && known.released === released;
    const owners = this.#isKnown ? Object.entries(known!.owners) : [];
    // What others had may be nobody's by now, where they have given claims back since, or are no machines any more.
    const isKept = (owner: string): boolean =>
      owner === claimant ||
      (this.#releases.has(owner) && this.#releases.get(owner) === known?.releases[owner]);
    this.#owners = new Map(owners.filter(([, owner]) => isKept(owner)));
  }

  /** Takes what nobody has yet; answers with what of it is this machine's. What is known costs nothing. */
  async take(asked: Iterable<SessionDay>): Promise<ReadonlySet<SessionDay>> {
    if (!this.#isKnown) await this.#look();
    const all = [...asked];
    const unknown = Map.groupBy(
      all.filter((one) => !this.#owners.has(one)),
      dayOf,
    );
    const days = [...unknown].sort(([a], [b]) => (a < b ? -1 : 1));
    for (let at = 0; at < days.length; at += daysAtOnce) {
      await insisting(() => this.#takeDays(days.slice(at, at + daysAtOnce)));
    }
    this.#hasAsked = days.length > 0 || !this.#isKnown;
    if (this.#hasAsked) this.#keep();
    this.#isKnown = true;
    return new Set(all.filter((one) => this.#owners.get(one) === this.#own));
  }

  /** Whether anything was asked: what others have sent meanwhile is not in a list of machines of before. */
  get hasAsked(): boolean {
    return this.#hasAsked;
  }

  /** Asks what this machine has claimed: it may have been long ago, and what of it is gone is to be given back. */
  async #look(): Promise<void> {
    for (const document of await claimsOf(this.#database, this.#own, mostDays)) {
      for (const [hash, owner] of ownersIn(document)) {
        if (owner === this.#own) this.#owners.set(`${document.id} ${hash}`, owner);
      }
    }
  }

  async #takeDays(days: readonly (readonly [string, readonly SessionDay[]])[]): Promise<void> {
    const found = await this.#database.get(...days.map(([day]) => claimPath(day)));
    const claimed = days.map(([day]) => ownersIn(found.get(claimPath(day))));
    const isDead = await this.#deadAmong(claimed.flatMap((owners) => [...owners.values()]));
    const writes: Write[] = [];
    const known: [SessionDay, string][] = [];
    for (const [at, [day, asked]] of days.entries()) {
      const document = found.get(claimPath(day));
      const owners = claimed[at]!;
      for (const [hash, owner] of owners) if (isDead(owner)) owners.delete(hash);
      const free = asked.filter((one) => !owners.has(hashOf(one)));
      for (const one of free) owners.set(hashOf(one), this.#own);
      for (const one of asked) known.push([one, owners.get(hashOf(one))!]);
      if (free.length > 0) writes.push(claimWrite(day, owners, document));
    }
    if (writes.length > 0) await this.#database.commit(writes);
    for (const [one, owner] of known) this.#owners.set(one, owner);
  }

  /**
   * Which claimants are machines no more. One that is on no list may have joined since: only a list that was read
   * after its claims says that it is gone.
   */
  async #deadAmong(owners: readonly string[]): Promise<(owner: string) => boolean> {
    if (owners.every((owner) => this.#releases.has(owner))) return () => false;
    const machines = await machinesOf(this.#database);
    const living = new Set(machines.map(({ claimant }) => claimant));
    return (owner) => !living.has(owner);
  }

  /** What this machine has claimed of days from one on, and no longer has. */
  dropped(asked: { has(one: SessionDay): boolean }, from: string): SessionDay[] {
    return ([...this.#owners] as [SessionDay, string][])
      .filter(([one, owner]) => owner === this.#own && one >= from && !asked.has(one))
      .map(([one]) => one);
  }

  /**
   * Gives claims back. `commit`: makes the changes and counts one more release in the machine's document, all or
   * nothing; answers with that number.
   */
  async release(
    dropped: readonly SessionDay[],
    commit: (writes: readonly Write[]) => Promise<number>,
  ): Promise<void> {
    if (dropped.length === 0) return;
    const days = [...Map.groupBy(dropped, dayOf)];
    while (days.length > 0) {
      const some = days.splice(0, daysAtOnce);
      const found = await this.#database.get(...some.map(([day]) => claimPath(day)));
      const writes = some.flatMap(([day, own]): Write[] => {
        const document = found.get(claimPath(day));
        const owners = ownersIn(document);
        const mine = own.filter((one) => owners.get(hashOf(one)) === this.#own);
        for (const one of mine) owners.delete(hashOf(one));
        return mine.length === 0 ? [] : [claimWrite(day, owners, document)];
      });
      this.#released = await commit(writes);
      for (const one of some.flatMap(([, own]) => own)) this.#owners.delete(one);
    }
    this.#keep();
  }

  #keep(): void {
    const owners = Object.fromEntries([...this.#owners].sort());
    const named = new Set(this.#owners.values());
    const releases = Object.fromEntries([...this.#releases].filter(([owner]) => named.has(owner)));
    const [claimant, released] = [this.#own, this.#released];
    writeKnownClaims(this.#folder, { claimant, released, owners, releases });
  }
}

/** Days of which a machine has claimed sessions. */
function claimsOf(
  database: FirestoreDatabase,
  claimant: string,
  limit: number,
): Promise<ReadDocument[]> {
  const where = [[`sessions.${claimant}`, 'GREATER_THAN_OR_EQUAL', '']] as const;
  return database.query({ collection: claimCollection, where, limit });
}

/** Takes away the claims of a machine that is gone: they hold for nobody any more. */
export async function removeClaims(database: FirestoreDatabase, claimant: string): Promise<void> {
  if (claimant === '') return;
  for (;;) {
    const found = await claimsOf(database, claimant, daysAtOnce);
    if (found.length === 0) return;
    const writes = found.map((document) => {
      const owners = ownersIn(document);
      for (const [hash, owner] of owners) if (owner === claimant) owners.delete(hash);
      return claimWrite(document.id, owners, document);
    });
    try {
      await database.commit(writes);
    } catch (error) {
      if (!isRival(error)) throw error;
      await pause(25);
    }
  }
}

/** Machines that ask for the same day at once wait for each other. */
async function insisting(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isRival(error) || attempt >= 12) throw error;
      await pause(25 * attempt * (0.5 + Math.random()));
    }
  }
}

function claimPath(day: string): string {
  return `${claimCollection}/${day}`;
}

/** The claimant of each session of a day. Nobody vouches for a document: what is no claim is left out. */
function ownersIn(document: ReadDocument | undefined): Map<string, string> {
  const { sessions } = document?.fields ?? {};
  const claims = Object.entries(isObject(sessions) ? sessions : {}).flatMap(([claimant, text]) =>
    isClaimant(claimant) && typeof text === 'string'
      ? text.split(' ').map((hash) => [hash, claimant] as const)
      : [],
  );
  // Of two that claim the same, all machines see the same one first.
  return new Map(
    claims.filter(([hash]) => /^-?\d{1,19}$/.test(hash)).sort(([, a], [, b]) => (a > b ? -1 : 1)),
  );
}

/** A day's document: by claimant, the hashes of its sessions in one text, which needs no index for each. */
function claimWrite(
  day: string,
  owners: ReadonlyMap<string, string>,
  before: ReadDocument | undefined,
): Write {
  if (owners.size > mostOfDay) {
    throw new HumanError(
      'usage',
      `More than ${mostOfDay} sessions of one day are sent to this ledger: that many need PostgreSQL.`,
    );
  }
  const only = before === undefined ? 'absent' : { updateTime: before.updateTime };
  if (owners.size === 0 && before !== undefined) {
    return { kind: 'delete', path: claimPath(day), only };
  }
  const sessions = Object.fromEntries(
    [...Map.groupBy(owners, ([, owner]) => owner)].map(([owner, own]) => [
      owner,
      own.map(([hash]) => hash).join(' '),
    ]),
  );
  return {
    ...{ kind: 'put', path: claimPath(day), only },
    fields: { version: layoutVersion, day, sessions },
  };
}

function dayOf(one: SessionDay): string {
  return one.slice(0, one.indexOf(' '));
}

function hashOf(one: SessionDay): string {
  return one.slice(one.indexOf(' ') + 1);
}
