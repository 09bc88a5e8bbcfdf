/** A company's gateway and who asks it, made up for tests. */
import { chmodSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

export const key = 'sk-sesame-of-the-tests';
/** When it is, in all of these tests. */
export const at = Date.now();

/** A row as the Admin API has it, with more in it than is known today. */
export const row = (user: string, period: string, amount: string | null, spent: unknown) => ({
  scope: { type: 'user', user_id: user },
  actor: { type: 'user_actor', user_id: user, email_address: `${user}@example.com`, shoe: 42 },
  ...{ amount, currency: 'USD', period, new_field: { deep: [1] } },
  source: { type: 'rbac_group', rbac_group_id: 'web' },
  ...{ spend_limit_id: 'spl_1', period_to_date_spend: spent },
});

interface Gateway extends AsyncDisposable {
  readonly url: string;
  readonly asked: string[];
  /** What it answers from now on. */
  answer: (url: URL) => { status?: number; headers?: Record<string, string>; body?: unknown };
}

/** A stand-in for the gateway, on the loopback. */
export async function gateway(tls?: { key: Buffer; cert: Buffer }): Promise<Gateway> {
  const asked: string[] = [];
  const made: Gateway = {
    url: '',
    asked,
    answer: () => ({ body: { data: [], next_page: null } }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const listen: RequestListener = (request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    asked.push(
      `${request.headers['x-api-key']} ${request.method} ${decodeURIComponent(String(request.url))}`,
    );
    const { status = 200, headers = {}, body = '' } = made.answer(url);
    response.writeHead(status, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const server = tls === undefined ? createHttp(listen) : createHttps(tls, listen);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(made, { url: `http${tls ? 's://localhost' : '://127.0.0.1'}:${port}` });
}

/** A machine on which a little was spent, with a file of the key. */
export function world(): CliWorld {
  const made = new CliWorld();
  made.transcript('p/s.jsonl', [
    answerRecord('1', 'claude-opus-5-5', usageOf({ input: 250_000 }), {
      timestamp: new Date(at - 60_000).toISOString(),
    }),
  ]);
  made.env = { TZ: 'UTC', CLAUDE_CONFIG_DIR: made.root, OUTLAY_NOW: new Date(at).toISOString() };
  chmodSync(made.dataFile('key.txt', `${key}\n`), 0o600);
  return made;
}
