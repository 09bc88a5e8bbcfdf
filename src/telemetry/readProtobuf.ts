import { type LogRecord, msOfNanos, type Scalar } from './logRecord.ts';
import { cumulativeTemporality, type MetricPoint } from './metricPoint.ts';
import { fieldsOf } from './protobuf.ts';

/**
 * The records of an `ExportLogsServiceRequest` in protobuf (opentelemetry/proto/collector/logs/v1).
 * Resources and scopes are passed over. Throws `ProtobufError` where it is none.
 */
export function recordsInProtobuf(bytes: Uint8Array): LogRecord[] {
  return leaves(bytes).map(recordOf);
}

/**
 * The points of all sums of an `ExportMetricsServiceRequest` in protobuf
 * (opentelemetry/proto/collector/metrics/v1). Throws `ProtobufError` where it is none.
 */
export function pointsInProtobuf(bytes: Uint8Array): MetricPoint[] {
  return leaves(bytes).flatMap((part) => {
    const name = textOf(parts(part, metric.name).at(-1) ?? new Uint8Array());
    return parts(part, metric.sum).flatMap((whole) => {
      let cumulative = false;
      for (const field of fieldsOf(whole)) {
        if (field.number !== sum.temporality || field.kind !== 'varint') continue;
        cumulative = field.value === BigInt(cumulativeTemporality);
      }
      return parts(whole, sum.points).map((point) => pointOf(name, cumulative, point));
    });
  });
}

/** The records or metrics of an export: in scopes, which are in resources. */
function leaves(bytes: Uint8Array): Uint8Array[] {
  return parts(bytes, resources)
    .flatMap((resource) => parts(resource, scopes))
    .flatMap((scope) => parts(scope, inScope));
}

// Numbers of fields, by the messages they stand in; those of logs and of metrics are the same.
const resources = 1;
const scopes = 2;
const inScope = 2;
const metric = { name: 1, sum: 7 } as const;
const sum = { points: 1, temporality: 2 } as const;
const point = { started: 2, time: 3, double: 4, int: 6, attribute: 7 } as const;
const record = { time: 1, body: 5, attribute: 6 } as const;
const keyValue = { key: 1, value: 2 } as const;
const anyValue = { string: 1, bool: 2, int: 3, double: 4 } as const;

/** The messages in a repeated field. */
function parts(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.number === wanted && field.kind === 'bytes') found.push(field.bytes);
  }
  return found;
}

function recordOf(bytes: Uint8Array): LogRecord {
  let at = 0;
  let body = '';
  const attributes = new Map<string, Scalar>();
  for (const field of fieldsOf(bytes)) {
    if (field.number === record.time && field.kind === 'fixed64') at = msOfNanos(field.value);
    if (field.kind !== 'bytes') continue;
    if (field.number === record.body) {
      const value = scalarOf(field.bytes);
      body = typeof value === 'string' ? value : '';
    }
    if (field.number === record.attribute) addAttribute(attributes, field.bytes);
  }
  return { at, body, attributes };
}

function pointOf(name: string, cumulative: boolean, bytes: Uint8Array): MetricPoint {
  let [startedAt, at, value] = [0, 0, Number.NaN];
  const attributes = new Map<string, Scalar>();
  for (const field of fieldsOf(bytes)) {
    if (field.number === point.attribute && field.kind === 'bytes') {
      addAttribute(attributes, field.bytes);
    }
    if (field.kind !== 'fixed64') continue;
    if (field.number === point.started) startedAt = msOfNanos(field.value);
    if (field.number === point.time) at = msOfNanos(field.value);
    if (field.number === point.double) value = doubleOf(field.value);
    if (field.number === point.int) value = Number(BigInt.asIntN(64, field.value));
  }
  return { name, startedAt, at, value, cumulative, attributes };
}

function addAttribute(attributes: Map<string, Scalar>, bytes: Uint8Array): void {
  let key = '';
  let value: Scalar | undefined;
  for (const field of fieldsOf(bytes)) {
    if (field.kind !== 'bytes') continue;
    if (field.number === keyValue.key) key = textOf(field.bytes);
    if (field.number === keyValue.value) value = scalarOf(field.bytes);
  }
  if (value !== undefined) attributes.set(key, value);
}

function scalarOf(bytes: Uint8Array): Scalar | undefined {
  let value: Scalar | undefined;
  // Of several the last one is meant.
  for (const field of fieldsOf(bytes)) {
    if (field.kind === 'bytes') {
      value = field.number === anyValue.string ? textOf(field.bytes) : undefined;
    } else if (field.number === anyValue.bool) value = field.value !== 0n;
    else if (field.number === anyValue.int) value = Number(BigInt.asIntN(64, field.value));
    else if (field.number === anyValue.double && field.kind === 'fixed64') {
      value = doubleOf(field.value);
    }
  }
  return value;
}

function doubleOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
