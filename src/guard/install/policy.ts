import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../../model/objects.ts';
import { parseJsonText, plainValue } from './jsonText.ts';

/** Where an organisation's settings are, which nobody else's can override. */
export function managedFiles(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const folder =
    platform === 'darwin'
      ? '/Library/Application Support/ClaudeCode'
      : platform === 'win32'
        ? join(env.ProgramFiles ?? 'C:\\Program Files', 'ClaudeCode')
        : '/etc/claude-code';
  const more = join(folder, 'managed-settings.d');
  return [join(folder, 'managed-settings.json'), ...namesIn(more).map((name) => join(more, name))];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch {
    return [];
  }
}

/** Why hooks of a settings file would not run, one sentence each; empty where nothing speaks against it. */
export function hookObstacles(managed: readonly string[], settings: readonly string[]): string[] {
  const found: string[] = [];
  for (const file of managed) {
    const value = settingsIn(file);
    if (value.disableAllHooks === true) {
      found.push(`Your organisation has switched off all hooks (disableAllHooks in ${file}).`);
    }
    if (value.allowManagedHooksOnly === true) {
      found.push(`Your organisation allows its own hooks only (allowManagedHooksOnly in ${file}).`);
    }
    const only = value.strictPluginOnlyCustomization;
    if (only === true || (Array.isArray(only) && only.includes('hooks'))) {
      found.push(
        `Your organisation allows hooks of plugins only (strictPluginOnlyCustomization in ${file}).`,
      );
    }
  }
  for (const file of settings) {
    if (settingsIn(file).disableAllHooks === true) {
      found.push(`All hooks are switched off (disableAllHooks in ${file}).`);
    }
  }
  return found;
}

function settingsIn(file: string): Readonly<Record<string, unknown>> {
  try {
    const value = plainValue(parseJsonText(readFileSync(file, 'utf8'), file));
    return isObject(value) ? value : {};
  } catch {
    // Not there, or not to be read: then Claude Code cannot read it either.
    return {};
  }
}
