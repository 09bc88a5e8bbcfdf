import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  collectRecords,
  MetricsCollector,
  type OtlpQuestion,
} from '../../../src/export/otlp/collect.ts';
import { rejectedOf } from '../../../src/export/otlp/encoder.ts';
import { MessageRecords } from '../../../src/export/otlp/messageRecord.ts';
import { type Distribution, metricOf } from '../../../src/export/otlp/metric.ts';
import { attributeNames, attributeTexts, genAiMetrics } from '../../../src/export/otlp/names.ts';
import { type Protocol, protocols, signals } from '../../../src/export/otlp/settings.ts';
import { UsageMetrics } from '../../../src/export/otlp/usageMetrics.ts';
import type { ExportRow } from '../../../src/export/rows.ts';
import { select } from '../../../src/query/select.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { decodeExport } from '../../../src/telemetry/decodeExport.ts';
import { recordsInJson } from '../../../src/telemetry/readJson.ts';
import { recordsInProtobuf } from '../../../src/telemetry/readProtobuf.ts';
import { ingestAll, soleWriter } from '../../lib/ingest.ts';
import { received } from '../../lib/otlpReceived.ts';
import { at, encoder, providerOf, recordOf, sample } from '../../lib/otlpSample.ts';
import { reportContext } from '../../lib/reportContext.ts';
import { byDayBefore, thinAll } from '../../lib/retention.ts';
import { tempDir } from '../../lib/tempDir.ts';
import { expectedSets, unpackSet } from '../../lib/transcriptSets.ts';

const ids = (more: Partial<ExportRow>) => recordOf(more).spanId;
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
    const { attributes } = recordOf({ title: 'T', lower: 1, recovered: true, error: 'overloaded' });
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
