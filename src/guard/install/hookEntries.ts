import { guardEvents } from '../hookInput.ts';

/** What is put into Claude Code's settings. */
export interface InstallWishes {
  /** The launcher, by its absolute path. */
  readonly launcher: string;
  readonly platform: NodeJS.Platform;
  /** Claude Code itself refuses where the guard cannot be started or takes too long. */
  readonly strict: boolean;
  /** How deep agents may start agents; 0 leaves it to Claude Code. */
  readonly maxHops: number;
}

/** Claude Code's variable for how deep agents may start agents. */
export const depthVariable = 'CLAUDE_CODE_MAX_SUBAGENT_SPAWN_DEPTH';

/** Seconds after which Claude Code waits no longer. */
const timeoutSeconds = 10;

/** Events at which a handler that fails can refuse. */
const refusable: readonly string[] = ['UserPromptSubmit', 'PreToolUse', 'PostToolBatch'];

/** The group of handlers for each event. */
export function hookGroups(wishes: InstallWishes): ReadonlyMap<string, object> {
  return new Map(guardEvents.map((event) => [event, groupOf(event, wishes)]));
}

function groupOf(event: string, { launcher, platform, strict }: InstallWishes): object {
  const args = ['guard', event, ...(strict ? ['--strict'] : [])];
  // Programs on Windows cannot start a command file without its interpreter.
  const exec =
    platform === 'win32'
      ? { command: 'cmd.exe', args: ['/d', '/c', launcher, ...args] }
      : { command: launcher, args };
  const handler = {
    type: 'command',
    ...exec,
    timeout: timeoutSeconds,
    ...(strict && refusable.includes(event) && { onFailure: 'block' }),
  };
  const matcher = event === 'PreToolUse' || event === 'PostToolUseFailure' ? { matcher: '*' } : {};
  return { ...matcher, hooks: [handler] };
}

/** Whether a handler in settings is one of Outlay's, wherever its launcher was. */
export function isOwnHandler(handler: unknown): boolean {
  if (typeof handler !== 'object' || handler === null) return false;
  const { command, args } = handler as { command?: unknown; args?: unknown };
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

/** The program of a handler of Outlay's. */
export function launcherOf(handler: unknown): string {
  const { command, args } = handler as { command: string; args: string[] };
  const at = args.indexOf('guard');
  return at === 0 ? command : args[at - 1]!;
}
