import type { MachineInfo } from '../../reports/upkeep/doctor.ts';
import { storeOnDisk } from '../../store/connection/backups.ts';
import { scanRoots } from '../../watchers/scanRoots.ts';
import type { Environment } from './environment.ts';

/** Looks at the disk for `doctor`. */
export function machineInfo(environment: Environment, version: string): MachineInfo {
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
    store: storeOnDisk(storeFile),
    switchedOff,
  };
}
