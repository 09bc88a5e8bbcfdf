import type { RequestEvent } from '../../src/model/requests/requestEvent.ts';

/** Log exports as OTLP/HTTP sends them, written from its definition by nothing that reads them. */

export type Scalar = string | number | boolean;

export interface WrittenRecord {
  readonly at: number;
  readonly body: string;
  readonly attributes: readonly (readonly [string, Scalar])[];
}

/** The record Claude Code writes of a request. */
export function recordOf(event: RequestEvent): WrittenRecord {
  const { usage } = event;
  const name = event.failed ? 'api_error' : 'api_request';
  const optional: (readonly [string, Scalar | null])[] = [
    ['request_id', event.requestId || null],
    ['agent_id', event.agentId || null],
    ['prompt.id', event.promptId || null],
    ['duration_ms', event.durationMs],
    ['ttft_ms', event.firstTokenMs],
    ['attempt', event.attempts === 1 ? null : event.attempts],
    ['status_code', event.status || null],
  ];
  const answered: [string, Scalar][] = event.failed
    ? []
    : [
        ['cost_usd', event.nano / 1e9],
        ['input_tokens', usage.input],
        ['output_tokens', usage.output],
        ['cache_read_tokens', usage.cacheRead],
        ['cache_creation_tokens', usage.cacheWrite5m + usage.cacheWrite1h],
        ['cache_creation_5m_tokens', usage.cacheWrite5m],
        ['cache_creation_1h_tokens', usage.cacheWrite1h],
      ];
  return {
    at: event.at,
    body: `claude_code.${name}`,
    attributes: [
      ['session.id', event.sessionId],
      ['event.name', name],
      ['event.timestamp', new Date(event.at).toISOString()],
      ['event.sequence', event.sequence],
      ['model', event.model],
      ['query_source', event.source],
      ...answered,
      ...optional.flatMap(([key, value]): [string, Scalar][] =>
        value === null ? [] : [[key, value]],
      ),
    ],
  };
}

/** In JSON; each record in a scope of its own where `spread`. */
export function jsonExport(records: readonly WrittenRecord[], spread = false): Buffer {
  const logRecords = records.map(({ at, body, attributes }) => ({
    timeUnixNano: `${at}000000`,
    severityNumber: 9,
    body: { stringValue: body },
    attributes: attributes.map(([key, value]) => ({ key, value: jsonValue(value) })),
  }));
  const groups = spread ? logRecords.map((record) => [record]) : [logRecords];
  const scopeLogs = groups.map((group) => ({ scope: { name: 'events' }, logRecords: group }));
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'claude-code' } }] };
  return Buffer.from(JSON.stringify({ resourceLogs: [{ resource, scopeLogs }] }));
}

function jsonValue(value: Scalar): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** In protobuf. */
export function protobufExport(records: readonly WrittenRecord[], spread = false): Buffer {
  const written = records.map(({ at, body, attributes }) =>
    Buffer.concat([
      fixed64(1, BigInt(at) * 1_000_000n),
      varintField(2, 9n),
      bytesField(5, anyValue(body)),
      ...attributes.map(([key, value]) =>
        bytesField(
          6,
          Buffer.concat([bytesField(1, Buffer.from(key)), bytesField(2, anyValue(value))]),
        ),
      ),
      fixed64(11, BigInt(at) * 1_000_000n),
    ]),
  );
  const groups = spread ? written.map((record) => [record]) : [written];
  const scopes = groups.map((group) =>
    bytesField(
      2,
      Buffer.concat([
        bytesField(1, bytesField(1, Buffer.from('events'))),
        ...group.map((record) => bytesField(2, record)),
      ]),
    ),
  );
  return bytesField(1, Buffer.concat(scopes));
}

export function anyValue(value: Scalar): Buffer {
  if (typeof value === 'string') return bytesField(1, Buffer.from(value));
  if (typeof value === 'boolean') return varintField(2, value ? 1n : 0n);
  if (Number.isInteger(value)) return varintField(3, BigInt.asUintN(64, BigInt(value)));
  return doubleField(4, value);
}

export function doubleField(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint((BigInt(number) << 3n) | 1n), bytes]);
}

export function bytesField(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([varint((BigInt(number) << 3n) | 2n), varint(BigInt(bytes.length)), bytes]);
}

export function varintField(number: number, value: bigint): Buffer {
  return Buffer.concat([varint(BigInt(number) << 3n), varint(value)]);
}

export function fixed64(number: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([varint((BigInt(number) << 3n) | 1n), bytes]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? byte | 0x80 : byte);
  } while (rest > 0n);
  return Buffer.from(bytes);
}
