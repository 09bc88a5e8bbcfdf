import type { Client } from 'pg';
import { type ErrorId, type ErrorText, HumanError, messageOf } from '../model/errors.ts';
import { type Address, parseAddress } from './address.ts';
import { schemaVersion } from './schema/migrations.ts';

/** How long a ledger may take: to be reached, and to answer one question. Milliseconds. */
export interface Patience {
  readonly connectMs: number;
  readonly statementMs: number;
}
/** For what somebody waits for, or looks at what is kept meanwhile: a server that takes longer is asked later. */
export const shortPatience: Patience = { connectMs: 3_000, statementMs: 5_000 };
const usualPatience: Patience = { connectMs: 5_000, statementMs: 15_000 };

type Value = string | number | boolean | null | readonly string[];

/** A connection to a ledger. Failures are `HumanError`s that say what to do and hold no secret. */
export class Ledger {
  readonly #client: Client;
  readonly #place: string;

  constructor(client: Client, place: string) {
    this.#client = client;
    this.#place = place;
  }

  /** Runs one statement; values go beside it, never into it. */
  async query<T>(sql: string, values: readonly Value[] = []): Promise<T[]> {
    try {
      return (await this.#client.query(sql, [...values])).rows as T[];
    } catch (error) {
      throw ledgerError(this.#place, error);
    }
  }

  /** Runs statements without values, several in one text: the schema's. */
  async run(sql: string): Promise<void> {
    try {
      await this.#client.query(sql);
    } catch (error) {
      throw ledgerError(this.#place, error);
    }
  }

  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.run('BEGIN');
    try {
      const result = await work();
      await this.run('COMMIT');
      return result;
    } catch (error) {
      await this.run('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {});
  }
}

/** Connects to a ledger. The driver is loaded here and nowhere else. `what` names the string in a sentence. */
export async function openLedger(
  connection: string,
  what: string,
  patience: Patience = usualPatience,
): Promise<Ledger> {
  const address = parseAddress(connection, what);
  const { default: pg } = await import('pg');
  const { host, port, database, user, password, tls } = address;
  const client = new pg.Client({
    ...{ host, port, database, user },
    // As a function: otherwise the driver would look for one in files and variables of other programs.
    password: () => password,
    ssl: tls === undefined ? false : { ca: tls.ca, rejectUnauthorized: true },
    application_name: 'outlay',
    connectionTimeoutMillis: patience.connectMs,
    statement_timeout: patience.statementMs,
    lock_timeout: patience.statementMs,
    idle_in_transaction_session_timeout: 2 * patience.statementMs,
    // A server that has gone silent sends no timeout of its own.
    query_timeout: patience.statementMs + 5_000,
    options: '',
  });
  // A server that goes away between two statements: the next one says so.
  client.on('error', () => {});
  const place = placeOf(address);
  try {
    await client.connect();
    // Compiling a question takes longer than answering it.
    await client.query('SET jit = off');
  } catch (error) {
    await client.end().catch(() => {});
    throw ledgerError(place, error);
  }
  return new Ledger(client, place);
}

function placeOf({ host, port }: Address): string {
  return host.startsWith('/') ? host : `${host}:${port}`;
}

/** The schema a ledger has; 0 where there is none, or none for who asks. */
export async function versionOf(ledger: Ledger): Promise<number> {
  const [row] = await ledger.query<{ there: boolean }>(
    "SELECT to_regclass('outlay.migration') IS NOT NULL AND has_schema_privilege(current_user, to_regnamespace('outlay')::oid, 'USAGE') AS there",
  );
  if (row?.there !== true) return 0;
  const [found] = await ledger.query<{ version: number }>(
    'SELECT coalesce(max(version), 0) AS version FROM outlay.migration',
  );
  return found!.version;
}

/** Throws where the ledger is not of the version this Outlay knows. */
export async function checkVersion(ledger: Ledger): Promise<void> {
  const version = await versionOf(ledger);
  if (version === schemaVersion) return;
  const values = [String(version), String(schemaVersion)];
  if (version === 0) {
    throw new HumanError(
      'store',
      'There is no team here: the database has no ledger for this login. Ask who runs the team for an invitation.',
      { what: { id: 'teamNone', values: [] } },
    );
  }
  if (version > schemaVersion) {
    throw new HumanError(
      'store',
      `The team's ledger is of a newer Outlay (schema ${version}, this one knows ${schemaVersion}). Update Outlay; what is not sent yet follows then.`,
      { what: { id: 'teamNewer', values } },
    );
  }
  throw new HumanError(
    'store',
    `The team's ledger is of an older Outlay (schema ${version} of ${schemaVersion}). Who runs it brings it up to date with "outlay team create --upgrade".`,
    { what: { id: 'teamOlder', values } },
  );
}

/** SQLSTATEs after which the same statement may succeed: two uploads met. */
const passing = new Set(['40001', '40P01', '55P03']);

export function isPassing(error: unknown): boolean {
  return passing.has(stateOf(error));
}

/** The SQLSTATE behind an error of `Ledger`; '' without one. */
export function stateOf(error: unknown): string {
  const cause = error instanceof HumanError ? error.cause : error;
  return String((cause as { code?: unknown } | undefined)?.code ?? '');
}

function ledgerError(place: string, error: unknown): Error {
  return new HumanError('store', sentenceOf(place, error), {
    cause: error,
    what: whatOf(place, error),
  });
}

/** What an editor says in its own language. */
function whatOf(place: string, error: unknown): ErrorText {
  const code = stateOf(error);
  const message = messageOf(error).split('\n')[0]!;
  if (unreachable.has(code)) return { id: 'teamUnreachable', values: [place, code] };
  const known = idOf(code, message);
  if (known !== undefined) return { id: known, values: [place, message] };
  return isCertificate(code, message)
    ? { id: 'teamProof', values: [place, code || message] }
    : { id: 'teamFailed', values: [place, factsOf(code, message)] };
}

function idOf(code: string, message: string): ErrorId | undefined {
  if (code === '' && isTimeout(message)) return 'teamSlow';
  switch (code) {
    case '28P01':
    case '28000':
      return 'teamLogin';
    case '3D000':
      return 'teamNoDatabase';
    case '42501':
      return 'teamRefused';
    case '53100':
      return 'teamNoSpace';
    case '53300':
      return 'teamBusy';
    case '55P03':
    case '57014':
      return 'teamSlow';
    case '57P01':
    case '57P03':
    case 'ECONNRESET':
      return 'teamRestarts';
    case 'OL001':
      return 'teamNoSuchDay';
    case 'XX000':
      // What a server that cannot write its cache of the catalogue says to who connects.
      return message === 'could not write init file' ? 'teamNoSpace' : undefined;
    default:
      return undefined;
  }
}

function factsOf(code: string, message: string): string {
  return [code, message].filter((part) => part !== '').join(', ');
}

const unreachable = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
]);

/** The driver's own: it has no code. */
function isTimeout(message: string): boolean {
  return /timeout/i.test(message);
}

function sentenceOf(place: string, error: unknown): string {
  const code = stateOf(error);
  const message = messageOf(error).split('\n')[0]!;
  const server = `The team's server ${place}`;
  if (unreachable.has(code)) {
    return `${server} cannot be reached (${code}). What is not sent yet follows later.`;
  }
  switch (idOf(code, message)) {
    case 'teamLogin':
      return `${server} does not know this login any more. Ask who runs the team for a new invitation.`;
    case 'teamNoDatabase':
      return `${server} has no such database. Check the connection string.`;
    case 'teamRefused':
      return `${server} refuses this to your login (${message}). An admin of the team may do it.`;
    case 'teamNoSpace':
      return `${server} is out of disk space. Who runs it makes room; what is not sent yet follows then.`;
    case 'teamBusy':
      return `${server} has no connection left. What is not sent yet follows later.`;
    case 'teamSlow':
      return `${server} took too long. What is not sent yet follows later.`;
    case 'teamRestarts':
      return `${server} is being restarted. What is not sent yet follows later.`;
    case 'teamNoSuchDay':
      return `${server} keeps no such day: see to the clock of this machine.`;
    default:
      return isCertificate(code, message)
        ? `${server} could not prove who it is (${code || message}). Name the authority of a private server with sslrootcert in the connection string.`
        : `${server} failed (${factsOf(code, message)}).`;
  }
}

function isCertificate(code: string, message: string): boolean {
  return /CERT|ALTNAME|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code) || /certificate|SSL/i.test(message);
}
