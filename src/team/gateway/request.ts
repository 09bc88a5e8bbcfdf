import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { HumanError, messageOf } from '../../model/errors.ts';

/** How long an answer may take, and how large it may be. */
const longestMs = 8_000;
const mostBytes = 4 * 1024 * 1024;

export interface Answer {
  readonly status: number;
  /** Seconds the server wants to be left alone; 0 where it does not say. */
  readonly retryAfter: number;
  readonly text: string;
}

/**
 * Gets what stands at an address: over https, with the server's name checked, or over http from this machine.
 * Redirects are not followed, so that no key goes where nobody sent it. `ca`: authorities in the place of the
 * usual ones. Throws a `HumanError` that names the host alone.
 */
export async function get(
  url: URL,
  headers: Readonly<Record<string, string>>,
  ca: string | undefined,
): Promise<Answer> {
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const options = { headers, signal: AbortSignal.timeout(longestMs) };
      const onAnswer = (response: IncomingMessage): void => {
        read(response).then(resolve, reject);
      };
      const asked =
        url.protocol === 'https:'
          ? httpsRequest(url, { ...options, ca, rejectUnauthorized: true }, onAnswer)
          : httpRequest(url, options, onAnswer);
      asked.on('error', reject);
      asked.end();
    });
  } catch (error) {
    throw failureOf(url.host, error);
  }
}

async function read(response: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > mostBytes) throw new Error('it answers without end');
    parts.push(part);
  }
  const wanted = Number(response.headers['retry-after']);
  return {
    status: response.statusCode ?? 0,
    retryAfter: Number.isFinite(wanted) && wanted > 0 ? wanted : 0,
    text: Buffer.concat(parts).toString('utf8'),
  };
}

function failureOf(host: string, cause: unknown): HumanError {
  const { code = '', name } = cause as NodeJS.ErrnoException;
  const server = `The company's gateway ${host}`;
  if (name === 'TimeoutError' || name === 'AbortError') {
    const seconds = String(longestMs / 1000);
    return new HumanError(
      'store',
      `${server} took longer than ${seconds} s. It is asked again later.`,
      { cause, what: { id: 'gatewaySlow', values: [host, seconds] } },
    );
  }
  if (/CERT|ALTNAME|SELF_SIGNED|UNABLE_TO|ERR_SSL|EPROTO/.test(code)) {
    return new HumanError(
      'store',
      `${server} could not prove who it is (${code}). Name the authority of a private gateway with --ca FILE.`,
      { cause, what: { id: 'gatewayProof', values: [host, code] } },
    );
  }
  const why = code || messageOf(cause);
  return new HumanError('store', `${server} cannot be reached (${why}). It is asked again later.`, {
    cause,
    what: { id: 'gatewayUnreachable', values: [host, why] },
  });
}
