import { HumanError } from '../../model/errors.ts';
import { listed } from '../../query/question.ts';
import { collectorUrl } from '../post.ts';

export const signals = ['metrics', 'traces', 'logs'] as const;
export type Signal = (typeof signals)[number];

export const protocols = ['http/protobuf', 'http/json'] as const;
export type Protocol = (typeof protocols)[number];

/** Where and how one signal is sent. */
export interface SignalTarget {
  readonly signal: Signal;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: Protocol;
  readonly gzip: boolean;
  /** Milliseconds each try may take. */
  readonly timeoutMs: number;
}

/** What was asked for; what is not comes from the environment. */
export interface OtlpOptions {
  readonly signals: readonly Signal[];
  readonly endpoint?: string | undefined;
  readonly protocol?: string | undefined;
  /** By their names in lower case; they replace those of the environment. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs?: number | undefined;
  /** Plain http to another machine is meant. */
  readonly insecure: boolean;
}

export type Variables = Readonly<Record<string, string | undefined>>;

const usualTimeoutMs = 10_000;
const longestTimeoutMs = 300_000;

/**
 * The targets of signals, as OpenTelemetry defines its variables ("OpenTelemetry Protocol Exporter"): those of a
 * signal go before those of all, and its address is taken as it is. One difference: there is no address
 * unless somebody names one.
 */
export function otlpTargets(asked: OtlpOptions, env: Variables): SignalTarget[] {
  return asked.signals.map((signal) => {
    const variable = (name: string): string | undefined =>
      env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`]?.trim() ||
      env[`OTEL_EXPORTER_OTLP_${name}`]?.trim() ||
      undefined;
    return {
      signal,
      url: addressOf(signal, asked, env),
      headers: {
        ...keyValues('OTEL_EXPORTER_OTLP_HEADERS', variable('HEADERS'), true),
        ...asked.headers,
      },
      protocol: protocolOf(asked.protocol ?? variable('PROTOCOL') ?? protocols[0]),
      gzip: isGzip(variable('COMPRESSION')),
      timeoutMs: asked.timeoutMs ?? timeoutOf(variable('TIMEOUT')),
    };
  });
}

function addressOf(signal: Signal, { endpoint, insecure }: OtlpOptions, env: Variables): string {
  const own = env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`]?.trim();
  if (endpoint === undefined && own) return collectorUrl(own, insecure).href;
  const base = endpoint ?? env.OTEL_EXPORTER_OTLP_ENDPOINT?.trim();
  if (!base) {
    throw new HumanError(
      'usage',
      'Name a collector: --endpoint https://collector.example:4318, or OTEL_EXPORTER_OTLP_ENDPOINT.',
    );
  }
  const url = collectorUrl(base, insecure);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/${signal}`;
  return url.href;
}

function protocolOf(written: string): Protocol {
  const protocol = protocols.find((known) => known === written);
  if (protocol !== undefined) return protocol;
  const quoted = JSON.stringify(written.slice(0, 40));
  throw new HumanError(
    'usage',
    `The OTLP protocol ${quoted} is not spoken here. Use ${listed(protocols)}; collectors listen for both, usually at port 4318.`,
  );
}

function isGzip(written: string | undefined): boolean {
  if (written === undefined || written === 'none') return false;
  if (written === 'gzip') return true;
  throw new HumanError('usage', 'OTEL_EXPORTER_OTLP_COMPRESSION must be gzip or none.');
}

function timeoutOf(written: string | undefined): number {
  if (written === undefined) return usualTimeoutMs;
  const ms = Number(written);
  if (/^\d{1,9}$/.test(written) && ms > 0) return Math.min(ms, longestTimeoutMs);
  throw new HumanError('usage', 'OTEL_EXPORTER_OTLP_TIMEOUT must be a number of milliseconds.');
}

/** `key=value,key=value`, percent-encoded, as OpenTelemetry writes headers and attributes. */
function keyValues(
  variable: string,
  written: string | undefined,
  areHeaders: boolean,
): Record<string, string> {
  const pairs = (written ?? '').split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      const [key, value] = [pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())];
      const fits = areHeaders
        ? /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(key) && /^[\t\x20-\x7e]*$/.test(value ?? '')
        : key !== '';
      // What is wrong may be a secret: it is not repeated.
      if (at < 1 || value === undefined || !fits) {
        throw new HumanError('usage', `${variable} must be written key=value,key=value.`);
      }
      return [areHeaders ? key.toLowerCase() : key, value];
    }),
  );
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** What all that is sent comes from: OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME go before `own`. */
export function resourceOf(
  own: Readonly<Record<string, string>>,
  env: Variables,
): Record<string, string> {
  const given = keyValues('OTEL_RESOURCE_ATTRIBUTES', env.OTEL_RESOURCE_ATTRIBUTES, false);
  const name = env.OTEL_SERVICE_NAME?.trim();
  return { ...own, ...given, ...(name && { 'service.name': name }) };
}
