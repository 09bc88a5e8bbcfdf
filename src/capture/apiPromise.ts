/** What is told of a request, whichever way its caller takes the answer. Each function returns what the caller gets. */
export interface AnswerSink {
  /** The body as the SDK has read it: an object, a stream, a response with bytes. */
  body(value: unknown): unknown;
  /** What the SDK makes of it beyond that. */
  made(value: unknown): unknown;
  /** The caller reads the response alone. */
  response(value: unknown): unknown;
  failed(error: unknown): void;
}

/** The promise both SDKs return: it sends at once, and reads the answer only when it is asked for it. */
interface ApiPromise extends Promise<unknown> {
  parse(): Promise<unknown>;
  asResponse(): Promise<unknown>;
  withResponse(): Promise<unknown>;
  _thenUnwrap(transform: (data: unknown, props: unknown) => unknown): ApiPromise;
}

function isApiPromise(value: unknown): value is ApiPromise {
  const promise = value as Partial<ApiPromise> | null | undefined;
  return (['parse', 'asResponse', 'withResponse', '_thenUnwrap'] as const).every(
    (name) => typeof promise?.[name] === 'function',
  );
}

/**
 * Lets a sink see what a request comes to. The promise is the SDK's own: a class of its own, which reads nothing before
 * it is asked, and whose failure is unhandled where its caller handles none.
 */
export function tapPromise(promise: unknown, sink: AnswerSink): unknown {
  // A client of another make, or of another version.
  if (!isApiPromise(promise)) {
    return Promise.resolve(promise).then(
      (data) => sink.body(data),
      (error: unknown) => {
        sink.failed(error);
        throw error;
      },
    );
  }
  return watched(
    promise._thenUnwrap((data) => sink.body(data)),
    sink,
  );
}

/** Gives a promise, and those the SDK derives from it, methods that tell the sink. */
function watched(promise: ApiPromise, sink: AnswerSink): ApiPromise {
  const parse = promise.parse.bind(promise);
  const asResponse = promise.asResponse.bind(promise);
  const withResponse = promise.withResponse.bind(promise);
  const thenUnwrap = promise._thenUnwrap.bind(promise);
  // `then`, `catch` and `finally` of both SDKs ask this.
  promise.parse = () => {
    const parsed = parse();
    parsed.then(undefined, (error: unknown) => sink.failed(error));
    return parsed;
  };
  // Anthropic's reads body and response at once: what it gives is read already.
  let isWithResponse = false;
  promise.withResponse = () => {
    isWithResponse = true;
    try {
      return withResponse();
    } finally {
      isWithResponse = false;
    }
  };
  promise.asResponse = () => {
    const response = asResponse();
    if (isWithResponse) return response;
    return response.then(
      (value) => sink.response(value),
      (error: unknown) => {
        sink.failed(error);
        throw error;
      },
    );
  };
  promise._thenUnwrap = (transform) =>
    watched(
      thenUnwrap((data, props) => sink.made(transform(data, props))),
      sink,
    );
  return promise;
}
