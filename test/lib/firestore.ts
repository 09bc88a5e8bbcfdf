import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Firestore } from '@google-cloud/firestore';

// Otherwise Google's client looks for a machine of Google's around it, even to ask an emulator.
process.env.METADATA_SERVER_DETECTION = 'none';

/** What goes wrong from a call on: `after` calls of the method are answered before. */
export interface Fault {
  readonly method: 'Commit' | 'BatchGetDocuments' | 'RunQuery';
  after: number;
  /** `lose`: it is done, and once the answer does not come; `hold`: one waits for its release. */
  readonly how: 'refuse' | 'lose' | 'hang' | 'hold';
  /** Of gRPC. */
  readonly code?: number;
  readonly details?: string;
}

/** What the emulator's process is told. */
export interface Order {
  readonly kind: 'fault' | 'look' | 'release';
  readonly fault?: Fault | undefined;
}

/** The emulator on the loopback, in a process of its own. Each test takes a project of its own. */
export class FirestoreEmulator implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly host: string;
  #projects = 0;
  readonly #readers: Firestore[] = [];

  private constructor(process: ChildProcess, port: number) {
    this.#process = process;
    this.host = `127.0.0.1:${port}`;
  }

  static async start(): Promise<FirestoreEmulator> {
    const child = fork(join(import.meta.dirname, 'firestoreChild.ts'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new FirestoreEmulator(child, port);
  }

  /** The id of a project nobody has used. */
  project(): string {
    return `team-${++this.#projects}-tests`;
  }

  /** What goes wrong from now on, or nothing; answers with how often each method was called so far. */
  async fault(fault?: Fault): Promise<Readonly<Record<string, number>>> {
    return (await this.#tell({ kind: 'fault', fault })).asked;
  }

  /** Waits until the call that is to be held is there. */
  async held(): Promise<void> {
    while (!(await this.#tell({ kind: 'look' })).isHeld) await setTimeout(5);
  }

  /** The call that is held goes on. */
  async release(): Promise<void> {
    await this.#tell({ kind: 'release' });
  }

  async #tell(order: Order): Promise<{ asked: Record<string, number>; isHeld: boolean }> {
    const answer = once(this.#process, 'message');
    this.#process.send(order);
    return (await answer)[0];
  }

  /** Google's own client, as any other tool uses it. */
  reader(project: string): Firestore {
    const reader = new Firestore({ projectId: project, host: this.host, ssl: false });
    this.#readers.push(reader);
    return reader;
  }

  /** What stands in a collection, by the names of the documents. */
  async all(project: string, collection: string): Promise<Map<string, Fields>> {
    const { docs } = await this.reader(project).collection(collection).get();
    return new Map(docs.map((each) => [each.id, each.data()]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const reader of this.#readers) await reader.terminate();
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const end = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await end;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: documents are what the tests look into
export type Fields = Record<string, any>;

/** Puts Google's client where a data folder has it, as `npm install --prefix` does. */
export function installClient(dataFolder: string): void {
  const folder = join(dataFolder, 'firestore');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const modules = join(import.meta.dirname, '..', '..', 'node_modules');
  symlinkSync(modules, join(folder, 'node_modules'), 'junction');
}
