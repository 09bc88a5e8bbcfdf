import { HumanError } from '../model/errors.ts';
import {
  type ForwardTarget,
  logsPath,
  metricsPath,
  type TelemetryPlace,
  tokenHeader,
} from '../telemetry/place.ts';
import { isOn } from '../text/onOff.ts';

/** Environment variables, as settings or a process have them. */
export type Variables = Readonly<Record<string, string | undefined>>;

const enabled = 'CLAUDE_CODE_ENABLE_TELEMETRY';

/** What telemetry consists of, as variables name it. */
export type Signal = 'LOGS' | 'METRICS';

const paths: Readonly<Record<Signal, string>> = { LOGS: logsPath, METRICS: metricsPath };

function namesOf(signal: Signal) {
  const of = (what: string): string => `OTEL_EXPORTER_OTLP_${signal}_${what}`;
  return {
    exporter: `OTEL_${signal}_EXPORTER`,
    protocol: of('PROTOCOL'),
    endpoint: of('ENDPOINT'),
    headers: of('HEADERS'),
  };
}

/** The variable that names exporters of metrics: exact mode receives metrics where it sets it. */
export const metricsExporter = namesOf('METRICS').exporter;

/** A receiver of logs or metrics that Claude Code has already. */
export interface OtherReceiver extends ForwardTarget {
  readonly protocol: string;
}

const spoken = ['http/json', 'http/protobuf'];
/** What Claude Code's logs or metrics go to by these variables; undefined where they go nowhere. */
export function otherReceiver(env: Variables, signal: Signal): OtherReceiver | undefined {
  const names = namesOf(signal);
  const exporters = listOf(env[names.exporter]);
  if (!isOn(env[enabled]) || !exporters.includes('otlp')) return undefined;
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318';
  return {
    url: env[names.endpoint] ?? `${base.replace(/\/$/, '')}${paths[signal]}`,
    headers: headersOf(env[names.headers] ?? env.OTEL_EXPORTER_OTLP_HEADERS ?? ''),
    protocol: env[names.protocol] ?? env.OTEL_EXPORTER_OTLP_PROTOCOL ?? 'http/protobuf',
  };
}

/** Headers and certificates that are the sender's own: ours cannot show them. */
function isBound(env: Variables, signal: Signal, headersHelper: boolean): boolean {
  const certificate = new RegExp(
    `^OTEL_EXPORTER_OTLP_(?:${signal}_)?(?:CLIENT_CERTIFICATE|CLIENT_KEY|CERTIFICATE)$`,
  );
  return headersHelper || Object.keys(env).some((name) => certificate.test(name) && env[name]);
}

/** How exact mode is switched on. */
export interface Wish {
  /** The person wants what the other receiver gets to go through Outlay. */
  readonly chain: boolean;
  /** Headers come from a program. */
  readonly headersHelper: boolean;
}

/**
 * Whether metrics can be received, too: they go nowhere, or are to be passed on and can be. Metrics that
 * cannot are left to who has them: they only name what is known in sum.
 */
export function takesMetrics(env: Variables, { chain, headersHelper }: Wish): boolean {
  const other = otherReceiver(env, 'METRICS');
  if (other === undefined) return true;
  return chain && spoken.includes(other.protocol) && !isBound(env, 'METRICS', headersHelper);
}

/** Throws why exact mode cannot be switched on beside what is set; does nothing where it can. */
export function refuse(
  env: Variables,
  other: OtherReceiver | undefined,
  { chain, headersHelper }: Wish,
): void {
  if (other === undefined) {
    const silent = ['OTEL_METRICS_EXPORTER', 'OTEL_TRACES_EXPORTER'].filter(
      (name) => !isOn(env[enabled]) && listOf(env[name]).some((each) => each !== 'none'),
    );
    if (silent.length > 0) {
      throw unfit(
        `${silent.join(' and ')} is set while telemetry is off: switching it on would send that too. Take it out, or set it to "none", first.`,
      );
    }
    return;
  }
  const where = `Claude Code's logs go to ${other.url} already`;
  if (!spoken.includes(other.protocol)) {
    throw unfit(
      `${where}, by ${other.protocol}. Outlay receives HTTP only and could not pass them on, so nothing is changed.`,
    );
  }
  if (isBound(env, 'LOGS', headersHelper)) {
    throw unfit(
      `${where}, with headers from a program (otelHeadersHelper) or certificates that Outlay cannot show, so nothing is changed.`,
    );
  }
  if (!chain) {
    throw unfit(
      `${where}. With --chain Outlay receives them and passes them on unchanged; while no Outlay runs (no editor window, no "outlay serve"), neither gets any.`,
    );
  }
}

/** The variables to be set, with their values: those of logs, and of metrics where they are taken. */
export function variablesFor(
  place: TelemetryPlace,
  env: Variables,
  others: ReadonlyMap<Signal, OtherReceiver | undefined>,
): Readonly<Record<string, string>> {
  const signals = [...others].map(([signal, other]) => signalVariables(signal, place, env, other));
  return Object.assign({ [enabled]: '1' }, ...signals);
}

function signalVariables(
  signal: Signal,
  { port, token }: TelemetryPlace,
  env: Variables,
  other: OtherReceiver | undefined,
): Record<string, string> {
  const names = namesOf(signal);
  const others = listOf(env[names.exporter]).filter((each) => each !== 'otlp' && each !== 'none');
  return {
    [names.exporter]: [...(isOn(env[enabled]) ? others : []), 'otlp'].join(','),
    // What is passed on stays in the form the other receiver was sent.
    [names.protocol]: other?.protocol ?? 'http/json',
    [names.endpoint]: `http://127.0.0.1:${port}${paths[signal]}`,
    [names.headers]: `${tokenHeader}=${token}`,
  };
}

function listOf(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

/** `name=value` pairs with commas between, percent-encoded (W3C baggage). */
function headersOf(text: string): Record<string, string> {
  return Object.fromEntries(
    listOf(text).flatMap((pair) => {
      const at = pair.indexOf('=');
      return at <= 0 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())]];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function unfit(message: string): HumanError {
  return new HumanError('usage', message);
}
