import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OtlpSender } from '../../../src/export/otlp/sender.ts';
import {
  type OtlpOptions,
  otlpTargets,
  type Protocol,
  protocols,
  resourceOf,
  type Signal,
} from '../../../src/export/otlp/settings.ts';
import { type Answer, collector, ok, status } from '../../lib/collector.ts';
import { at, encoder, recordOf } from '../../lib/otlpSample.ts';

describe('where OTLP goes', () => {
  const asked: OtlpOptions = { signals: ['metrics', 'traces'], headers: {}, insecure: false };
  const targets = (env: Record<string, string>, more: Partial<OtlpOptions> = {}) =>
    otlpTargets({ ...asked, ...more }, env);

  test('is what the variables of OpenTelemetry say, those of a signal first', () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://example.com/otlp/',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example.com/as-it-is',
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Basic%20YTpi, x-scope=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-scope=2',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_TIMEOUT: '2500',
    };
    assert.deepEqual(targets(env), [
      {
        ...{ signal: 'metrics', url: 'https://example.com/otlp/v1/metrics', timeoutMs: 2500 },
        headers: { authorization: 'Basic YTpi', 'x-scope': '1' },
        ...{ protocol: 'http/protobuf', gzip: true },
      },
      {
        ...{ signal: 'traces', url: 'https://traces.example.com/as-it-is', timeoutMs: 2500 },
        headers: { 'x-scope': '2' },
        ...{ protocol: 'http/json', gzip: false },
      },
    ]);
  });

  test('is what was asked for, which goes before any variable', () => {
    const env = {
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://other.example.com',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-scope=1,x-more=1',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    };
    const [metrics, traces] = targets(env, {
      ...{ endpoint: 'http://localhost:4318', protocol: 'http/json', timeoutMs: 7 },
      headers: { 'x-scope': '9' },
    });
    assert.equal(metrics!.url, 'http://localhost:4318/v1/metrics');
    assert.equal(traces!.url, 'http://localhost:4318/v1/traces');
    assert.deepEqual(metrics!.headers, { 'x-scope': '9', 'x-more': '1' });
    assert.deepEqual([metrics!.protocol, metrics!.timeoutMs], ['http/json', 7]);
  });

  test('is refused in a sentence that repeats no secret', () => {
    const endpoint = 'https://example.com';
    const cases: [Record<string, string>, Partial<OtlpOptions>, RegExp][] = [
      [{}, {}, /Name a collector: --endpoint/],
      [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, {}, /unencrypted.*--insecure/],
      [{}, { endpoint: 'https://secret:secret@example.com' }, /holds a name or password/],
      [{}, { endpoint: 'collector:4318' }, /begins with https/],
      [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, { endpoint }, /"grpc" is not spoken here/],
      [{ OTEL_EXPORTER_OTLP_HEADERS: 'secret' }, { endpoint }, /must be written key=value/],
      [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=secret%0d%0a' }, { endpoint }, /must be written key=value/],
      [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=%secret' }, { endpoint }, /must be written key=value/],
      [{ OTEL_EXPORTER_OTLP_TIMEOUT: 'soon' }, { endpoint }, /number of milliseconds/],
      [{ OTEL_EXPORTER_OTLP_COMPRESSION: 'zstd' }, { endpoint }, /gzip or none/],
    ];
    for (const [env, more, sentence] of cases) {
      assert.throws(
        () => targets(env, more),
        (error: Error) => sentence.test(error.message) && !error.message.includes('secret'),
        String(sentence),
      );
    }
    const insecure = { endpoint: 'http://collector:4318', insecure: true };
    assert.equal(targets({}, insecure)[0]!.url, 'http://collector:4318/v1/metrics');
  });

  test('what it comes from is named by the variables of OpenTelemetry', () => {
    const own = { 'service.name': 'outlay', 'service.version': '1' };
    assert.deepEqual(resourceOf(own, {}), own);
    const env = {
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=a,deployment.environment.name=my%20team',
      OTEL_SERVICE_NAME: 'b',
    };
    assert.deepEqual(resourceOf(own, env), {
      ...{ 'service.name': 'b', 'service.version': '1' },
      'deployment.environment.name': 'my team',
    });
  });
});

describe('a collector', () => {
  /** Sends two messages and the sample's metrics to one that answers so; pauses are not waited for. */
  async function sent(signal: Signal, answers: Answer[], protocol: Protocol = 'http/protobuf') {
    using there = await collector(...answers);
    const pauses: number[] = [];
    const sleep = async (ms: number) => void pauses.push(ms);
    const headers = { authorization: 'Bearer secret' };
    const options = { signals: [signal], headers, insecure: false, protocol, timeoutMs: 10_000 };
    const targets = otlpTargets({ ...options, endpoint: there.endpoint }, {});
    const sender = new OtlpSender(encoder, targets, 3, { fetch, sleep, now: () => at });
    const failed = await sender.records([recordOf(), recordOf({ messageId: 'n' })], at).then(
      () => undefined,
      (error: Error) => error,
    );
    return { exports: there.exports, pauses, sender, failed };
  }

  test('gets the headers asked for, and one request for a page of messages', async () => {
    const { exports, sender, failed } = await sent('traces', [ok]);
    assert.equal(failed, undefined);
    const [{ headers, path, spans }] = exports as [(typeof exports)[0]];
    assert.equal(path, '/v1/traces');
    assert.equal(headers['content-type'], 'application/x-protobuf');
    assert.equal(headers.authorization, 'Bearer secret');
    assert.equal(spans.length, 2);
    assert.match(sender.told()[0]!, /^Sent 2 spans to 127\.0\.0\.1:\d+\.$/);
    assert.equal(sender.lost, false);
  });

  test('that is busy is tried again after what it asks for, with the same body', async () => {
    const answers = [
      status(429, { 'retry-after': '7' }),
      status(502),
      (response: Parameters<Answer>[0]) => response.destroy(),
      ok,
    ];
    const { exports, pauses, failed } = await sent('logs', answers);
    assert.equal(failed, undefined);
    assert.deepEqual(pauses, [7000, 2000, 4000]);
    assert.equal(new Set(exports.map(({ body }) => body.toString('hex'))).size, 1);
  });

  const refusals: [Answer, number, RegExp][] = [
    [status(400), 1, /tried once and did not take the traces: status 400\.$/],
    [status(500), 1, /status 500\.$/],
    [status(401), 1, /status 401 \(it does not accept the credentials: see --header\)/],
    [status(404), 1, /status 404 \(nothing at that address takes OTLP over HTTP/],
    [status(503), 4, /tried 4 times and did not take the traces: status 503\.$/],
    [
      status(200, { 'content-type': 'text/html' }, '<form>'),
      1,
      /a web page answered, and no collector\.$/,
    ],
    [status(503, { 'retry-after': '3600' }), 1, /tried once .*status 503/],
    [status(307, { location: 'http://127.0.0.1:1/' }), 1, /a redirect, which is not followed/],
  ];
  for (const [answer, tries, sentence] of refusals) {
    test(`that refuses is named in one sentence: ${sentence.source}`, async () => {
      const { exports, failed } = await sent('traces', [answer]);
      assert.equal(exports.length, tries);
      assert.equal(failed?.name, 'HumanError');
      assert.match(failed!.message, sentence);
      assert.doesNotMatch(failed!.message, /secret/);
    });
  }

  for (const protocol of protocols) {
    test(`that takes a part is not asked again, and it is told: ${protocol}`, async () => {
      const json = '{"partialSuccess":{"rejectedLogRecords":"1","errorMessage":"too\\nold"}}';
      const proto = Buffer.from([0x0a, 0x0b, 0x08, 1, 0x12, 7, ...Buffer.from('too\nold')]);
      const answer: Answer = (response) =>
        void response.writeHead(200).end(protocol === 'http/json' ? json : proto);
      const { exports, sender, failed } = await sent('logs', [answer], protocol);
      assert.equal(failed, undefined);
      assert.equal(exports.length, 1);
      assert.equal(sender.lost, true);
      assert.deepEqual(sender.rejected(), [
        'The collector rejected 1 log record. It says: too old',
      ]);
      assert.match(sender.told()[0]!, /^Sent 1 log record to/);
    });
  }
});
