import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { usualAnomalies } from '../../../src/protocol/anomalies.ts';
import { usualBurn } from '../../../src/protocol/burn.ts';
import { noFilters, usualDashboard } from '../../../src/protocol/dashboard.ts';
import { panelOf } from '../../../src/views/reports/openAsPanel.ts';

const asked = (name: string, raw: object = {}): unknown =>
  panelOf(name, raw as Record<string, unknown>)?.arguments[0];

describe('the panel of a report', () => {
  it('is there for what a panel shows, and for nothing else', () => {
    const commands = [
      'session',
      'report',
      'breakdown',
      'burn',
      'anomaly',
      'counterfactual',
      'trend',
    ];
    assert.deepEqual(
      commands.map((name) => panelOf(name, {})?.command),
      [
        'outlay.openSession',
        'outlay.openDashboard',
        'outlay.openDashboard',
        'outlay.openBurn',
        'outlay.openAnomalies',
        'outlay.openDashboard',
        undefined,
      ],
    );
    assert.deepEqual(panelOf('session', {})?.arguments, []);
    assert.equal(asked('session', { argument: 'abc' }), 'abc');
  });

  it('is asked what the report was asked, as far as it can be', () => {
    const filters = { ...noFilters, model: 'claude-opus-5-5', project: '/home/dev/shop' };
    const chosen = { model: filters.model, project: filters.project };
    assert.deepEqual(asked('report', { ...chosen, period: '30d' }), {
      ...usualDashboard,
      period: '30d',
      filters,
    });
    const days = { since: '2026-11-01', until: '2026-11-09' };
    assert.deepEqual(asked('breakdown', { ...days, by: 'agent' }), {
      ...usualDashboard,
      ...days,
      period: 'custom',
    });
    assert.deepEqual(asked('report', { period: 'week', since: 'yesterday' }), usualDashboard);
    assert.deepEqual(asked('projection'), { ...usualDashboard, outlook: true });
    assert.deepEqual(asked('burn'), { ...usualBurn, period: '7d' });
    assert.deepEqual(asked('burn', { bucket: '1w', project: 'shop' }), {
      period: 'month',
      project: 'shop',
    });
    for (const [bucket, period] of [
      ['7d', 'month'],
      ['168h', 'month'],
      ['24h', '7d'],
      ['60m', 'today'],
      ['2h', 'today'],
    ]) {
      assert.deepEqual(asked('burn', { bucket }), { ...usualBurn, period }, bucket);
    }
    assert.deepEqual(asked('anomaly', { by: 'message', period: '7d', log: true }), {
      ...usualAnomalies,
      by: 'message',
      period: '7d',
      log: true,
    });
    assert.deepEqual(asked('anomaly', { by: 'message', period: 'month' }), {
      ...usualAnomalies,
      by: 'message',
    });
  });
});
