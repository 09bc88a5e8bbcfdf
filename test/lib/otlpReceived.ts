import { type Field, fieldsOf } from '../../src/telemetry/protobuf.ts';

/** What collectors get, read by the field numbers of OpenTelemetry's definition (opentelemetry-proto 1.x). */

export type Attributes = Readonly<Record<string, unknown>>;

export interface ReceivedPoint {
  readonly attributes: Attributes;
  /** Nanoseconds since 1970. */
  readonly from: bigint;
  readonly at: bigint;
  readonly value: number;
  readonly distribution: object | undefined;
}

export interface ReceivedMetric {
  readonly name: string;
  readonly unit: string;
  readonly kind: string;
  /** 2: cumulative. */
  readonly temporality: number | undefined;
  readonly monotonic: boolean | undefined;
  readonly points: readonly ReceivedPoint[];
}

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  /** 1 internal, 3 client. */
  readonly kind: number;
  readonly from: bigint;
  readonly to: bigint;
  /** 0 unset, 2 error. */
  readonly status: number;
  readonly attributes: Attributes;
}

export interface ReceivedLog {
  readonly event: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly at: bigint;
  readonly severity: number;
  readonly attributes: Attributes;
}

export interface Received {
  readonly resource: Attributes;
  readonly metrics: readonly ReceivedMetric[];
  readonly spans: readonly ReceivedSpan[];
  readonly logs: readonly ReceivedLog[];
}

/** A message as Protobuf's JSON mapping writes it. */
type Json = { readonly [name: string]: unknown };

type Kind = 'text' | 'bytes' | 'int' | 'bool' | 'fixed' | 'double' | 'fixedList' | 'doubleList';
type Shape = {
  readonly [field: number]: readonly [name: string, kind: Kind | Shape, list?: 'list'];
};

const anyValue: Shape = {
  1: ['stringValue', 'text'],
  2: ['boolValue', 'bool'],
  3: ['intValue', 'int'],
  4: ['doubleValue', 'double'],
  get 5(): Shape[number] {
    return ['arrayValue', { 1: ['values', anyValue, 'list'] }];
  },
};
const attribute: Shape = { 1: ['key', 'text'], 2: ['value', anyValue] };
const numberPoint: Shape = {
  2: ['startTimeUnixNano', 'fixed'],
  3: ['timeUnixNano', 'fixed'],
  4: ['asDouble', 'double'],
  6: ['asInt', 'fixed'],
  7: ['attributes', attribute, 'list'],
};
const histogramPoint: Shape = {
  2: ['startTimeUnixNano', 'fixed'],
  3: ['timeUnixNano', 'fixed'],
  4: ['count', 'fixed'],
  5: ['sum', 'double'],
  6: ['bucketCounts', 'fixedList'],
  7: ['explicitBounds', 'doubleList'],
  9: ['attributes', attribute, 'list'],
  11: ['min', 'double'],
  12: ['max', 'double'],
};
const metric: Shape = {
  1: ['name', 'text'],
  3: ['unit', 'text'],
  5: ['gauge', { 1: ['dataPoints', numberPoint, 'list'] }],
  7: [
    'sum',
    {
      1: ['dataPoints', numberPoint, 'list'],
      2: ['aggregationTemporality', 'int'],
      3: ['isMonotonic', 'bool'],
    },
  ],
  9: [
    'histogram',
    { 1: ['dataPoints', histogramPoint, 'list'], 2: ['aggregationTemporality', 'int'] },
  ],
};
const span: Shape = {
  1: ['traceId', 'bytes'],
  2: ['spanId', 'bytes'],
  4: ['parentSpanId', 'bytes'],
  5: ['name', 'text'],
  6: ['kind', 'int'],
  7: ['startTimeUnixNano', 'fixed'],
  8: ['endTimeUnixNano', 'fixed'],
  9: ['attributes', attribute, 'list'],
  15: ['status', { 3: ['code', 'int'] }],
};
const log: Shape = {
  1: ['timeUnixNano', 'fixed'],
  2: ['severityNumber', 'int'],
  6: ['attributes', attribute, 'list'],
  9: ['traceId', 'bytes'],
  10: ['spanId', 'bytes'],
  12: ['eventName', 'text'],
};

const request = (of: string, scope: string, items: string, item: Shape): Shape => ({
  1: [
    of,
    {
      1: ['resource', { 1: ['attributes', attribute, 'list'] }],
      2: [scope, { 2: [items, item, 'list'] }, 'list'],
    },
    'list',
  ],
});
const requests: Readonly<Record<string, Shape>> = {
  metrics: request('resourceMetrics', 'scopeMetrics', 'metrics', metric),
  traces: request('resourceSpans', 'scopeSpans', 'spans', span),
  logs: request('resourceLogs', 'scopeLogs', 'logRecords', log),
};

