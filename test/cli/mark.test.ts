import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

const sid = 'aaaaaaaa-0000-4000-8000-000000000001';

function world(): CliWorld {
  const made = new CliWorld();
  const dollar = usageOf({ input: 200_000 });
  const at = (id: string, time: string) =>
    answerRecord(id, 'claude-opus-4-7', dollar, { timestamp: `2026-11-20T${time}:00.000Z` });
  made.transcript(`-src-my-app/${sid}.jsonl`, [at('1', '10:00'), at('2', '11:00')]);
  return made;
}

describe('outlay mark', () => {
  test('tags what is spent between start and stop', () => {
    using here = world();
    assert.equal(here.on('mark', 'start', 'a b', '--at', '2026-11-20T10:30Z').code, 0);
    assert.match(here.on('mark', 'list').out, /1 mark, 1 running[\s\S]*a b .*running/);
    assert.equal(here.on('mark', 'stop', 'a b', '--at', '2026-11-20T11:30Z').code, 0);
    const { rows } = here.json('breakdown', '--by', 'tag', '--period', 'all');
    assert.deepEqual(
      rows.map((row: Record<string, unknown>) => [row.tag, row.cost_usd]),
      [
        ['(none)', 1],
        ['a b', 1],
      ],
    );
    assert.deepEqual(here.json('mark', 'list').marks, [
      {
        name: 'a b',
        from: '2026-11-20T10:30:00.000Z',
        to: '2026-11-20T11:30:00.000Z',
        session: null,
        running: false,
      },
    ]);
  });

  test('takes a session by the beginning of its id', () => {
    using here = world();
    const { session } = here.json('mark', 'start', 'one', '--session', 'aaaa');
    assert.equal(session, sid);
  });

  test('a second start changes nothing', () => {
    using here = world();
    here.on('mark', 'start', 'x', '--at', '2h');
    const again = here.json('mark', 'start', 'x');
    assert.equal(again.changed, false);
    assert.equal(readFileSync(here.dir.at('data', 'marks.jsonl'), 'utf8').split('\n').length, 2);
  });

  const wrong: [string, string[], RegExp][] = [
    ['a stop without a start', ['stop', 'x'], /"x" is not running\. Running: "w"\./],
    ['a stop before its start', ['stop', 'w', '--at', '3h'], /cannot stop before that/],
    ['a start before a running one', ['start', 'w', '--at', '3h'], /Stop it first/],
    ['a time ahead', ['start', 'x', '--at', '2999-01-01'], /lies ahead/],
    ['a time that is none', ['start', 'x', '--at', 'noon'], /--at "noon" is not a time/],
    ['an empty name', ['start', ' '], /cannot name a mark/],
    ['a name of two lines', ['start', 'a\nb'], /cannot name a mark/],
    ['a session nobody has', ['start', 'x', '--session', 'ffff'], /No session begins with "ffff"/],
  ];
  test('what cannot be is refused and nothing written', () => {
    using here = world();
    here.on('mark', 'start', 'w', '--at', '2h');
    const before = readFileSync(here.dir.at('data', 'marks.jsonl'), 'utf8');
    for (const [what, args, sentence] of wrong) {
      const { code, err } = here.on('mark', ...args);
      assert.equal(code, 2, what);
      assert.match(err, sentence, what);
      assert.equal(readFileSync(here.dir.at('data', 'marks.jsonl'), 'utf8'), before, what);
    }
  });
});
