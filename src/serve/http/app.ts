import { type Context, type Handler, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { NONCE, type SecureHeadersVariables, secureHeaders } from 'hono/secure-headers';
import type * as z from 'zod/mini';
import { HumanError } from '../../model/errors.ts';
import { docsPage, docsStyle } from '../api/docsPage.ts';
import {
  apiBase,
  type Endpoint,
  type EndpointWorld,
  endpoints,
  streamPath,
} from '../api/endpoints.ts';
import { openApi } from '../api/openApi.ts';
import { inParameters, readParameters } from '../api/parameters.ts';
import type { CommitLog } from '../live/commitLog.ts';
import type { Access } from './access.ts';
import type { PageSource } from './pageSource.ts';
import { problemResponse, Refusal, refusalOf } from './problem.ts';
import { CommitStream } from './stream.ts';

/** What a server answers with and from. */
export interface AppWorld extends EndpointWorld {
  readonly access: Access;
  readonly log: CommitLog;
  readonly version: string;
  /** What `/health` says beside the process. */
  readonly health: () => object;
  /** What a browser is shown; without it only the API is there. */
  readonly pages?: PageSource | undefined;
  /** Faults nobody can be told in an answer. */
  readonly fault: (error: unknown) => void;
}

/** Larger bodies are no limits of a person. */
const longestBody = 64 * 1024;
/** Longer addresses are no question. */
const longestAddress = 4096;

/** Where a server says that it is one. */
const healthPath = '/health';

/** The server as it answers, whoever listens for it. */
export function servedApp(world: AppWorld): Hono {
  const { access, log } = world;
  const app = new Hono();
  const stream = new CommitStream(log);
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        // By a style element the toolkit of the pages finds out what the browser can do.
        styleSrc: ["'self'", NONCE],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      referrerPolicy: 'no-referrer',
      xFrameOptions: 'DENY',
      crossOriginResourcePolicy: 'same-origin',
      crossOriginOpenerPolicy: 'same-origin',
      // Nothing is encrypted on loopback, and what is forwarded is not ours to bind.
      strictTransportSecurity: false,
    }),
  );
  app.use(async (c, next) => {
    access.checkPlace(c.req.raw.headers);
    if (c.req.url.length > longestAddress)
      throw new Refusal('too-large', 'The address is too long.');
    await next();
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
  });
  const known: MiddlewareHandler = async (c, next) => {
    await access.checkCaller(c.req.raw.headers);
    await next();
  };
  const methods = new Map<string, string[]>();
  for (const endpoint of endpoints) {
    for (const path of [endpoint.path, endpoint.alias].filter((each) => each !== undefined)) {
      methods.set(path, [...(methods.get(path) ?? []), endpoint.method]);
      app.on(endpoint.method, [path], known, endpoint.method === 'PUT' ? limited : anybody, (c) =>
        answer(world, endpoint, c),
      );
    }
  }
  /** Something else that is got, by whoever asks unless `caller` checks that. */
  const get = (path: string, respond: Handler, caller: MiddlewareHandler = anybody): void => {
    methods.set(path, ['GET']);
    app.get(path, caller, respond);
  };
  for (const path of [streamPath, apiBase + streamPath]) get(path, (c) => stream.respond(c), known);
  get(healthPath, (c) => c.json({ ...world.health(), streams: stream.open }), known);
  get('/openapi.json', (c) => c.json(openApi(world.version)));
  get('/docs', (c) => c.html(docsPage(openApi(world.version))));
  get('/docs.css', (c) => c.body(docsStyle, 200, { 'content-type': 'text/css; charset=utf-8' }));
  if (world.pages !== undefined) addPages(world.pages, { app, get, known, methods });
  for (const [path, allowed] of methods) {
    const allow = allowed.includes('GET') ? ['HEAD', ...allowed] : allowed;
    app.all(path, () => {
      const detail = `${path} takes ${allow.join(', ')}.`;
      throw new Refusal('method-not-allowed', detail, { allow: allow.join(', ') });
    });
  }
  app.notFound(() => problemResponse(new Refusal('not-found', 'See /docs for what there is.')));
  app.onError((error) => {
    const refusal = refusalOf(error);
    if (refusal.code === 'internal-error') world.fault(error);
    return problemResponse(refusal);
  });
  return app;
}

