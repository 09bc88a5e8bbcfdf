import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { StatusLineFigures } from '../../../src/dataFolder/statusLineFile.ts';
import { statusLine } from '../../../src/statusline/line.ts';
import { readPayload } from '../../../src/statusline/payload.ts';
import { displayWidth } from '../../../src/text/plainText.ts';

const now = Date.parse('2026-11-24T15:20:00Z');
const sid = 'aaaaaaaa-0000-4000-8000-000000000001';
const seconds = (at: number): number => at / 1000;

const figures: StatusLineFigures = {
  at: now - 3000,
  subscription: false,
  today: {
    nano: 6.12e9,
    atLeast: false,
    from: Date.parse('2026-11-24T00:00:00Z'),
    until: Date.parse('2026-11-25T00:00:00Z'),
  },
  lastHour: 3.1e9,
  budgets: [
    {
      used: '$41 of $50 this month',
      outlook: 'on track for $63',
      level: 'warning',
      until: Date.parse('2026-12-01T00:00:00Z'),
      ofDay: false,
    },
  ],
  sessions: { [sid]: { nano: 1.2e9, clientUsd: 1.24, ofToday: true } },
};

const input = {
  session_id: sid,
  cwd: '/src/shop',
  cost: { total_cost_usd: 1.24, total_duration_ms: 60_000 },
  context_window: { used_percentage: 38.6 },
  prompt_cache: { warm: true, caching_observed: true, expires_at: seconds(now + 260_000) },
};

function line(
  given: unknown,
  { columns = 200, colour = false, shown = figures as StatusLineFigures | null } = {},
): string {
  const payload = readPayload(typeof given === 'string' ? given : JSON.stringify(given), now);
  return statusLine({ payload, figures: shown ?? undefined, now, columns, colour });
}

describe('the status line', () => {
  test('session, day, budget in words, rate, cache and context', () => {
    assert.equal(
      line(input),
      '$1.24 session · $6.12 today · $41 of $50 this month · on track for $63 · $3.10/h · cache 4 min · 38% context',
    );
  });

  test('keeps what matters where there is little room', () => {
    const narrow = line(input, { columns: 80 });
    assert.ok(displayWidth(narrow) <= 78, narrow);
    assert.match(narrow, /\$1\.24 session .* \$41 of \$50 this month/);
    assert.equal(line(input, { columns: 30 }), '$41 of $50 this month');
  });

  test('a budget of the day stands for the day; what is nearly used up is marked by more than colour', () => {
    const [month] = figures.budgets;
    const day = {
      ...month!,
      used: '$52 of $50 today',
      outlook: 'over by $2',
      level: 'stop' as const,
    };
    const shown = { ...figures, budgets: [{ ...day, ofDay: true }] };
    assert.match(line(input, { shown }), /session · ! \$52 of \$50 today · over by \$2 · /);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
    assert.match(line(input, { shown, colour: true }), /\u001b\[31m! \$52 of \$50 today\u001b\[0m/);
  });

  test('a budget of other sessions is not shown', () => {
    const [month] = figures.budgets;
    const elsewhere = { ...month!, used: '$9 of $9 in blog', sessions: ['other'] };
    const here = { ...month!, used: '$8 of $9 in shop', sessions: [sid] };
    const shown = { ...figures, budgets: [elsewhere, here] };
    assert.match(line(input, { shown }), /\$8 of \$9 in shop/);
    assert.doesNotMatch(line({ ...input, session_id: 'third' }, { shown }), / of \$9/);
  });

  test('yesterday is never called today, nor an ended budget still used', () => {
    const shown = {
      ...figures,
      today: { ...figures.today, until: now },
      budgets: [{ ...figures.budgets[0]!, until: now }],
    };
    assert.doesNotMatch(line(input, { shown }), /today| of \$50/);
  });

  test('a session of today never costs more than its day', () => {
    const dear = { ...input, cost: { total_cost_usd: 9, total_duration_ms: 60_000 } };
    assert.match(line(dear), /\$9\.00 session · at least \$9\.00 today/);
    // One that began yesterday may have cost more than today.
    const old = {
      ...dear,
      session_id: 'older',
      cost: { total_cost_usd: 9, total_duration_ms: 1e8 },
    };
    assert.match(line(old), /\$9\.00 session · \$6\.12 today/);
  });

  test('a cold cache says what is written anew', () => {
    const cold = {
      ...input.prompt_cache,
      expires_at: seconds(now - 1),
      recache_tokens_if_cold: 120_000,
    };
    assert.match(line({ ...input, prompt_cache: cold }), /cache cold, 120k to write/);
    const none = { warm: false, caching_observed: false };
    assert.doesNotMatch(line({ ...input, prompt_cache: none }), /cache/);
  });

  test('official shares of a plan come first; a window that is over is gone', () => {
    const rate_limits = {
      five_hour: { used_percentage: 62.4, resets_at: seconds(now + 1000) },
      seven_day: { used_percentage: 48, resets_at: seconds(now - 1000) },
    };
    const shown = { ...figures, subscription: true };
    assert.match(line({ ...input, rate_limits }, { shown }), /^5 h 62% · worth \$1\.24 session/);
    assert.doesNotMatch(line({ ...input, rate_limits }, { shown }), /week/);
    // Ultra has no window of five hours.
    const weekly = { seven_day: { used_percentage: 48, resets_at: seconds(now + 1000) } };
    assert.match(line({ ...input, rate_limits: weekly }, { shown }), /^week 48% · /);
  });

  test('old figures say how old', () => {
    assert.match(line(input, { shown: { ...figures, at: now - 25 * 60_000 } }), /25 min old/);
  });

  test('nothing, and what is hostile, gives a sane line', () => {
    assert.equal(line('', { shown: null }), 'Outlay: no figures yet');
    assert.match(line('[1, 2'), /^\$6\.12 today · /);
    const hostile = {
      session_id: '../../etc',
      cost: { total_cost_usd: -4, total_duration_ms: 'long' },
      context_window: { used_percentage: 1e300 },
      prompt_cache: { warm: 'yes' },
      rate_limits: { five_hour: { used_percentage: Number.NaN }, seven_day: [] },
      workspace: { project_dir: 'x'.repeat(10_000) },
    };
    assert.deepEqual(readPayload(JSON.stringify(hostile), now), {
      sid: undefined,
      report: { at: now, cwd: '' },
    });
  });

  test('whatever comes, it is one line that fits', () => {
    fc.assert(
      fc.property(fc.json(), fc.integer({ min: 20, max: 300 }), (text, columns) => {
        const made = line(text, { columns });
        assert.ok(!made.includes('\n') && made !== '');
        assert.ok(displayWidth(made) <= Math.max(22, columns), made);
      }),
    );
    const record = fc.record({
      session_id: fc.string(),
      cost: fc.object(),
      rate_limits: fc.dictionary(fc.constantFrom('five_hour', 'seven_day'), fc.anything()),
      prompt_cache: fc.anything(),
    });
    fc.assert(
      fc.property(record, (value) => {
        let text = '';
        try {
          text = JSON.stringify(value) ?? '';
        } catch {
          return;
        }
        assert.match(line(text), /^[^\n]+$/);
      }),
    );
  });
});
