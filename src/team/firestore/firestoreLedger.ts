import type { Membership, TeamPolicy } from '../../dataFolder/team/membership.ts';
import type { UtcDays } from '../../model/calendar.ts';
import { HumanError } from '../../model/errors.ts';
import { largestOf } from '../../model/lists.ts';
import { noteElsewhere, type SessionDay } from '../claims.ts';
import {
  checkInstance,
  type JoiningMachine,
  type LedgerPlace,
  type LedgerRows,
  type PushWork,
  type TeamFacts,
  type TeamLedger,
} from '../ledger.ts';
import { keepPools } from '../pools.ts';
import { noteEnd, type PreparedDays, type PushOutcome, prepareDays } from '../push.ts';
import type { ExportKey, MemberSpend } from '../questions.ts';
import {
  checkSameEmulator,
  type FirestoreAddress,
  firestoreWish,
  parseFirestore,
} from './address.ts';
import { removeClaims, SessionClaims } from './claims.ts';
import { FirestoreDatabase, isRival, mostWrites, type Write } from './database.ts';
import { type Call, callCollection, callPath, machineCollection } from './layout.ts';
import {
  type MachineState,
  machineOf,
  machinePath,
  machinesOf,
  machineWrite,
  newClaimant,
  readMachine,
} from './machines.ts';
import { membersOf, poolsOf, rowsOf } from './questions.ts';
import { CallSender } from './sending.ts';
import { readTeam } from './team.ts';

/** How many calls are in memory at once: a longer history is sent in several rounds. */
const mostInMemory = 50_000;

/** Opens the database of an address, as long as `FRESH_USE_FIRESTORE` does not forbid it. */
export async function openFirestore(
  address: FirestoreAddress,
  { folder, env, patience }: LedgerPlace,
): Promise<FirestoreDatabase> {
  if (firestoreWish(env) === false) {
    throw new HumanError(
      'config',
      'FRESH_USE_FIRESTORE is off: nothing is sent to Firestore and nothing asked.',
    );
  }
  checkSameEmulator(address, env);
  return FirestoreDatabase.open(address, folder, patience?.statementMs ?? 15_000);
}

/** A team's ledger in Firestore: a document for each call. Who may do what is Google's to say, by project. */
export class FirestoreLedger implements TeamLedger {
  readonly #database: FirestoreDatabase;
  readonly #address: FirestoreAddress;

  private constructor(database: FirestoreDatabase, address: FirestoreAddress) {
    this.#database = database;
    this.#address = address;
  }

  static async open(connection: string, what: string, place: LedgerPlace) {
    const address = parseFirestore(connection, what);
    return new FirestoreLedger(await openFirestore(address, place), address);
  }

