import { join } from 'node:path';

/** File that says where telemetry is received; it is there while exact mode is on. */
export function telemetryFile(dataFolder: string): string {
  return join(dataFolder, 'exact.json');
}
