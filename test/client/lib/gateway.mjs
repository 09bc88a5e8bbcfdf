/** The real Claude apps gateway of Claude Code's own program, with a real PostgreSQL and the stand-in API behind it. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from '../../../scripts/shared/retry.ts';
import { installedClient } from '../../../scripts/test/realClient.mjs';
import { PostgresServer } from '../../lib/postgres.ts';
import { client, IdentityProvider } from './identityProvider.mjs';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

export class Gateway {
  url = '';
  /** Keys of the admin API: one may read limits, the other set them as well. */
  readKey = `read-${randomBytes(20).toString('hex')}`;
  writeKey = `write-${randomBytes(20).toString('hex')}`;
  /** What it has written by now. */
  log = '';
  #home;
  #child;
  #postgres;
  #database;
  #people;

  /** @param {string} upstream address of the API it spends at */
  static async start(upstream) {
    const gateway = new Gateway();
    const program = await installedClient();
    gateway.#people = await IdentityProvider.start();
    gateway.#postgres = await PostgresServer.start();
    const address = gateway.#postgres.database();
    gateway.#database = new URL(address).pathname.slice(1);
    gateway.#home = realpathSync(mkdtempSync(path.join(tmpdir(), 'outlay-gateway-')));
    const port = await freePort();
    gateway.url = `http://127.0.0.1:${port}`;
    const config = path.join(gateway.#home, 'gateway.yaml');
    // YAML takes JSON.
    writeFileSync(config, JSON.stringify(gateway.#config(port, address, upstream)));
    gateway.#child = spawn(program, ['gateway', '--config', config], {
      cwd: gateway.#home,
      env: {
        HOME: gateway.#home,
        PATH: process.env.PATH,
        CLAUDE_CONFIG_DIR: path.join(gateway.#home, 'config'),
        CLAUDE_GATEWAY_ALLOW_LOOPBACK: '1',
        DISABLE_AUTOUPDATER: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [gateway.#child.stdout, gateway.#child.stderr]) {
      stream.on('data', (data) => (gateway.log += data));
    }
    await until(
      () => `the gateway listens:\n${gateway.log}`,
      async () => (await fetch(`${gateway.url}/readyz`).catch(() => undefined))?.ok === true,
    );
    return gateway;
  }

  #config(port, address, upstream) {
    return {
      listen: { host: '127.0.0.1', port, public_url: this.url },
      upstreams: [{ provider: 'anthropic', base_url: upstream, auth: { api_key: 'sk-ant-none' } }],
      oidc: {
        ...{ issuer: this.#people.url, client_id: client.id, client_secret: client.secret },
      },
      session: { jwt_secret: randomBytes(32).toString('hex') },
      store: { postgres_url: address },
      admin: {
        read_keys: [{ id: 'reader', key: this.readKey }],
        write_keys: [{ id: 'writer', key: this.writeKey }],
      },
    };
  }

  /**
   * Signs somebody in as `/login` does.
   * @param {import('./identityProvider.mjs').Person} person
   * @returns {Promise<string>} the token of the session
   */
  async signIn(person) {
    this.#people.person = person;
    const begun = await post(`${this.url}/oauth/device_authorization`, {
      client_id: 'claude-code',
    });
    const { device_code, user_code } = await begun.json();
    const headers = { origin: this.url };
    const confirmed = await post(`${this.url}/device`, { user_code }, headers);
    const [cookie] = confirmed.headers.getSetCookie();
    const authorized = await fetch(confirmed.headers.get('location'), { redirect: 'manual' });
    await fetch(authorized.headers.get('location'), {
      headers: { cookie: cookie.split(';')[0] },
    });
    const token = await post(`${this.url}/oauth/token`, { grant_type: deviceGrant, device_code });
    const { access_token } = await token.json();
    if (typeof access_token !== 'string') throw new Error(`Nobody is signed in:\n${this.log}`);
    return access_token;
  }

  /**
   * What has the client work through the gateway, signed in, and ask it for its limits. (It takes such a
   * question for traffic that is not essential.)
   */
  environment(token) {
    return {
      CLAUDE_CODE_USE_GATEWAY: '1',
      ANTHROPIC_BASE_URL: this.url,
      ANTHROPIC_AUTH_TOKEN: token,
      ANTHROPIC_API_KEY: '',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '',
    };
  }

  /** Sets a limit, or asks the admin API with the key that may only read. */
  async admin(question, limit) {
    const response = await fetch(`${this.url}/v1/organizations/spend_limits${question}`, {
      headers: { 'x-api-key': limit === undefined ? this.readKey : this.writeKey },
      ...(limit !== undefined && { method: 'POST', body: JSON.stringify(limit) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The admin API answers ${response.status}: ${text}`);
    return JSON.parse(text);
  }

  /** What stands in the gateway's own database. */
  sql(statement) {
    return this.#postgres.sql(this.#database, statement);
  }

  async close() {
    if (this.#child?.exitCode === null) {
      const ended = new Promise((resolve) => this.#child.once('close', resolve));
      this.#child.kill('SIGKILL');
      await ended;
    }
    await this.#postgres?.[Symbol.asyncDispose]();
    await this.#people?.close();
    if (this.#home) rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }
}

function post(url, fields, headers = {}) {
  return fetch(url, {
    ...{ method: 'POST', redirect: 'manual' },
    ...{ headers, body: new URLSearchParams(fields) },
  });
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
