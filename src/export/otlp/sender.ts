import { HumanError } from '../../model/errors.ts';
import { zlib } from '../../platform/lazyBuiltins.ts';
import { count } from '../../query/context.ts';
import { clip, plainText } from '../../text/plainText.ts';
import { post, realWire, timesText, type Wire } from '../post.ts';
import type { CollectedMetrics } from './collect.ts';
import { type Encoder, rejectedOf } from './encoder.ts';
import type { MessageRecord } from './messageRecord.ts';
import type { Signal, SignalTarget } from './settings.ts';

/** What was sent of a signal. */
interface Tally {
  sent: number;
  rejected: number;
  /** In the collector's words, the first time it had any. */
  why: string;
}

/** What each signal is made of. */
const itemNames: Readonly<Record<Signal, string>> = {
  metrics: 'data point',
  traces: 'span',
  logs: 'log record',
};

/** Statuses the protocol allows to try again after. */
const passing = new Set([429, 502, 503, 504]);
const mostAnswer = 64 * 1024;

/** What a status usually means, for who has set up a collector. */
const hints: Readonly<Record<number, string>> = {
  401: 'it does not accept the credentials: see --header',
  403: 'it does not accept the credentials: see --header',
  404: 'nothing at that address takes OTLP over HTTP: is it port 4318, and not 4317?',
  413: 'it takes smaller requests only',
  415: 'it does not speak this protocol: see --protocol',
};

/** Sends to collectors over OTLP/HTTP, request by request, and counts what they take. */
export class OtlpSender {
  readonly #encoder: Encoder;
  readonly #targets: readonly SignalTarget[];
  readonly #retries: number;
  readonly #wire: Wire;
  readonly #tallies = new Map<Signal, Tally>();

  constructor(
    encoder: Encoder,
    targets: readonly SignalTarget[],
    retries: number,
    wire: Wire = realWire,
  ) {
    this.#encoder = encoder;
    this.#targets = targets;
    this.#retries = retries;
    this.#wire = wire;
  }

  /** Sends metrics to who gets metrics; throws a `HumanError` where they are not taken. */
  async metrics({ metrics, from }: CollectedMetrics, at: number): Promise<void> {
    const points = metrics.reduce((sum, metric) => sum + metric.points.length, 0);
    for (const target of this.#targets) {
      if (target.signal !== 'metrics') continue;
      const bytes = this.#encoder.metrics(target.protocol, metrics, from, at);
      await this.#send(target, bytes, points);
    }
  }

  /** Sends messages to who gets spans or log records; throws a `HumanError` where they are not taken. */
  async records(records: readonly MessageRecord[], at: number): Promise<void> {
    if (records.length === 0) return;
    for (const target of this.#targets) {
      const { signal, protocol } = target;
      if (signal === 'metrics') continue;
      const bytes =
        signal === 'traces'
          ? this.#encoder.traces(protocol, records)
          : this.#encoder.logs(protocol, records, at);
      await this.#send(target, bytes, records.length);
    }
  }

  /** One sentence for each signal. */
  told(): string[] {
    return this.#targets.map(({ signal, url }) => {
      const { sent = 0 } = this.#tallies.get(signal) ?? {};
      return `Sent ${count(sent, itemNames[signal])} to ${new URL(url).host}.`;
    });
  }

  /** What collectors accepted in part, one sentence for each signal. */
  rejected(): string[] {
    return [...this.#tallies].flatMap(([signal, { rejected, why }]) => {
      if (rejected === 0 && why === '') return [];
      const words = why === '' ? '' : ` It says: ${clip(plainText(why), 200)}`;
      if (rejected === 0) return [`The collector took all ${signal} with a warning.${words}`];
      return [`The collector rejected ${count(rejected, itemNames[signal])}.${words}`];
    });
  }

  /** Whether something was not taken. */
  get lost(): boolean {
    return [...this.#tallies.values()].some(({ rejected }) => rejected > 0);
  }

  async #send(target: SignalTarget, bytes: Uint8Array, items: number): Promise<void> {
    const { signal, url, protocol, gzip, timeoutMs, headers } = target;
    const tally = this.#tallies.get(signal) ?? { sent: 0, rejected: 0, why: '' };
    this.#tallies.set(signal, tally);
    const posted = await post(
      {
        ...{ url, timeoutMs, mostAnswer },
        body: gzip ? new Uint8Array(zlib().gzipSync(bytes)) : new Uint8Array(bytes),
        retries: this.#retries,
        isPassing: (status) => passing.has(status),
        headers: {
          'user-agent': 'outlay',
          ...headers,
          'content-type': protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
          ...(gzip && { 'content-encoding': 'gzip' }),
        },
      },
      this.#wire,
    );
    if (!posted.accepted) {
      const hint = posted.status === undefined ? undefined : hints[posted.status];
      const reason = hint === undefined ? posted.reason : `${posted.reason} (${hint})`;
      throw this.#refusal(target, timesText(posted.tries), reason);
    }
    // A proxy that wants somebody to log in, say.
    if (posted.contentType.startsWith('text/html')) {
      throw this.#refusal(target, 'once', 'a web page answered, and no collector');
    }
    const rejected = rejectedOf(protocol, signal, posted.answer);
    tally.rejected += rejected?.items ?? 0;
    tally.sent += items - (rejected?.items ?? 0);
    if (tally.why === '') tally.why = rejected?.why ?? '';
  }

  #refusal({ signal, url }: SignalTarget, times: string, reason: string): HumanError {
    const { sent = 0 } = this.#tallies.get(signal) ?? {};
    const before = sent === 0 ? '' : ` It had taken ${count(sent, itemNames[signal])} before.`;
    return new HumanError(
      'files',
      `The collector at ${new URL(url).host} was tried ${times} and did not take the ${signal}: ${reason}.${before}`,
    );
  }
}
