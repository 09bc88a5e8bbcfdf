import { once } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { MetricsCollector, OtlpQuestion } from '../../../export/otlp/collect.ts';
import type { OtlpSender } from '../../../export/otlp/sender.ts';
import {
  otlpTargets,
  protocols,
  resourceOf,
  type Signal,
  type SignalTarget,
  signals,
} from '../../../export/otlp/settings.ts';
import { headerOf } from '../../../export/post.ts';
import type { TimeSpan } from '../../../model/calendar.ts';
import { messageOf } from '../../../model/errors.ts';
import { crypto } from '../../../platform/lazyBuiltins.ts';
import { listed, readQuestion } from '../../../query/question.ts';
import { bringUpToDate, withContextMeanwhile } from '../../support/answer.ts';
import { now } from '../../support/clock.ts';
import { type Environment, findEnvironment } from '../../support/environment.ts';
import { exitCodes } from '../../support/exitCodes.ts';
import { wholeNumber, withStoreOptions } from '../../support/options.ts';
import { complain, say } from '../../support/say.ts';
import { addQuestion, byFlag } from '../reports.ts';
import { exportQuestion, openness, type SharedExportOptions } from './exportOptions.ts';

interface OtlpCommandOptions extends SharedExportOptions {
  readonly endpoint?: string;
  readonly protocol?: string;
  readonly signals: readonly Signal[];
  readonly insecure?: true;
  readonly follow?: true;
  readonly every: number;
}

const examples = `
Examples:
  outlay export otlp --endpoint http://localhost:4318          metrics, once
  outlay export otlp --signals metrics,traces --period today   messages of today as spans, too
  outlay export otlp --signals metrics,logs --follow           every minute, until stopped

--header, --timeout, --retries, --sessions, --include-paths and --include-titles are those of "outlay export".
Variables of OpenTelemetry are read: OTEL_EXPORTER_OTLP_ENDPOINT, _HEADERS, _PROTOCOL, _TIMEOUT and _COMPRESSION,
those of one signal, OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME. docs/otel.md has every name that is sent.`;

/** `outlay export otlp` */
export function addExportOtlp(group: Command, version: string): void {
  const command = group
    .command('otlp')
    .description('Metrics, and messages as spans or log records, to an OpenTelemetry collector.')
    .option('--endpoint <url>', 'collector; /v1/metrics and the like are added to it')
    .addOption(new Option('--protocol <protocol>', 'how to write it').choices([...protocols]))
    .addOption(
      new Option('--signals <signals>', `${listed(signals)}, or several with commas`)
        .argParser(readSignals)
        .default(['metrics'], 'metrics'),
    )
    .option('--insecure', 'send unencrypted to another machine')
    .option('--follow', 'go on until stopped: metrics each time, messages as they come')
    .option('--every <seconds>', 'how often, with --follow', wholeNumber, 60);
  addQuestion(command, exportQuestion);
  withStoreOptions(command)
    .addHelpText('after', examples)
    .action(() => run(command, version));
}

function readSignals(text: string): Signal[] {
  const wanted = new Set(text.split(',').map((name) => name.trim()));
  const known = signals.filter((signal) => wanted.delete(signal));
  if (wanted.size === 0 && known.length > 0) return known;
  throw new InvalidArgumentError(`It must be ${listed(signals)}, or several with commas.`);
}

async function run(command: Command, version: string): Promise<void> {
  // The outer command takes the options both know.
  const options = command.optsWithGlobals<OtlpCommandOptions>();
  const written = command.parent?.getOptionValueSource('timeout') === 'cli';
  const targets = otlpTargets(
    {
      ...options,
      headers: Object.fromEntries((options.header ?? []).map(headerOf)),
      timeoutMs: written ? options.timeout * 1000 : undefined,
      insecure: options.insecure === true,
    },
    process.env,
  );
  const raw = byFlag(command, { ...options });
  const environment = findEnvironment(options);
  // What cannot be asked is refused before anything is read.
  readQuestion(exportQuestion, raw, {
    now: now(),
    ...environment.settings,
    zone: environment.zone,
  });
  const sending = new Sending(options, raw, targets, version);
  if (options.follow) return await followUntilStopped(sending, options.every);
  const sender = await sending.once(environment);
  if (options.quiet !== true) for (const sentence of sender.told()) say(sentence);
}

/** Sends again and again. What fails is said, and tried again; messages stay due. */
async function followUntilStopped(sending: Sending, every: number): Promise<void> {
  const ended = new AbortController();
  const stopped = once(ended.signal, 'abort');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
  let told = '';
  while (!ended.signal.aborted) {
    let problem = '';
    try {
      await Promise.race([sending.following(), stopped]);
    } catch (error) {
      problem = messageOf(error);
    }
    if (problem !== '' && problem !== told) complain(problem);
    told = problem;
    await sleep(every * 1000, undefined, { signal: ended.signal }).catch(() => undefined);
  }
  // What failed in between is no failure of the whole, and what is still being tried waits for nobody.
  process.exit(0);
}

