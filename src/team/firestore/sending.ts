import { readSentCalls, type SentCalls, writeSentCalls } from '../../dataFolder/team/sentCalls.ts';
import { hourMs } from '../../model/calendar.ts';
import { note, type Parcel } from '../push.ts';
import { hashOfCall } from './calls.ts';
import { type FirestoreDatabase, mostWrites, type Write } from './database.ts';
import { type Call, type CallOrigin, callCollection, callFields, callPath } from './layout.ts';
import { type DayEntry, type MachineState, machineWrite } from './machines.ts';

/** Most writes a second: what Firestore recommends for documents whose times follow each other. */
const mostPerSecond = 500;
/** Most days in one commit. */
const mostDays = 100;

/** A day that is ready to be sent. */
interface Ready {
  readonly parcel: Parcel<Call>;
  readonly writes: readonly Write[];
  readonly entry: DayEntry;
}

/**
 * Sends the calls of days: those that are new or have changed are put, those that are gone are deleted, and the
 * machine's document says in the same commit what the day has then. A commit is made as a whole or not at all, and not
 * where another program was faster.
 */
export class CallSender {
  readonly #database: FirestoreDatabase;
  readonly #folder: string;
  readonly #origin: CallOrigin;
  readonly #isPaced: boolean;
  #machine: MachineState;
  #sent: SentCalls;
  #group: Ready[] = [];
  #notBefore = 0;

  constructor(
    database: FirestoreDatabase,
    folder: string,
    machine: MachineState,
    { catalogue, isPaced }: { readonly catalogue: string; readonly isPaced: boolean },
  ) {
    this.#database = database;
    this.#folder = folder;
    this.#machine = machine;
    this.#origin = { member: machine.member, machine: machine.machine, catalogue };
    this.#isPaced = isPaced;
    this.#sent = readSentCalls(folder);
  }

  get machine(): MachineState {
    return this.#machine;
  }

  async send(parcels: readonly Parcel<Call>[]): Promise<void> {
    try {
      for (const parcel of parcels) await this.#add(parcel);
      await this.#flush();
    } finally {
      writeSentCalls(this.#folder, this.#sent);
    }
  }

  /** Says that the machine has sent everything, where it said so long ago: that is a write as well. */
  async end(isEverything: boolean): Promise<void> {
    const { pushed, forgetting } = this.#machine;
    const isTold = pushed !== undefined && Date.now() - pushed.getTime() < hourMs;
    const isHere = forgetting && isEverything;
    if (isHere) this.#machine = { ...this.#machine, forgetting: false };
    if (isHere || !isTold) await this.#commit({}, []);
  }

  /** Changes claims of sessions together with the machine's document; answers with how often it has given some back. */
  async release(writes: readonly Write[]): Promise<number> {
    this.#machine = { ...this.#machine, released: this.#machine.released + 1 };
    await this.#commit({}, writes);
    return this.#machine.released;
  }

  async #add(parcel: Parcel<Call>): Promise<void> {
    const { day, rows, revision } = parcel;
    const before = this.#machine.days[day];
    if (before !== undefined && before.revision > revision) {
      // A later state of it stands there already.
      note(this.#folder, [parcel]);
      return;
    }
    const had = await this.#callsOf(day);
    const now = new Set(rows.map(({ id }) => id));
    const gone = [...had.keys()].filter((id) => !now.has(id));
    const changed = rows.filter((call) => had.get(call.id) !== hashOfCall(call));
    const writes = [
      ...gone.map((id): Write => ({ kind: 'delete', path: callPath(id) })),
      ...changed.map(
        (call): Write => ({
          ...{ kind: 'put', path: callPath(call.id) },
          fields: callFields(call, this.#origin),
        }),
      ),
    ];
    const calls = rows.reduce((sum, { messages }) => sum + messages, 0);
    const nano = rows.reduce((sum, call) => sum + call.nano, 0);
    const ready = { parcel, writes, entry: { revision, calls, nano, open: false } };
    if (writes.length >= mostWrites) {
      await this.#flush();
      await this.#sendLarge(ready);
      return;
    }
    const waiting = this.#group.reduce((sum, each) => sum + each.writes.length, 0);
    if (waiting + writes.length >= mostWrites || this.#group.length >= mostDays) {
      await this.#flush();
    }
    this.#group.push(ready);
  }

  async #flush(): Promise<void> {
    const group = this.#group.splice(0);
    if (group.length === 0) return;
    const entries = Object.fromEntries(group.map(({ parcel, entry }) => [parcel.day, entry]));
    await this.#commit(
      entries,
      group.flatMap(({ writes }) => writes),
    );
    this.#note(group);
  }

  /** More than a commit takes: the day is open until its last part is there. */
  async #sendLarge({ parcel, writes, entry }: Ready): Promise<void> {
    const step = mostWrites - 1;
    for (let at = 0; at < writes.length; at += step) {
      const isLast = at + step >= writes.length;
      const before = this.#machine.days[parcel.day] ?? { revision: 0, calls: 0, nano: 0 };
      const now = isLast ? entry : { ...before, open: true };
      await this.#commit({ [parcel.day]: now }, writes.slice(at, at + step));
    }
    this.#note([{ parcel, writes, entry }]);
  }

  async #commit(
    entries: Readonly<Record<string, DayEntry>>,
    writes: readonly Write[],
  ): Promise<void> {
    await this.#wait(writes.length + 1);
    const days = { ...this.#machine.days, ...entries };
    const machine = { ...this.#machine, days, pushed: new Date() };
    const own = machineWrite(machine, this.#machine.updateTime);
    const [updateTime] = await this.#database.commit([own, ...writes]);
    this.#machine = { ...machine, updateTime };
  }

  #note(group: readonly Ready[]): void {
    const days = group.map(({ parcel: { day, rows, revision } }) => [
      day,
      { revision, calls: Object.fromEntries(rows.map((call) => [call.id, hashOfCall(call)])) },
    ]);
    this.#sent = { ...this.#sent, ...Object.fromEntries(days) };
    note(
      this.#folder,
      group.map(({ parcel }) => parcel),
    );
  }

  /** Which calls of a day stand there, with a hash of each where it is known. */
  async #callsOf(day: string): Promise<ReadonlyMap<string, string>> {
    const entry = this.#machine.days[day];
    const sent = this.#sent[day];
    if (entry === undefined && !this.#machine.forgetting) return new Map();
    if (entry?.open === false && sent?.revision === entry.revision) {
      return new Map(Object.entries(sent.calls));
    }
    const { member, machine } = this.#origin;
    const ids = await this.#idsOf([
      ['metadata.member', 'EQUAL', member],
      ['metadata.machine', 'EQUAL', machine],
      ['metadata.day', 'EQUAL', day],
    ]);
    return new Map(ids.map((id) => [id, '']));
  }

  async #idsOf(where: Parameters<FirestoreDatabase['query']>[0]['where']): Promise<string[]> {
    const found = await this.#database.query({
      ...{ collection: callCollection, where, only: [] },
      limit: 1_000_000,
    });
    return found.map(({ id }) => id);
  }

  async #wait(writes: number): Promise<void> {
    if (!this.#isPaced) return;
    const ms = this.#notBefore - Date.now();
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    this.#notBefore = Date.now() + (writes * 1000) / mostPerSecond;
  }
}
