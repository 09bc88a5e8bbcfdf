import { isObject } from '../model/objects.ts';

/** What is told of a stream while somebody reads it. */
export interface StreamSink {
  /** Called with each event; false where the reader is not to see it. */
  event(value: unknown): boolean;
  /** The stream ended by itself, or its reader has gone. */
  end(): void;
  failed(error: unknown): void;
}

/** A stream nobody has read when it is collected was broken off. */
const unread = new FinalizationRegistry<StreamSink>((sink) => sink.end());

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> & object {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/**
 * Lets a sink see what a stream brings to whoever reads it. The stream stays the object it is: only what its iterators
 * come from is another. Both SDKs read `iterator` whichever way a stream is read (`for await`, `tee`, a
 * `ReadableStream`); another one is read by its `Symbol.asyncIterator`.
 */
export function tapStream<T extends AsyncIterable<unknown> & object>(
  stream: T,
  sink: StreamSink,
): T {
  const fields = stream as { iterator?: unknown };
  if (typeof fields.iterator === 'function') {
    const iterate = fields.iterator.bind(stream) as () => AsyncIterator<unknown>;
    fields.iterator = () => tapped({ [Symbol.asyncIterator]: iterate }, sink);
  } else {
    const iterate = stream[Symbol.asyncIterator].bind(stream);
    Object.defineProperty(stream, Symbol.asyncIterator, {
      configurable: true,
      writable: true,
      value: () => tapped({ [Symbol.asyncIterator]: iterate }, sink),
    });
  }
  unread.register(stream, sink);
  return stream;
}

async function* tapped(source: AsyncIterable<unknown>, sink: StreamSink): AsyncGenerator<unknown> {
  try {
    for await (const event of source) if (sink.event(event)) yield event;
  } catch (error) {
    sink.failed(error);
    throw error;
  } finally {
    sink.end();
  }
}

/** Whether a chunk of a chat has nothing but the usage it was asked for; takes the empty usage off all others. */
export function isOnlyUsage(chunk: unknown): boolean {
  if (!isObject(chunk)) return false;
  if (chunk.usage === null) {
    delete (chunk as { usage?: unknown }).usage;
    return false;
  }
  return isObject(chunk.usage) && Array.isArray(chunk.choices) && chunk.choices.length === 0;
}
