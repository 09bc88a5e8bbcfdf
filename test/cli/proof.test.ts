import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { answerRecord, CliWorld, costState, usageOf } from './runCli.ts';

const sid = '3f2a1b0c-0000-4000-8000-000000000000';
const other = '3f2affff-0000-4000-8000-000000000000';

/** Three messages of known prices, the second written in three lines, and one of another session. */
function proofWorld(): CliWorld {
  const world = new CliWorld();
  const record = (id: string, minute: number, usage: object, more: object = {}): object => ({
    ...answerRecord(id, 'claude-opus-4-7', usage as Record<string, unknown>, {
      sessionId: sid,
      timestamp: `2026-11-20T10:0${minute}:00.000Z`,
    }),
    ...more,
  });
  // The worked example: one response logged three times.
  const usage = usageOf({ input: 1000, output: 500, write5m: 500, write1h: 1500, read: 10_000 });
  world.transcript(`p/${sid}.jsonl`, [
    record('a', 0, usageOf({ input: 3 })),
    record('b', 1, { ...usage, output_tokens: 100 }, { uuid: 'u1' }),
    record('b', 1, usage, { uuid: 'u2' }),
    record('b', 1, usage, { uuid: 'u3' }),
    record('c', 2, usageOf({ output: 7 })),
    costState(0.06, sid),
  ]);
  world.transcript(`p/${other}.jsonl`, [
    answerRecord('d', 'nobody-knows', usageOf({ input: 5 }), { sessionId: other }),
  ]);
  return world;
}

describe('explain', () => {
  test('derives a message from its lines, rates and products', () => {
    using world = proofWorld();
    const json = world.json('explain', '3f2a1/2');
    // 1000 × 5 + 500 × 25 + 500 × 6.25 + 1500 × 10 + 10000 × 0.5, per million.
    assert.equal(json.storedNanoUsd, 40_625_000);
    assert.equal(json.derivedNanoUsd, 40_625_000);
    assert.equal(json.agrees, true);
    assert.equal(json.pieces[0].exactUsd, '0.040625');
    assert.deepEqual(
      json.pieces[0].bands[0].lines.map((line: { usd: string }) => line.usd),
      ['0.005', '0.0125', '0.003125', '0.015', '0.005'],
    );
    assert.deepEqual(
      json.records.map(({ line, kept }: { line: number; kept: boolean }) => [line, kept]),
      [
        [2, false],
        [3, true],
        [4, false],
      ],
    );
    assert.equal(json.records[0].file, join(world.root, 'projects', 'p', `${sid}.jsonl`));
    const { out } = world.on('explain', '3f2a1/2');
    assert.match(
      out,
      /\$0\.040625, rounded once to the billionth of a dollar: \$0\.040625, as stored/,
    );
    assert.match(out, /Counted from .*3f2a1b0c.*\.jsonl, line 3; 2 other records/);
    assert.match(out, /cache write 1h +1,500 +\$10 \/ 1M +0\.015/);
  });

  test('goes by the number the session report shows, and by message ids', () => {
    using world = proofWorld();
    const { topMessages } = world.json('session', '3f2a1');
    assert.deepEqual(
      topMessages.map(({ number, messageId }: { number: number; messageId: string }) => [
        number,
        messageId,
      ]),
      [
        [2, 'msg-b'],
        [3, 'msg-c'],
        [1, 'msg-a'],
      ],
    );
    for (const { reference, messageId } of topMessages) {
      assert.equal(world.json('explain', reference).messageId, messageId);
    }
    assert.equal(world.json('explain', '3f2a1/msg-c').number, 3);
    assert.match(world.on('session', '3f2a1').out, /outlay explain 3f2a1b0c\/2/);
  });

  test('says what is missing: a price, a transcript, the message', () => {
    using world = proofWorld();
    const refused = (named?: string): string => {
      const { code, err } = world.on('explain', ...(named === undefined ? [] : [named]));
      assert.equal(code, 2);
      return err;
    };
    assert.match(refused(), /Name a session and the number of a message in it/);
    assert.match(refused('14'), /"14" names no message/);
    assert.match(refused('3f2a/1'), /begins the id of 2 sessions/);
    assert.match(refused('3f2a1/4'), /has no message 4\. It has 3 messages/);
    assert.match(refused('3f2a1/0'), /has no message 0/);
    assert.match(refused('3f2a1/msg'), /begins the id of 3 messages: 3f2a1b0c\/1/);
    assert.match(refused('3f2a1/nothing'), /has no message "nothing"/);
    assert.match(
      world.on('explain', '3f2af/1').out,
      /has no price.*\nNo price list knows nobody-knows/,
    );
    rmSync(join(world.root, 'projects', 'p', `${sid}.jsonl`));
    const { out, code } = world.on('explain', '3f2a1/2');
    assert.equal(code, 0);
    assert.match(out, /Its transcript is gone \(.*\): its tokens are those the store keeps/);
    assert.match(out, /as stored/);
  });
});

