/**
 * The emulator of Firestore in a process of its own, as `test/lib/firestore.ts` starts it. What the emulator lacks of the
 * service and Outlay goes by is added: fields inside maps in queries, and writes on condition that a document is as it
 * was read.
 */
import { FirestoreServer } from '@firestore-emulator/server';
import { type handleUnaryCall, ServerCredentials } from '@grpc/grpc-js';
import type { Fault } from './firestore.ts';

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
state.writeV1Document = (date, change) => {
  const { has_current_document: isGuarded, current_document: guard } = change;
  if (isGuarded && guard.has_update_time) {
    const { metadata } = state.getDocument(change.update.name);
    const { seconds, nanos } = guard.update_time;
    const wanted = seconds * 1000 + Math.floor(nanos / 1_000_000);
    if (!metadata.hasExist || metadata.updatedAt.getTime() !== wanted) {
      throw Object.assign(new Error('it has changed'), { code: 9 });
    }
  }
  return write(later(date, change.update?.name), change);
};

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
    if (found === undefined) return run(original, handler, call, callback);
    if (found.how === 'hang') return;
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
  process.on('message', (next: { readonly fault?: Fault }) => {
    fault = next.fault;
    process.send!({ asked: { ...asked } });
  });
  process.on('disconnect', () => process.exit());
  process.send!({ port });
});
