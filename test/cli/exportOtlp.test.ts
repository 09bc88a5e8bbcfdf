import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { until } from '../../scripts/shared/retry.ts';
import { type Answer, collector, ok, status } from '../lib/collector.ts';
import { debianTool } from '../lib/debianTool.ts';
import type { ReceivedMetric } from '../lib/otlpReceived.ts';
import { clientSet, unpackSet } from '../lib/transcriptSets.ts';
import { answerRecord, CliWorld, now, usageOf } from './runCli.ts';

function clientWorld(): CliWorld {
  const world = new CliWorld();
  unpackSet(clientSet, world.root);
  return world;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const nanoOf = (usd: unknown): number => Math.round(Number(usd) * 1e9);

/** A message of a dollar. */
const dollar = (id: string, minutesAgo: number) =>
  answerRecord(id, 'claude-opus-4-7', usageOf({ input: 200_000 }), {
    timestamp: new Date(now - minutesAgo * 60_000).toISOString(),
  });

describe('outlay export otlp', () => {
  for (const protocol of ['http/protobuf', 'http/json']) {
    test(`sends what the report says, to the nano-dollar: ${protocol}`, async () => {
      using world = clientWorld();
      using there = await collector();
      const { total_cost_usd } = world.json('summary');
      const project = Object.keys(world.json('summary', '--no-index').byProject)[0]!;
      const { code, out, err } = await world.runBeside(
        ...['export', 'otlp', '--endpoint', there.endpoint, '--protocol', protocol],
        ...['--signals', 'metrics,traces,logs', '--config-dir', world.root],
      );
      assert.equal(code, 0, err);
      assert.match(
        out,
        /^Sent \d+ data points to .*\nSent 25 spans to .*\nSent 25 log records to .*\n$/,
      );
      const paths = there.exports.map(({ path }) => path);
      assert.deepEqual(paths, ['/v1/metrics', '/v1/traces', '/v1/logs']);
      const [metrics, traces, logs] = there.exports;
      const metric = (name: string): ReceivedMetric =>
        metrics!.metrics.find((each) => each.name === name) ?? assert.fail(name);
      const valuesOf = (name: string): number[] => metric(name).points.map(({ value }) => value);
      const expected = nanoOf(total_cost_usd);
      assert.equal(nanoOf(sum(valuesOf('outlay.cost_usd'))), expected);
      assert.equal(nanoOf(valuesOf('cost_tracker.total_usd')[0]), expected);
      const nanos = traces!.spans.map(({ attributes }) => attributes['outlay.cost.nano_usd'] ?? 0);
      assert.equal(sum(nanos.map(Number)), expected);
      const costs = traces!.spans.map(({ attributes }) => attributes['outlay.cost.usd'] ?? 0);
      assert.equal(sum(costs.map(nanoOf)), expected);
      assert.deepEqual(
        logs!.logs.map(({ spanId, attributes }) => ({ spanId, attributes })),
        traces!.spans.map(({ spanId, attributes }) => ({ spanId, attributes })),
      );
      // Tokens of every message are in sums, histograms and spans alike.
      const input = traces!.spans.map((span) => span.attributes['gen_ai.usage.input_tokens'] ?? 0);
      assert.equal(
        sum(valuesOf('gen_ai.client.inference.usage.input_tokens')),
        sum(input.map(Number)),
      );
      const usage = metric('gen_ai.client.token.usage').points.filter(
        ({ attributes }) => attributes['gen_ai.token.type'] === 'input',
      );
      const sums = usage.map(({ distribution }) => (distribution as { sum: number }).sum);
      assert.equal(sum(sums), sum(input.map(Number)));
      for (const { body, resource } of there.exports) {
        for (const path of [world.dir.path, project]) assert.ok(!body.includes(path), path);
        assert.equal(resource['service.name'], 'outlay');
        assert.match(
          String(resource['service.instance.id']),
          /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
        );
      }
    });
  }

  test('sends the same ids again, paths and titles only when told to', async () => {
    using world = clientWorld();
    using there = await collector();
    const send = (...more: string[]) =>
      world.runBeside(
        ...['export', 'otlp', '--endpoint', there.endpoint, '--signals', 'traces', '-q'],
        ...['--config-dir', world.root, ...more],
      );
    for (const more of [[], ['--no-index'], ['--include-paths', '--include-titles']]) {
      const { code, out, err } = await send(...more);
      assert.deepEqual([code, out], [0, ''], err);
    }
    const [first, second, opened] = there.exports.map(({ spans }) => spans);
    assert.deepEqual(second, first);
    assert.deepEqual(
      opened!.map(({ spanId }) => spanId),
      first!.map(({ spanId }) => spanId),
    );
    const project = Object.keys(world.json('summary', '--no-index').byProject)[0]!;
    assert.ok(opened!.some(({ attributes }) => attributes['outlay.project'] === project));
    assert.ok(
      first!.every(({ attributes }) => /^project-/.test(String(attributes['outlay.project']))),
    );
    assert.ok(first!.every(({ attributes }) => !('outlay.session.title' in attributes)));
  });

  test('sends nothing unless an address is named, and reads the variables of OpenTelemetry', async () => {
    using world = clientWorld();
    using there = await collector();
    const config = ['--config-dir', world.root];
    const nowhere = await world.runBeside('export', 'otlp', ...config);
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.err, /^Name a collector: .*OTEL_EXPORTER_OTLP_ENDPOINT\.\n$/);
    world.env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: there.endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=team%201',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_SERVICE_NAME: 'spend',
    };
    assert.equal((await world.runBeside('export', 'csv', ...config)).code, 0);
    assert.equal((await world.runBeside('summary', ...config)).code, 0);
    assert.equal(there.exports.length, 0, 'the address alone sends nothing');
    assert.equal((await world.runBeside('export', 'otlp', '--no-index', ...config)).code, 0);
    const [{ headers, resource }] = there.exports as [(typeof there.exports)[0]];
    assert.equal(headers['x-tenant'], 'team 1');
    assert.equal(headers['content-encoding'], 'gzip');
    assert.equal(resource['service.name'], 'spend');
  });

  test('wrong use ends with 2 before anything is read or sent', async () => {
    using world = clientWorld();
    using there = await collector();
    for (const [args, sentence] of [
      [['--signals', 'all'], /metrics, traces or logs/],
      [['--protocol', 'grpc'], /grpc/],
      [['--period', 'ever'], /--period "ever" is not known/],
      [['--header', 'secret'], /must be written "Name: value"/],
      [['--endpoint', 'http://example.com:4318'], /--insecure/],
    ] as [string[], RegExp][]) {
      const { code, err } = await world.runBeside(
        ...['export', 'otlp', '--endpoint', there.endpoint, '--config-dir', world.root, ...args],
      );
      assert.notEqual(code, 0, args.join(' '));
      assert.match(err, sentence);
    }
    assert.equal(there.exports.length, 0);
  });

  test('that is not taken, or not whole, ends with 3 and one sentence', async () => {
    using world = clientWorld();
    const cases: [Answer[], string[], RegExp][] = [
      [
        [status(401)],
        [],
        /^The collector at 127\.0\.0\.1:\d+ was tried once and did not take the metrics: status 401 \(.*\)\.\n$/,
      ],
      [[status(429, { 'retry-after': '0' })], ['--retries', '2'], /was tried 3 times .*status 429/],
      [[() => {}], ['--retries', '0', '--timeout', '1'], /no answer within 1 s/],
      [
        [status(200, {}, '{"partialSuccess":{"rejectedDataPoints":"4","errorMessage":"too old"}}')],
        ['--protocol', 'http/json'],
        /^The collector rejected 4 data points\. It says: too old\n$/,
      ],
    ];
    for (const [answers, more, sentence] of cases) {
      using there = await collector(...answers);
      const args = ['export', 'otlp', '--endpoint', there.endpoint, '--config-dir', world.root];
      const { code, err } = await world.runBeside(...args, ...more);
      assert.equal(code, 3, err);
      assert.match(err, sentence);
    }
    const args = ['export', 'otlp', '--endpoint', 'http://127.0.0.1:1', '--retries', '0'];
    const nobody = await world.runBeside(...args, '--config-dir', world.root);
    assert.equal(nobody.code, 3);
    assert.match(nobody.err, /did not take the metrics: not reached/);
  });

  test('trusts no certificate of somebody’s own, unless its authority is named', {
    skip: process.platform !== 'linux',
  }, async () => {
    using world = clientWorld();
    const openssl = debianTool('openssl', ['openssl']);
    const [key, cert] = [world.dir.at('key.pem'), world.dir.at('cert.pem')];
    const made = spawnSync(
      openssl.path,
      [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert],
        ...['-days', '3650', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
      ],
      { env: { ...process.env, ...openssl.env } },
    );
    assert.equal(made.status, 0, String(made.stderr));
    let requests = 0;
    const server = createServer(
      { key: readFileSync(key), cert: readFileSync(cert) },
      (request, response) => {
        requests++;
        request.resume().on('end', () => response.end());
      },
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const args = ['export', 'otlp', '--endpoint', `https://localhost:${port}`, '--retries', '0'];
    const refused = await world.runBeside(...args, '--config-dir', world.root);
    assert.equal(refused.code, 3);
    assert.match(refused.err, /not reached \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
    assert.equal(requests, 0);
    world.env = { NODE_EXTRA_CA_CERTS: cert };
    const taken = await world.runBeside(...args, '--config-dir', world.root);
    server.closeAllConnections();
    server.close();
    assert.deepEqual([taken.code, requests], [0, 1], taken.err);
  });

  test('sends many messages in requests of a bounded size', async () => {
    using world = new CliWorld();
    using there = await collector(ok, ok, status(413));
    const records = Array.from({ length: 1700 }, (_, i) => dollar(String(i), 2000 - i));
    world.transcript('p/1.jsonl', records);
    const { code, err } = await world.runBeside(
      ...['export', 'otlp', '--endpoint', there.endpoint, '--signals', 'traces'],
      ...['--config-dir', world.root],
    );
    assert.equal(code, 3);
    assert.match(
      err,
      /status 413 \(it takes smaller requests only\)\. It had taken 1,000 spans before\./,
    );
    assert.deepEqual(
      there.exports.map(({ spans }) => spans.length),
      [500, 500, 500],
    );
    assert.ok(there.exports.every(({ body }) => body.length < 2 ** 20));
  });

  test('follows: metrics each time, each message once, and what was not taken again', async () => {
    using world = new CliWorld();
    using there = await collector(ok, status(500), ok);
    const file = world.transcript('p/1.jsonl', [dollar('a', 30), dollar('b', 5), dollar('c', 0)]);
    const child = world.start(
      ...['export', 'otlp', '--endpoint', there.endpoint, '--signals', 'metrics,traces'],
      ...['--follow', '--every', '1', '--config-dir', world.root],
    );
    try {
      const said = text(child.stderr);
      const sent = () =>
        there.exports
          .filter(({ path }) => path === '/v1/traces')
          .map(({ spans }) => spans.map(({ attributes }) => attributes['gen_ai.response.id']));
      // The first is refused, and stays due; what may still be growing waits.
      await until('all is sent', () => sent().length >= 2);
      appendFileSync(file, `${JSON.stringify(dollar('d', 4))}\n`);
      await until('what is new is sent', () => sent().length >= 3);
      const metrics = () => there.exports.filter(({ path }) => path === '/v1/metrics').length;
      const before = metrics();
      await until('metrics are sent again', () => metrics() >= before + 2);
      child.kill('SIGTERM');
      const [code] = await once(child, 'exit');
      assert.equal(code, 0);
      assert.deepEqual(sent(), [['msg-a', 'msg-b'], ['msg-a', 'msg-b'], ['msg-d']]);
      assert.match(await said, /^The collector at .* did not take the traces: status 500\.\n$/);
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('loads OpenTelemetry only where it is used', () => {
    const dist = join(import.meta.dirname, '..', '..', 'dist');
    const { outputs } = JSON.parse(readFileSync(join(dist, 'meta.json'), 'utf8')) as {
      outputs: Record<
        string,
        {
          inputs: Record<string, unknown>;
          imports: { path: string; kind: string }[];
          entryPoint?: string;
        }
      >;
    };
    const has = (file: string): boolean =>
      Object.keys(outputs[file]!.inputs).some((input) => input.includes('/@opentelemetry/'));
    const holders = Object.keys(outputs).filter((file) => has(file));
    assert.ok(holders.length > 0, 'it is bundled');
    /** All that is loaded with a file at once. */
    const loaded = (file: string, found = new Set<string>()): Set<string> => {
      if (found.has(file) || outputs[file] === undefined) return found;
      found.add(file);
      for (const { path, kind } of outputs[file].imports) {
        if (kind !== 'dynamic-import') loaded(path, found);
      }
      return found;
    };
    const others = 'src/cli/commands/others.ts';
    const entries = Object.keys(outputs).filter(
      (file) => outputs[file]!.entryPoint?.startsWith('src/export/otlp/') === false,
    );
    assert.ok(entries.some((file) => outputs[file]!.entryPoint === 'src/cli/main.ts'));
    assert.ok(entries.some((file) => outputs[file]!.entryPoint === others));
    for (const entry of entries) {
      assert.deepEqual([...loaded(entry)].filter(has), [], `${entry} loads it`);
    }
  });
});
