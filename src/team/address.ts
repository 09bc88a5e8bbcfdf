import { type ErrorText, HumanError } from '../model/errors.ts';
import { isLoopback } from '../platform/loopback.ts';
import { readCertificates } from './certificates.ts';

/** Where a ledger is and who asks, as the driver wants it. `password` never goes into a sentence. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** Undefined where the connection does not leave this machine. */
  readonly tls: { readonly ca: string | undefined } | undefined;
}

/** Modes of libpq that check who answers. */
const verified = ['verify-full'];

/**
 * Reads a connection string, `postgres://member@host:port/database`. TLS is used and the server's name checked
 * wherever the connection leaves this machine; `sslrootcert` names a file with the authority of a private
 * server. `host=/folder` is a socket of this machine. Throws a `HumanError` that repeats nothing of it.
 */
export function parseAddress(text: string, what: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    throw refusal(what, 'is no connection string', { id: 'teamNoConnection', values: [] });
  }
  const { searchParams: options } = url;
  const unknown = [...options.keys()].find((name) => !known.has(name));
  if (unknown !== undefined) {
    const id = 'teamUnknownOption';
    throw refusal(what, `has the option ${unknown}, which is not known`, { id, values: [unknown] });
  }
  const host = options.get('host') ?? decode(url.hostname.replace(/^\[|\]$/g, ''));
  const user = decode(url.username);
  const database = decode(url.pathname.slice(1));
  if (host === '' || user === '' || database === '') {
    throw refusal(what, 'names no host, user or database', { id: 'teamNoPlace', values: [] });
  }
  const mode = options.get('sslmode') ?? '';
  const isLocal = host.startsWith('/') || isLoopback(host);
  if (mode !== '' && !verified.includes(mode) && !(isLocal && mode === 'disable')) {
    throw new HumanError(
      'config',
      `${what} says sslmode=${mode}, which does not check who answers. Leave it out, and name the authority of a private server with sslrootcert=/path/to/ca.pem.`,
      { what: { id: 'teamUnchecked', values: [mode] } },
    );
  }
  const usesTls = !isLocal || mode === 'verify-full';
  return {
    host,
    port: Number(url.port || 5432),
    database,
    user,
    password: decode(url.password),
    tls: usesTls ? { ca: authority(options.get('sslrootcert')) } : undefined,
  };
}

const known = new Set(['host', 'sslmode', 'sslrootcert']);

function refusal(what: string, why: string, text: ErrorText): HumanError {
  return new HumanError(
    'config',
    `${what} ${why}. It looks like postgres://user:password@host:5432/database?sslrootcert=/path/to/ca.pem; special characters in a password are percent-encoded.`,
    { what: text },
  );
}

function authority(file: string | null): string | undefined {
  if (file === null || file === '' || file === 'system') return undefined;
  return readCertificates(file, "the team's server", 'teamCertificates');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The same address for another user: what a member is given. */
export function addressOf(text: string, user: string, password: string): string {
  const url = new URL(text);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  return url.href;
}
