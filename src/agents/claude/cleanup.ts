import { join } from 'node:path';
import { readRegular } from '../../platform/regularFile.ts';
import { isJsonObject } from './parse/usage.ts';

/** Largest settings file read, bytes. */
const largestSettings = 16 * 1024 * 1024;

/** Days Claude Code keeps a transcript when nobody says otherwise. */
const defaultDays = 30;

/**
 * Days after which Claude Code deletes transcripts: `cleanupPeriodDays` of the user's settings in a
 * configuration directory. A workspace's settings are not read: they belong to whoever wrote it.
 */
export function cleanupDays(configDir: string): number {
  try {
    const settings: unknown = JSON.parse(
      readRegular(join(configDir, 'settings.json'), largestSettings).toString('utf8'),
    );
    const days = isJsonObject(settings) ? settings.cleanupPeriodDays : undefined;
    // Claude Code refuses less than one.
    return typeof days === 'number' && days >= 1 && Number.isFinite(days) ? days : defaultDays;
  } catch {
    return defaultDays;
  }
}
