import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hourMs } from '../../../src/model/calendar.ts';
import { anomaliesData } from '../../../src/panels/anomalies.ts';
import type { AnomaliesQuestion } from '../../../src/protocol/anomalies.ts';
import type { ReportContext } from '../../../src/query/context.ts';
import { type RawOptions, readQuestion } from '../../../src/query/question.ts';
import type { ReportDefinition } from '../../../src/reports/document/definition.ts';
import { anomaly } from '../../../src/reports/spend/anomaly.ts';
import { type Spent, world } from '../../lib/spentWorld.ts';

const now = Date.UTC(2026, 10, 20, 12, 0, 0, 0);

/** Twelve sessions of about a dollar in two messages, and one of forty. */
const spent: readonly Spent[] = Array.from({ length: 13 }, (_, n) => {
  const cost = n === 4 ? 40 : 1 + (n % 4) / 10;
  const cwd = n % 2 === 0 ? '/src/one' : '/src/two';
  return [
    { session: `s${n}`, usd: cost / 4, ago: n * 40 * hourMs + 2 * hourMs, cwd },
    { session: `s${n}`, usd: (cost * 3) / 4, ago: n * 40 * hourMs + hourMs, cwd },
  ];
}).flat();

const asked = (more: Partial<AnomaliesQuestion> = {}): AnomaliesQuestion => ({
  by: 'session',
  period: '30d',
  log: false,
  project: '',
  ...more,
});

// biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look into
function terminal(context: ReportContext, definition: ReportDefinition, raw: RawOptions): any {
  const { json } = definition.run(context, readQuestion(definition, raw, context)) as {
    json: object;
  };
  return json;
}

describe('the figures of the panel of anomalies', () => {
  test('are the terminal’s, whatever is compared, for every project and scale', () => {
    world(spent, now, (context) => {
      for (const by of ['session', 'message', 'day'] as const) {
        for (const project of ['', '/src/one']) {
          for (const log of [false, true]) {
            const figures = anomaliesData(context, asked({ by, project, log }));
            const raw = { by, log, period: '30d', ...(project !== '' && { project }) };
            const said = terminal(context, anomaly, raw);
            const what = JSON.stringify(raw);
            assert.deepEqual(
              [figures.count, figures.high, figures.low, figures.estimator],
              [said.count, said.high, said.low, said.estimator],
              what,
            );
            assert.equal(Math.round(figures.median!) / 1e9, said.median_usd, what);
            const usd = (nano: number): number => nano / 1e9;
            assert.deepEqual(
              figures.outliers.map(({ nano, z }) => [usd(nano), Math.round(z * 1e6) / 1e6]),
              said.outliers.map(({ usd, z }: { usd: number; z: number }) => [usd, z]),
              what,
            );
            // Few as they are, everything is drawn once.
            const drawn = figures.points.length + figures.more.length + figures.outliers.length;
            assert.equal(drawn, figures.count, what);
          }
        }
      }
    });
  });

  test('name the one that stands out, when it was and what it was for', () => {
    world(spent, now, (context) => {
      const { outliers, bounds, median } = anomaliesData(context, asked());
      assert.equal(outliers.length, 1);
      const [first] = outliers;
      assert.deepEqual([first!.session, first!.nano], ['s4', 40e9]);
      assert.equal(first!.moment, now - 161 * hourMs);
      assert.deepEqual(first!.reason, {
        kind: 'session',
        topClass: { name: 'input', share: 1 },
        messages: 2,
        model: 'claude-opus-4-7',
      });
      assert.ok(bounds!.low < median! && median! < bounds!.high && bounds!.high < 40e9);
      const [message] = anomaliesData(context, asked({ by: 'message' })).outliers;
      assert.deepEqual([message!.session, message!.nano], ['s4', 30e9]);
      assert.equal(message!.moment, now - 161 * hourMs);
      assert.equal(message!.reason?.kind, 'message');
      const [day] = anomaliesData(context, asked({ by: 'day' })).outliers;
      assert.equal(day!.moment, Date.UTC(2026, 10, 13));
      assert.deepEqual(day!.reason, { kind: 'day', sessions: 1, project: '/src/one', share: 1 });
    });
  });

  test('of nothing are nothing', () => {
    world([], now, (context) => {
      const { status, count, bounds, points, hasData } = anomaliesData(context, asked());
      assert.deepEqual(
        [status, count, bounds, points.length, hasData],
        ['insufficient', 0, undefined, 0, false],
      );
    });
  });

  test('a long history is thinned, and its outliers are not', () => {
    const many = Array.from({ length: 3000 }, (_, n) => ({
      session: `s${n % 10}`,
      usd: n === 1500 ? 50 : 1 + (n % 7) / 10,
      ago: n * 600_000,
    }));
    world(many, now, (context) => {
      const { points, outliers, count } = anomaliesData(context, asked({ by: 'message' }));
      assert.equal(count, 3000);
      assert.ok(points.length <= 1000 && points.length > 500);
      assert.equal(outliers[0]!.nano, 50e9);
      assert.ok(points.every(({ nano }) => nano <= 1.6e9 && nano >= 1e9));
    });
  });
});
