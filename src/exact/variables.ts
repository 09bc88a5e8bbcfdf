import { HumanError } from '../model/errors.ts';
import {
  type ForwardTarget,
  logsPath,
  type TelemetryPlace,
  tokenHeader,
} from '../telemetry/place.ts';

/** Environment variables, as settings or a process have them. */
export type Variables = Readonly<Record<string, string | undefined>>;

const names = {
  enabled: 'CLAUDE_CODE_ENABLE_TELEMETRY',
  exporter: 'OTEL_LOGS_EXPORTER',
  protocol: 'OTEL_EXPORTER_OTLP_LOGS_PROTOCOL',
  endpoint: 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
  headers: 'OTEL_EXPORTER_OTLP_LOGS_HEADERS',
} as const;

/** The variables exact mode sets. */
export const exactVariables: readonly string[] = Object.values(names);

/** A receiver of logs that Claude Code has already. */
export interface OtherReceiver extends ForwardTarget {
  readonly protocol: string;
}

const spoken = ['http/json', 'http/protobuf'];
/** Certificates are the sender's own; ours cannot show them. */
const certificates = /^OTEL_EXPORTER_OTLP_(?:LOGS_)?(?:CLIENT_CERTIFICATE|CLIENT_KEY|CERTIFICATE)$/;

/** What Claude Code's logs go to by these variables; undefined where they go nowhere. */
export function otherReceiver(env: Variables): OtherReceiver | undefined {
  const exporters = listOf(env[names.exporter]);
  if (!isOn(env[names.enabled]) || !exporters.includes('otlp')) return undefined;
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318';
  return {
    url: env[names.endpoint] ?? `${base.replace(/\/$/, '')}${logsPath}`,
    headers: headersOf(env[names.headers] ?? env.OTEL_EXPORTER_OTLP_HEADERS ?? ''),
    protocol: env[names.protocol] ?? env.OTEL_EXPORTER_OTLP_PROTOCOL ?? 'http/protobuf',
  };
}

/**
 * Why exact mode cannot be switched on beside what is set; nothing where it can. `chain`: the person
 * wants what the other receiver gets to go through Outlay.
 */
export function refuse(
  env: Variables,
  other: OtherReceiver | undefined,
  { chain, headersHelper }: { readonly chain: boolean; readonly headersHelper: boolean },
): void {
  if (other === undefined) {
    const silent = ['OTEL_METRICS_EXPORTER', 'OTEL_TRACES_EXPORTER'].filter(
      (name) => !isOn(env[names.enabled]) && listOf(env[name]).some((each) => each !== 'none'),
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
  if (headersHelper || Object.keys(env).some((name) => certificates.test(name) && env[name])) {
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

/** The variables to be set, with their values. */
export function variablesFor(
  { port, token }: TelemetryPlace,
  env: Variables,
  other: OtherReceiver | undefined,
): Readonly<Record<string, string>> {
  const others = listOf(env[names.exporter]).filter((each) => each !== 'otlp' && each !== 'none');
  return {
    [names.enabled]: '1',
    [names.exporter]: [...(isOn(env[names.enabled]) ? others : []), 'otlp'].join(','),
    // What is passed on stays in the form the other receiver was sent.
    [names.protocol]: other?.protocol ?? 'http/json',
    [names.endpoint]: `http://127.0.0.1:${port}${logsPath}`,
    [names.headers]: `${tokenHeader}=${token}`,
  };
}

function isOn(value: string | undefined): boolean {
  return /^(?:1|true|yes|on)$/i.test(value?.trim() ?? '');
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
