import type { ErrorReason } from '../../model/errors.ts';
import { HumanError } from '../../model/errors.ts';
import { plainText } from '../../text/plainText.ts';
import { BusyError } from '../questions.ts';

/** What can be wrong with a request, with the status each has (RFC 9110, RFC 6585). */
export const problemStatus = {
  'bad-request': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'too-large': 413,
  'unsupported-media-type': 415,
  'too-many-requests': 429,
  'internal-error': 500,
  unavailable: 503,
} as const;
export type ProblemCode = keyof typeof problemStatus;

const titles: Readonly<Record<ProblemCode, string>> = {
  'bad-request': 'The request cannot be answered as it is',
  unauthorized: 'The token is missing or wrong',
  forbidden: 'The server is not asked from there',
  'not-found': 'There is nothing here',
  'method-not-allowed': 'That cannot be done here',
  'too-large': 'The request is too large',
  'unsupported-media-type': 'JSON is wanted',
  'too-many-requests': 'Too many requests',
  'internal-error': 'A fault of the server',
  unavailable: 'Not just now',
};

/** Seconds after which what is refused for now may be tried again. */
const retryAfter = 1;

/** A refusal that becomes the answer. */
export class Refusal extends Error {
  readonly code: ProblemCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.code = code;
    this.headers = headers;
  }
}

const codes: Readonly<Record<ErrorReason, ProblemCode>> = {
  usage: 'bad-request',
  config: 'internal-error',
  store: 'unavailable',
  files: 'unavailable',
};

/** Anything that was thrown as a refusal; of a fault nothing is told but that it is one. */
export function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown;
  if (thrown instanceof BusyError) {
    return new Refusal('unavailable', 'Too many questions are waiting. Ask again in a moment.');
  }
  if (thrown instanceof HumanError) return new Refusal(codes[thrown.reason], thrown.message);
  return new Refusal(
    'internal-error',
    'This is a bug in Outlay; the terminal it runs in says more.',
  );
}

/** A refusal as problem details (RFC 9457). */
export function problemResponse({ code, message, headers }: Refusal): Response {
  const status = problemStatus[code];
  const body = {
    type: 'about:blank',
    title: titles[code],
    status,
    code,
    detail: plainText(message),
  };
  return new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(status === 429 || status === 503 ? { 'retry-after': String(retryAfter) } : {}),
      ...headers,
    },
  });
}
