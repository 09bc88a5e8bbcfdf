import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { TimeTagEvent } from '../../../src/analysis/spend/timeTags.ts';
import { exportPages } from '../../../src/export/rows.ts';
import type { ReportContext } from '../../../src/query/context.ts';
import { readQuestion } from '../../../src/query/question.ts';
import { select } from '../../../src/query/select.ts';
import { breakdown } from '../../../src/reports/spend/breakdown.ts';
import { type Labels, noLabels } from '../../../src/settings/labels.ts';
import { openForWriting } from '../../../src/store/connection/openStore.ts';
import { answerRecord, costState, usageOf } from '../../cli/runCli.ts';
import { ingestAll } from '../../lib/ingest.ts';
import { reportContext } from '../../lib/reportContext.ts';
import { tempDir } from '../../lib/tempDir.ts';

const sidOf = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-00000000000${digit}`;
const at = (time: string): number => Date.parse(`2026-11-20T${time}Z`);

interface Spent {
  readonly session: string;
  readonly time: string;
  readonly usd: number;
  readonly branch?: string;
  readonly agent?: string;
}

/** Builds a store of messages that cost what they say, and the context of its reports. */
function storeOf(spent: readonly Spent[], labels: Partial<Labels>, more: unknown[] = []) {
  const dir = tempDir();
  const files = new Map<string, unknown[]>();
  for (const [i, { session, time, usd, branch = 'main', agent }] of spent.entries()) {
    const sid = sidOf(session);
    const name = agent === undefined ? sid : `${sid}/subagents/agent-${agent}`;
    const record = answerRecord(`${i}`, 'claude-opus-4-7', usageOf({ input: usd * 200_000 }), {
      sessionId: sid,
      timestamp: new Date(at(time)).toISOString(),
      gitBranch: branch,
      ...(agent !== undefined && { isSidechain: true, agentId: agent }),
    });
    files.set(name, [...(files.get(name) ?? []), record]);
  }
  for (const [name, lines] of files) {
    const path = dir.at('projects', '-src-my-app', `${name}.jsonl`);
    mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true });
    const extra = name.includes('/') ? [] : more;
    writeFileSync(path, [...lines, ...extra].map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  const { db } = openForWriting(':memory:');
  ingestAll(db, dir.path);
  dir[Symbol.dispose]();
  return reportContext(db, { now: at('23:00'), labels: { ...noLabels, ...labels } });
}

function mark(
  kind: TimeTagEvent['kind'],
  name: string,
  time: string,
  session?: string,
): TimeTagEvent {
  return { kind, name, at: at(time), ...(session !== undefined && { session: sidOf(session) }) };
}

function byTag(context: ReportContext, more: Record<string, string> = {}): object {
  const raw = { by: 'tag', period: 'all', ...more };
  const { json } = breakdown.run(context, readQuestion(breakdown, raw, context));
  const { rows } = json as { rows: { tag: string; cost_usd: number }[] };
  return Object.fromEntries(rows.map(({ tag, cost_usd }) => [tag, cost_usd]));
}

function costOf(context: ReportContext, tag: string): number {
  return select(context, { span: undefined, filters: { tag } }, []).total / 1e9;
}

describe('tags', () => {
  test('a mark cuts time exactly: its first moment counts, its last does not', () => {
    const context = storeOf(
      [
        { session: '1', time: '10:00:00.000', usd: 1 },
        { session: '1', time: '10:01:00.000', usd: 2 },
        { session: '1', time: '10:02:59.999', usd: 4 },
        { session: '1', time: '10:03:00.000', usd: 8 },
      ],
      { marks: [mark('start', 'm', '10:01'), mark('stop', 'm', '10:03')] },
    );
    assert.equal(costOf(context, 'm'), 6);
    assert.deepEqual(byTag(context), { m: 6, '(none)': 9 });
  });

  test('a mark of a session leaves the others out', () => {
    const context = storeOf(
      [
        { session: '1', time: '10:05', usd: 1 },
        { session: '2', time: '10:05', usd: 2 },
      ],
      { marks: [mark('start', 'one', '10:00', '1')] },
    );
    assert.deepEqual(byTag(context), { one: 1, '(none)': 2 });
  });

  test('spend under two marks counts for each, once', () => {
    const marks = [
      mark('start', 'a', '10:00'),
      mark('start', 'b', '10:10'),
      mark('stop', 'a', '10:20'),
      mark('stop', 'b', '10:30'),
      // The same name again for one session: still one tag.
      mark('start', 'a', '10:00', '1'),
      mark('stop', 'a', '10:20', '1'),
    ];
    const context = storeOf(
      [
        { session: '1', time: '10:05', usd: 1 },
        { session: '1', time: '10:15', usd: 2 },
        { session: '1', time: '10:25', usd: 4 },
        { session: '1', time: '10:35', usd: 8 },
      ],
      { marks },
    );
    assert.deepEqual(byTag(context), { a: 3, b: 6, '(none)': 8 });
    assert.deepEqual(byTag(context, { tag: 'a' }), { a: 3, b: 2 });
    const question = { span: undefined, filters: { tag: 'a' } };
    const rows = [...exportPages(context, question, { paths: true, titles: true })].flat();
    assert.deepEqual(
      rows.map(({ nano, tags }) => [nano, tags]),
      [
        [1e9, ['a']],
        [2e9, ['a', 'b']],
      ],
    );
  });

  test('rules take branches, a subagent its own record of the branch', () => {
    const context = storeOf(
      [
        { session: '1', time: '10:00', usd: 1, branch: 'release/7' },
        { session: '1', time: '10:01', usd: 2, branch: 'release/7', agent: 'a1' },
        { session: '1', time: '10:02', usd: 4, branch: 'main' },
        { session: '2', time: '10:00', usd: 8, branch: 'Release/7' },
      ],
      { tags: new Map([['release', ['release/*', 'hotfix-?']]]) },
    );
    assert.deepEqual(byTag(context), { release: 3, '(none)': 12 });
    assert.equal(costOf(context, 'release'), 3);
  });

  test('a subagent counts for the mark of its session', () => {
    const context = storeOf(
      [
        { session: '1', time: '10:00', usd: 1 },
        { session: '1', time: '10:01', usd: 2, agent: 'a1' },
        { session: '2', time: '10:01', usd: 4, agent: 'a2' },
      ],
      { marks: [mark('start', 'one', '09:00', '1')] },
    );
    assert.equal(costOf(context, 'one'), 3);
  });

  test('background carries the tag of the moment it was first seen at', () => {
    const total = costState(3, sidOf('1'));
    const spent = [{ session: '1', time: '10:00', usd: 1 }];
    const marks = [mark('start', 'early', '09:00'), mark('stop', 'early', '10:20')];
    const context = storeOf(spent, { marks }, [total]);
    const whole = select(context, { span: undefined, filters: {} }, []);
    assert.deepEqual([whole.sums.nano, whole.background], [1e9, 2e9]);
    // Without a time of its own a total is dated to the last record before it.
    assert.equal(whole.backgrounds[0]!.at, at('10:00'));
    assert.deepEqual(byTag(context), { early: 3 });
  });
});
