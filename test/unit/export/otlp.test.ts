import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  collectRecords,
  MetricsCollector,
  type OtlpQuestion,
} from '../../../src/export/otlp/collect.ts';
import { Encoder, rejectedOf } from '../../../src/export/otlp/encoder.ts';
import { MessageRecords } from '../../../src/export/otlp/messageRecord.ts';
import { type Distribution, metricOf } from '../../../src/export/otlp/metric.ts';
import { attributeNames, attributeTexts, genAiMetrics } from '../../../src/export/otlp/names.ts';
import { providersOf } from '../../../src/export/otlp/provider.ts';
import { OtlpSender } from '../../../src/export/otlp/sender.ts';
import {
  type OtlpOptions,
  otlpTargets,
  type Protocol,
  protocols,
  resourceOf,
  type Signal,
  signals,
} from '../../../src/export/otlp/settings.ts';
import { UsageMetrics } from '../../../src/export/otlp/usageMetrics.ts';
import type { ExportRow } from '../../../src/export/rows.ts';
import { createPriceBook } from '../../../src/pricing/priceBook.ts';
import { select } from '../../../src/query/select.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { decodeExport } from '../../../src/telemetry/decodeExport.ts';
import { recordsInJson } from '../../../src/telemetry/readJson.ts';
import { recordsInProtobuf } from '../../../src/telemetry/readProtobuf.ts';
import { type Answer, collector, ok, status } from '../../lib/collector.ts';
import { ingestAll, soleWriter } from '../../lib/ingest.ts';
import { received } from '../../lib/otlpReceived.ts';
import { reportContext } from '../../lib/reportContext.ts';
import { byDayBefore, thinAll } from '../../lib/retention.ts';
import { tempDir } from '../../lib/tempDir.ts';
import { expectedSets, unpackSet } from '../../lib/transcriptSets.ts';

const at = Date.UTC(2026, 10, 20, 10);

const sample: ExportRow = {
  ...{ at, kind: 'message', messages: 1, agent: 'main', model: 'claude-opus-4-7', tier: 'opus' },
  ...{ input: 1000, output: 500, nano: 40_625_000, durationMs: 1500, success: true },
  ...{ cacheWrite5m: 500, cacheWrite1h: 1500, cacheRead: 10_000, webSearches: 2 },
  ...{ session: 's', title: '', project: 'project-1a2b3c4d', account: 'work', branch: 'main' },
  ...{ task: 'ABC-1', correlation: 'c', agentId: 'a7', effort: 'high', tags: ['a', 'b'] },
  ...{ priceRow: 'r', pricedBy: 'catalogue', lower: 0, unpriced: 0, stopReason: 'end_turn' },
  ...{ error: '', promptId: 'p', messageId: 'm', requestId: 'q' },
};

const providerOf = providersOf(createPriceBook());
const recordOf = (more: Partial<ExportRow> = {}) =>
  new MessageRecords(providerOf).of({ ...sample, ...more });
const ids = (more: Partial<ExportRow>) => recordOf(more).spanId;
const encoder = new Encoder({ 'service.name': 'outlay' }, '1.2.3');
const typeOf = (protocol: Protocol) =>
  protocol === 'http/json' ? 'application/json' : 'application/x-protobuf';

function contextOf(set: string) {
  using dir = tempDir();
  unpackSet(set, dir.path);
  const { db } = openForWriting(':memory:');
  ingestAll(db, dir.path);
  return reportContext(db, { now: Date.UTC(2026, 10, 24) });
}

const collectMetrics = (asked: OtlpQuestion) => new MetricsCollector().collect(asked);
const question = { span: undefined, filters: {} };
const open = { paths: false, titles: false };

