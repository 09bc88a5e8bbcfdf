import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentLog, Root } from '../../agents/agentLog.ts';
import { agentLog, knownRoot } from '../../agents/registry.ts';

/** Transcripts as the disk has them just now, against what has been read of them. */
export interface TranscriptsOnDisk {
  /** How many there are, by configuration folder. */
  readonly counts: ReadonlyMap<string, number>;
  /** When the transcript last written was written (UTC milliseconds); undefined without any. */
  readonly writtenAt: number | undefined;
  /** Transcripts with something in them that has not been read. */
  readonly unreadFiles: number;
  readonly unreadBytes: number;
}

/**
 * Looks at every transcript below some configuration folders. `known` has the sizes up to which
 * they were read. Folders that cannot be listed count as empty: the indexer has named them already.
 */
export async function transcriptsOnDisk(
  configDirs: readonly string[],
  known: ReadonlyMap<string, { readonly size: number }>,
): Promise<TranscriptsOnDisk> {
  const counts = new Map<string, number>();
  let writtenAt: number | undefined;
  let unreadFiles = 0;
  let unreadBytes = 0;
  for (const configDir of configDirs) {
    const root = knownRoot(configDir);
    const paths = await transcriptsIn(root);
    counts.set(configDir, paths.length);
    for (const path of paths) {
      const stats = await stat(path).catch(() => undefined);
      if (stats === undefined) continue;
      writtenAt = Math.max(writtenAt ?? 0, stats.mtimeMs);
      // How far a folder that is one transcript was read, its own size does not tell.
      const unread = stats.isFile() ? stats.size - (known.get(path)?.size ?? 0) : 0;
      if (unread <= 0) continue;
      unreadFiles += 1;
      unreadBytes += unread;
    }
  }
  return { counts, writtenAt, unreadFiles, unreadBytes };
}

/** The store knows transcripts by their real paths, and so does a root that exists. */
async function transcriptsIn(root: Root): Promise<string[]> {
  const log = agentLog(root);
  const found: string[] = [];
  const folders = [root.logFolder];
  for (const folder of folders) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      const isNamed = log.kindOf(path) === 'transcript';
      // A folder may be a transcript, and may only be called like one.
      const isOne = entry.isDirectory() ? isNamed && isThere(log, path) : entry.isFile() && isNamed;
      if (isOne) found.push(path);
      else if (entry.isDirectory() && log.mayHold(root, path)) folders.push(path);
    }
  }
  return found;
}

function isThere(log: AgentLog, path: string): boolean {
  try {
    return log.fileAt(path) !== undefined;
  } catch {
    return false;
  }
}
