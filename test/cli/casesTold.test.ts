import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unpackCase } from '../lib/cases.ts';
import { CliWorld } from './runCli.ts';

/** Cases that lack something, and how many lines. */
const lacking: readonly [name: string, lines: number][] = [
  ['01-nul-run', 1],
  ['02-truncated-splice', 1],
  ['02b-truncated-in-string', 1],
  ['81-record-then-junk', 1],
  ['11-odd-counts', 1],
  ['E-no-time', 1],
  ['F-no-model', 1],
];
/** Cases whose lines are odd and lack nothing. */
const whole = ['03-missing-newline', '53-splice-coststate', '34-bytes', '85-progress-has-final'];

function caseWorld(name: string): CliWorld {
  const world = new CliWorld();
  unpackCase(name, world.root);
  return world;
}

const all = ['--period', 'all'];
const reports: readonly (readonly string[])[] = [
  ['sessions'],
  ['report', ...all],
  ['summary'],
  ['breakdown', '--by', 'model', ...all],
  ['counterfactual', ...all],
  ['history', ...all],
  ['anomaly', ...all],
  ['health'],
  ['budget', 'check'],
];

const gates = ['anomaly', 'health', 'budget'];

describe('what is missing is said beside every figure', () => {
  for (const [name, lines] of lacking) {
    test(name, () => {
      using world = caseWorld(name);
      const said = `At least: ${lines} line`;
      for (const report of reports) {
        const { out } = world.on(...report);
        assert.ok(out.includes(said), `${report.join(' ')}: ${out}`);
        const { notes, lowerBound, totals } = world.json(...report);
        assert.ok(JSON.stringify(notes).includes(said), `${report.join(' ')} --json`);
        const bound = lowerBound ?? totals?.lowerBound;
        if (bound !== undefined) assert.equal(bound, true, report.join(' '));
        if (!gates.includes(report[0]!)) continue;
        const gate = world.on(...report, '--fail-on', 'incomplete');
        assert.equal(gate.code, 1, report.join(' '));
      }
    });
  }

  test('with a budget as well', () => {
    using world = caseWorld('01-nul-run');
    assert.equal(world.on('budget', 'set', '100', '--period', 'month').code, 0);
    assert.match(world.on('budget', 'check').out, /≥ \$9 of /);
    assert.equal(world.on('budget', 'check').code, 0);
    assert.equal(world.on('budget', 'check', '--fail-on', 'incomplete').code, 1);
  });

  for (const name of whole) {
    test(`${name} lacks nothing`, () => {
      using world = caseWorld(name);
      const { notes, totals } = world.json('sessions');
      assert.deepEqual([notes, totals.lowerBound], [undefined, false]);
    });
  }

  test('a span before or after the line does not lack it', () => {
    using world = caseWorld('01-nul-run');
    const lost = (...span: string[]): boolean =>
      world.on('breakdown', '--by', 'model', ...span).out.includes('At least: 1 line');
    assert.equal(lost('--since', '2026-11-20', '--until', '2026-11-20'), true);
    assert.equal(lost('--since', '2026-11-01', '--until', '2026-11-19'), false);
    assert.equal(lost('--since', '2026-11-21', '--until', '2026-11-24'), false);
  });
});

describe('figures of single cases', () => {
  test('2-own-price-multiplier: an own price counts for the session, not only its messages', () => {
    using world = caseWorld('2-own-price-multiplier');
    assert.equal(world.json('sessions').totals.totalUsd, 0.1);
    const file = `${world.root}/2-multiplier-half.json`;
    assert.equal(world.on('prices', 'import', file, '--yes').code, 0);
    const { totalUsd, backgroundUsd } = world.json('sessions').totals;
    assert.deepEqual([totalUsd, backgroundUsd], [0.05, 0]);
  });

  test('13a-coststate-drop: a total that starts again goes on', () => {
    using world = caseWorld('13a-coststate-drop');
    const { totals, sessions } = world.json('sessions');
    assert.deepEqual([totals.totalUsd, totals.backgroundUsd], [8.2, 2.2]);
    assert.equal(sessions[0].clientUsd, 8.2);
  });

  test('53-splice-coststate: a total glued behind a record counts', () => {
    using world = caseWorld('53-splice-coststate');
    assert.equal(world.json('sessions').totals.totalUsd, 3.5);
  });

  test('C-counterfactual-band: what-if judges each turn', () => {
    using world = caseWorld('C-counterfactual-band');
    const ask = ['counterfactual', '--baseline', 'claude-haiku-5-5', ...all];
    assert.equal(world.json(...ask).baselines[0].baseline_usd, 0.01605);
  });

  test('zero-usage: records of zeros are no messages', () => {
    using world = caseWorld('zero-usage');
    const { totals } = world.json('sessions');
    assert.deepEqual([totals.messages, totals.totalUsd], [0, 0]);
  });

  test('G-string-count: digits in quotes are read, and the figure is a lower bound', () => {
    using world = caseWorld('G-string-count');
    const { totals } = world.json('sessions');
    assert.deepEqual([totals.messages, totals.input, totals.output], [1, 1000, 100]);
    assert.equal(totals.lowerBoundMessages, 1);
  });
});
