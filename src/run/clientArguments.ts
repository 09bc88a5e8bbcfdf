import { nanoToUsd } from '../model/money.ts';

/** What a command line of Claude Code asks for, as far as a run with a cap has to know. */
export interface ClientArguments {
  /** It is Claude Code. */
  readonly isClaude: boolean;
  /** It answers once and ends. */
  readonly prints: boolean;
  /** It has a cap of its own already. */
  readonly hasCap: boolean;
  /** Sessions known before it starts: one it goes on with, or is to have. */
  readonly sessions: readonly string[];
  /** It answers once in a new session, which may be given an id. */
  readonly isNew: boolean;
  /** A session it starts from and does not go on with. */
  readonly forkOf: string | undefined;
  /** It says its result in JSON, one object or one a line; undefined for text. */
  readonly json: 'json' | 'stream-json' | undefined;
  /** It leaves no transcript. */
  readonly leavesNothing: boolean;
}

const id = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Options with which the client goes on with a session, names it itself, or works somewhere else. */
const elsewhere = [
  ...['--resume', '-r', '--continue', '-c', '--session-id', '--fork-session', '--from-pr'],
  ...['--no-session-persistence', '--teleport', '--remote', '--bg', '--background'],
];

/** Reads a command line: the program and what it is given. What stands behind `--` is a prompt. */
export function clientArguments([program = '', ...given]: readonly string[]): ClientArguments {
  const end = given.indexOf('--');
  const args = end < 0 ? given : given.slice(0, end);
  const has = (...names: string[]): boolean =>
    args.some((arg) => names.some((name) => arg === name || arg.startsWith(`${name}=`)));
  const valueAt = (...names: string[]): string | undefined => {
    const at = args.findIndex((arg) => names.includes(arg));
    if (at >= 0) return args[at + 1];
    const joined = args.find((arg) => names.some((name) => arg.startsWith(`${name}=`)));
    return joined?.slice(joined.indexOf('=') + 1);
  };
  const isId = (value: string | undefined): value is string =>
    value !== undefined && id.test(value);
  const isClaude = /^claude(?:\.exe|\.cmd|\.ps1)?$/i.test(program.split(/[\\/]/).at(-1) ?? '');
  const resumed = valueAt('--resume', '-r');
  const forks = has('--fork-session');
  const named = valueAt('--session-id');
  const format = valueAt('--output-format');
  const prints = isClaude && has('--print', '-p');
  return {
    isClaude,
    prints,
    hasCap: has('--max-budget-usd'),
    sessions: [...(isId(resumed) && !forks ? [resumed] : []), ...(isId(named) ? [named] : [])],
    isNew: prints && !has(...elsewhere),
    forkOf: forks && isId(resumed) ? resumed : undefined,
    json: isClaude && (format === 'json' || format === 'stream-json') ? format : undefined,
    leavesNothing: has('--no-session-persistence'),
  };
}

/** The command line with the client's own cap of so many nano-dollars. */
export function withOwnCap([program = '', ...args]: readonly string[], nano: number): string[] {
  return [program, '--max-budget-usd', String(nanoToUsd(nano)), ...args];
}

/**
 * The command line with an id for its new session: one that ends at once would have no process left to
 * be found by.
 */
export function withOwnSession([program = '', ...args]: readonly string[], sid: string): string[] {
  return [program, '--session-id', sid, ...args];
}
