import { isObject } from '../model/objects.ts';
import { isToken } from '../platform/loopback.ts';
import { readRegular } from '../platform/regularFile.ts';

/** Where the receiver of telemetry listens, and what it passes on. */
export interface TelemetryPlace {
  readonly port: number;
  /** What a sender has to know. */
  readonly token: string;
  /** The receiver Claude Code had before for its logs, which goes on getting what it got. */
  readonly forward?: ForwardTarget;
  /** The same for its metrics. */
  readonly forwardMetrics?: ForwardTarget;
}

/** Another receiver of OTLP over HTTP. */
export interface ForwardTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Header in which a sender shows the token. */
export const tokenHeader = 'x-outlay-token';

/** Paths logs and metrics are posted to, by the OTLP specification. */
export const logsPath = '/v1/logs';
export const metricsPath = '/v1/metrics';

/** Reads the file that says where to listen; undefined where exact mode is off, or the file is not ours. */
export function readTelemetryPlace(file: string): TelemetryPlace | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readRegular(file, 100_000).toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { port, token, forward, forwardMetrics } = value;
  if (!Number.isInteger(port) || (port as number) < 1024 || (port as number) > 65_535) {
    return undefined;
  }
  if (!isToken(token)) return undefined;
  if (!isTargetOrNone(forward) || !isTargetOrNone(forwardMetrics)) return undefined;
  return {
    port: port as number,
    token,
    ...(forward !== undefined && { forward }),
    ...(forwardMetrics !== undefined && { forwardMetrics }),
  };
}

function isTargetOrNone(value: unknown): value is ForwardTarget | undefined {
  return value === undefined || isTarget(value);
}

function isTarget(value: unknown): value is ForwardTarget {
  if (!isObject(value) || typeof value.url !== 'string' || !isObject(value.headers)) return false;
  return Object.values(value.headers).every((each) => typeof each === 'string');
}
