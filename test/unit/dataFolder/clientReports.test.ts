import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import {
  type ClientReport,
  clientReportsFile,
  keepClientReport,
  officialShares,
  readClientReports,
} from '../../../src/dataFolder/clientReports.ts';
import { lockOf } from '../../../src/platform/fileLock.ts';
import { tempDir } from '../../lib/tempDir.ts';

const now = Date.parse('2026-11-24T15:20:00Z');
const report = (at: number, more: Partial<ClientReport> = {}): ClientReport => ({
  at,
  cwd: '/src/shop',
  costUsd: 1,
  ...more,
});

describe('what clients report', () => {
  test('is kept by session, the latest one', () => {
    using dir = tempDir();
    assert.equal(keepClientReport(dir.path, 'one', report(now)), true);
    assert.equal(keepClientReport(dir.path, 'two', report(now + 1)), true);
    assert.equal(keepClientReport(dir.path, 'one', report(now + 2, { costUsd: 2 })), true);
    // Nothing new, and one that was overtaken.
    assert.equal(keepClientReport(dir.path, 'one', report(now + 3, { costUsd: 2 })), false);
    assert.equal(keepClientReport(dir.path, 'one', report(now + 1)), false);
    const kept = readClientReports(dir.path);
    assert.equal(kept.get('one')?.costUsd, 2);
    assert.equal(kept.get('two')?.costUsd, 1);
    assert.equal(statSync(clientReportsFile(dir.path)).mode & 0o777, 0o600);
  });

  test('has an end: forty sessions of eight days', () => {
    using dir = tempDir();
    keepClientReport(dir.path, 'old', report(now - 9 * 86_400_000));
    for (let i = 0; i < 50; i++) keepClientReport(dir.path, `s${i}`, report(now + i));
    const kept = readClientReports(dir.path);
    assert.equal(kept.size, 40);
    assert.ok(kept.has('s49') && !kept.has('s9') && !kept.has('old'));
  });

  test('is not waited for: who finds the file taken leaves it', () => {
    using dir = tempDir();
    writeFileSync(lockOf(clientReportsFile(dir.path)), `${process.pid} somebody`);
    assert.equal(keepClientReport(dir.path, 'one', report(now)), false);
    assert.equal(readClientReports(dir.path).size, 0);
  });

  test('what is not ours is nothing', () => {
    using dir = tempDir();
    for (const text of ['', '{', '[]', '{"sessions":[]}', '{"sessions":{"a":{"at":"x"}}}']) {
      writeFileSync(clientReportsFile(dir.path), text);
      assert.equal(readClientReports(dir.path).size, 0, text);
    }
    const odd = '{"sessions":{"__proto__":{"at":1,"cwd":""},"../x":{"at":1,"cwd":""}}}';
    writeFileSync(clientReportsFile(dir.path), odd);
    assert.deepEqual([...readClientReports(dir.path).keys()], ['__proto__']);
    writeFileSync(clientReportsFile(dir.path), ' '.repeat(300_000));
    assert.equal(readClientReports(dir.path).size, 0);
  });

  test('official shares are those told last, while their window goes on', () => {
    const windows = {
      five_hour: { share: 0.62, resetsAt: now + 1000 },
      seven_day: { share: 0.48, resetsAt: now + 90_000 },
    };
    const reports = new Map([
      ['old', report(now - 5000, { windows: { five_hour: { share: 0.1, resetsAt: now + 1000 } } })],
      ['new', report(now - 1000, { windows })],
      ['api', report(now)],
    ]);
    assert.deepEqual(officialShares(reports, now), { at: now - 1000, windows });
    assert.deepEqual(officialShares(reports, now + 1000), {
      at: now - 1000,
      windows: { seven_day: windows.seven_day },
    });
    assert.equal(officialShares(reports, now + 90_000), undefined);
    assert.equal(officialShares(new Map([['api', report(now)]]), now), undefined);
  });
});
