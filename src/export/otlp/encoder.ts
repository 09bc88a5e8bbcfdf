import {
  type Attributes,
  type HrTime,
  SeverityNumber,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  ValueType,
} from '@opentelemetry/api';
import {
  type ISerializer,
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import type { MessageRecord } from './messageRecord.ts';
import type { Metric } from './metric.ts';
import { messageEvent } from './names.ts';
import type { Protocol, Signal } from './settings.ts';

type RequestOf<S> = S extends ISerializer<infer R, unknown> ? R : never;
type Span = RequestOf<typeof JsonTraceSerializer>[number];
type LogRecord = RequestOf<typeof JsonLogsSerializer>[number];
type Resource = Span['resource'];

const serializers = {
  'http/json': {
    metrics: JsonMetricsSerializer,
    traces: JsonTraceSerializer,
    logs: JsonLogsSerializer,
  },
  'http/protobuf': {
    metrics: ProtobufMetricsSerializer,
    traces: ProtobufTraceSerializer,
    logs: ProtobufLogsSerializer,
  },
};

/** What the other side did not take of a request it accepted. */
export interface Rejected {
  readonly items: number;
  /** In the other side's words. */
  readonly why: string;
}

/** Writes requests of OTLP with OpenTelemetry's own library, and reads their answers. */
export class Encoder {
  readonly #resource: Resource;
  readonly #scope: { readonly name: string; readonly version: string };

  constructor(resource: Readonly<Record<string, string>>, version: string) {
    // All that is written of one; the package that makes them brings programs that ask for the machine's id.
    this.#resource = { attributes: resource } as Resource;
    this.#scope = { name: 'outlay', version };
  }

  /** Points of sums begin at `from`; all are of `at`. Times in UTC milliseconds. */
  metrics(protocol: Protocol, metrics: readonly Metric[], from: number, at: number): Uint8Array {
    const times = { startTime: hrTime(from), endTime: hrTime(at) };
    const request = {
      resource: this.#resource,
      scopeMetrics: [
        { scope: this.#scope, metrics: metrics.map((metric) => metricData(metric, times)) },
      ],
    };
    return bytesOf(serializers[protocol].metrics.serializeRequest(request));
  }

  /** Messages as spans. */
  traces(protocol: Protocol, records: readonly MessageRecord[]): Uint8Array {
    const spans = records.map((record) => this.#span(record));
    return bytesOf(serializers[protocol].traces.serializeRequest(spans));
  }

  /** Messages as log records; they were observed at `at`. */
  logs(protocol: Protocol, records: readonly MessageRecord[], at: number): Uint8Array {
    const logs = records.map((record) => this.#log(record, at));
    return bytesOf(serializers[protocol].logs.serializeRequest(logs));
  }

  #span(record: MessageRecord): Span {
    const { traceId, name, kind, from, to, error, parentId } = record;
    const context = contextOf(record);
    return {
      name,
      kind: kind === 'message' || kind === 'part' ? SpanKind.CLIENT : SpanKind.INTERNAL,
      spanContext: () => context,
      ...(parentId !== undefined && {
        parentSpanContext: { traceId, spanId: parentId, traceFlags: TraceFlags.SAMPLED },
      }),
      startTime: hrTime(from),
      endTime: hrTime(to),
      duration: hrTime(to - from),
      status: { code: error === '' ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
      attributes: record.attributes as Attributes,
      ...{ links: [], events: [], ended: true },
      resource: this.#resource,
      instrumentationScope: this.#scope,
      ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
    };
  }

  #log(record: MessageRecord, at: number): LogRecord {
    const { kind, to, error, attributes } = record;
    return {
      hrTime: hrTime(to),
      hrTimeObserved: hrTime(at),
      spanContext: contextOf(record),
      severityNumber: error === '' ? SeverityNumber.INFO : SeverityNumber.ERROR,
      eventName: kind === 'message' || kind === 'part' ? messageEvent : `outlay.${kind}`,
      attributes: attributes as Attributes,
      droppedAttributesCount: 0,
      resource: this.#resource,
      instrumentationScope: this.#scope,
    };
  }
}

/** What an answer of 2xx says was not taken; undefined where all was, or nobody can tell. */
export function rejectedOf(
  protocol: Protocol,
  signal: Signal,
  answer: Uint8Array,
): Rejected | undefined {
  let partial: object | undefined;
  try {
    partial = serializers[protocol][signal].deserializeResponse(answer)?.partialSuccess;
  } catch {
    return undefined;
  }
  if (partial === undefined || partial === null) return undefined;
  const told = partial as Readonly<Record<string, unknown>>;
  const items = Number(told.rejectedDataPoints ?? told.rejectedSpans ?? told.rejectedLogRecords);
  const why = typeof told.errorMessage === 'string' ? told.errorMessage : '';
  return items > 0 || why !== '' ? { items: items > 0 ? items : 0, why } : undefined;
}

function contextOf({ traceId, spanId }: MessageRecord) {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
}

function metricData(
  metric: Metric,
  times: { readonly startTime: HrTime; readonly endTime: HrTime },
): MetricData {
  const { name, text, unit, kind } = metric;
  const base = {
    descriptor: { name, unit, description: text, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (kind !== 'histogram') {
    const dataPoints = metric.points.map(({ attributes, value }) => ({
      ...times,
      attributes,
      value,
    }));
    if (kind === 'gauge') return { ...base, dataPointType: DataPointType.GAUGE, dataPoints };
    return { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints };
  }
  return {
    ...base,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: metric.points.map(({ attributes, value }) => {
      const { bounds, counts, count, sum, min, max } = value;
      const buckets = { boundaries: [...bounds], counts: [...counts] };
      return { ...times, attributes, value: { buckets, count, sum, min, max } };
    }),
  };
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}

function bytesOf(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new Error('OTLP: nothing was written');
  return bytes;
}
