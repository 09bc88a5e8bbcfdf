import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

/** Messages of five dollars (opus) and one (haiku), on two days. */
function machine(): CliWorld {
  const world = new CliWorld();
  const at = (id: string, model: string, input: number, timestamp: string) =>
    answerRecord(id, model, usageOf({ input }), { timestamp });
  world.transcript('p/s.jsonl', [
    at('a', 'claude-opus-4-7', 1_000_000, '2026-11-20T23:59:00.000Z'),
    at('b', 'claude-opus-4-7', 1_000_000, '2026-11-21T00:01:00.000Z'),
    at('c', 'claude-haiku-4-5', 1_000_000, '2026-11-21T10:00:00.000Z'),
    at('d', 'claude-haiku-4-5', 1_000_000, '2026-11-22T10:00:00.000Z'),
  ]);
  return world;
}

const head = 'usage_date_utc,model,workspace,cost_usd\n';

describe('outlay reconcile', () => {
  it('sets what was billed beside the list price, by UTC day and model, for the days of the bill', () => {
    using world = machine();
    const file = world.dataFile(
      'costs.csv',
      `\ufeff${head}2026-11-20,claude-opus-4-7,"a, b",4.00\r\n2026-11-21,claude-opus-4-7-20260101,,5.50\n2026-11-21,claude-haiku-4-5,"x ""y""",0.25\n2026-11-21,claude-haiku-4-5,,0.75\n2026-11-21,,,-1.25\n`,
    );
    const report = world.json('reconcile', '--invoice', file, '--time-zone', 'Asia/Tokyo');
    const pairs = report.pairs.map((each: Record<string, unknown>) => [
      ...[each.day, each.model, each.billed_usd, each.list_usd, each.difference_usd],
    ]);
    assert.deepEqual(pairs, [
      ['2026-11-20', 'claude-opus-4-7', 4, 5, -1],
      ['2026-11-21', 'claude-opus-4-7', 5.5, 5, 0.5],
      ['2026-11-21', 'claude-haiku-4-5', 1, 1, 0],
      ['2026-11-21', null, -1.25, 0, -1.25],
    ]);
    assert.deepEqual(
      [report.billed_usd, report.list_usd, report.from, report.to],
      [9.25, 11, '2026-11-20', '2026-11-21'],
    );
    const { out } = world.on('reconcile', '--invoice', file);
    assert.match(
      out,
      /Billed: \$9\.25\. List price of what the transcripts here hold: \$11\.00 \(119% of the bill\)\./,
    );
  });

  it('asks for a column it does not know, and names the line it cannot read', () => {
    using world = machine();
    const cases = [
      [
        'date,model,amount\n2026-11-20,x,1\n',
        [],
        /no column cost_usd.*--usd-column NAME\. It has: date, model, amount\.$/m,
        2,
      ],
      ['date,model,amount\n2026-11-20,x,1\n', ['--usd-column', 'amount'], /^$/, 0],
      ['date,model,amount\n2026-11-20,x,1\n', ['--usd-column', 'cost'], /no column cost\./, 2],
      [`${head}20 Nov,x,,1\n`, [], /line 2: "20 Nov" is no day such as 2026-11-20/, 2],
      [
        `${head}2026-11-20,x,,1\n2026-11-20,x,,a lot\n`,
        [],
        /line 3: "a lot" is no amount of dollars/,
        2,
      ],
      [head, [], /no lines below a line of headings/, 2],
      ['', [], /no lines below/, 2],
    ] as const;
    for (const [text, more, message, code] of cases) {
      const file = world.dataFile('costs.csv', text);
      const result = world.on('reconcile', '--invoice', file, ...more);
      assert.equal(result.code, code, result.err);
      assert.match(result.err, message);
    }
    const gone = world.on('reconcile', '--invoice', 'nowhere.csv');
    assert.deepEqual([gone.code, gone.err], [2, 'nowhere.csv cannot be read (ENOENT).\n']);
    assert.match(world.on('reconcile').err, /--invoice/);
  });
});
