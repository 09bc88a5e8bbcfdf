import { isObject } from '../model/objects.ts';
import { isToken } from '../platform/loopback.ts';
import { readRegular } from '../platform/regularFile.ts';

/** Where the receiver of telemetry listens, and what it passes on. */
export interface TelemetryPlace {
  readonly port: number;
  /** What a sender has to know. */
  readonly token: string;
  /** The receiver Claude Code had before, which goes on getting what it got. */
  readonly forward?: ForwardTarget;
}

/** Another receiver of OTLP/HTTP logs. */
export interface ForwardTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Header in which a sender shows the token. */
export const tokenHeader = 'x-outlay-token';

/** Path logs are posted to, by the OTLP specification. */
export const logsPath = '/v1/logs';

/** Reads the file that says where to listen; undefined where exact mode is off, or the file is not ours. */
export function readTelemetryPlace(file: string): TelemetryPlace | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readRegular(file, 100_000).toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { port, token, forward } = value;
  if (!Number.isInteger(port) || (port as number) < 1024 || (port as number) > 65_535) {
    return undefined;
  }
  if (!isToken(token)) return undefined;
  const place = { port: port as number, token };
  if (forward === undefined) return place;
  return isTarget(forward) ? { ...place, forward } : undefined;
}

function isTarget(value: unknown): value is ForwardTarget {
  if (!isObject(value) || typeof value.url !== 'string' || !isObject(value.headers)) return false;
  return Object.values(value.headers).every((each) => typeof each === 'string');
}
