/** Told of the bytes of a body while somebody reads it. */
export interface BodySink {
  chunk(bytes: Uint8Array): void;
  /** All bytes were read (`whole`), or its reader has gone. */
  end(whole: boolean): void;
  failed(error: unknown): void;
}

/**
 * A response with the same body, of which a sink sees what is read. It is read as fast as its reader reads it, and
 * cancelled with it. A response of another implementation of `fetch`, or one that is read already, is left as it is.
 */
export function tapResponse(response: unknown, sink: BodySink): unknown {
  if (
    !(response instanceof Response) ||
    response.body === null ||
    response.bodyUsed ||
    response.body.locked
  ) {
    return response;
  }
  const { status, statusText, headers, url, redirected, type } = response;
  const copy = new Response(tapBody(response.body, sink), { status, statusText, headers });
  for (const [name, value] of Object.entries({ url, redirected, type })) {
    Object.defineProperty(copy, name, { value, configurable: true });
  }
  return copy;
}

function tapBody(body: ReadableStream<Uint8Array>, sink: BodySink): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            sink.end(true);
            controller.close();
          } else {
            sink.chunk(value);
            controller.enqueue(value);
          }
        } catch (error) {
          sink.failed(error);
          throw error;
        }
      },
      cancel(reason) {
        sink.end(false);
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Longest line that is looked at: answers in batches are long, and one without an end is none. */
const longestLine = 32 * 1024 * 1024;

/** Cuts bytes into lines, whichever pieces they come in. A line that is too long is passed over. */
export class Lines {
  readonly #take: (line: string) => void;
  readonly #decoder = new TextDecoder();
  #rest: string[] = [];
  #length = 0;

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  push(bytes: Uint8Array): void {
    this.#cut(this.#decoder.decode(bytes, { stream: true }));
  }

  end(): void {
    this.#cut(`${this.#decoder.decode()}\n`);
  }

  #cut(text: string): void {
    let start = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', start)) {
      this.#keep(text.slice(start, at));
      if (this.#length <= longestLine) this.#take(this.#rest.join('').replace(/\r$/, ''));
      this.#rest = [];
      this.#length = 0;
      start = at + 1;
    }
    this.#keep(text.slice(start));
  }

  #keep(text: string): void {
    this.#length += text.length;
    if (this.#length > longestLine) this.#rest = [];
    else if (text !== '') this.#rest.push(text);
  }
}
