import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type CheckResult,
  checksToRun,
  type HealthStatus,
  health,
  healthChecks,
} from '../../../src/analysis/spend/health.ts';
import { HumanError } from '../../../src/model/errors.ts';

function checks(...statuses: HealthStatus[]): CheckResult[] {
  return statuses.map((status, index) => ({ name: healthChecks[index]!, status, detail: '' }));
}

describe('health', () => {
  for (const [statuses, status, exit] of [
    [['ok', 'ok', 'ok', 'ok'], 'ok', 0],
    [['no-data', 'no-data', 'no-data', 'no-data'], 'no-data', 0],
    [['no-data', 'ok', 'no-data', 'no-data'], 'ok', 0],
    [['alert', 'no-data', 'no-data', 'alert'], 'alert', 1],
    [['ok', 'ok', 'alert', 'ok'], 'alert', 1],
    [['alert', 'error', 'no-data', 'ok'], 'error', 2],
    [['no-data', 'error'], 'error', 2],
    [[], 'no-data', 0],
  ] as const) {
    it(`is ${status} of ${statuses.join(', ') || 'nothing'}`, () => {
      const found = health(checks(...statuses));
      assert.deepEqual([found.status, found.exit], [status, exit]);
      assert.equal(found.checks.length, statuses.length);
    });
  }

  it('runs what is not skipped', () => {
    assert.deepEqual(checksToRun([]), ['budget', 'burn', 'anomaly', 'projection']);
    assert.deepEqual(checksToRun(['anomaly', 'budget']), ['burn', 'projection']);
  });

  it('refuses to skip what is not there, and everything', () => {
    const refused = (part: string) => (error: unknown) =>
      error instanceof HumanError && error.reason === 'usage' && error.message.includes(part);
    assert.throws(() => checksToRun(['burns']), refused('"burns"'));
    assert.throws(() => checksToRun(['']), refused('budget, burn, anomaly, projection'));
    assert.throws(() => checksToRun([...healthChecks, 'burn']), refused('Every check'));
  });
});
