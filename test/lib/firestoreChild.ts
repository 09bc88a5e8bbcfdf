/**
 * The emulator of Firestore in a process of its own, as `test/lib/firestore.ts` starts it. What the emulator lacks of the
 * service and Outlay goes by is added: fields inside maps in queries, and writes on condition that a document is as it
 * was read.
 */
import { FirestoreServer } from '@firestore-emulator/server';
import { type handleUnaryCall, ServerCredentials } from '@grpc/grpc-js';
import type { Fault, Order } from './firestore.ts';

const emulator = new FirestoreServer();
const { state } = emulator;
// Its server is private to its types only.
const server: Server = (emulator as unknown as { server: Server }).server;

interface Handler {
  readonly type: 'unary' | 'serverStream';
  // biome-ignore lint/suspicious/noExplicitAny: calls of any kind pass through
  func: (call: any, callback?: any) => void;
}
interface Server {
  readonly handlers: Map<string, Handler>;
  bindAsync(
    address: string,
    credentials: ServerCredentials,
    done: (error: Error | null, port: number) => void,
  ): void;
}

let fault: Fault | undefined;
let held: (() => void) | undefined;
const asked: Record<string, number> = {};

// biome-ignore lint/suspicious/noExplicitAny: parts of the emulator without types
const inside = Object.getPrototypeOf(state.getDocument(anyPath())) as any;
inside.getField = function getField(path: string) {
  const [first, ...rest] = path.split('.');
  let field = this.fields[first!];
  for (const name of rest) field = field?.type === 'map_value' ? field.value[name] : undefined;
  return field;
};

// The emulator prints what it does not expect: a condition that is not met is expected.
const { error: printError } = console;
console.error = (...words: unknown[]) => {
  if ((words[0] as { readonly code?: number } | undefined)?.code !== 9) printError(...words);
};

const write = state.writeV1Document.bind(state);
state.writeV1Document = (date, change) => write(later(date, change.update?.name), change);

type Change = Parameters<typeof write>[1];

/** Why a commit changes nothing: one of its conditions is not met. The emulator would make the changes before it. */
function refusal(changes: readonly Change[]): { code: number; details: string } | undefined {
  for (const change of changes) {
    if (!change.has_current_document) continue;
    const guard = change.current_document;
    const { metadata } = state.getDocument(change.has_delete ? change.delete : change.update.name);
    if (guard.has_exists && !guard.exists && metadata.hasExist) {
      return { code: 6, details: 'entity already exists' };
    }
    if (!guard.has_update_time) continue;
    if (!metadata.hasExist) return { code: 5, details: 'no entity to update' };
    const { seconds, nanos } = guard.update_time;
    const wanted = seconds * 1000 + Math.floor(nanos / 1_000_000);
    if (metadata.updatedAt.getTime() !== wanted) return { code: 9, details: 'it has changed' };
  }
  return undefined;
}

/** A moment that no state of a document had before: the service counts microseconds, the emulator milliseconds. */
function later(date: Date, name: string | undefined): Date {
  if (!name) return date;
  const { metadata } = state.getDocument(name);
  const before = metadata.hasExist ? metadata.updatedAt.getTime() : 0;
  return new Date(Math.max(date.getTime(), before + 1));
}

for (const [path, handler] of server.handlers) {
  const method = path.slice(path.lastIndexOf('/') + 1);
  const original = handler.func;
  handler.func = (call, callback) => {
    asked[method] = (asked[method] ?? 0) + 1;
    const found = fault?.method === method && fault.after-- <= 0 ? fault : undefined;
    const refused = method === 'Commit' ? refusal(call.request.writes) : undefined;
    if (refused !== undefined && found?.how !== 'hang') return callback(refused);
    if (found === undefined) return run(original, handler, call, callback);
    if (found.how === 'hang') return;
    if (found.how === 'hold') {
      fault = undefined;
      held = () => handler.func(call, callback);
      return;
    }
    const error = { code: found.code ?? 14, details: found.details ?? 'as the test wants it' };
    // The answer is lost: what was asked for is done.
    if (found.how === 'lose') {
      (original as handleUnaryCall<unknown, unknown>).call(server, call, () => callback(error));
      fault = undefined;
    } else if (handler.type === 'unary') callback(error);
    else call.emit('error', error);
  };
}

function run(original: Handler['func'], handler: Handler, call: unknown, callback: unknown): void {
  if (handler.type === 'unary') {
    original.call(server, call, (error: unknown, value: unknown) => {
      const known = error as { readonly cause?: { readonly code?: number } } | null;
      const code = known?.cause?.code;
      (callback as (error: unknown, value: unknown) => void)(
        code === undefined ? error : { code, details: 'refused' },
        value,
      );
    });
  } else original.call(server, call);
}

function anyPath(): string {
  return 'projects/none/databases/none/documents/none/none';
}

server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.on('message', ({ kind, fault: next }: Order) => {
    if (kind === 'fault') fault = next;
    if (kind === 'release') held?.();
    process.send!({ asked: { ...asked }, isHeld: held !== undefined });
    if (kind === 'release') held = undefined;
  });
  process.on('disconnect', () => process.exit());
  process.send!({ port });
});
