import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

const opus = 'claude-opus-4-7';
const sid = 'aaaaaaaa-0000-4000-8000-000000000001';
const small = usageOf({ input: 10_000, output: 100 });

/** Six runs of `finder` on Opus, two of them with a tool that failed, and a prompt beside them. */
function world(agent = 'finder'): CliWorld {
  const made = new CliWorld();
  made.env = { OUTLAY_NOW: '2026-11-21T10:00:00Z' };
  const cwd = made.dir.at('project');
  made.transcript(`p/${sid}.jsonl`, [
    answerRecord('m', opus, usageOf({ output: 5000 }), { cwd, promptId: 'one' }),
  ]);
  for (let index = 0; index < 6; index += 1) {
    const agentId = `a${index}`;
    const more = { cwd, isSidechain: true, agentId };
    const lines: unknown[] = [answerRecord(agentId, opus, small, more)];
    if (index < 2) lines.push(toolError(agentId, cwd));
    const file = `p/${sid}/subagents/agent-${agentId}`;
    made.transcript(`${file}.jsonl`, lines);
    made.transcript(`${file}.meta.json`, [{ agentType: agent }]);
  }
  return made;
}

function toolError(agentId: string, cwd: string): object {
  const content = [{ type: 'tool_result', tool_use_id: 't', is_error: true, content: 'no' }];
  return {
    type: 'user',
    uuid: `error-${agentId}`,
    sessionId: sid,
    timestamp: '2026-11-20T10:00:01.000Z',
    cwd,
    isSidechain: true,
    agentId,
    message: { role: 'user', content },
  };
}

const head = '---\nname: finder\nmodel: opus # the best\n---\nFind things.\n';

