import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { requestKind } from '../../../src/model/requests/requestKind.ts';
import { decodeExport, mostBody } from '../../../src/telemetry/decodeExport.ts';
import { mutilated } from '../../lib/mutilated.ts';
import { jsonExport, protobufExport, recordOf, type WrittenRecord } from '../../lib/otlp.ts';
import { anyRequestEvent, requestEvent } from '../../lib/requestEvents.ts';

const json = 'application/json';
const protobuf = 'application/x-protobuf';
const decode = (contentType: string, bytes: Uint8Array, encoding = '') =>
  decodeExport({ contentType, bytes, encoding });

const prompt: WrittenRecord = {
  at: Date.UTC(2026, 10, 20),
  body: 'claude_code.user_prompt',
  attributes: [
    ['session.id', 's'],
    ['prompt', 'a secret'],
  ],
};

describe('exports of logs', () => {
  it('are the same events in JSON and in protobuf, packed or not', () => {
    fc.assert(
      fc.property(fc.array(anyRequestEvent, { maxLength: 8 }), fc.boolean(), (events, spread) => {
        const records = [prompt, ...events.map(recordOf)];
        const expected = { ok: true, events, unusable: 0 };
        for (const [type, bytes] of [
          [json, jsonExport(records, spread)],
          [protobuf, protobufExport(records, spread)],
        ] as const) {
          const form = type === json ? 'json' : 'protobuf';
          assert.deepEqual(decode(type, bytes), { ...expected, form });
          assert.deepEqual(decode(type, gzipSync(bytes), 'gzip'), { ...expected, form });
        }
      }),
    );
  });

  it('are answered whatever the bytes are', () => {
    const whole = protobufExport([
      prompt,
      recordOf(requestEvent({ sessionId: 's', at: prompt.at })),
    ]);
    const bodies = fc.oneof(fc.uint8Array({ maxLength: 200 }), mutilated(whole));
    fc.assert(
      fc.property(
        bodies,
        fc.constantFrom(json, protobuf),
        fc.constantFrom('', 'gzip'),
        (...given) => {
          const [bytes, type, encoding] = given;
          const result = decode(type, bytes, encoding);
          if (!result.ok) assert.equal(result.status, 400);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('any JSON is answered', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const records = [value, { attributes: value }, { attributes: [value, { value }] }];
        const body = { resourceLogs: [value, { scopeLogs: [value, { logRecords: records }] }] };
        const result = decode(json, Buffer.from(JSON.stringify(body)));
        assert.deepEqual(result, { ok: true, form: 'json', events: [], unusable: 0 });
      }),
    );
  });

  it('too much, packed or not, and other forms are refused', () => {
    assert.deepEqual(decode(json, new Uint8Array(mostBody + 1)), { ok: false, status: 413 });
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20));
    assert.deepEqual(decode(json, bomb, 'gzip'), { ok: false, status: 413 });
    assert.deepEqual(decode('text/plain', Buffer.from('{}')), { ok: false, status: 415 });
    assert.deepEqual(decode(json, Buffer.from('{}'), 'br'), { ok: false, status: 415 });
    assert.equal(decode('Application/JSON; charset=utf-8', Buffer.from('{}')).ok, true);
  });
});

describe('an event', () => {
  const at = prompt.at;
  const event = requestEvent({ sessionId: 's', at, requestId: 'r', nano: 47_360_600 });
  const changed = (key: string, value: string | number | undefined) => {
    const record = recordOf(event);
    const rest = record.attributes.filter(([name]) => name !== key);
    const attributes = value === undefined ? rest : [...rest, [key, value] as const];
    const result = decode(json, jsonExport([{ ...record, attributes }]));
    assert.ok(result.ok);
    return result;
  };

  it('costs what the client says, exactly, or to the millionth', () => {
    assert.equal(changed('', undefined).events[0]?.nano, 47_360_600);
    const record = recordOf(event);
    const attributes = record.attributes.map(([key, value]) =>
      key === 'cost_usd' ? (['cost_usd_micros', 47_361] as const) : ([key, value] as const),
    );
    const result = decode(json, jsonExport([{ ...record, attributes }]));
    assert.equal(result.ok && result.events[0]?.nano, 47_361_000);
  });

  it('without a session, a time or an amount cannot be used, and is counted', () => {
    for (const [key, value] of [
      ['session.id', undefined],
      ['event.timestamp', '1999-01-01T00:00:00Z'],
      ['cost_usd', undefined],
      ['cost_usd', -1],
      ['cost_usd', 1e300],
      ['cost_usd', 'much'],
    ] as const) {
      const { events, unusable } = changed(key, value);
      assert.deepEqual([events.length, unusable], [0, 1], `${key} ${value}`);
    }
  });

  it('without its own time has that of its record', () => {
    assert.equal(changed('event.timestamp', undefined).events[0]?.at, at);
  });

  it('numbers may be texts, as in events of other kinds', () => {
    assert.equal(changed('duration_ms', '264').events[0]?.durationMs, 264);
    assert.equal(changed('duration_ms', 'long').events[0]?.durationMs, null);
  });

  it('what is cached without a lifetime is cached for five minutes', () => {
    const { usage } = changed('cache_creation_tokens', 700).events[0]!;
    assert.deepEqual([usage.cacheWrite5m, usage.cacheWrite1h], [700, 0]);
  });
});

describe('what a request was for', () => {
  it('follows from what the client calls its source', () => {
    const kinds = {
      compact: 'compaction',
      generate_session_title: 'title',
      auto_mode: 'permission',
      auto_mode_critique: 'permission',
      web_search_tool: 'webSearch',
      side_question: 'sideQuestion',
      'repl_main_thread:outputStyle:Concise': 'answer',
      'agent:builtin:Explore': 'answer',
      sdk: 'answer',
      insights: 'other',
      '': 'other',
    };
    for (const [source, kind] of Object.entries(kinds)) assert.equal(requestKind(source), kind);
  });
});
