import type { ServerPlace } from '../../dataFolder/guardServer.ts';
import { guardEvents } from '../hookInput.ts';
import { eventOfUrl, eventUrl, sessionHeaders } from '../http/routes.ts';

/** What is put into Claude Code's settings. */
export interface InstallWishes {
  /** The launcher, by its absolute path. */
  readonly launcher: string;
  readonly platform: NodeJS.Platform;
  /** Claude Code itself refuses where the guard cannot be started or takes too long. */
  readonly strict: boolean;
  /** How deep agents may start agents; 0 leaves it to Claude Code. */
  readonly maxHops: number;
  /** Where a server on loopback is asked about single calls; undefined where a process is. */
  readonly server: ServerPlace | undefined;
}

/** Claude Code's variable for how deep agents may start agents. */
export const depthVariable = 'CLAUDE_CODE_MAX_SUBAGENT_SPAWN_DEPTH';

/** Seconds after which Claude Code waits no longer. */
const timeoutSeconds = 10;

/** Events at which a handler that fails can refuse. */
const refusable: readonly string[] = ['UserPromptSubmit', 'PreToolUse', 'PostToolBatch'];

/** Events a server may be asked at: what it costs where it does not answer, the others make good. */
const servedEvents: readonly string[] = ['PreToolUse', 'PostToolUseFailure'];

/**
 * The groups of handlers for each event. Also with a server, prompts, agents and the end of a batch are
 * left to processes: they refuse and stop without it, and notice where it was not asked.
 */
export function hookGroups(wishes: InstallWishes): ReadonlyMap<string, readonly object[]> {
  return new Map(guardEvents.map((event) => [event, groupsOf(event, wishes)]));
}

function groupsOf(event: string, wishes: InstallWishes): object[] {
  const { server, strict } = wishes;
  if (server === undefined || !servedEvents.includes(event)) {
    const matcher = servedEvents.includes(event) ? { matcher: '*' } : {};
    return [{ ...matcher, hooks: [processHandler(event, wishes)] }];
  }
  const asked = {
    type: 'http',
    url: eventUrl(server.port, event, strict),
    timeout: timeoutSeconds,
    headers: {
      Authorization: `Bearer ${server.token}`,
      ...Object.fromEntries(
        Object.entries(sessionHeaders).map(([header, name]) => [header, `$${name}`]),
      ),
    },
    allowedEnvVars: Object.values(sessionHeaders),
    ...(strict && refusable.includes(event) && { onFailure: 'block' }),
  };
  const served = { matcher: '*', hooks: [asked] };
  if (event !== 'PreToolUse') return [served];
  return [served, { matcher: 'Agent|Task', hooks: [processHandler(event, wishes)] }];
}

function processHandler(event: string, wishes: InstallWishes): object {
  const { launcher, platform, strict, server } = wishes;
  const options = [...(strict ? ['--strict'] : []), ...(server === undefined ? [] : ['--http'])];
  const args = ['guard', event, ...options];
  // Programs on Windows cannot start a command file without its interpreter.
  const exec =
    platform === 'win32'
      ? { command: 'cmd.exe', args: ['/d', '/c', launcher, ...args] }
      : { command: launcher, args };
  return {
    type: 'command',
    ...exec,
    timeout: timeoutSeconds,
    ...(strict && refusable.includes(event) && { onFailure: 'block' }),
  };
}

/** Whether a handler in settings is one of Outlay's, wherever its launcher was. */
export function isOwnHandler(handler: unknown): boolean {
  if (typeof handler !== 'object' || handler === null) return false;
  const { command, args } = handler as { command?: unknown; args?: unknown };
  if (portOf(handler) !== undefined) return true;
  const words = Array.isArray(args) ? args.filter((arg) => typeof arg === 'string') : [];
  const at = words.indexOf('guard');
  const program = at === 0 ? command : words[at - 1];
  return (
    at >= 0 &&
    typeof program === 'string' &&
    /(^|[\\/])outlay(\.cmd)?$/.test(program) &&
    (guardEvents as readonly string[]).includes(words[at + 1] ?? '')
  );
}

/** The port a handler of Outlay's asks the guard's server at; undefined for any other handler. */
export function portOf(handler: unknown): number | undefined {
  const { type, url } = handler as { type?: unknown; url?: unknown };
  if (type !== 'http' || typeof url !== 'string') return undefined;
  const event = eventOfUrl(url);
  const known = (guardEvents as readonly string[]).includes(event ?? '');
  return known ? Number(new URL(url).port) : undefined;
}

/** The program of a handler of Outlay's; undefined where it asks a server. */
export function launcherOf(handler: unknown): string | undefined {
  if (portOf(handler) !== undefined) return undefined;
  const { command, args } = handler as { command: string; args: string[] };
  const at = args.indexOf('guard');
  return at === 0 ? command : args[at - 1]!;
}
