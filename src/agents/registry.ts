import { join, resolve } from 'node:path';
import type { ClientPriceList } from '../model/clientPrices.ts';
import { type AgentMetadata, sessionKey, type TranscriptChunk } from '../model/records.ts';
import type { AgentLog, LogFile, Machine, Root, RootSource, RunningAgent } from './agentLog.ts';
import { captureLog } from './capture/captureLog.ts';
import { claudeLog } from './claude/claudeLog.ts';
import { desktopLog } from './claude/desktopLog.ts';
import { codexLog } from './codex/codexLog.ts';
import { copilotLog } from './copilot/copilotLog.ts';
import { tracesLog } from './copilot/tracesLog.ts';
import { homesIn } from './hosts/homes.ts';
import { hostLog } from './hosts/hostLog.ts';
import { ofHost } from './ofHost.ts';
import { openCodeLog } from './opencode/openCodeLog.ts';

/** The agents whose logs are read. Of a directory none recognizes, the first is taken to be its agent. */
const logs: AgentLog[] = [
  claudeLog,
  desktopLog,
  codexLog,
  copilotLog,
  tracesLog,
  openCodeLog,
  captureLog,
  hostLog,
];

/** Adds an agent's log until it is disposed of. Each thread has a registry of its own. */
export function registerAgentLog(log: AgentLog): Disposable {
  logs.push(log);
  return { [Symbol.dispose]: () => void logs.splice(logs.indexOf(log), 1) };
}

/** The log of the agent that writes below a root. */
export function agentLog({ agent }: Pick<Root, 'agent'>): AgentLog {
  return logs.find(({ name }) => name === agent) ?? logs[0]!;
}

