import type { Family } from '../prometheusText.ts';

/** Values that were measured, each counted in the first bucket whose bound it does not exceed. */
export interface Distribution {
  readonly bounds: readonly number[];
  /** One more than there are bounds. */
  readonly counts: readonly number[];
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** A point: its attributes and its value. */
export interface Point<Value> {
  readonly attributes: Readonly<Record<string, string>>;
  readonly value: Value;
}

/** A metric as OpenTelemetry knows it. Sums are cumulative and only grow. */
export type Metric = {
  readonly name: string;
  readonly text: string;
  readonly unit: string;
} & (
  | { readonly kind: 'gauge' | 'sum'; readonly points: readonly Point<number>[] }
  | { readonly kind: 'histogram'; readonly points: readonly Point<Distribution>[] }
);

/**
 * A family of Prometheus' text as a metric whose name Prometheus turns back into the family's, so that what
 * is scraped and what is sent are the same series (OpenTelemetry, "Prometheus and OpenMetrics compatibility").
 */
export function metricOf({ name, help, type, samples }: Family): Metric {
  return {
    name: metricName(name),
    text: help,
    unit: unitOf(name),
    kind: type === 'counter' ? 'sum' : 'gauge',
    points: samples.map(({ labels, value }) => ({ attributes: labels, value })),
  };
}

/** Namespaces end in a dot; what the other side adds to a counter's name is left out. */
function metricName(name: string): string {
  return name.replace(/^(outlay|cost_tracker)_/, '$1.').replace(/_total$/, '');
}

/** Units in braces add nothing to a name, and seconds stand in it already. */
function unitOf(name: string): string {
  if (/_usd(_total)?$/.test(name)) return '{USD}';
  if (name.endsWith('_tokens_total')) return '{token}';
  return name.endsWith('_seconds') ? 's' : '';
}
