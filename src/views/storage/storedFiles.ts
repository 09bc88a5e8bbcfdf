import { readdirSync, statSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { alertHistoryFile, alertsFile } from '../../dataFolder/alertFile.ts';
import { benchmarksFile } from '../../dataFolder/benchmarkFile.ts';
import { clientReportsFile } from '../../dataFolder/clientReports.ts';
import { gatewayAnswerFile, gatewayFile } from '../../dataFolder/company/gatewayFile.ts';
import { backupPattern, installsFile } from '../../dataFolder/guardInstalls.ts';
import { placeFile, serverNoteFile } from '../../dataFolder/guardServer.ts';
import { insightsFile } from '../../dataFolder/insightFile.ts';
import { launcherNames } from '../../dataFolder/launcherScript.ts';
import { auditFile } from '../../dataFolder/overrideFile.ts';
import { importedHosts } from '../../dataFolder/paths.ts';
import { federationFile } from '../../dataFolder/peerFile.ts';
import { serveNoteFile, serveTokenFile } from '../../dataFolder/serveFiles.ts';
import { statusLineFile } from '../../dataFolder/statusLineFile.ts';
import { teamFiguresFile } from '../../dataFolder/team/figuresFile.ts';
import { knownClaimsFile } from '../../dataFolder/team/knownClaims.ts';
import { membershipFile } from '../../dataFolder/team/membership.ts';
import { poolsFile } from '../../dataFolder/team/poolFile.ts';
import { sentCallsFile } from '../../dataFolder/team/sentCalls.ts';
import { uploadsFile } from '../../dataFolder/team/uploadState.ts';
import { telemetryFile } from '../../dataFolder/telemetryFile.ts';
import { marksFile } from '../../dataFolder/timeTagFile.ts';
import { exactRecordFile } from '../../exact/install.ts';
import { stateFilePattern } from '../../guard/sessionState.ts';
import { messageOf } from '../../model/errors.ts';
import { brokenEnd } from '../../platform/setAsideFile.ts';
import { snapshotsFile } from '../../reports/spend/snapshots.ts';
import { importedPricesFile } from '../../settings/priceOverrides.ts';
import { installFile, settingsBackup } from '../../statusline/installRecord.ts';
import { refreshLock } from '../../statusline/refresher.ts';
import { filesOfStore, type StoreFileKind } from '../../store/connection/storeFiles.ts';

/** Files of other hosts that were imported. */
const hostFile = /\.outlay\.gz$/;

/** What a file of Outlay's is for; `other` is a store that is not the one shown. */
export type StoredKind =
  | StoreFileKind
  | 'other'
  | 'settings'
  | 'prices'
  | 'decisions'
  | 'audit'
  | 'alerts'
  | 'marks'
  | 'summaries'
  | 'peers'
  | 'team'
  | 'statusLine'
  | 'launcher'
  | 'guard'
  | 'server'
  | 'cache'
  | 'calls';

/** One file Outlay has written. */
export interface StoredFile {
  readonly path: string;
  readonly kind: StoredKind;
  readonly bytes: number;
}

/** Every file Outlay has written: those of the store, wherever it is, and those of the data folder. */
export function storedFiles(store: string, dataFolder: string): StoredFile[] {
  const bin = join(dataFolder, 'bin');
  const calls = join(dataFolder, 'capture');
  const named = [
    file(join(dataFolder, 'config.json'), 'settings'),
    file(importedPricesFile(dataFolder), 'prices'),
    file(insightsFile(dataFolder), 'decisions'),
    file(auditFile(dataFolder), 'audit'),
    file(alertsFile(dataFolder), 'alerts'),
    file(alertHistoryFile(dataFolder), 'alerts'),
    // The definition of a scheduled task of Windows.
    file(join(dataFolder, 'alerts-task.xml'), 'alerts'),
    file(installsFile(dataFolder), 'guard'),
    file(placeFile(dataFolder), 'guard'),
    file(telemetryFile(dataFolder), 'guard'),
    file(exactRecordFile(dataFolder), 'guard'),
    file(serverNoteFile(dataFolder), 'guard'),
    file(serveTokenFile(dataFolder), 'server'),
    file(serveNoteFile(dataFolder), 'server'),
    ...matching(dataFolder, backupPattern, 'guard'),
    ...matching(join(dataFolder, 'guard'), stateFilePattern, 'guard'),
    ...matching(calls, /^calls-.*\.jsonl$|^beginning\.json$/, 'calls'),
    ...unfinished(calls, /^beginning\.json\.\d+(-[0-9a-f]{8})?\.part$/),
    file(marksFile(dataFolder), 'marks'),
    file(snapshotsFile(dataFolder), 'summaries'),
    file(benchmarksFile(dataFolder), 'summaries'),
    file(federationFile(dataFolder), 'peers'),
    ...matching(importedHosts(dataFolder), hostFile, 'peers'),
    ...unfinished(importedHosts(dataFolder), /\.outlay\.gz\.\d+(-[0-9a-f]{8})?\.part$/),
    file(membershipFile(dataFolder), 'team'),
    file(uploadsFile(dataFolder), 'team'),
    file(poolsFile(dataFolder), 'team'),
    file(sentCallsFile(dataFolder), 'team'),
    file(knownClaimsFile(dataFolder), 'team'),
    file(teamFiguresFile(dataFolder), 'team'),
    file(gatewayFile(dataFolder), 'team'),
    file(gatewayAnswerFile(dataFolder), 'team'),
    file(clientReportsFile(dataFolder), 'statusLine'),
    file(statusLineFile(dataFolder), 'statusLine'),
    file(installFile(dataFolder), 'statusLine'),
    file(settingsBackup(dataFolder), 'statusLine'),
    file(refreshLock(dataFolder), 'unfinished'),
    ...launcherNames.map((name) => file(join(bin, name), 'launcher')),
    // What a program that was ended in the middle of writing has left.
    ...unfinished(
      dataFolder,
      /^((config|prices|insights|alerts|client|statusline|statusline-install|guard-installs|guard-http|guard-server|exact|exact-install|serve|team|team-uploads|team-pools|team-calls|team-claims|team-figures|gateway|gateway-limits|claude-settings\.statusline\.bak|claude-settings-[0-9a-f]{16})\.json|(snapshots|alerts)\.jsonl|serve-token)\.\d+(-[0-9a-f]{8})?\.part$/,
    ),
    ...unfinished(
      dataFolder,
      /^(config|insights|alerts|client|statusline-install|guard-installs|team|team-uploads|team-figures|gateway-limits)\.json\.lock$|^(snapshots|federation)\.jsonl\.lock$|^serve-token\.lock$/,
    ),
    ...namesIn(dataFolder)
      .filter(
        (name) =>
          /^((config|insights|alerts)\.json|snapshots\.jsonl)\./.test(name) && brokenEnd.test(name),
      )
      .map((name) => file(join(dataFolder, name), 'settings')),
    ...unfinished(bin, /^outlay(\.cmd)?\.\d+(-[0-9a-f]{8})?\.part$/),
    // Many, and nobody misses them: behind what a dialog names.
    ...compiled(join(dataFolder, 'cache')),
  ];
  return [
    ...filesOfStore(store),
    ...otherStores(store, dataFolder),
    ...named.filter((found) => found !== undefined),
  ];
}

/** Stores of `--config-dir`, and the one in the usual place where the present one is elsewhere. */
function otherStores(store: string, dataFolder: string): StoredFile[] {
  const roots = join(dataFolder, 'roots');
  const stores = namesIn(roots)
    .filter((name) => /^[0-9a-z]+\.db$/.test(name))
    .map((name) => join(roots, name));
  return [join(dataFolder, 'outlay.db'), ...stores]
    .filter((path) => path !== store)
    .flatMap((path) => filesOfStore(path))
    .map((found) => ({ ...found, kind: 'other' as const }));
}

function matching(folder: string, pattern: RegExp, kind: StoredKind): (StoredFile | undefined)[] {
  return namesIn(folder)
    .filter((name) => pattern.test(name))
    .map((name) => file(join(folder, name), kind));
}

/** What Node has compiled of the guard: a folder for each version of it. */
function compiled(cache: string): (StoredFile | undefined)[] {
  return namesIn(cache).flatMap((version) =>
    matching(join(cache, version), /^[0-9a-f]+$/, 'cache'),
  );
}

function unfinished(folder: string, pattern: RegExp): (StoredFile | undefined)[] {
  return namesIn(folder)
    .filter((name) => pattern.test(name))
    .map((name) => file(join(folder, name), 'unfinished'));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    // Not there, no folder, or not ours to read.
    return [];
  }
}

function file(path: string, kind: StoredKind): StoredFile | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() ? { path, kind, bytes: stats.size } : undefined;
}

/** Deletes files one by one; answers with what could not be deleted, and why. */
export async function deleteFiles(paths: readonly string[]): Promise<string[]> {
  const failed: string[] = [];
  for (const path of paths) {
    try {
      await rm(path, { force: true });
    } catch (error) {
      failed.push(`${path} (${messageOf(error)})`);
    }
  }
  return failed;
}

/** Removes the data folder and its folders, those of them that hold nothing any more. */
export async function deleteEmptyFolders(dataFolder: string): Promise<void> {
  const cache = join(dataFolder, 'cache');
  const inside = namesIn(cache).map((name) => join(cache, name));
  const folders = ['guard', 'cache', 'bin', 'roots', 'capture', 'hosts'].map((name) =>
    join(dataFolder, name),
  );
  for (const folder of [...inside, ...folders, dataFolder]) {
    // Not empty, not there, or not ours to remove: then it stays.
    await rmdir(folder).catch(() => undefined);
  }
}
