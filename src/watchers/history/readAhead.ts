import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import type { Root } from '../../agents/agentLog.ts';
import { HumanError, messageOf } from '../../model/errors.ts';
import type { Bookmark } from '../../model/records.ts';
import { endWorker, startWorker } from '../../platform/workers.ts';
import { mergeLines } from '../../store/ingest/merge.ts';
import type { IngestItem } from '../../store/writer.ts';
import { type FileToRead, newChunks, type ReadingEvents } from '../ingestFile.ts';
import type { FoundFile } from '../scanRoots.ts';
import { shortLived, workerFile } from '../workerFile.ts';
import { IngestBatch } from './ingestBatch.ts';
import { MessagePacker, type PackedMessages, unpackLists } from './packedMessages.ts';

/** Files with something new, newest first. */
export interface UnreadFiles {
  readonly files: readonly FoundFile[];
  /** How much there is to be read, about. */
  readonly bytes: number;
  /** Where to go on in a file: asked when its turn comes. */
  readonly bookmarkOf: (path: string, root: Root) => Bookmark | undefined;
}

/** A file to be read and where to go on in it. */
interface Unread {
  readonly file: FileToRead;
  readonly size: number;
  readonly bookmark: Bookmark | undefined;
}

/** What is worth one transaction, and how many bytes of files are done with it. */
export interface Portion {
  readonly items: IngestItem[];
  readonly doneBytes: number;
}

/** Less than this is read before a second thread has started. */
const worthAThreadBytes = 24 * 1024 * 1024;

/** Files named to the reading thread at once: it need not hold the whole list as well. */
const filesASlice = 4000;

/** Portions read ahead of the store at most: bounds the memory. */
const mostAhead = 2;

/** Longer than the longest line takes: a thread that is silent for so long hangs in a call of the system. */
const patienceMs = 120_000;

interface ReadOptions {
  /** Ends the reading at once, whatever it waits for. */
  readonly signal: AbortSignal;
  /** Milliseconds until a silent thread is given up. */
  readonly patience?: number;
  /** The thread's entry: another one for tests. */
  readonly file?: string;
}

/** Reads files into portions, newest first as they are given; items wait as `keep` makes them. */
function* portions(
  files: Iterable<Unread>,
  events: ReadingEvents,
  keep: (item: IngestItem) => IngestItem = (item) => item,
): Generator<Portion> {
  const batch = new IngestBatch();
  let doneBytes = 0;
  for (const { file, size, bookmark } of files) {
    for (const item of newChunks(file, bookmark, events)) {
      batch.add(item, keep(item));
      if (batch.isFull || batch.isRipe) yield { items: batch.take(), doneBytes };
    }
    doneBytes += size;
  }
  yield { items: batch.take(), doneBytes };
}

/**
 * Reads files into portions: a long reading on a thread of its own, so that reading and storing go
 * on side by side; a short one right here.
 */
export async function* readAhead(
  unread: UnreadFiles,
  events: ReadingEvents,
  options: ReadOptions,
): AsyncGenerator<Portion, void, void> {
  if (unread.bytes < worthAThreadBytes) {
    for (const portion of portions(inTurn(unread, unread.files), events)) {
      yield portion;
      // Let file events and messages in.
      await yieldToEventLoop();
    }
    return;
  }
  yield* readOnThread(unread, events, options);
}

function* inTurn(
  { bookmarkOf }: UnreadFiles,
  files: readonly FoundFile[],
): Generator<Unread, void, void> {
  for (const { path, root, mtimeMs, size } of files) {
    yield { file: { path, root, mtimeMs }, size, bookmark: bookmarkOf(path, root) };
  }
}

type FromReader =
  | {
      readonly type: 'portion';
      /** Their messages stand beside them. */
      readonly portion: Portion;
      /** A list for each item. */
      readonly messages: PackedMessages;
    }
  | { readonly type: 'end' }
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'unread'; readonly path: string; readonly reason: string }
  | { readonly type: 'failed'; readonly text: string };

