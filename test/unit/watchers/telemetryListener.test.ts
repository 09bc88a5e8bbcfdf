import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { freePort } from '../../../scripts/shared/freePort.ts';
import { until } from '../../../scripts/shared/retry.ts';
import { newToken } from '../../../src/platform/loopback.ts';
import { openForReading } from '../../../src/store/connection/openStore.ts';
import { toldRequests } from '../../../src/store/query/requests/requestEvents.ts';
import { Indexer } from '../../../src/watchers/indexer.ts';
import type { FromIndexer } from '../../../src/watchers/messages.ts';
import { indexerConfig } from '../../lib/indexerConfig.ts';
import { postEvents } from '../../lib/postLogs.ts';
import { requestEvent } from '../../lib/requestEvents.ts';
import { tempDir } from '../../lib/tempDir.ts';

const event = (sequence: number) =>
  requestEvent({ sessionId: 's', at: Date.UTC(2026, 10, 20), nano: 5_000_000, sequence });

describe('exact mode of an indexer', () => {
  it('the window that writes receives, switched on and off and handed over', async () => {
    using dir = tempDir();
    const storeFile = dir.at('store', 'outlay.db');
    const telemetryFile = dir.at('exact.json');
    mkdirSync(join(dir.path, 'claude', 'projects'), { recursive: true });
    const place = { port: await freePort(), token: newToken() };
    const committed: FromIndexer[] = [];
    const window = () =>
      new Indexer(
        indexerConfig(dir.path, {
          storeFile,
          rootsSetting: [dir.at('claude')],
          telemetryFile,
          lease: { heartbeatMs: 50, leaseMs: 1000 },
        }),
        (message) => {
          if (message.type === 'committed') committed.push(message);
        },
      );
    const requests = (): number => {
      const db = openForReading(storeFile)!;
      try {
        return toldRequests(db).requests;
      } finally {
        db.close();
      }
    };
    const answered = (number: number) => async () =>
      (await postEvents(place, [event(number)])) === 200;
    const [first, second] = [window(), window()];
    await first.start();
    await second.start();
    assert.equal(await postEvents(place, [event(1)]), 0, 'it is off');
    writeFileSync(telemetryFile, JSON.stringify(place));
    await until('it is on', answered(1));
    assert.equal(requests(), 1);
    assert.ok(committed.length > 0, 'readers are told');
    await first.stop();
    await until('the other window has taken over', answered(2));
    assert.equal(requests(), 2);
    assert.equal(await postEvents(place, [event(1)]), 200);
    assert.equal(requests(), 2, 'told again, it is known');
    rmSync(telemetryFile);
    await until('it is off again', async () => (await postEvents(place, [event(3)])) === 0);
    await second.stop();
  });
});
