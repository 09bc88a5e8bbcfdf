import { clip, plainText } from '../../text/plainText.ts';
import type { ExportRow } from '../rows.ts';
import type { Distribution, Metric, Point } from './metric.ts';
import { attributeNames, genAiMetrics, tokenModality, tokenType } from './names.ts';
import type { ProviderOf } from './provider.ts';

/** Bounds the conventions recommend. */
const tokenBounds = [...Array(14).keys()].map((i) => 4 ** i);
const secondBounds = [...Array(14).keys()].map((i) => 2 ** i / 100);

/** Models with series of their own: those that come first, so that a series stays what it is. */
const mostModels = 50;
const longestLabel = 200;

interface ModelUsage {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  readonly inputs: Spread;
  readonly outputs: Spread;
  readonly durations: Map<string, Spread>;
}

/** What the GenAI conventions measure, counted as the rows of an export pass, by model. */
export class UsageMetrics {
  readonly #models = new Map<string, ModelUsage>();
  readonly #providerOf: ProviderOf;
  #from: number | undefined;

  constructor(providerOf: ProviderOf) {
    this.#providerOf = providerOf;
  }

  add(row: ExportRow): void {
    this.#from = Math.min(this.#from ?? row.at, row.at);
    if (row.kind === 'background') return;
    const usage = this.#usageOf(row.model);
    const { input, output, cacheRead, cacheWrite } = tokensOf(row);
    usage.input += input;
    usage.output += output;
    usage.cacheRead += cacheRead;
    usage.cacheWrite += cacheWrite;
    if (row.kind === 'sum') return;
    usage.inputs.add(input);
    usage.outputs.add(output);
    if (row.durationMs === null) return;
    let durations = usage.durations.get(row.error);
    if (durations === undefined) {
      durations = new Spread(secondBounds);
      usage.durations.set(row.error, durations);
    }
    durations.add(row.durationMs / 1000);
  }

  /** When the first row was: where sums begin. Undefined without rows. */
  get from(): number | undefined {
    return this.#from;
  }

  metrics(): Metric[] {
    const { tokenUsage, duration, input, output, cacheRead, cacheWrite } = genAiMetrics;
    const models = [...this.#models];
    const sum = (metric: { name: string; unit: string; text: string }, of: keyof Sums): Metric => ({
      ...metric,
      kind: 'sum',
      points: models.map(([model, usage]) => ({
        attributes: { ...this.#common(model), [tokenModality]: 'unknown' },
        value: usage[of],
      })),
    });
    const usages = models.flatMap(([model, { inputs, outputs }]): Point<Distribution>[] => [
      { attributes: { ...this.#common(model), [tokenType]: 'input' }, value: inputs.value },
      { attributes: { ...this.#common(model), [tokenType]: 'output' }, value: outputs.value },
    ]);
    const durations = models.flatMap(([model, usage]) =>
      [...usage.durations].map(([error, { value }]) => ({
        attributes: {
          ...this.#common(model),
          ...(error !== '' && { [attributeNames.errorType]: error }),
        },
        value,
      })),
    );
    const all: Metric[] = [
      sum(input, 'input'),
      sum(output, 'output'),
      sum(cacheRead, 'cacheRead'),
      sum(cacheWrite, 'cacheWrite'),
      { ...tokenUsage, kind: 'histogram', points: usages.filter(({ value }) => value.count > 0) },
      { ...duration, kind: 'histogram', points: durations },
    ];
    return all.filter(({ points }) => points.length > 0);
  }

  /** What all points say. */
  #common(model: string): Record<string, string> {
    const { operation, provider, requestModel, responseModel } = attributeNames;
    return {
      [operation]: 'chat',
      [provider]: this.#providerOf(model),
      [requestModel]: model,
      [responseModel]: model,
    };
  }

  #usageOf(written: string): ModelUsage {
    const name = clip(plainText(written), longestLabel);
    const known = this.#models.get(name);
    if (known !== undefined) return known;
    if (this.#models.size >= mostModels && name !== otherModels) return this.#usageOf(otherModels);
    const usage: ModelUsage = {
      ...{ input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
      inputs: new Spread(tokenBounds),
      outputs: new Spread(tokenBounds),
      durations: new Map(),
    };
    this.#models.set(name, usage);
    return usage;
  }
}

const otherModels = '(other)';

type Sums = Pick<ModelUsage, 'input' | 'output' | 'cacheRead' | 'cacheWrite'>;

/** Tokens as the conventions count them: the input includes what caches gave and took. */
export function tokensOf(row: ExportRow): Sums {
  const cacheWrite = row.cacheWrite5m + row.cacheWrite1h;
  const { output, cacheRead } = row;
  return { input: row.input + cacheRead + cacheWrite, output, cacheRead, cacheWrite };
}

/** A distribution that is being counted. */
class Spread {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array<number>(bounds.length + 1).fill(0);
  }

  add(value: number): void {
    const bucket = this.#bounds.findIndex((bound) => value <= bound);
    this.#counts[bucket < 0 ? this.#bounds.length : bucket]! += 1;
    this.#count += 1;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
  }

  get value(): Distribution {
    return {
      bounds: this.#bounds,
      counts: this.#counts,
      ...{ count: this.#count, sum: this.#sum, min: this.#min, max: this.#max },
    };
  }
}
