import type { CallApi } from '../model/capture/callRecord.ts';
import { isObject } from '../model/objects.ts';
import { isOff } from '../text/onOff.ts';
import { type AnswerSink, tapPromise } from './apiPromise.ts';
import { Call } from './call.ts';
import type { TrackOptions } from './capture.d.cts';
import { type Endpoint, endpointOf, mustBeAsked } from './endpoints.ts';
import { Journal } from './journal.ts';
import { labelsNow } from './scopes.ts';
import { callSink, fileSink, type Guard, resultsSink } from './sinks.ts';

/** Parts of a client by which models are asked. Others are left as they are: some have private state. */
const resources: ReadonlySet<PropertyKey> = new Set([
  ...['beta', 'messages', 'batches'],
  ...['chat', 'completions', 'responses', 'embeddings', 'files'],
]);

/** The client of an SDK, as far as this needs it. */
interface Client {
  post(path: unknown, options?: unknown): unknown;
  get(path: unknown, options?: unknown): unknown;
  readonly baseURL?: unknown;
}

/** Clients behind their proxies: who tracks a tracked one gets one that counts once. */
const behind = new WeakMap<object, { readonly client: object; readonly options: TrackOptions }>();

/** The journal of this process. */
export const journal = new Journal();

const guard: Guard = (work) => {
  try {
    return work();
  } catch (error) {
    journal.drop(error);
    return undefined;
  }
};

/** As `track` of `outlay/capture` is described. */
export function trackClient<T extends object>(client: T, options: TrackOptions): T {
  const before = behind.get(client);
  if (before !== undefined) {
    return trackClient(before.client, { ...before.options, ...options }) as T;
  }
  if (!isClient(client)) {
    throw new TypeError(
      'track() wraps an instance of the client of "openai" or "@anthropic-ai/sdk": track(new OpenAI()).',
    );
  }
  if (Object.isFrozen(client)) throw new TypeError('track() cannot wrap a client that is frozen.');
  if (isOff(process.env.ENABLE_COST_TRACKING)) return client;
  return proxyOf(client, options);
}

function isClient(value: object): value is Client & object {
  const { post, get } = value as Partial<Client>;
  return typeof post === 'function' && typeof get === 'function';
}

/**
 * The client with two of its methods replaced, through which every resource and every helper of both SDKs sends: what
 * each of them is built on is seen once, however it was called. Methods of the client run on the client itself, which
 * has private state. Methods of resources run on a proxy whose `_client` is this one, so that helpers which send on
 * their own (streams, tool runners) do it through here.
 */
function proxyOf<T extends Client & object>(client: T, options: TrackOptions): T {
  const methods = new WeakMap<object, unknown>();
  const parts = new WeakMap<object, object>();
  const own: Readonly<Record<PropertyKey, unknown>> = {
    post: (path: unknown, request?: unknown) => send(client, options, 'post', path, request),
    get: (path: unknown, request?: unknown) => send(client, options, 'get', path, request),
    withOptions: (...changes: unknown[]) => {
      const made = (client as unknown as { withOptions(...c: unknown[]): T }).withOptions(
        ...changes,
      );
      return isClient(made) ? proxyOf(made, options) : made;
    },
  };
  const bound = (method: object): unknown => {
    const known = methods.get(method);
    if (known !== undefined) return known;
    const made = (method as (...args: unknown[]) => unknown).bind(client);
    methods.set(method, made);
    return made;
  };
  const part = (resource: object): object => {
    const known = parts.get(resource);
    if (known !== undefined) return known;
    const made = new Proxy(resource, {
      get(target, name, receiver) {
        if (name === '_client') return proxy;
        const value: unknown = Reflect.get(target, name, receiver);
        return resources.has(name) && isPart(value, client) ? part(value) : value;
      },
    });
    parts.set(resource, made);
    return made;
  };
  const proxy: T = new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value === 'function') {
        if (name === 'constructor') return value;
        return Object.hasOwn(own, name) ? own[name] : bound(value);
      }
      return resources.has(name) && isPart(value, target) ? part(value) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
  behind.set(proxy, { client, options });
  return proxy;
}

/** Whether a value is a resource of a client. */
function isPart(value: unknown, client: object): value is object {
  return isObject(value) && value._client === client;
}

/** Sends a request of the SDK, and sees to it that what it comes to is written down. */
function send(
  client: Client,
  options: TrackOptions,
  method: 'post' | 'get',
  path: unknown,
  request: unknown,
): unknown {
  const endpoint = guard(() => endpointOf(method, path));
  if (endpoint === undefined) return client[method](path, request);
  const tap = guard(() => tapOf(client, options, endpoint, String(path)));
  if (tap === undefined) return client[method](path, request);
  try {
    const promise = client[method](path, guard(() => tap.request(request)) ?? request);
    return guard(() => tapPromise(promise, tap.sink)) ?? promise;
  } catch (error) {
    tap.sink.failed(error);
    throw error;
  }
}

/** What is done with a request, and with what it comes to. */
interface Tap {
  /** The request as it is sent. */
  request(options: unknown): unknown;
  readonly sink: AnswerSink;
}

function tapOf(client: Client, options: TrackOptions, endpoint: Endpoint, path: string): Tap {
  const place = {
    journal,
    labels: labelsNow(options),
    local: options.local ?? isThisMachine(client.baseURL),
  };
  const asIs = (request: unknown): unknown => request;
  switch (endpoint.kind) {
    case 'results':
      return { request: asIs, sink: resultsSink(place, path, guard) };
    case 'file':
      return { request: asIs, sink: fileSink(place, guard) };
    case 'fetched':
      return {
        request: asIs,
        sink: callSink(
          new Call({ ...place, api: endpoint.api }, { fetched: true }),
          guard,
          () => false,
        ),
      };
    case 'answer': {
      const call = new Call({ ...place, api: endpoint.api });
      let hidesUsage = false;
      const look = (request: unknown): unknown => {
        const body = isObject(request) ? request.body : undefined;
        guard(() => call.requested(body));
        const asked = guard(() => withUsage(endpoint.api, body, options));
        if (asked === undefined) return request;
        hidesUsage = true;
        return { ...(request as object), body: asked };
      };
      return {
        // OpenAI's resources send a promise of their options.
        request: (request) => (request instanceof Promise ? request.then(look) : look(request)),
        sink: callSink(call, guard, () => hidesUsage),
      };
    }
  }
}

/** The body of a stream that has to be asked for its usage and is not; undefined for any other. */
function withUsage(
  api: CallApi,
  body: unknown,
  { includeUsage = true }: TrackOptions,
): object | undefined {
  if (!includeUsage || !mustBeAsked(api) || !isObject(body) || body.stream !== true)
    return undefined;
  const asked = isObject(body.stream_options) ? body.stream_options : {};
  if (asked.include_usage === true) return undefined;
  return { ...body, stream_options: { ...asked, include_usage: true } };
}

/** Whether an address is this machine's. */
function isThisMachine(address: unknown): boolean {
  if (typeof address !== 'string') return false;
  return /^https?:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0|host\.docker\.internal)(?:[:/]|$)/i.test(
    address,
  );
}
