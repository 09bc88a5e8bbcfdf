import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { isBackgroundSource, requestKind } from '../../../src/model/requests/requestKind.ts';
import type { ToldSum } from '../../../src/model/requests/toldSum.ts';
import { decodeMetrics } from '../../../src/telemetry/decodeExport.ts';
import { mutilated } from '../../lib/mutilated.ts';
import { jsonMetrics, protobufMetrics, type WrittenPoint } from '../../lib/otlpMetrics.ts';

const json = 'application/json';
const protobuf = 'application/x-protobuf';
const decode = (contentType: string, bytes: Uint8Array, encoding = '') =>
  decodeMetrics({ contentType, bytes, encoding });

const from = Date.UTC(2026, 10, 20);
const anyPoint: fc.Arbitrary<WrittenPoint> = fc
  .record({
    sessionId: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    source: fc.constantFrom('main', 'subagent', 'auxiliary', 'plugin_model_complete', ''),
    startedAt: fc.integer({ min: from, max: from + 86_400_000 }),
    took: fc.nat(60_000),
    nano: fc.integer({ min: 1, max: 9_000_000_000 }),
    model: fc.string({ unit: 'binary', maxLength: 40 }),
  })
  .map(({ took, nano, ...point }) => ({ ...point, at: point.startedAt + took, usd: nano / 1e9 }));

function sumsOf(bytes: Uint8Array, type = json): readonly ToldSum[] {
  const decoded = decode(type, bytes);
  assert.ok(decoded.ok);
  assert.equal(decoded.unusable, 0);
  return decoded.sums;
}

describe('exports of metrics', () => {
  it('say what background requests cost, in JSON and in protobuf, packed or not', () => {
    fc.assert(
      fc.property(fc.array(anyPoint, { maxLength: 8 }), fc.boolean(), (points, cumulative) => {
        const temporality = cumulative ? 2 : 1;
        const expected = points
          .filter(({ source }) => source === 'auxiliary' || source.startsWith('plugin'))
          .map(({ sessionId, startedAt, at, usd }) => ({
            sessionId,
            startedAt,
            at,
            nano: Math.round(usd * 1e9),
            cumulative,
          }));
        const bodies = [
          [json, jsonMetrics(points, temporality)],
          [protobuf, protobufMetrics(points, temporality)],
        ] as const;
        const found = bodies.map(([type, bytes]) => {
          const packed = decode(type, gzipSync(bytes), 'gzip');
          assert.deepEqual(packed.ok && packed.sums, sumsOf(bytes, type));
          return sumsOf(bytes, type);
        });
        assert.deepEqual(found[0], found[1]);
        assert.deepEqual(
          found[0]!.map(({ series: _, ...sum }) => sum),
          expected,
        );
      }),
    );
  });

  it('a series is what all attributes say, and where it goes on its beginning', () => {
    const point = { sessionId: 's', source: 'auxiliary', startedAt: from, at: from + 1, usd: 1 };
    const seriesOf = (change: object, temporality?: number): number | undefined =>
      sumsOf(jsonMetrics([{ ...point, ...change }], temporality))[0]?.series;
    assert.equal(seriesOf({ startedAt: from + 1, usd: 2 }), seriesOf({}));
    assert.notEqual(seriesOf({ model: 'another' }), seriesOf({}));
    assert.notEqual(seriesOf({ startedAt: from + 1 }, 2), seriesOf({}, 2));
    assert.equal(seriesOf({ at: from + 9, usd: 2 }, 2), seriesOf({}, 2));
  });

  it('a sum without a session, a time or an amount cannot be used, and is counted', () => {
    const point = { sessionId: 's', source: 'auxiliary', startedAt: from, at: from, usd: 1 };
    for (const change of [
      { sessionId: '' },
      { startedAt: 1 },
      { at: 1 },
      { startedAt: from + 1 },
      { usd: -1 },
      { usd: 1e300 },
      { usd: Number.NaN },
    ]) {
      const decoded = decode(protobuf, protobufMetrics([{ ...point, ...change }]));
      assert.ok(decoded.ok);
      assert.deepEqual([decoded.sums.length, decoded.unusable], [0, 1], JSON.stringify(change));
    }
    assert.deepEqual(sumsOf(protobufMetrics([{ ...point, usd: 0 }]), protobuf), []);
  });

  it('are answered whatever the bytes are', () => {
    const point = { sessionId: 's', source: 'auxiliary', startedAt: from, at: from, usd: 1 };
    const whole = protobufMetrics([point]);
    const bodies = fc.oneof(fc.uint8Array({ maxLength: 200 }), mutilated(whole));
    fc.assert(
      fc.property(bodies, fc.constantFrom(json, protobuf), (bytes, type) => {
        const result = decode(type, bytes);
        if (!result.ok) assert.equal(result.status, 400);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const points = [value, { attributes: value, asDouble: value }];
        const metrics = [value, { name: 'claude_code.cost.usage', sum: { dataPoints: points } }];
        const body = { resourceMetrics: [value, { scopeMetrics: [value, { metrics }] }] };
        const result = decode(json, Buffer.from(JSON.stringify(body)));
        assert.deepEqual(result, { ok: true, form: 'json', sums: [], unusable: 0 });
      }),
    );
  });
});

describe('requests that metrics sum up as the background', () => {
  it('are those of neither the main thread nor a subagent, as the client has it', () => {
    for (const source of ['sdk', 'repl_main_thread:outputStyle:custom', 'agent:builtin:Explore']) {
      assert.equal(isBackgroundSource(source), false, source);
    }
    assert.equal(isBackgroundSource('hook_agent'), false);
    assert.equal(isBackgroundSource(''), false);
    for (const source of ['compact', 'generate_session_title', 'hook_prompt', 'auto_mode']) {
      assert.equal(isBackgroundSource(source), true, source);
      assert.notEqual(requestKind(source), 'answer');
    }
  });
});
