import { isObject } from '../model/objects.ts';
import { type LogRecord, msOfNanos, type Scalar } from './logRecord.ts';
import { cumulativeTemporality, type MetricPoint } from './metricPoint.ts';

/**
 * The records of an `ExportLogsServiceRequest` in JSON (Protobuf's JSON mapping: names in lowerCamelCase,
 * 64-bit numbers as texts). What is not of its shape is passed over; throws where it is no JSON.
 */
export function recordsInJson(text: string): LogRecord[] {
  const root: unknown = JSON.parse(text);
  return itemsOf(root, 'resourceLogs')
    .flatMap((resource) => itemsOf(resource, 'scopeLogs'))
    .flatMap((scope) => itemsOf(scope, 'logRecords'))
    .flatMap((record) => (isObject(record) ? [recordOf(record)] : []));
}

/**
 * The points of all sums of an `ExportMetricsServiceRequest` in JSON. What is not of its shape is passed
 * over; throws where it is no JSON.
 */
export function pointsInJson(text: string): MetricPoint[] {
  const root: unknown = JSON.parse(text);
  return itemsOf(root, 'resourceMetrics')
    .flatMap((resource) => itemsOf(resource, 'scopeMetrics'))
    .flatMap((scope) => itemsOf(scope, 'metrics'))
    .flatMap((metric) => {
      if (!isObject(metric) || typeof metric.name !== 'string' || !isObject(metric.sum)) return [];
      const { name, sum } = metric;
      const temporality = sum.aggregationTemporality;
      const cumulative =
        temporality === cumulativeTemporality ||
        temporality === 'AGGREGATION_TEMPORALITY_CUMULATIVE';
      return itemsOf(sum, 'dataPoints').flatMap((point) =>
        isObject(point) ? [pointOf(name, cumulative, point)] : [],
      );
    });
}

function pointOf(
  name: string,
  cumulative: boolean,
  point: Readonly<Record<string, unknown>>,
): MetricPoint {
  const { asDouble, asInt } = point;
  const value = scalarOf(
    typeof asDouble === 'number' ? { doubleValue: asDouble } : { intValue: asInt },
  );
  return {
    name,
    startedAt: timeOf(point.startTimeUnixNano),
    at: timeOf(point.timeUnixNano),
    value: typeof value === 'number' ? value : Number.NaN,
    cumulative,
    attributes: attributesOf(point),
  };
}

function itemsOf(value: unknown, name: string): readonly unknown[] {
  const items = isObject(value) ? value[name] : undefined;
  return Array.isArray(items) ? items : [];
}

function recordOf(record: Readonly<Record<string, unknown>>): LogRecord {
  const body = scalarOf(record.body);
  return {
    at: timeOf(record.timeUnixNano),
    body: typeof body === 'string' ? body : '',
    attributes: attributesOf(record),
  };
}

function attributesOf(record: Readonly<Record<string, unknown>>): Map<string, Scalar> {
  const attributes = new Map<string, Scalar>();
  for (const attribute of itemsOf(record, 'attributes')) {
    if (!isObject(attribute)) continue;
    const { key = '' } = attribute;
    const value = scalarOf(attribute.value);
    if (typeof key === 'string' && value !== undefined) attributes.set(key, value);
  }
  return attributes;
}

/** A 64-bit number is a text; some exporters write a number all the same. */
function timeOf(value: unknown): number {
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return msOfNanos(BigInt(value));
  return typeof value === 'number' && value > 0 ? Math.floor(value / 1e6) : 0;
}

function scalarOf(value: unknown): Scalar | undefined {
  if (!isObject(value)) return undefined;
  const { stringValue, boolValue, intValue, doubleValue } = value;
  if (typeof stringValue === 'string') return stringValue;
  if (typeof boolValue === 'boolean') return boolValue;
  if (typeof intValue === 'number') return intValue;
  if (typeof intValue === 'string' && /^-?\d{1,19}$/.test(intValue)) return Number(intValue);
  if (typeof doubleValue === 'number') return doubleValue;
  return undefined;
}