async function* readOnThread(
  unread: UnreadFiles,
  events: ReadingEvents,
  { signal, patience = patienceMs, file = workerFile() }: ReadOptions,
): AsyncGenerator<Portion, void, void> {
  const { files } = unread;
  /** Which file of the slice it is at. */
  const place = new Int32Array(new SharedArrayBuffer(4));
  const worker = startWorker(file, {
    name: 'outlay-reader',
    workerData: { role: 'reader', place },
    resourceLimits: shortLived,
  });
  const arrived: FromReader[] = [];
  let wake = (): void => {};
  const push = (message: FromReader): void => {
    arrived.push(message);
    wake();
  };
  worker.on('message', push);
  worker.on('error', (error) => push({ type: 'failed', text: messageOf(error) }));
  worker.on('exit', () => push({ type: 'failed', text: 'The reading thread ended.' }));
  const cancelled = (): void => wake();
  signal.addEventListener('abort', cancelled);
  let next = 0;
  let first = 0;
  let doneBytes = 0;
  const sendSlice = (): void => {
    first = next;
    const slice = files.slice(next, next + filesASlice);
    next += slice.length;
    worker.postMessage([...inTurn(unread, slice)]);
  };
  sendSlice();
  try {
    while (!signal.aborted) {
      const message = arrived.shift();
      if (message === undefined) {
        const before = Atomics.load(place, 0);
        const isLate = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => resolve(true), patience);
          wake = () => {
            clearTimeout(timer);
            resolve(false);
          };
        });
        const now = Atomics.load(place, 0);
        if (isLate && now === before) throw silent(files[first + now]?.path ?? '', patience);
        continue;
      }
      if (message.type === 'end') {
        if (next >= files.length) return;
        doneBytes = files.slice(0, next).reduce((sum, { size }) => sum + size, 0);
        sendSlice();
      } else if (message.type === 'log') events.log(message.text);
      else if (message.type === 'unread') events.failed(message.path, message.reason);
      else if (message.type === 'failed') throw new Error(message.text);
      else {
        worker.postMessage('next');
        const { items, doneBytes: more } = message.portion;
        const lists = unpackLists(message.messages);
        yield {
          items: items.map((item, index) => ({ ...item, messages: lists[index]! })),
          doneBytes: doneBytes + more,
        };
      }
    }
  } finally {
    signal.removeEventListener('abort', cancelled);
    await endWorker(worker);
  }
}

function silent(path: string, patience: number): HumanError {
  const seconds = String(Math.round(patience / 1000));
  return new HumanError('files', `${path} gave no answer for ${seconds} s. Check its disk.`, {
    what: { id: 'fileSilent', values: [path, seconds] },
  });
}

/**
 * The reading thread: gets a list of files, answers with portions, a few ahead of the store. It notes in
 * `place` at which of the files it is.
 */
export function runReader(port: MessagePort, place: Int32Array): void {
  let ahead = 0;
  let proceed = (): void => {};
  const tell = (message: FromReader): void => port.postMessage(message);
  port.on('message', (message: readonly Unread[] | 'next') => {
    if (message === 'next') {
      ahead--;
      proceed();
    } else {
      void read(message).catch((error: unknown) =>
        tell({ type: 'failed', text: messageOf(error) }),
      );
    }
  });
  const read = async (files: readonly Unread[]): Promise<void> => {
    const events: ReadingEvents = {
      log: (text) => tell({ type: 'log', text }),
      failed: (path, reason) => tell({ type: 'unread', path, reason }),
    };
    for (const portion of portions(announced(files), events, packed)) {
      await send(portion);
    }
    tell({ type: 'end' });
  };
  function* announced(files: readonly Unread[]): Generator<Unread> {
    for (let i = 0; i < files.length; i++) {
      Atomics.store(place, 0, i);
      yield files[i]!;
    }
  }
  const packer = new MessagePacker();
  /** An item whose messages are merged here, and wait packed. */
  const packed = (item: IngestItem): IngestItem => {
    const { chunk } = item;
    packer.add(mergeLines(chunk.batch.messages));
    return { ...item, chunk: { ...chunk, batch: { ...chunk.batch, messages: [] } } };
  };
  const send = async (portion: Portion): Promise<void> => {
    while (ahead >= mostAhead) {
      await new Promise<void>((resolve) => {
        proceed = resolve;
      });
    }
    ahead++;
    const messages = packer.take();
    port.postMessage({ type: 'portion', portion, messages } satisfies FromReader, [
      messages.numbers.buffer,
    ]);
    await yieldToEventLoop();
  };
}
