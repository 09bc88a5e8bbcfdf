import { anyValue, bytesField, doubleField, fixed64, type Scalar, varintField } from './otlp.ts';

/** Metrics exports as OTLP/HTTP sends them, written from its definition by nothing that reads them. */

export interface WrittenPoint {
  readonly sessionId: string;
  /** `query_source`; '' for none. */
  readonly source: string;
  readonly startedAt: number;
  readonly at: number;
  readonly usd: number;
  readonly model?: string;
}

const metricName = 'claude_code.cost.usage';

function attributesOf({ sessionId, source, model = 'a-model' }: WrittenPoint): [string, Scalar][] {
  const named: [string, Scalar][] = [
    ['session.id', sessionId],
    ['anthropic.custom_base_url', true],
    ['model', model],
  ];
  return source === '' ? named : [...named, ['query_source', source]];
}

/** In JSON: the counter of dollars, among another of tokens that has the same attributes. */
export function jsonMetrics(points: readonly WrittenPoint[], temporality = 1): Buffer {
  const sumOf = (value: (point: WrittenPoint) => object): object => ({
    aggregationTemporality: temporality,
    isMonotonic: true,
    dataPoints: points.map((point) => ({
      attributes: attributesOf(point).map(([key, each]) => ({
        key,
        value: typeof each === 'boolean' ? { boolValue: each } : { stringValue: each },
      })),
      startTimeUnixNano: `${point.startedAt}000000`,
      timeUnixNano: `${point.at}000000`,
      ...value(point),
    })),
  });
  const metrics = [
    { name: 'claude_code.session.count', gauge: { dataPoints: [{ asInt: '1' }] } },
    { name: 'claude_code.token.usage', unit: 'tokens', sum: sumOf(() => ({ asInt: '500' })) },
    { name: metricName, unit: 'USD', sum: sumOf(({ usd }) => ({ asDouble: usd })) },
  ];
  const scopeMetrics = [{ scope: { name: 'metrics' }, metrics }];
  return Buffer.from(JSON.stringify({ resourceMetrics: [{ resource: {}, scopeMetrics }] }));
}

/** In protobuf. */
export function protobufMetrics(points: readonly WrittenPoint[], temporality = 1): Buffer {
  const written = points.map((point) =>
    bytesField(
      1,
      Buffer.concat([
        fixed64(2, BigInt(point.startedAt) * 1_000_000n),
        fixed64(3, BigInt(point.at) * 1_000_000n),
        doubleField(4, point.usd),
        ...attributesOf(point).map(([key, value]) =>
          bytesField(
            7,
            Buffer.concat([bytesField(1, Buffer.from(key)), bytesField(2, anyValue(value))]),
          ),
        ),
      ]),
    ),
  );
  const sum = Buffer.concat([...written, varintField(2, BigInt(temporality)), varintField(3, 1n)]);
  const metric = Buffer.concat([
    bytesField(1, Buffer.from(metricName)),
    bytesField(3, Buffer.from('USD')),
    bytesField(7, sum),
  ]);
  const scope = Buffer.concat([
    bytesField(1, bytesField(1, Buffer.from('m'))),
    bytesField(2, metric),
  ]);
  return bytesField(1, bytesField(2, scope));
}
