import { statSync } from 'node:fs';
import type { MachineFacts } from '../reports/doctor.ts';
import { backupsOf } from '../store/repair.ts';
import { scanRoots } from '../watchers/scanRoots.ts';
import type { Environment } from './environment.ts';

/** Looks at the disk for `doctor`. */
export function machineFacts(environment: Environment, version: string): MachineFacts {
  const { storeFile, roots, switchedOff } = environment;
  return {
    version,
    node: process.versions.node,
    roots: scanRoots(roots).map(({ root, files, unreadable }) => ({
      path: root.path,
      source: root.source,
      exists: root.exists,
      transcripts: files.length,
      bytes: files.reduce((sum, { size }) => sum + size, 0),
      unreadable,
    })),
    store: {
      path: storeFile,
      bytes: sizeOf(storeFile) + sizeOf(`${storeFile}-wal`),
      backups: backupsOf(storeFile),
    },
    switchedOff,
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
