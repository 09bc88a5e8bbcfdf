import { HumanError } from '../model/errors.ts';
import { crypto } from '../platform/lazyBuiltins.ts';
import { post, realWire, timesText, type Wire } from './post.ts';

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

/** `X-Outlay-Signature` of a body: HMAC-SHA256 in hexadecimal. */
export function signatureOf(body: string, secret: string): string {
  return `sha256=${crypto().createHmac('sha256', secret).update(body).digest('hex')}`;
}

/**
 * Sends a body, again when nobody answers in time or the answer is 429 or 5xx: see `post`. All tries carry
 * the same `X-Outlay-Delivery`, so that the other side can tell a repetition. Returns the status.
 */
export async function deliver(delivery: Delivery, wire: Wire = realWire): Promise<number> {
  const { url, body, headers, secret, timeoutMs, retries } = delivery;
  const posted = await post(
    {
      ...{ url, body, timeoutMs, retries, mostAnswer: 0 },
      isPassing: (status) => status === 429 || status >= 500,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'outlay',
        ...headers,
        'x-outlay-delivery': delivery.id ?? crypto().randomUUID(),
        ...(secret !== undefined && { 'x-outlay-signature': signatureOf(body, secret) }),
      },
    },
    wire,
  );
  if (posted.accepted) return posted.status;
  throw new HumanError(
    'files',
    `The webhook at ${new URL(url).host} was tried ${timesText(posted.tries)} and accepted nothing: ${posted.reason}.`,
  );
}