function agentFile(made: CliWorld, text = head, name = 'project/.claude/agents/finder.md'): string {
  const file = made.dir.at(...name.split('/'));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

type Json = Record<string, unknown>;

function insightsOf(made: CliWorld, ...more: string[]): Json[] {
  return made.json('optimize', ...more).insights;
}

function smallRunsId(made: CliWorld): string {
  const found = insightsOf(made).find(({ kind }) => kind === 'small-runs');
  return String(found?.id);
}

describe('outlay optimize', () => {
  test('states evidence, a range of dollars, and what to do', () => {
    using here = world();
    const report = here.json('optimize');
    assert.equal(report.runs, 7);
    const [found] = report.insights;
    // A run costs 10k × $5 + 100 × $25 a million; Haiku $0.10 and $0.50.
    // One day of data.
    assert.equal(found.kind, 'small-runs');
    assert.equal(found.currentPerMonthUsd, 6 * 0.0525 * 30);
    const each = 0.0525 - 0.00105;
    assert.ok(Math.abs(found.savingsPerMonthUsd.low - each * (6 - Math.sqrt(6)) * 30) < 1e-6);
    assert.equal(found.basis, 'estimated');
    assert.deepEqual(found.action, { kind: 'agent-model', agent: 'finder', model: 'haiku' });
    assert.deepEqual(found.coverage, { seen: 6, all: 6, noun: 'run' });
    const table = here.on('optimize', '--no-index').out;
    assert.match(table, /finder: 6 small runs on claude-opus-4-7/);
    assert.match(table, /^One change could save \$[\d.]+–[\d.]+ a month\./);
    assert.match(table, /→ outlay optimize apply small-runs/);
    assert.match(here.on('optimize', '--no-index', '--notes').out, /Estimated: the same tokens/);
  });

  test('lists the runs in which something went wrong', () => {
    using here = world();
    const { failures } = here.json('optimize', '--failures', '--agent', 'finder');
    assert.deepEqual(
      failures.map(({ agent, toolErrors, cost_usd }: Json) => [agent, toolErrors, cost_usd]),
      [
        ['finder', 1, 0.0525],
        ['finder', 1, 0.0525],
      ],
    );
    assert.deepEqual(here.json('optimize', '--failures', '--agent', 'main').failures, []);
  });

  test('an error belongs to the prompt that was answered last before it', () => {
    using here = new CliWorld();
    here.env = { OUTLAY_NOW: '2026-11-21T10:00:00Z' };
    const turn = (prompt: string, input: number, time: string): object[] => {
      const timestamp = `2026-11-20T${time}.000Z`;
      const asked = { role: 'user', content: 'Do it.' };
      return [
        { type: 'user', uuid: prompt, sessionId: sid, timestamp, promptId: prompt, message: asked },
        answerRecord(prompt, opus, usageOf({ input }), { timestamp, parentUuid: prompt }),
      ];
    };
    const { isSidechain: _, agentId: __, ...error } = toolError('x', '/src/my.app') as Json;
    here.transcript(`p/${sid}.jsonl`, [
      ...turn('one', 200_000, '09:00:00'),
      ...turn('two', 400_000, '10:00:00'),
      error,
      ...turn('three', 600_000, '10:00:02'),
    ]);
    const { failures, runs } = here.json('optimize', '--failures');
    assert.equal(runs, 3);
    assert.deepEqual(
      failures.map(({ cost_usd }: Json) => cost_usd),
      [2],
    );
  });

  test('no data is said, and nothing is called healthy', () => {
    using here = new CliWorld();
    const { code, out } = here.on('optimize');
    assert.equal(code, 0);
    assert.match(out, /No data/);
  });

  test('dismissed and snoozed ones are left out until they come back', () => {
    using here = world();
    const id = smallRunsId(here);
    const listed = (): boolean => insightsOf(here).some((insight) => insight.id === id);
    assert.equal(here.on('optimize', 'dismiss', id).code, 0);
    assert.equal(listed(), false);
    assert.equal(here.json('optimize').hiddenInsights, 1);
    assert.equal(insightsOf(here, '--all').find((each) => each.id === id)?.state, 'dismissed');
    here.on('optimize', 'restore', id);
    assert.equal(listed(), true);
    const { decision } = here.json('optimize', 'snooze', id, '2d');
    assert.equal(decision.snoozedUntil, '2026-11-23T10:00:00.000Z');
    assert.equal(listed(), false);
    here.env = { OUTLAY_NOW: '2026-11-23T10:00:01Z' };
    assert.equal(listed(), true);
  });

  test('an outcome is kept, by either name of the command', () => {
    using here = world();
    const id = smallRunsId(here);
    assert.equal(here.json('outcome', id, 'escalated').decision.outcome, 'escalated');
    assert.equal(here.json('optimize', 'outcome', id, 'failure').decision.outcome, 'failure');
    assert.equal(insightsOf(here).find((each) => each.id === id)?.outcome, 'failure');
  });

  const wrong: [string, string[], RegExp][] = [
    ['an id nothing has', ['optimize', 'dismiss', 'x'], /No insight is called "x"\. There are /],
    ['no length of time', ['optimize', 'snooze', 'ID', 'soon'], /not a length of time/],
    ['no outcome', ['outcome', 'ID', 'fine'], /success, escalated, failure/],
    ['nothing to undo', ['optimize', 'undo', 'ID'], /Nothing was applied/],
    ['a file of another agent', ['optimize', 'apply', 'ID', '--file', 'x'], /does not define/],
    ['no file at all', ['optimize', 'apply', 'ID'], /No file defines finder/],
    ['a command there is not', ['optimize', 'improve'], /improve|too many/],
  ];
  for (const [name, args, text] of wrong) {
    test(`refuses ${name} and writes nothing`, () => {
      using here = world();
      const id = smallRunsId(here);
      const { code, err } = here.on(...args.map((arg) => (arg === 'ID' ? id : arg)));
      assert.equal(code, 2);
      assert.match(err, text);
      assert.throws(() => readFileSync(here.dir.at('data', 'insights.json')));
    });
  }
});

describe('outlay optimize apply', () => {
  test('shows the change, writes it when told to, and puts it back', () => {
    using here = world();
    const file = agentFile(here);
    const id = smallRunsId(here);
    const shown = here.on('optimize', 'apply', id).out;
    assert.match(shown, /^-model: opus # the best$/m);
    assert.match(shown, /^\+model: haiku # the best$/m);
    assert.equal(readFileSync(file, 'utf8'), head);
    assert.equal(here.json('optimize', 'apply', id, '--yes').written, true);
    assert.equal(readFileSync(file, 'utf8'), head.replace('opus', 'haiku'));
    const again = here.json('optimize', 'apply', id);
    assert.equal(again.written, false);
    assert.equal(here.json('optimize', 'undo', id).written, true);
    assert.equal(readFileSync(file, 'utf8'), head);
    assert.equal(insightsOf(here).find((each) => each.id === id)?.state, 'open');
  });

  test('advice taken shows its spend before and after', () => {
    using here = world();
    agentFile(here, head.replaceAll('\n', '\r\n'));
    const id = smallRunsId(here);
    here.on('optimize', 'apply', id, '--yes');
    const later = { timestamp: '2026-11-22T10:00:00.000Z', isSidechain: true, agentId: 'late' };
    const file = `p/${sid}/subagents/agent-late`;
    here.transcript(`${file}.jsonl`, [answerRecord('late', 'claude-haiku-4-5', small, later)]);
    here.transcript(`${file}.meta.json`, [{ agentType: 'finder' }]);
    here.env = { OUTLAY_NOW: '2026-11-23T10:00:00Z' };
    const [taken] = here.json('optimize').adviceTaken;
    assert.equal(taken.appliedAt, '2026-11-21T10:00:00.000Z');
    assert.deepEqual([taken.before.runs, taken.before.usd, taken.before.days], [6, 0.315, 1]);
    assert.deepEqual([taken.after.runs, taken.after.usd], [1, 0.0105]);
    assert.match(here.on('optimize').out, /Advice taken/);
  });

  test('a file changed since is not put back', () => {
    using here = world();
    const file = agentFile(here);
    const id = smallRunsId(here);
    here.on('optimize', 'apply', id, '--yes');
    writeFileSync(file, 'mine');
    assert.equal(here.on('optimize', 'undo', id).code, 3);
    assert.equal(readFileSync(file, 'utf8'), 'mine');
  });

  test('of several files one is to be named', () => {
    using here = world();
    agentFile(here);
    const own = agentFile(here, head, 'config/agents/other.md');
    const id = smallRunsId(here);
    assert.match(here.on('optimize', 'apply', id).err, /Several files define finder/);
    assert.equal(here.json('optimize', 'apply', id, '--file', own, '--yes').file, own);
    assert.match(readFileSync(own, 'utf8'), /model: haiku/);
  });

  test('a built-in agent has a setting instead', () => {
    using here = world('Explore');
    const { out } = here.on('optimize', 'apply', smallRunsId(here), '--yes');
    assert.match(out, /CLAUDE_CODE_SUBAGENT_MODEL to haiku/);
  });
});