describe('a message over OTLP', () => {
  test('says what is known of it, by the names of the conventions', () => {
    const { attributes, name, from, to, kind } = recordOf();
    assert.deepEqual([name, from, to, kind], ['chat claude-opus-4-7', at - 1500, at, 'message']);
    assert.deepEqual(attributes, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-opus-4-7',
      'gen_ai.response.model': 'claude-opus-4-7',
      'gen_ai.response.id': 'm',
      'gen_ai.response.finish_reasons': ['end_turn'],
      'gen_ai.conversation.id': 's',
      'gen_ai.agent.name': 'main',
      'gen_ai.agent.id': 'a7',
      'gen_ai.usage.input_tokens': 13_000,
      'gen_ai.usage.output_tokens': 500,
      'gen_ai.usage.cache_read.input_tokens': 10_000,
      'gen_ai.usage.cache_write.input_tokens': 2000,
      'gen_ai.usage.cache_creation.input_tokens': 2000,
      'vcs.ref.head.name': 'main',
      'outlay.cost.usd': 0.040625,
      'outlay.cost.nano_usd': 40_625_000,
      'outlay.kind': 'message',
      'outlay.messages': 1,
      'outlay.usage.cache_write_1h.input_tokens': 1500,
      'outlay.usage.web_searches': 2,
      'outlay.model.tier': 'opus',
      'outlay.project': 'project-1a2b3c4d',
      'outlay.account': 'work',
      'outlay.task': 'ABC-1',
      'outlay.tags': ['a', 'b'],
      'outlay.prompt.id': 'p',
      'outlay.request.id': 'q',
      'outlay.effort': 'high',
      'outlay.price_row': 'r',
      'outlay.priced_by': 'catalogue',
    });
  });

  test('has every attribute there is when all is known, and each once', () => {
    const names = Object.values(attributeNames);
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(Object.keys(attributeTexts), Object.keys(attributeNames));
    const { attributes } = recordOf({ title: 'T', lower: 1, error: 'overloaded' });
    assert.deepEqual(Object.keys(attributes).sort(), [...names].sort());
  });

  test('without a price has no cost, and text nobody vouches for is plain and bounded', () => {
    const { attributes } = recordOf({ nano: null, branch: `\u001b[31m${'x'.repeat(5000)}` });
    assert.equal('outlay.cost.usd' in attributes || 'outlay.cost.nano_usd' in attributes, false);
    const branch = String(attributes['vcs.ref.head.name']);
    assert.ok(branch.startsWith('<1B>[31m'), branch.slice(0, 20));
    assert.ok(branch.length < 1100);
  });

  test('has the same ids whenever it is sent, and no other has them', () => {
    assert.deepEqual(recordOf(), recordOf({ title: '' }));
    assert.match(recordOf().traceId, /^[0-9a-f]{32}$/);
    assert.match(recordOf().spanId, /^[0-9a-f]{16}$/);
    // What may still change makes no other message of it.
    assert.equal(ids({ output: 900, nano: 1, at: at + 5 }), ids({}));
    const others = [{ messageId: 'n' }, { requestId: 'n' }, { session: 't' }, { agentId: '' }];
    assert.equal(new Set([{}, ...others].map(ids)).size, 5);
    assert.equal(recordOf({ messageId: 'n' }).traceId, recordOf().traceId, 'one prompt, one trace');
    assert.notEqual(recordOf({ promptId: '' }).traceId, recordOf().traceId);
  });

  test('and its parts: children of it, also where two are alike', () => {
    const records = new MessageRecords(providerOf);
    const part = { ...sample, kind: 'part', model: 'claude-haiku-4-5' } as const;
    const [message, one, two] = [sample, part, part].map((row) => records.of(row));
    assert.equal(one!.parentId, message!.spanId);
    assert.equal(new Set([message, one, two].map((each) => each!.spanId)).size, 3);
    // Without its message, when only its model is asked for, it is the same.
    assert.equal(new MessageRecords(providerOf).of(part).spanId, one!.spanId);
  });

  test('says who made its model by the conventions’ names', () => {
    for (const [model, provider] of [
      ['claude-opus-4-7', 'anthropic'],
      ['claude-nova-9', 'anthropic'],
      ['gpt-5', 'openai'],
      ['gpt-99-codex', 'openai'],
      ['gemini-3-pro-preview', 'gcp.gemini'],
      ['grok-4.5', 'x_ai'],
      ['somebody-else', 'unknown'],
    ] as const) {
      assert.equal(recordOf({ model }).attributes['gen_ai.provider.name'], provider, model);
    }
  });

  for (const set of Object.keys(expectedSets)) {
    test(`of real transcripts: dollars add up and no id comes twice: ${set}`, () => {
      const context = contextOf(set);
      const { total } = select(context, question, []);
      const asked = { context, question, open, sessions: 20 };
      const records = [...collectRecords(asked)].flat();
      const nano = records.map(({ attributes }) => attributes['outlay.cost.nano_usd'] ?? 0);
      assert.equal(
        nano.reduce((sum: number, value) => sum + Number(value), 0),
        total,
      );
      assert.equal(new Set(records.map(({ spanId }) => spanId)).size, records.length);
    });
  }

  test('that has been summed up is in a sum, with ids of its own', () => {
    const context = contextOf('sniffly');
    const asked = { context, question, open, sessions: 20 };
    const { total } = select(context, question, []);
    thinAll(soleWriter(context.db), byDayBefore(Date.UTC(2030, 0, 1)));
    const records = [...collectRecords(asked)].flat();
    assert.deepEqual(new Set(records.map(({ name }) => name)), new Set(['outlay sum']));
    assert.equal(new Set(records.map(({ spanId }) => spanId)).size, records.length);
    const nano = records.map(({ attributes }) => Number(attributes['outlay.cost.nano_usd'] ?? 0));
    assert.equal(
      nano.reduce((sum, value) => sum + value, 0),
      total,
    );
  });
});

