import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ClientPriceList } from '../model/clientPrices.ts';
import type { AgentLog, Machine, Root, RootSource, RunningAgent } from './agentLog.ts';
import { claudeLog } from './claude/claudeLog.ts';
import { desktopLog } from './claude/desktopLog.ts';

/** The agents whose logs are read. Of a directory none recognizes, the first is taken to be its agent. */
const logs: AgentLog[] = [claudeLog, desktopLog];

/** Adds an agent's log until it is disposed of. Each thread has a registry of its own. */
export function registerAgentLog(log: AgentLog): Disposable {
  logs.push(log);
  return { [Symbol.dispose]: () => void logs.splice(logs.indexOf(log), 1) };
}

/** The log of the agent that writes below a root. */
export function agentLog({ agent }: Pick<Root, 'agent'>): AgentLog {
  return logs.find(({ name }) => name === agent) ?? logs[0]!;
}

/** The log whose configuration directory this is. */
export function agentLogAt(directory: string): AgentLog {
  const [first, ...others] = logs;
  return others.find((log) => log.recognizes(directory)) ?? first!;
}

/** The root of a configuration directory that is known by its path alone, as the store has it. */
export function knownRoot(directory: string): Root {
  return agentLogAt(directory).rootAt(directory, 'default');
}

/** What decides the roots. The first non-empty list replaces those after it. */
export interface RootOptions extends Machine {
  /** `--config-dir`, repeatable. */
  readonly configDirs?: readonly string[];
  /** The setting `outlay.roots`. */
  readonly setting?: readonly string[];
}

/**
 * The roots to read, each once by its real path. Named roots are listed even while they do not
 * exist; of the defaults only those that do, and the first of them when none does.
 */
export function findRoots(options: RootOptions): Root[] {
  const { configDirs = [], setting = [] } = options;
  if (configDirs.length > 0) return namedRoots(configDirs, 'option', options);
  if (setting.length > 0) return namedRoots(setting, 'setting', options);
  const usual = logs.flatMap((log) => {
    const { paths, source } = log.defaultRoots(options);
    return paths.map((path) => log.rootAt(absolute(path, options), source));
  });
  const all = unique(usual);
  const present = all.filter(({ source, exists }) => exists || source !== 'default');
  return present.length > 0 ? present : all.slice(0, 1);
}

function namedRoots(paths: readonly string[], source: RootSource, machine: Machine): Root[] {
  const directories = paths.map((path) => absolute(path, machine));
  return unique(directories.map((path) => agentLogAt(path).rootAt(path, source)));
}

function unique(roots: readonly Root[]): Root[] {
  const byFolder = new Map<string, Root>();
  for (const root of roots) if (!byFolder.has(root.logFolder)) byFolder.set(root.logFolder, root);
  return [...byFolder.values()];
}

function absolute(path: string, { home }: Machine): string {
  return resolve(path === '~' || /^~[\\/]/.test(path) ? join(home, path.slice(1)) : path);
}

/** What the files of all agents say models cost, unchecked; of two prices the first holds. */
export function clientPrices(roots: readonly Root[], machine: Machine): ClientPriceList[] {
  return logs.flatMap((log) =>
    log.clientPrices(
      roots.filter(({ agent }) => agent === log.name),
      machine,
    ),
  );
}

/** Ids of the sessions that run now, of all agents. */
export function runningSessions(directories: readonly string[]): Set<string> {
  return new Set(
    directories.flatMap((directory) => [...agentLogAt(directory).runningSessions(directory)]),
  );
}

/** The processes that run now, of all agents. */
export function runningAgents(directories: readonly string[]): RunningAgent[] {
  return directories.flatMap((directory) => agentLogAt(directory).runningAgents(directory));
}

/** Why a folder cannot be listed (an errno code); undefined when it can. */
export function folderProblem(path: string): string | undefined {
  try {
    readdirSync(path);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}
