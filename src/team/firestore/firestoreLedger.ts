import type { Membership, TeamPolicy } from '../../dataFolder/team/membership.ts';
import { writePools } from '../../dataFolder/team/poolFile.ts';
import type { UtcDays } from '../../model/calendar.ts';
import { HumanError } from '../../model/errors.ts';
import { largestOf } from '../../model/lists.ts';
import {
  checkInstance,
  type JoiningMachine,
  type LedgerPlace,
  type LedgerRows,
  type PushWork,
  type TeamFacts,
  type TeamLedger,
} from '../ledger.ts';
import { noteEnd, type PreparedDays, type PushOutcome, prepareDays } from '../push.ts';
import type { ExportKey, MemberSpend } from '../questions.ts';
import {
  checkSameEmulator,
  type FirestoreAddress,
  firestoreWish,
  parseFirestore,
} from './address.ts';
import { FirestoreDatabase, isRival, mostWrites, type Write } from './database.ts';
import { type Call, callCollection, callPath, machineCollection } from './layout.ts';
import {
  type MachineState,
  machineOf,
  machinePath,
  machineWrite,
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
    const usual = { joined: new Date(), pushed: undefined, days: {}, forgetting: false };
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
        return await this.#pushOnce(membership, work);
      } catch (error) {
        // Another window sends for this machine: what it has sent meanwhile needs not be sent again.
        if (!isRival(error) || attempt >= 5) throw error;
      }
    }
  }

  async #pushOnce(membership: Membership, work: PushWork): Promise<PushOutcome> {
    const { folder, sources, catalogue, policy } = work;
    const { member, machineName } = membership;
    const machine = await this.#machineOf(membership);
    const isPaced = this.#address.emulator === '';
    const sender = new CallSender(this.#database, folder, machine, { catalogue, isPaced });
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
        (isSent) => sources.calls(policy, { ...wanted, isSent }),
        { least, known, since },
      );
      await sender.send(shipment.parcels);
      sent += shipment.parcels.length;
      since = shipment.cutAt;
      if (since === undefined) {
        noteEnd(folder, work.since === '' ? shipment.of : undefined);
      }
    }
    await sender.end(work.since === '');
    const { name, budgets } = await readTeam(this.#database);
    const pools = await poolsOf(this.#database, budgets, membership);
    writePools(folder, { team: name, askedAt: Date.now(), pools });
    return { sent, refused: [] };
  }

  async #machineOf(membership: Membership): Promise<MachineState> {
    const { member, machineName } = membership;
    const machine = await readMachine(this.#database, member, machineName);
    checkInstance(machine?.instance ?? null, membership);
    return machine!;
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
    for (const machine of machines) {
      // First it has nothing, then it is nothing: whoever is interrupted in between begins again.
      const emptied = { ...machine, days: {}, forgetting: true };
      await this.#database.commit([machineWrite(emptied, machine.updateTime)]);
      gone += await this.#forgetCalls(machine.member, machine.machine);
      const path = machinePath(machine.member, machine.machine);
      await this.#database.commit([{ kind: 'delete', path }]);
    }
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