describe('metrics over OTLP', () => {
  const usage = (...rows: Partial<ExportRow>[]) => {
    const counted = new UsageMetrics(providerOf);
    for (const row of rows) counted.add({ ...sample, ...row });
    return counted;
  };
  const named = (counted: UsageMetrics, name: string) =>
    counted.metrics().find((metric) => metric.name === name)!;

  test('of the conventions: input includes the caches, and values lie in their buckets', () => {
    const counted = usage({}, { at: at - 9, durationMs: null }, { kind: 'sum', messages: 7 });
    assert.equal(counted.from, at - 9);
    assert.deepEqual(
      counted
        .metrics()
        .map(({ name }) => name)
        .sort(),
      Object.values(genAiMetrics)
        .map(({ name }) => name)
        .sort(),
    );
    const [point] = named(counted, 'gen_ai.client.inference.usage.input_tokens').points;
    assert.equal(point!.value, 39_000);
    assert.deepEqual(point!.attributes, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-opus-4-7',
      'gen_ai.response.model': 'claude-opus-4-7',
      'gen_ai.token.modality': 'unknown',
    });
    const [input] = named(counted, 'gen_ai.client.token.usage').points;
    assert.equal(input!.attributes['gen_ai.token.type'], 'input');
    const counts = Array(15).fill(0);
    // 13,000 lies above 4^6 and not above 4^7.
    counts[7] = 2;
    assert.deepEqual(input!.value, {
      bounds: [...Array(14).keys()].map((i) => 4 ** i),
      ...{ counts, count: 2, sum: 26_000, min: 13_000, max: 13_000 },
    });
    const [duration] = named(counted, 'gen_ai.client.operation.duration').points;
    assert.partialDeepStrictEqual(duration!.value, { count: 1, sum: 1.5, min: 1.5 });
  });

  test('a value on a bound lies below it', () => {
    const counted = usage({ ...{ input: 64, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 } });
    const [input] = named(counted, 'gen_ai.client.token.usage').points;
    assert.equal((input!.value as Distribution).counts[3], 1);
  });

  test('have series for fifty models; what comes later is put together and stays there', () => {
    const models = [...Array(60).keys()].map((i) => ({ model: `m${i}` }));
    const { points } = named(usage(...models), 'gen_ai.client.inference.usage.output_tokens');
    assert.equal(points.length, 51);
    assert.deepEqual(
      points.slice(-2).map(({ attributes, value }) => [attributes['gen_ai.request.model'], value]),
      [
        ['m49', 500],
        ['(other)', 5000],
      ],
    );
  });

  test('families of Prometheus keep names that it makes the same again', () => {
    const family = { help: 'h', samples: [{ labels: { model: 'm' }, value: 1 }] };
    const names = [
      ['outlay_cost_usd_total', 'counter', 'outlay.cost_usd', '{USD}', 'sum'],
      ['cost_tracker_tokens_total', 'counter', 'cost_tracker.tokens', '{token}', 'sum'],
      ['outlay_messages', 'gauge', 'outlay.messages', '', 'gauge'],
      ['outlay_export_timestamp_seconds', 'gauge', 'outlay.export_timestamp_seconds', 's', 'gauge'],
    ] as const;
    for (const [name, type, expected, unit, kind] of names) {
      const metric = metricOf({ ...family, name, type });
      assert.deepEqual([metric.name, metric.unit, metric.kind], [expected, unit, kind]);
      // "Prometheus and OpenMetrics compatibility": what is no letter is _, a counter ends in _total.
      const back = metric.name.replaceAll('.', '_') + (kind === 'sum' ? '_total' : '');
      assert.equal(back, name);
    }
  });

  test('of a store that has changed are counted anew, and of another span', async () => {
    using dir = tempDir();
    unpackSet('sniffly', dir.path);
    const { db } = openForWriting(':memory:');
    const kept = new MetricsCollector();
    const countOf = async (more: Partial<OtlpQuestion> = {}) => {
      const context = reportContext(db, { now: Date.UTC(2026, 10, 24) });
      const asked = { context, question, open, sessions: 3, ...more };
      const { metrics } = await kept.collect(asked);
      assert.deepEqual(metrics, (await collectMetrics(asked)).metrics);
      return metrics.length;
    };
    const empty = await countOf();
    ingestAll(db, dir.path);
    const all = await countOf();
    assert.ok(all > empty);
    assert.equal(await countOf(), all);
    const span = { from: Date.UTC(2026, 10, 24), to: Date.UTC(2026, 10, 25) };
    assert.ok((await countOf({ question: { span, filters: {} } })) < all);
    assert.ok(
      (await countOf({ question: { span: undefined, filters: { agent: 'main' } } })) > empty,
    );
    assert.equal(await countOf(), all);
  });

  test('are of one moment, and begin where what was asked for begins', async () => {
    const context = contextOf('sniffly');
    const asked = { context, question, open, sessions: 3 };
    const first = [...collectRecords(asked)].flat()[0]!;
    assert.equal((await collectMetrics(asked)).from, first.to);
    const span = { from: first.to + 1, to: context.now };
    assert.equal(
      (await collectMetrics({ ...asked, question: { span, filters: {} } })).from,
      span.from,
    );
  });
});