/** A message is sent when it is this old: its last record has been written by then. */
const settledMs = 60_000;
/** A message that is read later than this is in the metrics alone. */
const lateMs = 15 * 60_000;

class Sending {
  readonly #options: OtlpCommandOptions;
  readonly #raw: Record<string, unknown>;
  readonly #targets: readonly SignalTarget[];
  readonly #version: string;
  /** Spans of the last minutes that were sent, with their times. */
  readonly #sent = new Map<string, number>();
  #sentUntil: number | undefined;
  #metrics: MetricsCollector | undefined;

  constructor(
    options: OtlpCommandOptions,
    raw: Record<string, unknown>,
    targets: readonly SignalTarget[],
    version: string,
  ) {
    this.#version = version;
    this.#options = options;
    this.#raw = raw;
    this.#targets = targets;
  }

  /** Sends all that was asked for. */
  async once(environment: Environment): Promise<OtlpSender> {
    return await this.#send(environment, async (asked, sender, collect) => {
      for (const records of collect.collectRecords(asked)) {
        await sender.records(records, asked.context.now);
      }
    });
  }

  /** The same, of messages only what is new since the last time. */
  async following(): Promise<void> {
    // Settings and prices may have changed since.
    const environment = findEnvironment({ ...this.#options, quiet: true });
    await this.#send(environment, async (asked, sender, collect) => {
      const { context, question } = asked;
      const until = context.now - settledMs;
      const last = this.#sentUntil;
      const late = last === undefined ? 0 : last - lateMs;
      const span: TimeSpan = {
        from: Math.max(question.span?.from ?? 0, late),
        to: Math.min(question.span?.to ?? until, until),
      };
      if (span.from >= span.to) return;
      for (const records of collect.collectRecords(asked, span)) {
        const fresh = records.filter(({ spanId }) => !this.#sent.has(spanId));
        await sender.records(fresh, context.now);
        for (const { spanId, to } of fresh) if (to >= until - lateMs) this.#sent.set(spanId, to);
      }
      this.#sentUntil = until;
      for (const [spanId, at] of this.#sent) if (at < until - lateMs) this.#sent.delete(spanId);
    });
  }

  async #send(
    environment: Environment,
    messages: (
      asked: OtlpQuestion,
      sender: OtlpSender,
      collect: typeof import('../../../export/otlp/collect.ts'),
    ) => Promise<void>,
  ): Promise<OtlpSender> {
    const { sessions, retries } = this.#options;
    // OpenTelemetry's library: only where it is used.
    const { Encoder } = await import('../../../export/otlp/encoder.ts');
    const { OtlpSender } = await import('../../../export/otlp/sender.ts');
    const collect = await import('../../../export/otlp/collect.ts');
    const encoder = new Encoder(
      resourceOf(ownResource(environment, this.#version), process.env),
      this.#version,
    );
    const sender = new OtlpSender(encoder, this.#targets, retries);
    const wanted = new Set(this.#targets.map(({ signal }) => signal));
    const freshness = await bringUpToDate(environment);
    await withContextMeanwhile(environment, freshness, async (context) => {
      const open = openness(this.#options);
      const question = readQuestion(exportQuestion, this.#raw, context);
      const asked = { context, question, open, sessions };
      if (wanted.has('metrics')) {
        this.#metrics ??= new collect.MetricsCollector();
        await sender.metrics(await this.#metrics.collect(asked), context.now);
      }
      if (wanted.has('traces') || wanted.has('logs')) await messages(asked, sender, collect);
    });
    for (const problem of [...environment.problems, ...freshness.problems]) complain(problem);
    for (const sentence of sender.rejected()) complain(sentence);
    if (sender.lost) process.exitCode = exitCodes.files;
    return sender;
  }
}

/** Whose figures these are: a number of machine and store that says neither. */
function ownResource({ indexer }: Environment, version: string): Record<string, string> {
  const seed = JSON.stringify([hostname(), indexer.storeFile]);
  const digits = crypto().createHash('sha256').update(seed).digest('hex');
  // RFC 9562: version 8 is anybody's own.
  const parts = [
    [0, 8],
    [8, 12],
    [13, 16],
    [17, 20],
    [20, 32],
  ].map(([a, b]) => digits.slice(a, b));
  const [first, second, third, fourth, fifth] = parts;
  return {
    'service.name': 'outlay',
    'service.version': version,
    'service.instance.id': `${first}-${second}-8${third}-a${fourth}-${fifth}`,
  };
}