/** Whether a product's sessions are programs (`AgentLog.isOfPrograms`). */
export function isOfPrograms(product: string): boolean {
  return logs.some((log) => log.product === product && log.isOfPrograms === true);
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

/** A chunk with whose it is, as the store takes it. */
export interface PlacedChunk {
  readonly file: {
    readonly path: string;
    readonly root: string;
    readonly product: string;
    /** '' for this machine. */
    readonly host: string;
    readonly isSecondary: boolean;
    readonly mtimeMs: number;
  };
  readonly chunk: TranscriptChunk;
  readonly agentMetadata: readonly AgentMetadata[];
}

/** Says whose a chunk of a file below a root is; sessions of another host are told apart by its name. */
export function placed(
  root: Root,
  { path, mtimeMs }: Pick<LogFile, 'path' | 'mtimeMs'>,
  chunk: TranscriptChunk,
  agentMetadata: readonly AgentMetadata[] = [],
): PlacedChunk {
  const { origin } = chunk;
  const host = origin?.host ?? root.host ?? '';
  const log = agentLog(root);
  const product = origin?.product ?? log.product;
  const isSecondary = log.isSecondary === true;
  return {
    file: { path, root: origin?.account ?? root.path, product, host, isSecondary, mtimeMs },
    chunk: host === '' ? chunk : ofHost(chunk, host),
    agentMetadata: host === '' ? agentMetadata : agentMetadata.map((fact) => ofRoot(root, fact)),
  };
}

/** A fact about a session below a root. */
export function ofRoot<T extends { readonly sessionId: string }>({ host = '' }: Root, fact: T): T {
  return host === '' ? fact : { ...fact, sessionId: sessionKey(fact.sessionId, host) };
}

/** Environment variables that decide where roots are. */
const rootVariables = [
  ...['CLAUDE_CONFIG_DIR', 'CODEX_HOME', 'COPILOT_HOME'],
  ...['OPENCODE_DB', 'OUTLAY_CAPTURE_DIR', 'XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'APPDATA'],
  ...['VSCODE_APPDATA', 'VSCODE_PORTABLE', 'VSCODE_AGENT_FOLDER'],
] as const;

/** Of an environment what decides where roots are: little enough to be sent from thread to thread. */
export function rootEnvironment(env: Machine['env']): Machine['env'] {
  return Object.fromEntries(rootVariables.map((name) => [name, env[name]]));
}

/** Names of agents whose logs may be left out, by what a person sets. */
export function agentsLeftOut(reads: {
  readonly readsCodex: boolean;
  readonly readsClaudeDesktop: boolean;
  readonly readsCopilot: boolean;
  readonly readsOpenCode: boolean;
  readonly readsCapturedCalls: boolean;
}): string[] {
  return [
    ...(reads.readsCodex ? [] : [codexLog.name]),
    ...(reads.readsClaudeDesktop ? [] : [desktopLog.name]),
    ...(reads.readsCopilot ? [] : [copilotLog.name, tracesLog.name]),
    ...(reads.readsOpenCode ? [] : [openCodeLog.name]),
    ...(reads.readsCapturedCalls ? [] : [captureLog.name]),
  ];
}

/** What decides the roots. The first non-empty list replaces those after it. */
export interface RootOptions extends Machine {
  /** Agents whose logs are not read, wherever they stand. */
  readonly withoutAgents?: readonly string[] | undefined;
  /** `--config-dir`, repeatable. */
  readonly configDirs?: readonly string[];
  /** The setting `outlay.roots`. */
  readonly setting?: readonly string[];
  /** Folders of other hosts that are read here, by the names of the hosts: the setting `outlay.hosts.folders`. */
  readonly hostFolders?: Readonly<Record<string, string>> | undefined;
  /** Folders in which files of other hosts arrive: the setting `outlay.hosts.files`. */
  readonly hostFiles?: readonly string[] | undefined;
  /** Where those are that were imported; the folder is made by the first. */
  readonly importFolder?: string | undefined;
}

/**
 * The roots to read, each once by its real path. Named roots are listed even while they do not
 * exist; of the defaults only those that do, and the first of them when none does.
 */
export function findRoots(options: RootOptions): Root[] {
  const { configDirs = [], setting = [] } = options;
  // What is named for one command is read, whatever is set.
  if (configDirs.length > 0) return namedRoots(configDirs, 'option', options);
  const isRead = ({ agent }: Pick<Root, 'agent'>): boolean =>
    options.withoutAgents?.includes(agent) !== true;
  const own = ownRoots(options, setting, isRead);
  // A folder that is one of this machine's by another path is this machine's.
  return unique([...own, ...hostRoots(options, isRead)]);
}

type IsRead = (root: Pick<Root, 'agent'>) => boolean;

function ownRoots(options: RootOptions, setting: readonly string[], isRead: IsRead): Root[] {
  if (setting.length > 0) return namedRoots(setting, 'setting', options).filter(isRead);
  const usual = logs.flatMap((log) => {
    if (!isRead({ agent: log.name })) return [];
    const { paths, source } = log.defaultRoots(options);
    return paths.map((path) => log.rootAt(absolute(path, options), source));
  });
  const all = unique(usual);
  const present = all.filter(({ source, exists }) => exists || source !== 'default');
  return present.length > 0 ? present : all.slice(0, 1);
}

/** Roots of other hosts: below folders that are mounted here, and folders of what they sent. */
function hostRoots(options: RootOptions, isRead: IsRead): Root[] {
  const { hostFolders = {}, hostFiles = [], importFolder } = options;
  const mounted = Object.entries(hostFolders).flatMap(([host, folder]) =>
    rootsBelow(absolute(folder, options), isRead).map((root) => ({ ...root, host })),
  );
  const sent = hostFiles.map((folder) => hostLog.rootAt(absolute(folder, options), 'host'));
  const imported = importFolder === undefined ? [] : [hostLog.rootAt(importFolder, 'host')];
  return [...mounted, ...sent, ...imported.filter(({ exists }) => exists)];
}

/**
 * Roots of a folder of another host: it is a configuration directory, a home folder, or the root of a file
 * system with homes in it. One that holds nothing yet is a root that is not there.
 */
function rootsBelow(folder: string, isRead: IsRead): Root[] {
  const known = logs.find((log) => log.recognizes(folder));
  if (known !== undefined) return [known.rootAt(folder, 'host')].filter(isRead);
  const found = homesIn(folder).flatMap((home) =>
    logs.flatMap((log) =>
      log
        .defaultRoots({ env: {}, home })
        .paths.map((path) => log.rootAt(path, 'host'))
        .filter((root) => root.exists && isRead(root)),
    ),
  );
  return found.length > 0 ? found : [claudeLog.rootAt(folder, 'host')];
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
      // What another host's files say is priced by this machine's prices.
      roots.filter(({ agent, host }) => agent === log.name && host === undefined),
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

export { folderProblem } from './folders.ts';
export { type HostFacts, type PlaceBeside, placesBeside } from './hosts/beside.ts';
