import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { debianTool, type Tool } from './debianTool.ts';
import { type TempDir, tempDir } from './tempDir.ts';

/** Debian's server with what it links that a small machine may not have. */
const packages = [
  ...['postgresql-15', 'postgresql-client-15', 'libpq5', 'libicu72', 'libxml2', 'libldap-2.5-0'],
  ...['libsasl2-2', 'libgssapi-krb5-2', 'libkrb5-3', 'libk5crypto3', 'libkrb5support0'],
  'libkeyutils1',
];

/** Nobody: the server refuses to run as root. */
const nobody = 65534;

/** Of Debian, or of the folder that `OUTLAY_TEST_POSTGRES` names, as far as it is there. */
function program(name: string): Tool {
  const given = join(process.env.OUTLAY_TEST_POSTGRES ?? '', name);
  if (process.env.OUTLAY_TEST_POSTGRES && existsSync(given)) return { path: given, env: {} };
  return debianTool(name, packages, 'usr/lib/postgresql/15/bin');
}

/** The owner of the databases, and the password of that login. */
const owner = { user: 'owner', password: 'owner of the tests' };

/**
 * A throw-away PostgreSQL server on the loopback, with passwords, its data in a folder that goes away. One does
 * for all tests of a file: each makes a database of its own.
 */
export class PostgresServer implements AsyncDisposable {
  readonly #dir: TempDir;
  readonly port: number;
  #databases = 0;

  private constructor(dir: TempDir, port: number) {
    this.#dir = dir;
    this.port = port;
  }

  /** `certificate`: files with which it answers by TLS as well. */
  static async start(
    settings: Readonly<Record<string, string>> = {},
    certificate?: { readonly key: string; readonly cert: string },
  ): Promise<PostgresServer> {
    const dir = tempDir('outlay-pg');
    if (isRoot) chownSync(dir.path, nobody, nobody);
    const passwords = dir.at('password');
    writeFileSync(passwords, owner.password);
    if (isRoot) chownSync(passwords, nobody, nobody);
    const port = await freePort();
    const server = new PostgresServer(dir, port);
    const made = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'];
    server.#run('initdb', [
      ...['-D', server.#data, '-U', owner.user, `--pwfile=${passwords}`],
      ...made,
    ]);
    const fixed = {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: dir.path,
      fsync: 'off',
      max_connections: '40',
      ...settings,
    };
    const lines = Object.entries(fixed).map(([name, value]) => `${name} = '${value}'`);
    if (certificate !== undefined) {
      for (const [file, from] of Object.entries(certificate)) {
        const to = join(server.#data, `server.${file === 'key' ? 'key' : 'crt'}`);
        copyFileSync(from, to);
        if (isRoot) chownSync(to, nobody, nobody);
      }
      lines.push("ssl = 'on'");
    }
    server.append('postgresql.conf', `${lines.join('\n')}\n`);
    server.resume();
    return server;
  }

  get #data(): string {
    return this.#dir.at('data');
  }

  /** Adds lines to a file of the server's configuration. */
  append(file: string, text: string): void {
    writeFileSync(join(this.#data, file), text, { flag: 'a' });
  }

  /** Starts it, again after `stop`. */
  resume(): void {
    this.#run('pg_ctl', ['-D', this.#data, '-w', '-l', this.#dir.at('log'), 'start']);
  }

  stop(mode: 'fast' | 'immediate' = 'fast'): void {
    this.#run('pg_ctl', ['-D', this.#data, '-w', '-m', mode, 'stop']);
  }

  /** A database of its own, as a connection string of its owner. `place`: an empty folder it lies in. */
  database(place?: string): string {
    const name = `team_${++this.#databases}`;
    if (place !== undefined) {
      chownSync(place, nobody, nobody);
      this.sql('postgres', `CREATE TABLESPACE ${name} LOCATION '${place}'`);
    }
    const where = place === undefined ? '' : ` TABLESPACE ${name}`;
    this.sql('postgres', `CREATE DATABASE ${name}${where}`);
    return this.address(name);
  }

  /** Takes such a database away, and the folder is empty again. */
  drop(address: string): void {
    const name = new URL(address).pathname.slice(1);
    this.sql('postgres', `DROP DATABASE ${name} WITH (FORCE)`);
    this.sql('postgres', `DROP TABLESPACE ${name}`);
  }

  address(database: string, { user, password } = owner): string {
    return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${this.port}/${database}`;
  }

  /** What `psql` answers the owner, a line a row and `|` between columns. */
  sql(database: string, statement: string, login = owner): string {
    const tool = program('psql');
    const place = ['-h', '127.0.0.1', '-p', String(this.port), '-U', login.user, '-d', database];
    const result = spawnSync(tool.path, [...place, '-XAtq', '-v', 'ON_ERROR_STOP=1'], {
      env: { ...process.env, ...tool.env, PGPASSWORD: login.password },
      input: statement,
      encoding: 'utf8',
    });
    if (result.status !== 0) throw new Error(result.stderr.trim());
    return result.stdout.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.stop('immediate');
    } catch {
      // It was stopped already.
    }
    rmSync(this.#dir.path, { recursive: true, force: true, maxRetries: 5 });
  }

  #run(name: string, args: readonly string[]): void {
    const tool = program(name);
    execFileSync(tool.path, args, {
      // pg_ctl's server keeps what it inherits: nobody is to wait for its output.
      stdio: ['ignore', 'ignore', 'ignore'],
      env: { ...process.env, ...tool.env, LC_ALL: 'C.UTF-8' },
      cwd: '/',
      timeout: 60_000,
      ...(isRoot && { uid: nobody, gid: nobody }),
    });
  }
}

const isRoot = process.getuid?.() === 0;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return (address as { port: number }).port;
}