describe('verify', () => {
  test('is 0 where all agrees, and 1 where something does not, named line by line', () => {
    using world = proofWorld();
    const good = world.on('verify');
    assert.equal(good.code, 0, good.err);
    assert.match(good.out, /2 transcripts read anew: 4 messages agree with the store/);
    const lines = world.json('verify', '--session', '3f2a1').lines;
    assert.deepEqual(
      lines.map((line: { number: number; line: number; state: string }) => [
        ...[line.number, line.line, line.state],
      ]),
      [
        [1, 1, 'agrees'],
        [2, 3, 'agrees'],
        [3, 5, 'agrees'],
      ],
    );
    const { db } = openForWriting(storeOf(world));
    db.exec("UPDATE message SET output = output + 1 WHERE mid = 'msg-c'");
    db.close();
    const bad = world.on('verify', '--json');
    assert.equal(bad.code, 1);
    const json = JSON.parse(bad.out);
    assert.equal(json.status, 'alert');
    assert.equal(json.messages.differs.messages, 1);
    assert.deepEqual(json.lines[0].differences[0], { field: 'output', stored: 8, found: 7 });
    assert.match(world.on('verify').out, /output 8 → 7/);
    assert.equal(world.on('verify', '--session', '3f2af').code, 0, 'another session agrees');
  });

  test('a transcript that is gone is said, and is no alert', () => {
    using world = proofWorld();
    world.json('index');
    rmSync(join(world.root, 'projects', 'p', `${sid}.jsonl`));
    const { code, out } = world.on('verify');
    assert.equal(code, 0);
    assert.match(out, /3 messages \(\$0\.04\) cannot be compared, since 1 transcript is gone/);
  });

  test('a gate takes unpriced messages and no data as it is told', () => {
    using world = proofWorld();
    assert.equal(world.on('verify', '--fail-on', 'unpriced').code, 1);
    using empty = new CliWorld();
    const { code, out } = empty.on('verify');
    assert.equal(code, 0);
    assert.match(out, /No data: there are no messages to verify/);
    assert.equal(empty.on('verify', '--fail-on', 'no-data').code, 1);
  });
});

describe('benchmark', () => {
  test('is right in every figure, keeps its runs, and trend shows them', () => {
    using world = new CliWorld();
    const run = world.json('benchmark');
    assert.deepEqual([run.accuracy, run.wrong, run.kept], [1, [], true]);
    assert.ok(run.figures >= 100);
    assert.equal(world.on('benchmark', '--dry-run').code, 0);
    const file = world.dir.at('data', 'benchmarks.jsonl');
    assert.equal(readFileSync(file, 'utf8').trim().split('\n').length, 1, 'a dry run is not kept');
    const worse = { ...run, accuracy: 0.5 };
    const kept = [run, run, worse, worse].map((each, i) => ({
      keptAt: `2026-11-2${i}T00:00:00.000Z`,
      version: each.version,
      catalogueDate: each.catalogueDate,
      figures: 140,
      right: 140,
      accuracy: each.accuracy,
      gate: 0.8,
    }));
    writeFileSync(file, `${kept.map((each) => JSON.stringify(each)).join('\n')}\nno run\n`);
    const trend = world.json('trend');
    assert.equal(trend.benchmarks.length, 4);
    assert.equal(trend.figures.accuracy.regression, true);
    assert.equal(trend.notes.length > 0, true);
    assert.equal(world.on('trend', '--alert-on-regression').code, 1);
    assert.match(world.on('trend').out, /Accuracy of 4 benchmarks: the last 50\.0%/);
  });

  test('is an alert below its gate', () => {
    using world = new CliWorld();
    const { code, err } = world.on('benchmark', '--gate-pct', 'x');
    assert.equal(code, 2);
    assert.match(err, /must be a percentage/);
    assert.equal(world.on('benchmark', '--gate-pct', '101', '--dry-run').code, 1);
  });
});

/** The store of the world's configuration directory. */
function storeOf(world: CliWorld): string {
  const { out } = world.on('doctor', '--wide');
  return /^Place +(\S+)/m.exec(out)![1]!;
}