interface Routes {
  readonly app: Hono;
  readonly get: (path: string, respond: Handler) => void;
  readonly known: MiddlewareHandler;
  readonly methods: Map<string, string[]>;
}

/** The pages hold no figure and are for everybody; what they show is for who knows the token. */
function addPages(pages: PageSource, { app, get, known, methods }: Routes): void {
  for (const path of pages.paths) {
    get(path, (c: Context<{ Variables: SecureHeadersVariables }>) =>
      c.html(pages.page(path, c.get('secureHeadersNonce') ?? '')),
    );
  }
  get('/assets/:name', (c) => {
    const asset = pages.asset(c.req.param('name') ?? '');
    if (asset === undefined) throw new Refusal('not-found', 'There is no such file.');
    return c.body(asset.content, 200, { 'content-type': asset.type, 'cache-control': 'no-cache' });
  });
  get('/manifest.webmanifest', (c) =>
    c.body(JSON.stringify(pages.manifest()), 200, { 'content-type': 'application/manifest+json' }),
  );
  const path = '/panels/:name';
  methods.set(path, ['POST']);
  app.post(path, known, limited, async (c) =>
    c.json(await pages.tell(c.req.param('name'), await readJson(c))),
  );
}

const anybody: MiddlewareHandler = (_, next) => next();

const limited = bodyLimit({
  maxSize: longestBody,
  onError: () => {
    throw new Refusal('too-large', `The body has more than ${longestBody} bytes.`);
  },
});

async function answer(world: EndpointWorld, endpoint: Endpoint, c: Context): Promise<Response> {
  const { parameters, body: schema, type } = endpoint;
  try {
    const raw = readParameters(parameters, new URL(c.req.url).searchParams);
    const body = schema === undefined ? undefined : await readBody(c, schema);
    const fresh = /\bno-cache\b|\bmax-age=0\b/.test(c.req.header('cache-control') ?? '');
    const { text, age } = await endpoint.answer(world, { raw, body, fresh });
    return c.body(text, 200, { 'content-type': type, age: String(Math.floor(age / 1000)) });
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
    throw new HumanError(error.reason, inParameters(error.message, parameters));
  }
}

async function readBody(c: Context, schema: z.ZodMiniType): Promise<unknown> {
  const body = await readJson(c);
  const checked = schema.safeParse(body);
  if (checked.success) return body;
  throw new Refusal('bad-request', wrongBody(checked.error.issues));
}

async function readJson(c: Context): Promise<unknown> {
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
    throw new Refusal(
      'unsupported-media-type',
      'Send JSON, with "Content-Type: application/json".',
    );
  }
  try {
    return JSON.parse(await c.req.text());
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('bad-request', 'The body is no JSON.');
  }
}

/** What is wrong with a body: where, and what is wanted there. */
function wrongBody(issues: readonly z.core.$ZodIssue[]): string {
  const [issue] = issues;
  if (issue === undefined) return 'The body is not what is wanted here.';
  const place =
    issue.path.length === 0 ? 'The body' : issue.path.map(String).join('.').slice(0, 200);
  switch (issue.code) {
    case 'unrecognized_keys':
      return `${place} has unknown fields: ${issue.keys
        .slice(0, 5)
        .map((key) => key.slice(0, 80))
        .join(', ')}. /docs lists what there is.`;
    case 'invalid_type':
      return `${place} has to be of the type ${issue.expected}.`;
    case 'invalid_value':
      return `${place} has to be one of ${issue.values.map(String).join(', ')}.`;
    case 'too_small':
      return `${place} has to be ${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}.`;
    case 'too_big':
      return `${place} has to be at most ${issue.maximum}.`;
    case 'invalid_key':
      return `${place} is no name that can stand there: ${issue.issues[0]?.message ?? ''}.`;
    default:
      return `${place} cannot be used: ${issue.message}.`;
  }
}
