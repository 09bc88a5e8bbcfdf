import assert from 'node:assert/strict';
import { appendFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, now, usageOf } from './runCli.ts';

const sessionId = 'aaaaaaaa-0000-4000-8000-000000000001';

describe('doctor', () => {
  test('names roots, rejected lines, store, jobs, prices and Node', () => {
    using world = new CliWorld();
    const good = answerRecord('1', 'model-x', usageOf({ input: 1 }), { sessionId });
    const file = world.transcript(`p/${sessionId}.jsonl`, [
      good,
      'not json',
      '[1]',
      '{"no":"type"}',
      'neither',
    ]);
    appendFileSync(file, '{"torn');
    const report = world.json('doctor');
    assert.equal(report.rejectedLines, 4, 'a torn last line waits');
    assert.deepEqual(
      report.rejected.map(
        ({ reason, count, lines }: { reason: string; count: number; lines: number[] }) => [
          reason,
          count,
          lines,
        ],
      ),
      [
        ['no type', 1, [4]],
        ['not JSON', 2, [2, 5]],
        ['not an object', 1, [3]],
      ],
    );
    assert.ok(report.rejected[0].path.endsWith(`${sessionId}.jsonl`));
    assert.deepEqual(report.roots[0].transcripts, 1);
    assert.equal(report.roots[0].source, '--config-dir');
    assert.equal(report.store.messages, 1);
    assert.equal(report.store.sessions, 1);
    assert.ok(report.store.path.startsWith(world.dir.at('data')));
    assert.ok(report.store.bytes > 0);
    assert.equal(report.writer, null);
    assert.ok(
      report.jobs.some(
        ({ name, result }: { name: string; result: string }) =>
          name === 'index' && result.includes('1 of 1'),
      ),
    );
    assert.equal(report.prices.warnAfterDays, 45);
    assert.deepEqual(report.prices.unpriced, [{ model: 'model-x', messages: 1 }]);
    assert.equal(report.node, process.versions.node);
    assert.ok(
      report.findings.some(
        (text: string) => text === '4 lines in 1 transcript could not be used; all others were.',
      ),
    );
    const { out } = world.on('doctor');
    assert.match(out, /not JSON +2 +2, 5 /);
    assert.match(out, /1 model without a price/);
  });

  test('warns of transcripts that are deleted before anybody has read them', () => {
    using world = new CliWorld();
    const day = 86_400_000;
    const write = (digit: string, age: number): void => {
      const record = answerRecord(digit, 'claude-opus-4-7', usageOf({ input: 1 }), { sessionId });
      const file = world.transcript(`p/${digit}.jsonl`, [record]);
      utimesSync(file, (now - age * day) / 1000, (now - age * day) / 1000);
    };
    write('1', 28);
    write('2', 26);
    const warned = (): string[] =>
      world.json('doctor').findings.filter((text: string) => text.includes('cleanupPeriodDays'));
    const root = (): { cleanupDays: number; unreadExpiring: number } =>
      world.json('doctor').roots[0];
    assert.deepEqual(warned(), [], 'all is read first');
    world.env = { ENABLE_COST_TRACKING: 'false', OUTLAY_DATA_DIR: world.dir.at('other') };
    assert.match(
      warned()[0]!,
      /^1 transcript below .*config with something Outlay has not read: .* within 3 days \(.*: 30\)/,
    );
    const settings = (value: unknown): void =>
      writeFileSync(join(world.root, 'settings.json'), JSON.stringify(value));
    settings({ cleanupPeriodDays: 90 });
    assert.deepEqual(warned(), []);
    assert.deepEqual([root().cleanupDays, root().unreadExpiring], [90, 0]);
    settings({ cleanupPeriodDays: 20 });
    assert.equal(root().unreadExpiring, 2);
    for (const odd of [0, -1, 'x', null]) {
      settings({ cleanupPeriodDays: odd });
      assert.equal(root().cleanupDays, 30, String(odd));
    }
    assert.match(world.on('doctor').out, /Deleted after/);
  });

  test('says what to do when there is nothing', () => {
    using world = new CliWorld();
    const { code, out } = world.on('doctor');
    assert.equal(code, 0);
    assert.match(
      out,
      /No transcripts found\. Outlay looked in .*config\. Run Claude Code once, or name/,
    );
  });

  test('workers is the part about jobs and the writer, index says what was read', () => {
    using world = new CliWorld();
    const record = answerRecord('1', 'claude-opus-4-7', usageOf({ input: 1 }), { sessionId });
    world.transcript(`p/${sessionId}.jsonl`, [record]);
    const index = world.json('index');
    assert.deepEqual(
      [index.transcripts, index.fresh, index.messages, index.sessions],
      [1, 1, 1, 1],
    );
    assert.equal(world.json('index').fresh, 0);
    assert.equal(world.on('index', '--quiet').out, '');
    const workers = world.json('workers');
    assert.deepEqual(Object.keys(workers), ['schemaVersion', 'writer', 'jobs']);
    assert.match(world.on('workers').out, /Writer: none at the moment\./);
  });
});
