import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { freePort } from '../../../scripts/shared/freePort.ts';
import type { RequestEvent } from '../../../src/model/requests/requestEvent.ts';
import type { ToldSum } from '../../../src/model/requests/toldSum.ts';
import { listenOnLoopback, newToken } from '../../../src/platform/loopback.ts';
import { Allowance } from '../../../src/telemetry/allowance.ts';
import type { TelemetryPlace } from '../../../src/telemetry/place.ts';
import { Receiver } from '../../../src/telemetry/receiver.ts';
import { jsonExport, protobufExport, recordOf } from '../../lib/otlp.ts';
import { jsonMetrics, protobufMetrics } from '../../lib/otlpMetrics.ts';
import { postEvents, postLogs } from '../../lib/postLogs.ts';
import { requestEvent } from '../../lib/requestEvents.ts';

const event = requestEvent({
  sessionId: 's',
  requestId: 'r',
  at: Date.UTC(2026, 10, 20),
  nano: 5_000_000,
});

describe('the receiver of telemetry', () => {
  const open: { close(): Promise<void> | unknown }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });

  async function listen(
    more: Partial<TelemetryPlace> = {},
    store?: (events: readonly RequestEvent[]) => void,
  ): Promise<{
    place: TelemetryPlace;
    stored: RequestEvent[];
    sums: ToldSum[];
    receiver: Receiver;
  }> {
    const place = { port: await freePort(), token: newToken(), ...more };
    const stored: RequestEvent[] = [];
    const sums: ToldSum[] = [];
    const receiver = await Receiver.listen(place, {
      store: store ?? ((events) => stored.push(...events)),
      storeSums: (found) => sums.push(...found),
      log() {},
    });
    assert.ok(receiver);
    open.push(receiver);
    return { place, stored, sums, receiver };
  }

  it('stores what comes in JSON, in protobuf and packed', async () => {
    const { place, stored } = await listen();
    const { port, token } = place;
    assert.equal(await postEvents(place, [event]), 200);
    const type = 'application/x-protobuf';
    const body = protobufExport([recordOf(event)]);
    assert.equal(await postLogs(port, { token, type, body }), 200);
    const packed = gzipSync(jsonExport([recordOf(event)]));
    assert.equal(await postLogs(port, { token, encoding: 'gzip', body: packed }), 200);
    assert.deepEqual(stored, [event, event, event]);
  });

  it('stores what metrics tell in sum, and passes them on to a receiver of their own', async () => {
    const passed: { url: string | undefined; body: Buffer }[] = [];
    const other = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      passed.push({ url: request.url, body: Buffer.concat(chunks) });
      response.writeHead(passed.length === 1 ? 200 : 429).end();
    });
    await listenOnLoopback(other, 0);
    open.push({ close: () => other.close() });
    const { port: otherPort } = other.address() as AddressInfo;
    const url = `http://127.0.0.1:${otherPort}/their/metrics`;
    const { place, stored, sums } = await listen({ forwardMetrics: { url, headers: {} } });
    const { port, token } = place;
    const at = event.at;
    const points = [
      { sessionId: 's', source: 'auxiliary', startedAt: at, at: at + 5000, usd: 0.25 },
      { sessionId: 's', source: 'main', startedAt: at, at: at + 5000, usd: 2 },
    ];
    const body = jsonMetrics(points);
    const path = '/v1/metrics';
    assert.equal(await postLogs(port, { token, path, body }), 200);
    const type = 'application/x-protobuf';
    assert.equal(await postLogs(port, { token, path, type, body: protobufMetrics(points) }), 429);
    assert.equal(await postEvents(place, [event]), 200, 'logs are not passed on');
    assert.deepEqual(
      sums.map((sum) => ({ ...sum, series: 0 })),
      [1, 2].map(() => ({
        sessionId: 's',
        series: 0,
        startedAt: at,
        at: at + 5000,
        nano: 250_000_000,
        cumulative: false,
      })),
    );
    assert.equal(sums[0]?.series, sums[1]?.series);
    assert.deepEqual(stored, [event]);
    assert.deepEqual(
      passed.map((each) => each.url),
      ['/their/metrics', '/their/metrics'],
    );
    assert.deepEqual(passed[0]?.body, body);
  });

  it('answers nobody who has not the token, comes by another name or wants something else', async () => {
    const { place, stored } = await listen();
    const { port, token } = place;
    const body = jsonExport([recordOf(event)]);
    for (const [post, status] of [
      [{}, 401],
      [{ token: newToken() }, 401],
      [{ token: `${token}x` }, 401],
      [{ token, host: `outlay.example:${port}` }, 421],
      [{ token, path: '/v1/traces' }, 404],
      [{ token, path: '/v1/metrics', body: Buffer.from('{') }, 400],
      [{ token, method: 'PUT' }, 405],
      [{ token, type: 'text/plain' }, 415],
      [{ token, body: Buffer.from('{') }, 400],
      [{ token, body: Buffer.alloc(5 * 2 ** 20) }, 413],
    ] as const) {
      assert.equal(
        await postLogs(port, { body, ...post }),
        status,
        JSON.stringify(post).slice(0, 80),
      );
    }
    assert.deepEqual(stored, []);
  });

  it('what could not be stored is asked for again', async () => {
    let fails = true;
    const { place } = await listen({}, () => {
      if (fails) throw new Error('busy');
    });
    assert.equal(await postEvents(place, [event]), 503);
    fails = false;
    assert.equal(await postEvents(place, [event]), 200);
  });

  it('a port that another program has is not fought for', async () => {
    const { place } = await listen();
    assert.equal(await Receiver.listen(place, { store() {}, storeSums() {}, log() {} }), undefined);
  });

  it('closed, it listens no more, and the next one has the port', async () => {
    const { place, receiver } = await listen();
    await receiver.close();
    assert.equal(await postEvents(place, [event]), 0);
    const next = await Receiver.listen(place, { store() {}, storeSums() {}, log() {} });
    assert.ok(next);
    open.push(next);
    assert.equal(await postEvents(place, [event]), 200);
  });

  it('passes on to the receiver that was there, letter by letter, and its answer back', async () => {
    const passed: { headers: IncomingHttpHeaders; body: Buffer }[] = [];
    let status = 200;
    const other = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      passed.push({ headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(status).end();
    });
    await listenOnLoopback(other, 0);
    const { port } = other.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/v1/logs`;
    const { place, stored } = await listen({ forward: { url, headers: { 'x-key': 'theirs' } } });
    assert.equal(await postEvents(place, [event]), 200);
    assert.deepEqual(passed[0]?.body, jsonExport([recordOf(event)]));
    assert.equal(passed[0]?.headers['x-key'], 'theirs');
    assert.equal(passed[0]?.headers['x-outlay-token'], undefined, 'our token stays here');
    status = 429;
    assert.equal(await postEvents(place, [event]), 429);
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
    assert.equal(await postEvents(place, [event]), 503, 'sent again until it is there');
    assert.equal(stored.length, 3, 'stored each time: the store knows what it has');
  });
});

describe('an allowance', () => {
  it('allows a burst, then so much a second', () => {
    let now = 0;
    const allowance = new Allowance(() => now);
    const granted = (): number => {
      let count = 0;
      while (allowance.take()) count++;
      return count;
    };
    assert.equal(granted(), 200);
    now += 1000;
    assert.equal(granted(), 50);
    now -= 5000;
    assert.equal(granted(), 0);
    now += 3_600_000;
    assert.equal(granted(), 200);
  });
});
