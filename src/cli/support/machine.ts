import { release } from 'node:os';
import { sep } from 'node:path';
import type { LogFile } from '../../agents/agentLog.ts';
import { agentLog, type HostFacts, placesBeside } from '../../agents/registry.ts';
import { dayMs } from '../../model/calendar.ts';
import type { ReportContext } from '../../query/context.ts';
import type { MachineInfo } from '../../reports/upkeep/doctor.ts';
import { storeOnDisk } from '../../store/connection/backups.ts';
import { scanRoots } from '../../watchers/scanRoots.ts';
import type { Environment } from './environment.ts';

/** What is deleted within so many days is named while there is time to read it. */
const expiringDays = 3;

/** Looks at the disk for `doctor`. */
export function machineInfo(
  environment: Environment,
  version: string,
  { reader, now }: Pick<ReportContext, 'reader' | 'now'>,
): MachineInfo {
  const { storeFile, roots, switchedOff } = environment;
  const known = reader.knownSizes();
  const isUnread = ({ path, size }: LogFile): boolean => (known.get(path)?.size ?? 0) < size;
  return {
    version,
    node: process.versions.node,
    roots: scanRoots(roots).map(({ root, files, unreadable }) => {
      const days = agentLog(root).cleanupDays(root);
      const expires = now - ((days ?? Number.POSITIVE_INFINITY) - expiringDays) * dayMs;
      return {
        path: root.path,
        source: root.source,
        exists: root.exists,
        transcripts: files.length,
        bytes: files.reduce((sum, { size }) => sum + size, 0),
        unreadable: [
          ...unreadable,
          ...(reader.unreadable([root.path]).get(root.path)?.reading.named ?? []),
        ],
        ...(days !== undefined && {
          cleanupDays: days,
          unreadExpiring: files.filter((file) => isUnread(file) && file.mtimeMs < expires).length,
        }),
      };
    }),
    store: storeOnDisk(storeFile),
    switchedOff,
    beside: placesBeside(hostFacts()).filter(
      // What is read already needs no words.
      ({ kind, folder }) =>
        !roots.some(({ path, host }) =>
          kind === 'wsl' ? host !== undefined : isBelow(path, folder),
        ),
    ),
  };
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder + sep);
}

function hostFacts(): HostFacts {
  const { platform, env } = process;
  return { platform, release: release(), env, root: platform === 'win32' ? '' : '/' };
}
