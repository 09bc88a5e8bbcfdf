import { createServer } from 'node:http';
import { newPlace } from '../dataFolder/guardServer.ts';
import { HumanError } from '../model/errors.ts';
import { listenOnLoopback } from '../platform/loopback.ts';
import type { TelemetryPlace } from '../telemetry/place.ts';

const mostTries = 20;

/** A port nobody listens at now, and a new token. It is kept: Claude Code's settings name it. */
export async function freePlace(): Promise<Pick<TelemetryPlace, 'port' | 'token'>> {
  for (let tries = 0; tries < mostTries; tries++) {
    const place = newPlace();
    const server = createServer();
    if (!(await listenOnLoopback(server, place.port))) continue;
    await new Promise<void>((resolve) => server.close(() => resolve()));
    return place;
  }
  throw new HumanError('files', 'No port of this machine could be had to receive telemetry.');
}
