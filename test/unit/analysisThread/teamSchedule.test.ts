import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../../../scripts/shared/retry.ts';
import type { AnalysisThread } from '../../../src/analysisThread/client.ts';
import type { TaskOrigin } from '../../../src/analysisThread/taskContext.ts';
import { TeamSchedule } from '../../../src/analysisThread/teamSchedule.ts';
import {
  updateGatewayAnswer,
  writeGatewaySetup,
} from '../../../src/dataFolder/company/gatewayFile.ts';
import { writeMembership } from '../../../src/dataFolder/team/membership.ts';
import { writePools } from '../../../src/dataFolder/team/poolFile.ts';
import { HumanError } from '../../../src/model/errors.ts';
import { openPolicy } from '../../lib/teamWorld.ts';
import { tempDir } from '../../lib/tempDir.ts';

const outage = { text: 'The server is gone.', told: false };

/** A schedule that asks every few milliseconds, with what it asked and told. */
function scheduled(
  folder: string,
  answers: readonly unknown[],
  origin = (): unknown => ({ dataFolder: folder }),
) {
  const told: string[] = [];
  let asked = 0;
  const keys: unknown[] = [];
  const ask = async ({ task }: { task: { gatewayKey: unknown } }): Promise<unknown> => {
    keys.push(task.gatewayKey);
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    if (answer instanceof Error) throw answer;
    return { type: 'team', result: answer };
  };
  const schedule = new TeamSchedule({
    thread: { ask } as unknown as Pick<AnalysisThread, 'ask'>,
    origin: () => origin() as TaskOrigin | undefined,
    tell: (sentence) => told.push(sentence),
    gatewayKey: async () => 'the key the editor keeps',
    everyMs: 5,
    firstMs: 1,
  });
  return { schedule, told, asked: () => asked, keys };
}

function join(folder: string): void {
  writeMembership(folder, {
    ...{ connection: 'postgres://a@b/c', team: 'T', member: 'ada', machine: 1, machineName: 'm' },
    ...{ instance: 'i', policy: openPolicy, joinedAt: 1 },
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('what a process that runs sends to the team', () => {
  it('is nothing before a team was joined, and nothing in the demo', async () => {
    using dir = tempDir();
    const none = scheduled(dir.path, [{ outage: undefined }]);
    await pause(40);
    assert.equal(none.asked(), 0);
    join(dir.path);
    await until('it was asked', () => none.asked() > 0);
    none.schedule.stop();
    const demo = scheduled(dir.path, [{ outage: undefined }], () => undefined);
    await pause(40);
    demo.schedule.stop();
    assert.equal(demo.asked(), 0);
  });

  it('includes a company’s gateway that was named, joined a team or not', async () => {
    using dir = tempDir();
    const place = { url: 'https://gateway.example.com/', user: 'ada', tokenFile: '', ca: '' };
    writeGatewaySetup(dir.path, { ...place, keyInEditor: true });
    const { schedule, asked, keys } = scheduled(dir.path, [{ outage: undefined }]);
    await until('it was asked', () => asked() > 0);
    // One that has just answered, or wants to be left alone, is not.
    updateGatewayAnswer(dir.path, (kept) => ({ ...kept, notBefore: Date.now() + 60_000 }));
    await pause(20);
    const before = asked();
    await pause(40);
    schedule.stop();
    assert.equal(asked(), before);
    assert.deepEqual([...new Set(keys)], ['the key the editor keeps']);
  });

  it('goes on after an outage and a closed store, and tells what it is told to', async () => {
    using dir = tempDir();
    join(dir.path);
    const closed = new HumanError('store', 'The store is closed just now.');
    const answers = [
      { outage },
      { outage: { ...outage, told: true } },
      closed,
      { outage: undefined },
    ];
    const { schedule, told, asked } = scheduled(dir.path, answers);
    await until('it was asked', () => asked() > 4);
    schedule.stop();
    await schedule.idle();
    assert.deepEqual(told, [outage.text]);
    const before = asked();
    await pause(30);
    assert.equal(asked(), before);
  });

  it('is left to another window that has just done it', async () => {
    using dir = tempDir();
    join(dir.path);
    writePools(dir.path, { team: 'T', askedAt: Date.now() + 10_000, pools: [] });
    const ahead = scheduled(dir.path, [{ outage: undefined }]);
    // A clock that was ahead keeps nobody from it.
    await until('it was asked', () => ahead.asked() > 0);
    ahead.schedule.stop();
    const schedule = new TeamSchedule({
      thread: { ask: async () => assert.fail('asked') } as never,
      origin: () => ({ dataFolder: dir.path }) as TaskOrigin,
      tell: () => {},
      everyMs: 60_000,
      firstMs: 1,
    });
    writePools(dir.path, { team: 'T', askedAt: Date.now(), pools: [] });
    await pause(40);
    schedule.stop();
    await schedule.idle();
  });
});
