import { sep } from 'node:path';
import type { Discovery, LogFile, Machine, Root } from '../agents/agentLog.ts';
import { agentLog, agentsLeftOut, findRoots, rootEnvironment } from '../agents/registry.ts';
import type { SeenFile } from '../store/ingest/fileTable.ts';

/** A root with what was found below it. */
export interface ScannedRoot extends Discovery {
  readonly root: Root;
}

/** What decides where a configuration's roots are. */
export interface RootsConfig {
  readonly configDirs: readonly string[];
  readonly rootsSetting: readonly string[];
  /** Agents whose logs are not read, by the names of their `AgentLog`; all are without it. */
  readonly withoutAgents?: readonly string[] | undefined;
  /** Folders of other hosts that are read here, by the names of the hosts. */
  readonly hostFolders?: Readonly<Record<string, string>> | undefined;
  /** Folders in which files of other hosts arrive. */
  readonly hostFiles?: readonly string[] | undefined;
  /** Where those are that were imported. */
  readonly importFolder?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** As `Machine.captureFolder`. */
  readonly captureFolder?: string | undefined;
}

/**
 * What is configured by what a person set, and by directories that are named instead of all others.
 * `importFolder`: where files of other hosts that were imported stand.
 */
export function rootsConfig(
  settings: {
    readonly roots: readonly string[];
    readonly readsCodex: boolean;
    readonly readsClaudeDesktop: boolean;
    readonly readsCopilot: boolean;
    readonly readsOpenCode: boolean;
    readonly readsCapturedCalls: boolean;
    readonly hostFolders: Readonly<Record<string, string>>;
    readonly hostFiles: readonly string[];
  },
  configDirs: readonly string[],
  { env, home, captureFolder }: Machine,
  importFolder: string,
): RootsConfig {
  return {
    configDirs,
    rootsSetting: settings.roots,
    withoutAgents: agentsLeftOut(settings),
    hostFolders: settings.hostFolders,
    hostFiles: settings.hostFiles,
    importFolder,
    env: rootEnvironment(env),
    home,
    captureFolder,
  };
}

/** The roots of a configuration, looked for on disk now. */
export function configuredRoots(config: RootsConfig): Root[] {
  const { configDirs, rootsSetting: setting, withoutAgents, env, home, captureFolder } = config;
  const { hostFolders, hostFiles, importFolder } = config;
  const hosts = { hostFolders, hostFiles, importFolder };
  return findRoots({ configDirs, setting, withoutAgents, ...hosts, env, home, captureFolder });
}

export function scanRoots(roots: readonly Root[]): ScannedRoot[] {
  return roots.map((root) => ({
    root,
    ...(root.exists ? agentLog(root).discover(root) : { files: [], metaFiles: [], unreadable: [] }),
  }));
}

/** A transcript with the root it stands under. */
export interface FoundFile extends LogFile {
  readonly root: Root;
}

/** Transcripts the store has not seen in this size, newest first: today is right after a moment. */
export function newFiles(
  scanned: readonly ScannedRoot[],
  known: ReadonlyMap<string, SeenFile>,
): FoundFile[] {
  const fresh: FoundFile[] = [];
  for (const { root, files } of scanned) {
    for (const file of files) {
      const seen = known.get(file.path);
      const isSame = seen?.size === file.size && seen.mtimeMs === file.mtimeMs;
      if (isSame && isOfHost(root, seen.host)) continue;
      fresh.push({ ...file, root });
    }
  }
  return fresh.sort((a, b) => b.mtimeMs - a.mtimeMs || (a.path < b.path ? -1 : 1));
}

/** Whether a file of a root is that host's. What hosts sent says itself whose it is. */
export function isOfHost({ agent, host }: Root, known: string | undefined): boolean {
  return host === known || agent === 'host';
}

/** The root a path lies below: the innermost of them. */
export function rootAbove(path: string, roots: readonly Root[]): Root | undefined {
  return roots
    .filter((root) => isBelow(path, root))
    .reduce<Root | undefined>(
      (best, root) => (best && best.logFolder.length >= root.logFolder.length ? best : root),
      undefined,
    );
}

function isBelow(path: string, { logFolder }: Root): boolean {
  return path.startsWith(logFolder.endsWith(sep) ? logFolder : logFolder + sep);
}
