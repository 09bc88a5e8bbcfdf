import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../../model/objects.ts';
import { guardEvents } from '../hookInput.ts';
import { eventUrl, sessionHeaders } from '../http/routes.ts';
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

/**
 * Why Claude Code would not ask a server on loopback, one sentence each. Its http hooks go through a proxy
 * of the environment like everything else, this machine's own address included.
 */
export function httpObstacles(
  files: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const found: string[] = [];
  const variables = [env];
  for (const file of files) {
    const value = settingsIn(file);
    const { allowedHttpHookUrls: urls, httpHookAllowedEnvVars: names } = value;
    if (Array.isArray(urls) && !urls.some(matchesLoopback)) {
      found.push(
        `Claude Code may ask only certain addresses (allowedHttpHookUrls in ${file}); "http://127.0.0.1:*" is not among them.`,
      );
    }
    if (Array.isArray(names)) {
      const missing = Object.values(sessionHeaders).filter((name) => !names.includes(name));
      if (missing.length > 0) {
        found.push(
          `Claude Code may not say ${missing.join(', ')} to a server (httpHookAllowedEnvVars in ${file}).`,
        );
      }
    }
    if (isObject(value.env)) variables.push(textsOf(value.env));
  }
  // Settings' variables take the place of those a session is started with.
  const all = Object.assign({}, ...variables) as Readonly<Record<string, string | undefined>>;
  const named = (name: string): string => all[name.toLowerCase()] || all[name] || '';
  const proxy = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].find((name) => named(name) !== '');
  const direct = named('NO_PROXY').split(/[\s,]+/);
  if (proxy !== undefined && !direct.some((each) => each === '127.0.0.1' || each === '*')) {
    found.push(
      `Claude Code asks this machine's own address through the proxy of ${proxy}, unless NO_PROXY names 127.0.0.1.`,
    );
  }
  return found;
}

function matchesLoopback(pattern: unknown): boolean {
  if (typeof pattern !== 'string') return false;
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const matcher = new RegExp(`^${parts.join('.*')}$`);
  return guardEvents.every((event) => matcher.test(eventUrl(20_000, event, false)));
}

function textsOf(value: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}
