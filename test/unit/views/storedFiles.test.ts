import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { Journal } from '../../../src/capture/journal.ts';
import { updateAlertState } from '../../../src/dataFolder/alertFile.ts';
import { clientReportsFile } from '../../../src/dataFolder/clientReports.ts';
import { updateLedger } from '../../../src/dataFolder/insightFile.ts';
import { addEvents } from '../../../src/dataFolder/peerFile.ts';
import { statusLineFile } from '../../../src/dataFolder/statusLineFile.ts';
import { appendTimeTag } from '../../../src/dataFolder/timeTagFile.ts';
import { callFileName } from '../../../src/model/capture/callRecord.ts';
import { lockOf } from '../../../src/platform/fileLock.ts';
import { partName } from '../../../src/platform/partName.ts';
import { keepBroken } from '../../../src/platform/setAsideFile.ts';
import { installFile, settingsBackup } from '../../../src/statusline/installRecord.ts';
import { refreshLock } from '../../../src/statusline/refresher.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { storedFiles } from '../../../src/views/storage/storedFiles.ts';
import { tempDir } from '../../lib/tempDir.ts';

test('every file Outlay makes is known, what is broken and what killed programs left included', () => {
  using dir = tempDir();
  const folder = dir.at('data');
  const at = (name: string): string => dir.at('data', ...name.split('/'));
  const made: string[] = [];
  const make = (path: string): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'x');
    made.push(path);
  };
  openForWriting(at('outlay.db')).db.close();
  made.push(at('outlay.db'));
  // What the program itself writes, under the names it gives.
  updateLedger(folder, 'id', () => ({ dismissedAt: 1 }));
  updateAlertState(folder, (state) => ({ state, result: undefined }));
  appendTimeTag(folder, { name: 'a', kind: 'start', at: 1 });
  const event = { peer: 'a', task: '', tokens: 1, nano: 1 };
  addEvents(folder, 'n', [{ key: 'k', namespace: 'n', event }]);
  made.push(at('alerts.json'));
  made.push(at('insights.json'), at('marks.jsonl'), at('federation.jsonl'));
  for (const name of [
    'config.json',
    'prices.json',
    'snapshots.jsonl',
    'benchmarks.jsonl',
    'alerts.jsonl',
    'alerts-task.xml',
    'team.json',
    'team-uploads.json',
    'team-pools.json',
    'team-calls.json',
    'team-claims.json',
    'team-figures.json',
    'gateway.json',
    'gateway-limits.json',
    'hosts/devbox.outlay.gz',
  ])
    make(at(name));
  for (const path of [
    ...[clientReportsFile(folder), statusLineFile(folder), installFile(folder)],
    ...[settingsBackup(folder), refreshLock(folder)],
  ]) {
    make(path);
  }
  make(partName(at('hosts/incoming.outlay.gz')));
  for (const path of [clientReportsFile(folder), statusLineFile(folder), installFile(folder)]) {
    make(partName(path));
  }
  for (const path of [clientReportsFile(folder), installFile(folder)]) make(lockOf(path));
  const session = '11111111-2222-4333-8444-555555555555';
  new Journal({ session, folder: () => at('capture') }).append({});
  made.push(at(`capture/${callFileName(new Date().toISOString().slice(0, 10), session, 1)}`));
  make(at('capture/beginning.json'));
  make(partName(at('capture/beginning.json')));
  for (const name of ['bin/outlay', 'bin/outlay.cmd', 'roots/0a1b.db', 'roots/0a1b.db-wal'])
    make(at(name));
  for (const name of [
    'config.json',
    'insights.json',
    'snapshots.jsonl',
    'alerts.json',
    'alerts.jsonl',
    'bin/outlay',
    'team.json',
    'team-uploads.json',
    'team-pools.json',
    'team-calls.json',
    'team-claims.json',
    'team-figures.json',
    'gateway.json',
    'gateway-limits.json',
    'hosts/devbox.outlay.gz',
  ]) {
    make(partName(at(name)));
    make(`${at(name)}.4711.part`);
  }
  for (const name of [
    'config.json',
    'insights.json',
    'alerts.json',
    'snapshots.jsonl',
    'federation.jsonl',
    'team.json',
    'team-uploads.json',
    'team-figures.json',
    'gateway-limits.json',
  ]) {
    make(lockOf(at(name)));
  }
  for (const name of ['config.json', 'snapshots.jsonl', 'alerts.json'])
    made.push(keepBroken(at(name)));
  for (const store of ['outlay.db', 'roots/0a1b.db']) {
    make(partName(at(store)));
    make(partName(`${at(store)}.backup-2026-11-22T10-00-00-000Z`));
    make(`${partName(`${at(store)}.before-v7`)}-journal`);
  }
  const known = storedFiles(at('outlay.db'), folder).map(({ path }) => path);
  assert.deepEqual(known.sort(), made.sort());
  const foreign = [
    'notes.txt',
    'config.json.bak',
    'x.part',
    'config.json.lock.txt',
    'bin/other',
    'capture/x.jsonl',
  ];
  for (const name of foreign) {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), 'mine');
  }
  assert.equal(storedFiles(at('outlay.db'), folder).length, made.length, 'nothing of others');
});