function jsonOf(bytes: Uint8Array, shape: Shape): Json {
  const found: Record<string, unknown> = {};
  for (const field of fieldsOf(bytes)) {
    const known = shape[field.number];
    if (known === undefined) continue;
    const [name, kind, list] = known;
    const value = fieldValue(field, kind);
    if (list === undefined) found[name] = value;
    else found[name] = [...((found[name] as unknown[]) ?? []), value];
  }
  return found;
}

function fieldValue(field: Field, kind: Kind | Shape): unknown {
  if (field.kind === 'bytes') {
    if (typeof kind === 'object') return jsonOf(field.bytes, kind);
    if (kind === 'text') return new TextDecoder().decode(field.bytes);
    if (kind === 'bytes') return Buffer.from(field.bytes).toString('hex');
    const view = new DataView(field.bytes.buffer, field.bytes.byteOffset, field.bytes.length);
    return [...Array(field.bytes.length / 8).keys()].map((i) =>
      kind === 'doubleList' ? view.getFloat64(8 * i, true) : String(view.getBigUint64(8 * i, true)),
    );
  }
  if (kind === 'bool') return field.value !== 0n;
  if (kind !== 'double') return String(BigInt.asIntN(64, field.value));
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, field.value);
  return view.getFloat64(0);
}

/** Reads a request by its path, such as `/v1/metrics`, in either form. */
export function received(path: string, contentType: string, body: Uint8Array): Received {
  const signal = path.split('/').at(-1)!;
  const json =
    contentType === 'application/json'
      ? (JSON.parse(new TextDecoder().decode(body)) as Json)
      : jsonOf(body, requests[signal]!);
  const all = list(json, 'resourceMetrics', 'resourceSpans', 'resourceLogs');
  const scopes = all.flatMap((each) => list(each, 'scopeMetrics', 'scopeSpans', 'scopeLogs'));
  return {
    resource: attributesOf((all[0]?.resource ?? {}) as Json),
    metrics: scopes.flatMap((scope) => list(scope, 'metrics')).map(metricOf),
    spans: scopes.flatMap((scope) => list(scope, 'spans')).map(spanOf),
    logs: scopes.flatMap((scope) => list(scope, 'logRecords')).map(logOf),
  };
}

function list(json: Json, ...names: readonly string[]): Json[] {
  return names.flatMap((name) => (json[name] ?? []) as Json[]);
}

function metricOf(json: Json): ReceivedMetric {
  const kind = ['gauge', 'sum', 'histogram'].find((each) => json[each] !== undefined)!;
  const data = json[kind] as Json;
  const { aggregationTemporality: temporality, isMonotonic } = data;
  return {
    name: String(json.name),
    unit: String(json.unit ?? ''),
    kind,
    temporality: temporality === undefined ? undefined : Number(temporality),
    monotonic: isMonotonic as boolean | undefined,
    points: list(data, 'dataPoints').map((point) => ({
      attributes: attributesOf(point),
      from: BigInt(String(point.startTimeUnixNano ?? 0)),
      at: BigInt(String(point.timeUnixNano ?? 0)),
      value: Number(point.asDouble ?? point.asInt ?? 0),
      distribution:
        kind !== 'histogram'
          ? undefined
          : {
              ...Object.fromEntries(
                ['count', 'sum', 'min', 'max'].map((name) => [name, Number(point[name] ?? 0)]),
              ),
              counts: (point.bucketCounts as unknown[]).map(Number),
              bounds: (point.explicitBounds as unknown[]).map(Number),
            },
    })),
  };
}

function spanOf(json: Json): ReceivedSpan {
  return {
    traceId: String(json.traceId),
    spanId: String(json.spanId),
    parentId: String(json.parentSpanId ?? ''),
    name: String(json.name),
    kind: Number(json.kind),
    from: BigInt(String(json.startTimeUnixNano)),
    to: BigInt(String(json.endTimeUnixNano)),
    status: Number((json.status as Json | undefined)?.code ?? 0),
    attributes: attributesOf(json),
  };
}

function logOf(json: Json): ReceivedLog {
  return {
    event: String(json.eventName),
    traceId: String(json.traceId),
    spanId: String(json.spanId),
    at: BigInt(String(json.timeUnixNano)),
    severity: Number(json.severityNumber),
    attributes: attributesOf(json),
  };
}

function attributesOf(json: Json): Attributes {
  return Object.fromEntries(
    list(json, 'attributes').map(({ key, value }) => [String(key), scalarOf(value as Json)]),
  );
}

function scalarOf({ stringValue, boolValue, intValue, doubleValue, arrayValue }: Json): unknown {
  if (arrayValue !== undefined) return list(arrayValue as Json, 'values').map(scalarOf);
  if (intValue !== undefined) return Number(intValue);
  return stringValue ?? boolValue ?? doubleValue;
}