describe('requests of OTLP', () => {
  test('say the same in protobuf and in JSON, in every signal', async () => {
    const context = contextOf('sniffly');
    const asked = { context, question, open, sessions: 3 };
    const { metrics, from } = await collectMetrics(asked);
    const records = [...collectRecords(asked)].flat();
    records.push(recordOf({ error: 'overloaded', kind: 'part' }));
    for (const signal of signals) {
      const write = (protocol: Protocol) =>
        signal === 'metrics'
          ? encoder.metrics(protocol, metrics, from, at)
          : signal === 'traces'
            ? encoder.traces(protocol, records)
            : encoder.logs(protocol, records, at);
      const [proto, json] = protocols.map((protocol) =>
        received(`/v1/${signal}`, typeOf(protocol), write(protocol)),
      );
      assert.deepEqual(proto, json);
      assert.deepEqual(proto!.resource, { 'service.name': 'outlay' });
      if (signal === 'metrics') assert.equal(proto!.metrics.length, metrics.length);
      else assert.equal((signal === 'traces' ? proto!.spans : proto!.logs).length, records.length);
    }
  });

  test('a span has its times, kind and status; a log record the event and the ids of the span', () => {
    const record = recordOf({ error: 'overloaded' });
    const bytes = encoder.traces('http/protobuf', [record]);
    const [span] = received('/v1/traces', 'application/x-protobuf', bytes).spans;
    assert.partialDeepStrictEqual(span, {
      ...{ traceId: record.traceId, spanId: record.spanId, parentId: '', kind: 3, status: 2 },
      name: 'chat claude-opus-4-7',
      from: BigInt(at - 1500) * 1_000_000n,
      to: BigInt(at) * 1_000_000n,
    });
    assert.deepEqual(span!.attributes, record.attributes);
    const logs = encoder.logs('http/protobuf', [record], at + 5);
    const [log] = received('/v1/logs', 'application/x-protobuf', logs).logs;
    assert.partialDeepStrictEqual(log, {
      event: 'gen_ai.client.inference.operation.details',
      ...{ traceId: record.traceId, spanId: record.spanId, severity: 17 },
      at: BigInt(at) * 1_000_000n,
    });
  });

  test('log records are what our own reader of telemetry reads', () => {
    const record = recordOf();
    const scalars = new Map(
      Object.entries(record.attributes).filter(([, value]) => !Array.isArray(value)),
    );
    const json = encoder.logs('http/json', [record], at);
    const read = [
      recordsInJson(new TextDecoder().decode(json)),
      recordsInProtobuf(encoder.logs('http/protobuf', [record], at)),
    ];
    for (const records of read) assert.deepEqual(records, [{ at, body: '', attributes: scalars }]);
  });

  test('are no requests of Claude Code to exact mode, whose receiver its variables may name', () => {
    for (const protocol of protocols) {
      const bytes = encoder.logs(protocol, [recordOf(), recordOf({ error: 'overloaded' })], at);
      const decoded = decodeExport({ contentType: typeOf(protocol), encoding: '', bytes });
      assert.partialDeepStrictEqual(decoded, { ok: true, events: [], unusable: 0 });
    }
  });

  test('sums are cumulative, begin at their beginning and end now', () => {
    const counted = new UsageMetrics(providerOf);
    counted.add(sample);
    const bytes = encoder.metrics('http/protobuf', counted.metrics(), at - 5, at);
    const { metrics } = received('/v1/metrics', 'application/x-protobuf', bytes);
    const input = metrics.find(({ name }) => name.endsWith('usage.input_tokens'))!;
    assert.deepEqual([input.kind, input.temporality, input.monotonic], ['sum', 2, true]);
    const [point] = input.points;
    assert.deepEqual(
      [point!.value, point!.from, point!.at],
      [13_000, BigInt(at - 5) * 1_000_000n, BigInt(at) * 1_000_000n],
    );
  });

  test('an answer that took only a part is understood in both forms, and rubbish is none', () => {
    const json = new TextEncoder().encode(
      '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}',
    );
    assert.deepEqual(rejectedOf('http/json', 'traces', json), { items: 2, why: 'too old' });
    const proto = Uint8Array.of(
      0x0a,
      0x0b,
      0x08,
      2,
      0x12,
      7,
      ...new TextEncoder().encode('too old'),
    );
    assert.deepEqual(rejectedOf('http/protobuf', 'logs', proto), { items: 2, why: 'too old' });
    for (const protocol of protocols) {
      for (const bytes of ['', '{}', 'null', '<html>', '\u0000\u0001'].map((text) =>
        Buffer.from(text),
      )) {
        assert.equal(rejectedOf(protocol, 'metrics', bytes), undefined, `${protocol} ${bytes}`);
      }
    }
  });
});

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
