import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { headerOf, webhookUrl } from '../../../src/export/post.ts';
import { exportTargets } from '../../../src/export/targets.ts';
import { type Delivery, deliver } from '../../../src/export/webhook.ts';

interface Received {
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

/** A server on this machine that answers each request in turn as it is told; the last for ever. */
async function hook(...answers: ((response: ServerResponse) => void)[]) {
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ body: Buffer.concat(chunks).toString('utf8'), headers: request.headers });
      answers[Math.min(received.length, answers.length) - 1]!(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const pauses: number[] = [];
  const wire = {
    fetch,
    sleep: async (ms: number) => {
      pauses.push(ms);
    },
    now: () => Date.UTC(2026, 10, 24, 12),
  };
  const send = (more: Partial<Delivery> = {}) =>
    deliver(
      {
        url: `http://127.0.0.1:${port}/hook`,
        body: '{"schemaVersion":1}',
        headers: {},
        secret: undefined,
        timeoutMs: 10_000,
        retries: 4,
        ...more,
      },
      wire,
    );
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { received, pauses, send, [Symbol.dispose]: stop };
}

const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(code, headers).end('answer');
  };

describe('a webhook', () => {
  test('gets the body as JSON with the headers asked for and a signature that fits', async () => {
    using here = await hook(status(204));
    const headers = { authorization: 'Bearer abc', 'x-outlay-signature': 'forged' };
    assert.equal(await here.send({ headers, secret: 'key' }), 204);
    const [{ body, headers: got }] = here.received as [Received];
    assert.equal(body, '{"schemaVersion":1}');
    assert.equal(got['content-type'], 'application/json');
    assert.equal(got.authorization, 'Bearer abc');
    const expected = createHmac('sha256', 'key').update(body).digest('hex');
    assert.equal(got['x-outlay-signature'], `sha256=${expected}`);
  });

  test('is not signed without a secret', async () => {
    using here = await hook(status(200));
    await here.send();
    assert.equal(here.received[0]!.headers['x-outlay-signature'], undefined);
  });

  test('is tried again with longer and longer pauses, as the same delivery', async () => {
    using here = await hook(
      status(500),
      status(503),
      (response) => response.destroy(),
      status(200),
    );
    assert.equal(await here.send(), 200);
    assert.deepEqual(here.pauses, [1000, 2000, 4000]);
    const ids = new Set(here.received.map(({ headers }) => headers['x-outlay-delivery']));
    assert.equal(here.received.length, 4);
    assert.equal(ids.size, 1);
  });

  test('is left in peace for as long as it asks', async () => {
    const date = new Date(Date.UTC(2026, 10, 24, 12, 0, 30)).toUTCString();
    using here = await hook(
      status(429, { 'retry-after': '7' }),
      status(503, { 'retry-after': date }),
      status(200),
    );
    assert.equal(await here.send(), 200);
    assert.deepEqual(here.pauses, [7000, 30_000]);
  });

  const failures: [string, (response: ServerResponse) => void, number, RegExp][] = [
    [
      'that refuses is not tried again',
      status(404),
      1,
      /tried once and accepted nothing: status 404/,
    ],
    ['that goes on failing is given up', status(500), 5, /tried 5 times .*: status 500/],
    [
      'that wants more than a minute is left to the next export',
      status(429, { 'retry-after': '3600' }),
      1,
      /tried once .*: status 429/,
    ],
    [
      'that sends elsewhere is not followed',
      status(307, { location: 'http://127.0.0.1:9/' }),
      1,
      /status 307, a redirect, which is not followed/,
    ],
  ];
  for (const [what, answer, tries, sentence] of failures) {
    test(`one ${what}`, async () => {
      using here = await hook(answer);
      await assert.rejects(here.send(), { name: 'HumanError', reason: 'files', message: sentence });
      assert.equal(here.received.length, tries);
    });
  }

  test('that does not answer in time is given up', async () => {
    using here = await hook(() => {});
    await assert.rejects(here.send({ timeoutMs: 50, retries: 0 }), /no answer within 0\.05 s/);
  });

  test('that is not there is named by its host only', async () => {
    using here = await hook(status(200));
    here[Symbol.dispose]();
    await assert.rejects(
      here.send({ retries: 0, url: 'http://127.0.0.1:1/secret-path' }),
      (error: Error) =>
        /127\.0\.0\.1:1 was tried once .*not reached/.test(error.message) &&
        !error.message.includes('secret-path'),
    );
  });
});

describe('addresses and headers of webhooks', () => {
  for (const url of ['https://example.com/x?y=1', 'http://localhost:1/', 'http://[::1]:2/a']) {
    test(`${url} may be used`, () => assert.equal(webhookUrl(url), url));
  }
  const wrong: [string, RegExp][] = [
    ['http://example.com/', /unencrypted: use https/],
    ['http://127.0.0.1.example.com/', /unencrypted/],
    ['http://localhost.example.com/', /unencrypted/],
    ['ftp://example.com/', /begins with https/],
    ['example.com', /begins with https/],
    ['https://me:secret@example.com/', /--header/],
  ];
  for (const [url, sentence] of wrong) {
    test(`${url} is refused`, () => {
      assert.throws(() => webhookUrl(url), { reason: 'usage', message: sentence });
    });
  }

  test('a header is a name, a colon and one line', () => {
    assert.deepEqual(headerOf('X-Key:  a b '), ['x-key', 'a b']);
    for (const bad of ['X-Key', 'a b: c', ': x', 'A: b\r\nC: d', 'A: ü']) {
      assert.throws(() => headerOf(bad), /Name: value/, bad);
    }
  });
});

describe('targets of an export', () => {
  test('are one by its kind or several by --to', () => {
    assert.deepEqual(exportTargets({ kind: 'csv' }), [{ kind: 'csv', file: undefined }]);
    assert.deepEqual(exportTargets({ kind: 'json', out: '/a', to: ['csv=/b=c', 'csv=-'] }), [
      { kind: 'csv', file: '/b=c' },
      { kind: 'csv', file: undefined },
      { kind: 'json', file: '/a' },
    ]);
    assert.deepEqual(exportTargets({ to: ['webhook=https://e.com/'] }), [
      { kind: 'webhook', url: 'https://e.com/' },
    ]);
  });
  const wrong: [Parameters<typeof exportTargets>[0], RegExp][] = [
    [{}, /Name what to export/],
    [{ kind: 'xml' }, /"xml" cannot be exported\. Use csv, json, prometheus or webhook\./],
    [{ to: ['xml=a'] }, /"xml" cannot be exported/],
    [{ to: ['csv'] }, /--to "csv" cannot be used/],
    [{ to: ['csv='] }, /cannot be used/],
    [{ out: 'a' }, /Name what to export/],
    [{ kind: 'webhook' }, /needs --url/],
    [{ kind: 'webhook', out: 'a' }, /takes --url/],
    [{ kind: 'csv', url: 'https://e.com' }, /takes --out/],
    [{ to: ['csv=a', 'json=./a'] }, /named twice/],
    [{ to: ['csv=-', 'json=-'] }, /Only one export/],
  ];
  for (const [wish, sentence] of wrong) {
    test(`${JSON.stringify(wish)} is refused`, () => {
      assert.throws(() => exportTargets(wish), { reason: 'usage', message: sentence });
    });
  }
});