  async team(): Promise<TeamFacts> {
    const { member } = this.#address;
    const { name, policy } = await readTeam(this.#database);
    if (member === '') {
      throw new HumanError('usage', `Say who you are in ${name}: outlay team join --as NAME`);
    }
    return { team: name, member, policy };
  }

  async joinMachine({ machineName, instance, zone, takeOver }: JoiningMachine) {
    const { member } = this.#address;
    const before = await readMachine(this.#database, member, machineName);
    if (before !== undefined && before.instance !== instance && !takeOver) return undefined;
    const usual = {
      ...{ joined: new Date(), pushed: undefined, days: {}, forgetting: false },
      ...{ claimant: newClaimant(), released: 0 },
    };
    const machine = { ...usual, ...before, member, machine: machineName, instance, zone };
    try {
      await this.#database.commit([machineWrite(machine, before?.updateTime)]);
    } catch (error) {
      if (isRival(error)) return undefined;
      throw error;
    }
    // Firestore numbers nothing: a machine is its name.
    return 0;
  }

  async policy(membership: Membership): Promise<TeamPolicy> {
    const { policy } = await readTeam(this.#database);
    await this.#machineOf(membership);
    return policy;
  }

  async push(membership: Membership, work: PushWork): Promise<PushOutcome> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return { sent: await this.#pushOnce(membership, work), refused: [] };
      } catch (error) {
        // Another window sends for this machine: what it has sent meanwhile needs not be sent again.
        if (!isRival(error) || attempt >= 5) throw error;
      }
    }
  }

  /** Answers with how many days were sent. */
  async #pushOnce(membership: Membership, work: PushWork): Promise<number> {
    const { folder, sources, catalogue, policy } = work;
    const { member, machineName } = membership;
    const machine = await this.#claimantOf(membership);
    const isPaced = this.#address.emulator === '';
    const sender = new CallSender(this.#database, folder, machine, { catalogue, isPaced });
    const machines = await machinesOf(this.#database);
    const askedAt = Date.now();
    const claims = new SessionClaims(this.#database, folder, machine, machines);
    const asked = sources.sessions(policy, work.since);
    const own = await claims.take(asked.keys());
    noteElsewhere(folder, asked, own, work.since);
    const sends = (one: SessionDay): boolean => own.has(one);
    let currentFrom = '';
    let sent = 0;
    for (let since: string | undefined = work.since; since !== undefined; ) {
      const known = new Map(
        Object.entries(sender.machine.days).map(([day, { revision, open }]) => [
          day,
          // A day in the middle of being sent has to be sent again.
          open ? -1 : revision,
        ]),
      );
      const least = largestOf(
        Object.values(sender.machine.days).map(({ revision }) => revision),
        0,
      );
      const wanted = { member, machineName, since, most: mostInMemory };
      const shipment: PreparedDays<Call> = prepareDays(
        folder,
        (isSent) => sources.calls(policy, { ...wanted, isSent, sends }),
        { least, known, since },
      );
      await sender.send(shipment.parcels);
      sent += shipment.parcels.length;
      currentFrom ||= shipment.currentFrom;
      since = shipment.cutAt;
      if (since === undefined) {
        noteEnd(folder, work.since === '' ? shipment.of : undefined);
      }
    }
    await sender.end(work.since === '');
    // What was claimed and is not here any more is not in the ledger by now: another machine may have it.
    const dropped = claims.dropped(asked, currentFrom);
    await claims.release(dropped, (writes) => sender.release(writes));
    const { name, budgets } = await readTeam(this.#database);
    // A session that another machine has claimed meanwhile stands in the pool only if its machine is read again.
    const now = claims.hasAsked
      ? await machinesOf(this.#database)
      : machines.map((each) => (each.claimant === machine.claimant ? sender.machine : each));
    const pools = poolsOf(now, budgets, membership, this.#database.now);
    keepPools(folder, name, pools, claims.hasAsked ? Date.now() : askedAt);
    return sent;
  }

  async #machineOf(membership: Membership): Promise<MachineState> {
    const { member, machineName } = membership;
    const machine = await readMachine(this.#database, member, machineName);
    checkInstance(machine?.instance ?? null, membership);
    return machine!;
  }

  /** A machine that claims can name. */
  async #claimantOf(membership: Membership): Promise<MachineState> {
    const machine = await this.#machineOf(membership);
    if (machine.claimant !== '') return machine;
    const named = { ...machine, claimant: newClaimant() };
    const [updateTime] = await this.#database.commit([machineWrite(named, machine.updateTime)]);
    return { ...named, updateTime };
  }

  async forget({ member, machineName }: Membership, whose: 'machine' | 'member'): Promise<number> {
    const machines = await this.#machinesOf(member);
    const own = machines.filter(({ machine }) => machine === machineName);
    return this.#forgetMachines(whose === 'member' ? machines : own);
  }

  /** Deletes all a member has sent; false where nobody of that name sends. */
  async forgetMember(member: string): Promise<boolean> {
    const machines = await this.#machinesOf(member);
    await this.#forgetMachines(machines);
    return machines.length > 0;
  }

  async #forgetMachines(machines: readonly MachineState[]): Promise<number> {
    let gone = 0;
    for (const machine of machines) gone += await this.#forgetMachine(machine);
    return gone;
  }

  /** First it has nothing, then it is nothing: whoever is interrupted in between begins again. */
  async #forgetMachine(known: MachineState): Promise<number> {
    const { member, machine: name, claimant } = known;
    let gone = 0;
    let machine: MachineState | undefined = known;
    for (let attempt = 1; machine !== undefined; attempt += 1) {
      try {
        const emptied = { ...machine, days: {}, forgetting: true };
        const [updateTime] = await this.#database.commit([
          machineWrite(emptied, machine.updateTime),
        ]);
        gone += await this.#forgetCalls(member, name);
        // It ends as it was emptied: what it has sent meanwhile goes as well. Its claims end with it.
        const path = machinePath(member, name);
        await this.#database.commit([{ kind: 'delete', path, only: { updateTime } }]);
        break;
      } catch (error) {
        if (!isRival(error) || attempt >= 5) throw error;
        machine = await readMachine(this.#database, member, name);
      }
    }
    await removeClaims(this.#database, claimant);
    return gone;
  }

  async #machinesOf(member: string): Promise<MachineState[]> {
    const found = await this.#database.query({
      collection: machineCollection,
      where: [['member', 'EQUAL', member]],
      limit: 1_000,
    });
    return found.flatMap((document) => machineOf(document) ?? []);
  }

  async #forgetCalls(member: string, machine: string): Promise<number> {
    for (let gone = 0; ; ) {
      const found = await this.#database.query({
        collection: callCollection,
        where: [
          ['metadata.member', 'EQUAL', member],
          ['metadata.machine', 'EQUAL', machine],
        ],
        only: [],
        limit: mostWrites,
      });
      if (found.length === 0) return gone;
      const writes = found.map(({ id }): Write => ({ kind: 'delete', path: callPath(id) }));
      await this.#database.commit(writes);
      gone += writes.length;
    }
  }

  members(): Promise<readonly MemberSpend[]> {
    return membersOf(this.#database);
  }

  rows(by: ExportKey, days: UtcDays): Promise<LedgerRows> {
    return rowsOf(this.#database, by, days);
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
