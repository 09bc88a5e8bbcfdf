import { HumanError, messageOf } from '../model/errors.ts';
import { crypto } from '../platform/lazyBuiltins.ts';

/** A delivery: one JSON body to one address. */
export interface Delivery {
  readonly url: string;
  readonly body: string;
  /** Beside our own; a name given here replaces ours, the signature's excepted. */
  readonly headers: Readonly<Record<string, string>>;
  /** Signs the body; undefined: no signature. */
  readonly secret: string | undefined;
  /** Milliseconds each try may take. */
  readonly timeoutMs: number;
  /** Tries after the first. */
  readonly retries: number;
  /** Names the delivery for the other side; without one each call has its own. */
  readonly id?: string;
}

/** What a delivery needs of the world; tests bring their own. */
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

/** The first pause between two tries; each is twice the one before. */
const firstPauseMs = 1000;
/** A server that wants more patience is tried again with the next export. */
const longestPauseMs = 60_000;

/** Checks an address: https, or http to this machine; without a name and a password in it. */
export function webhookUrl(written: string): string {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new HumanError('usage', 'The webhook needs an address that begins with https://.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new HumanError(
      'usage',
      `The address of ${url.host} holds a name or password. Use --header "Authorization: …" instead.`,
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new HumanError(
      'usage',
      `Nothing is sent to ${url.host} unencrypted: use https. Only this machine (localhost) may be reached by http.`,
    );
  }
  return url.href;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
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

/** `X-Outlay-Signature` of a body: HMAC-SHA256 in hexadecimal. */
export function signatureOf(body: string, secret: string): string {
  return `sha256=${crypto().createHmac('sha256', secret).update(body).digest('hex')}`;
}

/**
 * Sends a body, again after a pause when nobody answers in time or the answer is 429 or 5xx; a pause
 * the server asks for (`Retry-After`) is kept. All tries carry the same `X-Outlay-Delivery`, so that
 * the other side can tell a repetition. Returns the status. Redirects are not followed.
 */
export async function deliver(delivery: Delivery, wire: Wire = realWire): Promise<number> {
  const { url, retries } = delivery;
  const { host } = new URL(url);
  const id = delivery.id ?? crypto().randomUUID();
  for (let tries = 1; ; tries++) {
    const outcome = await attempt(delivery, id, wire);
    if (outcome.status !== undefined && outcome.status >= 200 && outcome.status < 300) {
      return outcome.status;
    }
    const wait = outcome.retryAfterMs ?? firstPauseMs * 2 ** (tries - 1);
    if (!outcome.again || tries > retries || wait > longestPauseMs) {
      const times = tries === 1 ? 'once' : `${tries} times`;
      throw new HumanError(
        'files',
        `The webhook at ${host} was tried ${times} and accepted nothing: ${outcome.reason}.`,
      );
    }
    await wire.sleep(wait);
  }
}

interface Outcome {
  readonly status?: number;
  readonly reason: string;
  readonly again: boolean;
  readonly retryAfterMs?: number | undefined;
}

async function attempt(delivery: Delivery, id: string, wire: Wire): Promise<Outcome> {
  const { url, body, headers, secret, timeoutMs } = delivery;
  try {
    const response = await wire.fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'outlay',
        ...headers,
        'x-outlay-delivery': id,
        ...(secret !== undefined && { 'x-outlay-signature': signatureOf(body, secret) }),
      },
    });
    await response.body?.cancel();
    const { status } = response;
    const again = status === 429 || status >= 500;
    const retryAfterMs = pauseOf(response.headers.get('retry-after'), wire.now());
    const redirected = status >= 300 && status < 400 ? ', a redirect, which is not followed' : '';
    return { status, reason: `status ${status}${redirected}`, again, retryAfterMs };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = (cause as NodeJS.ErrnoException).code ?? messageOf(cause);
    const reason = timedOut ? `no answer within ${timeoutMs / 1000} s` : `not reached (${code})`;
    return { reason, again: true };
  }
}

/** `Retry-After`: seconds, or a date. */
function pauseOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isFinite(at) ? Math.max(0, at - now) : undefined;
}
