import { HumanError, messageOf } from '../model/errors.ts';
import { isLoopbackUrl } from '../platform/loopback.ts';

/** What sending needs of the world; tests bring their own. */
export interface Wire {
  readonly fetch: typeof fetch;
  readonly sleep: (ms: number) => Promise<void>;
  /** UTC milliseconds. */
  readonly now: () => number;
}

export const realWire: Wire = {
  fetch,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  now: Date.now,
};

/** A body to send. */
export interface Post {
  readonly url: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds each try may take. */
  readonly timeoutMs: number;
  /** Tries after the first. */
  readonly retries: number;
  /** Whether a status may be another one soon. */
  readonly isPassing: (status: number) => boolean;
  /** Bytes of an answer that are read; the rest is of no interest. */
  readonly mostAnswer: number;
}

export type Posted =
  | {
      readonly accepted: true;
      readonly status: number;
      readonly contentType: string;
      readonly answer: Uint8Array;
    }
  | {
      readonly accepted: false;
      readonly tries: number;
      readonly reason: string;
      /** Undefined: nobody answered. */
      readonly status: number | undefined;
    };

/** The first pause between two tries; each is twice the one before. */
const firstPauseMs = 1000;
/** A server that wants more patience is tried again with the next export. */
const longestPauseMs = 60_000;

/**
 * Sends a body, again after a pause when nobody answers in time or the status passes; a pause the server
 * asks for (`Retry-After`) is kept. Redirects are not followed: no header goes where nobody sent it.
 */
export async function post(request: Post, wire: Wire = realWire): Promise<Posted> {
  for (let tries = 1; ; tries++) {
    const outcome = await attempt(request, wire);
    if ('accepted' in outcome) return outcome;
    const { status, reason } = outcome;
    const wait = outcome.retryAfterMs ?? firstPauseMs * 2 ** (tries - 1);
    const again = status === undefined || request.isPassing(status);
    if (!again || tries > request.retries || wait > longestPauseMs) {
      return { accepted: false, tries, reason, status };
    }
    await wire.sleep(wait);
  }
}

interface Failure {
  readonly status: number | undefined;
  readonly reason: string;
  readonly retryAfterMs?: number | undefined;
}

async function attempt(
  { url, body, headers, timeoutMs, mostAnswer }: Post,
  wire: Wire,
): Promise<Extract<Posted, { accepted: true }> | Failure> {
  try {
    const response = await wire.fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      headers,
    });
    const { status } = response;
    if (status >= 200 && status < 300) {
      const answer = await beginningOf(response, mostAnswer);
      const contentType = response.headers.get('content-type') ?? '';
      return { accepted: true, status, contentType, answer };
    }
    await response.body?.cancel();
    const retryAfterMs = pauseOf(response.headers.get('retry-after'), wire.now());
    const redirected = status >= 300 && status < 400 ? ', a redirect, which is not followed' : '';
    return { status, reason: `status ${status}${redirected}`, retryAfterMs };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = (cause as NodeJS.ErrnoException).code ?? messageOf(cause);
    const reason = timedOut ? `no answer within ${timeoutMs / 1000} s` : `not reached (${code})`;
    return { status: undefined, reason };
  }
}

async function beginningOf({ body }: Response, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (body === null) return new Uint8Array();
  for await (const chunk of body) {
    if (size + chunk.length > most) break;
    size += chunk.length;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** `Retry-After`: seconds, or a date. */
function pauseOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isFinite(at) ? Math.max(0, at - now) : undefined;
}

/** "once", or how often. */
export function timesText(tries: number): string {
  return tries === 1 ? 'once' : `${tries} times`;
}

/** Checks an address: https, or http to this machine; without a name and a password in it. */
export function webhookUrl(written: string): string {
  return safeUrl('webhook', written, false).href;
}

/** The same of a collector; `insecure` allows http to other machines. */
export function collectorUrl(written: string, insecure: boolean): URL {
  return safeUrl('collector', written, insecure);
}

function safeUrl(what: 'webhook' | 'collector', written: string, insecure: boolean): URL {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new HumanError('usage', `The ${what} needs an address that begins with https://.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new HumanError(
      'usage',
      `The address of ${url.host} holds a name or password. Use --header "Authorization: …" instead.`,
    );
  }
  if (url.protocol === 'http:' && !isLoopbackUrl(url) && !insecure) {
    const other = what === 'collector' ? ', or --insecure inside a network you trust' : '';
    throw new HumanError(
      'usage',
      `Nothing is sent to ${url.host} unencrypted: use https. Only this machine (localhost) may be reached by http${other}.`,
    );
  }
  return url;
}

/** Reads `Name: value`. */
export function headerOf(written: string): [name: string, value: string] {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*([\t\x20-\x7e]+)$/.exec(written);
  if (match !== null) return [match[1]!.toLowerCase(), match[2]!.trim()];
  throw new HumanError(
    'usage',
    'A --header must be written "Name: value" in plain ASCII, such as "Authorization: Bearer abc".',
  );
}
