import { basename } from 'node:path';
import { type Discovery, discover, type TranscriptFile } from '../agents/claude/discover.ts';
import { findRoots, type Root } from '../agents/claude/roots.ts';
import type { IndexerConfig } from './messages.ts';

/** A root with what was found below it. */
export interface ScannedRoot extends Discovery {
  readonly root: Root;
}

/** The roots of a configuration, looked for on disk now. */
export function configuredRoots(
  config: Pick<IndexerConfig, 'configDirs' | 'rootsSetting' | 'env' | 'home'>,
): Root[] {
  const { configDirs, rootsSetting, env, home } = config;
  return findRoots({ configDirs, setting: rootsSetting, env, home });
}

export function scanRoots(roots: readonly Root[]): ScannedRoot[] {
  return roots.map((root) => ({
    root,
    ...(root.exists ? discover(root.projects) : { files: [], metaFiles: [], unreadable: [] }),
  }));
}

/** A transcript with the root it stands under. */
export interface FoundFile extends TranscriptFile {
  readonly root: Root;
}

/** Transcripts the store has not seen in this size, newest first: today is right after a moment. */
export function newFiles(
  scanned: readonly ScannedRoot[],
  known: ReadonlyMap<string, { size: number; mtimeMs: number }>,
): FoundFile[] {
  const fresh: FoundFile[] = [];
  for (const { root, files } of scanned) {
    for (const file of files) {
      const seen = known.get(file.path);
      if (seen?.size === file.size && seen.mtimeMs === file.mtimeMs) continue;
      fresh.push({ ...file, root });
    }
  }
  return fresh.sort((a, b) => b.mtimeMs - a.mtimeMs || (a.path < b.path ? -1 : 1));
}

export function isMeta(path: string): boolean {
  return basename(path).endsWith('.meta.json');
}
