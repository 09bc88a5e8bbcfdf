import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentLog } from '../../agents/agentLog.ts';
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
    const paths = await transcriptsIn(root.logFolder, agentLog(root));
    counts.set(configDir, paths.length);
    for (const path of paths) {
      const stats = await stat(path).catch(() => undefined);
      if (stats === undefined) continue;
      writtenAt = Math.max(writtenAt ?? 0, stats.mtimeMs);
      const unread = stats.size - (known.get(path)?.size ?? 0);
      if (unread <= 0) continue;
      unreadFiles += 1;
      unreadBytes += unread;
    }
  }
  return { counts, writtenAt, unreadFiles, unreadBytes };
}

async function transcriptsIn(folder: string, log: AgentLog): Promise<string[]> {
  try {
    // The store knows them by their real paths.
    const entries = await readdir(await realpath(folder), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => log.kindOf(path) === 'transcript');
  } catch {
    return [];
  }
}
