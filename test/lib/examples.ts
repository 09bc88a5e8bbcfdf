import assert from 'node:assert/strict';
import type { Row, SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { costState, file, own, queue, response, unknown } from './exampleRecords.ts';
import { afterNoon, noonMs, user } from './parseLines.ts';
import type { WorldFile } from './world.ts';

/** A world too particular for chance to make, and what the store must say of it. */
export interface Example {
  readonly name: string;
  readonly files: readonly WorldFile[];
  /** A query of one column, and its values in order. */
  readonly ask: string;
  readonly answer: readonly (number | string | null)[];
}

export function assertExample(db: SqlDatabase, { name, ask, answer }: Example): void {
  const values = db
    .prepare(ask)
    .all<Row>()
    .map((row) => Object.values(row)[0]);
  assert.deepEqual(values, answer, name);
}

/** Every order in which its files can be read. */
export function orders<T>(list: readonly T[]): T[][] {
  if (list.length < 2) return [[...list]];
  return list.flatMap((first, i) => orders(list.toSpliced(i, 1)).map((rest) => [first, ...rest]));
}

const nanoByMessage = 'SELECT nano FROM message ORDER BY mid';
const backgroundBySession = 'SELECT background FROM session ORDER BY sid';

/** A line of the response `m` that sent so many tokens. */
function line(at: number, input: number, message: object, record: object): object {
  const { output = 1, ...rest } = message as { output?: number };
  const usage = { input_tokens: input, output_tokens: output };
  return response('m', at, { usage, ...rest }, { uuid: `line-${at}`, ...record });
}
const noRequest = { requestId: undefined };
const running = { stop_reason: null };

export const examples: readonly Example[] = [
  {
    name: 'of two equal records the main thread’s is kept',
    files: [
      file('s1/subagents/agent-a.jsonl', line(0, 7, {}, { isSidechain: true })),
      file('s1.jsonl', line(5, 7, {}, {})),
    ],
    ask: 'SELECT sidechain FROM message',
    answer: [0],
  },
  {
    name: 'a placeholder is not kept though it is final',
    files: [file('s1.jsonl', line(0, 0, { output: 9 }, {}), line(5, 100, running, {}))],
    ask: 'SELECT input FROM message',
    answer: [100],
  },
  {
    name: 'a record without a request joins any input side of one',
    files: [
      file('s1.jsonl', line(0, 7, {}, {})),
      file('q/s1.jsonl', line(5, 9, {}, {})),
      file('r/s1.jsonl', line(9, 7, {}, noRequest)),
    ],
    ask: 'SELECT count(*) FROM message',
    answer: [1],
  },
  {
    name: 'of two requests with its input side the one of its session',
    files: [
      file('s1.jsonl', line(0, 7, { output: 10 }, { requestId: 'r1' })),
      file('s2.jsonl', line(5, 7, { output: 10 }, { requestId: 'r2', ...own('s2') })),
      file('q/s2.jsonl', line(9, 7, { output: 50 }, { ...noRequest, ...own('s2') })),
    ],
    ask: 'SELECT output FROM message ORDER BY rid',
    answer: [10, 50],
  },
  {
    name: 'whose records may be one, those sessions are compared',
    files: [
      file('s1.jsonl', line(0, 7, {}, { requestId: 'r1' })),
      file('s2.jsonl', line(5, 7, {}, { requestId: 'r2', ...own('s2') })),
      file('q/s2.jsonl', line(9, 7, {}, { ...noRequest, ...own('s2') })),
    ],
    ask: 'SELECT related FROM session ORDER BY sid',
    answer: [1, 1],
  },
  {
    name: 'a placeholder in a copy joins the response of its uuid',
    files: [
      file('s1.jsonl', line(0, 7, {}, {})),
      file('s2.jsonl', line(0, 0, running, { ...noRequest, ...own('s2') })),
    ],
    ask: 'SELECT count(*) FROM message',
    answer: [1],
  },
  {
    name: 'a placeholder joins the next response of its session',
    files: [
      file(
        's1.jsonl',
        line(0, 7, running, noRequest),
        line(5, 0, {}, noRequest),
        line(10, 9, running, noRequest),
      ),
    ],
    ask: 'SELECT ended FROM message ORDER BY at',
    answer: [0, 1],
  },
  {
    name: 'else the last one before it',
    files: [
      file(
        's1.jsonl',
        line(0, 7, running, noRequest),
        line(5, 9, running, noRequest),
        line(10, 0, {}, noRequest),
      ),
    ],
    ask: 'SELECT ended FROM message ORDER BY at',
    answer: [0, 1],
  },
  {
    name: 'of placeholders of two requests the nearest joins a response without one',
    files: [
      file(
        's1.jsonl',
        line(0, 0, {}, { requestId: 'r2' }),
        line(4, 0, {}, { requestId: 'r1' }),
        line(5, 7, running, noRequest),
      ),
    ],
    ask: 'SELECT rid FROM message ORDER BY rid',
    answer: ['r1', 'r2'],
  },
  {
    name: 'a request of which only a placeholder is there is none of another',
    files: [
      file('s1.jsonl', line(0, 0, {}, { requestId: 'r1' }), line(5, 7, {}, { requestId: 'r2' })),
    ],
    ask: 'SELECT counted FROM message ORDER BY rid',
    answer: [1, 1],
  },
  {
    name: 'a side chain of another input side is no replay',
    files: [
      file('s1.jsonl', line(0, 7, {}, { requestId: 'r1' })),
      file('s1/subagents/agent-a.jsonl', line(5, 9, {}, { requestId: 'r2', isSidechain: true })),
    ],
    ask: 'SELECT counted FROM message ORDER BY rid',
    answer: [1, 1],
  },
  {
    name: 'lines without a message id are one response by their request',
    files: [
      file(
        's1.jsonl',
        line(0, 7, { id: '' }, { requestId: 'r1' }),
        line(5, 7, { id: '' }, { requestId: 'r1' }),
      ),
    ],
    ask: 'SELECT mid FROM message',
    answer: ['request:r1'],
  },
  {
    name: 'what rounding may make up is no background',
    // A token of input and two of output of Opus 4.8: $0.000055.
    files: [file('s1.jsonl', response('m', 0), costState('s1', 0.000_055_001))],
    ask: 'SELECT count(*) FROM background',
    answer: [0],
  },
  {
    name: 'two requests of the main thread count, though their message id is one',
    files: [
      file('s1.jsonl', response('m', 0, {}, { requestId: 'r1' })),
      file('s2.jsonl', response('m', 1, {}, { requestId: 'r2', sessionId: 's2', uuid: 'v' })),
    ],
    ask: 'SELECT counted FROM message ORDER BY rid',
    answer: [1, 1],
  },
  {
    name: 'of two subagents with one message it is the first’s by id',
    files: [
      file('s1/subagents/agent-b.jsonl', response('m', 0)),
      file('s1/subagents/agent-a.jsonl', response('m', 0)),
    ],
    ask: 'SELECT aid FROM message m JOIN agent a ON a.id = m.agent',
    answer: ['a'],
  },
  {
    name: 'a part without a price leaves its message unpriced',
    files: [
      file(
        's1.jsonl',
        response('m', 0, {
          usage: {
            output_tokens: 1,
            iterations: [{ type: 'advisor_message', model: 'made-up-model', output_tokens: 1 }],
          },
        }),
      ),
    ],
    ask: 'SELECT priced FROM message',
    answer: [0],
  },
  {
    name: 'a prompt in common is no parent',
    files: [
      file(
        'a.jsonl',
        queue('a', 0),
        user('x', { uuid: 'p', ...own('a') }),
        response('m1', 10, {}, own('a')),
      ),
      file(
        'b.jsonl',
        queue('b', 50),
        user('x', { uuid: 'p', ...own('b') }),
        response('m2', 60, {}, own('b')),
        costState('b', 1),
      ),
      file('c.jsonl', queue('c', 90), response('m1', 10, {}, own('c'))),
      file('d.jsonl', queue('d', 95), response('m2', 60, {}, own('d'))),
    ],
    ask: "SELECT reconciled FROM session WHERE sid = 'b'",
    answer: [1],
  },
  {
    name: 'the point of forking moves with what is shared',
    files: [
      file(
        'b.jsonl',
        queue('b', 5),
        response('m1', 10, {}, own('b')),
        user('y', { uuid: 'p9', timestamp: afterNoon(30), ...own('b') }),
        costState('b', 3),
      ),
      file(
        'a.jsonl',
        queue('a', 0),
        response('m1', 10, {}, own('a')),
        queue('a', 20),
        costState('a', 1),
      ),
      file('other/a.jsonl', user('y', { uuid: 'p9', timestamp: afterNoon(30), ...own('a') })),
    ],
    ask: backgroundBySession,
    answer: [999_945_000, 2_000_000_000],
  },
  {
    name: 'a parent’s total that comes late is taken off its fork',
    files: [
      file('b.jsonl', queue('b', 100), response('m1', 10, {}, own('b')), costState('b', 3)),
      file('a.jsonl', queue('a', 0), response('m1', 10, {}, own('a'))),
      file('other/a.jsonl', queue('a', 5), costState('a', 1)),
    ],
    ask: backgroundBySession,
    answer: [1_000_000_000, 2_000_000_000],
  },
  {
    name: 'background before any date stands at the session’s start',
    files: [file('s1.jsonl', costState('s1', 1), queue('s1', 500), queue('s1', 100))],
    ask: 'SELECT at FROM background',
    answer: [noonMs + 100],
  },
  {
    name: 'a total that falls begins again, and what was seen before it stays',
    files: [
      file('s1.jsonl', queue('s1', 0), costState('s1', 3), queue('s1', 100), costState('s1', 2)),
    ],
    ask: 'SELECT nano FROM background',
    answer: [3_000_000_000, 2_000_000_000],
  },
  {
    name: 'of two runs that resume a session at once each goes on from the total before both',
    files: [
      file(
        's1.jsonl',
        ...[queue('s1', 0), costState('s1', 3, {}, 0)],
        ...[queue('s1', 100), costState('s1', 9, {}, 0)],
        ...[queue('s1', 200), costState('s1', 5, {}, 0)],
      ),
    ],
    ask: 'SELECT nano FROM background UNION ALL SELECT client_total FROM session',
    answer: [3_000_000_000, 6_000_000_000, 2_000_000_000, 11],
  },
  {
    name: 'messages of two runs that began at once explain the totals of both',
    files: [
      file(
        's1.jsonl',
        ...[queue('s1', 0), response('m1', 50, { usage: { output_tokens: 40_000 } })],
        ...[response('m2', 80, { usage: { output_tokens: 40_000 } })],
        ...[queue('s1', 100), costState('s1', 2, {}, 60)],
        ...[queue('s1', 200), costState('s1', 3, {}, 0)],
      ),
    ],
    ask: 'SELECT nano FROM background UNION ALL SELECT client_total FROM session',
    answer: [1_000_000_000, 2_000_000_000, 5],
  },
  {
    name: 'what was spent before a run began does not explain its total',
    files: [
      file(
        's1.jsonl',
        ...[queue('s1', 0), response('m1', 50, { usage: { output_tokens: 40_000 } })],
        ...[queue('s1', 200), costState('s1', 3, {}, 100)],
      ),
    ],
    ask: 'SELECT nano FROM background',
    answer: [3_000_000_000],
  },
  {
    name: 'a gap that grows smaller was spent all the same',
    files: [
      file(
        's1.jsonl',
        queue('s1', 0),
        costState('s1', 3),
        response('m1', 100, { usage: { output_tokens: 40_000 } }),
        costState('s1', 3.5),
        response('m2', 200, { usage: { output_tokens: 20_000 } }),
        costState('s1', 4.9),
      ),
    ],
    ask: 'SELECT nano FROM background',
    answer: [3_000_000_000, 400_000_000],
  },
  {
    name: 'each total shares out what it grew by',
    files: [
      file(
        's1.jsonl',
        response('m1', 0, unknown),
        costState('s1', 1, { 'made-up-model[1m]': 1 }),
        response('m2', 100, unknown),
        response('m3', 200, { ...unknown, usage: { output_tokens: 30 } }),
        costState('s1', 5, { 'made-up-model': 5 }),
        response('m4', 300, unknown),
      ),
    ],
    ask: nanoByMessage,
    answer: [1_000_000_000, 1_000_000_000, 3_000_000_000, 0],
  },
  {
    name: 'a message no total covers any more is unpriced',
    files: [file('s1.jsonl', response('m1', 0, unknown), costState('s1', 1, { other: 1 }))],
    ask: 'SELECT priced FROM message',
    answer: [0],
  },
  {
    name: 'a fork’s share begins behind its parent’s total',
    files: [
      file(
        'a.jsonl',
        queue('a', 0),
        response('m1', 10, unknown, own('a')),
        costState('a', 1, { 'made-up-model': 1 }),
      ),
      file(
        'b.jsonl',
        queue('b', 50),
        response('m1', 10, unknown, own('b')),
        response('m2', 60, unknown, own('b')),
        costState('b', 3, { 'made-up-model': 3 }),
      ),
    ],
    ask: nanoByMessage,
    answer: [1_000_000_000, 2_000_000_000],
  },
  {
    name: 'titles: the last of its kind, the first prompt',
    files: [
      file(
        's1.jsonl',
        user('first'),
        { type: 'custom-title', customTitle: 'old', sessionId: 's1' },
        user('second', { uuid: 'u2', timestamp: afterNoon(5) }),
        { type: 'custom-title', customTitle: 'new', sessionId: 's1' },
      ),
    ],
    ask: 'SELECT text FROM title ORDER BY kind',
    answer: ['new', 'first'],
  },
  {
    name: 'titles: the last summary of a leaf, in whichever transcript it stands',
    files: [
      file('s1.jsonl', user('first', { uuid: 'leaf' })),
      file('s2.jsonl', { type: 'summary', summary: 'old', leafUuid: 'leaf' }),
      file('s3.jsonl', user('second', { uuid: 'u2', sessionId: 's3', timestamp: afterNoon(5) }), {
        type: 'summary',
        summary: 'new',
        leafUuid: 'leaf',
      }),
    ],
    ask: `SELECT sid || ' ' || text FROM title JOIN session s ON s.id = session WHERE kind = 'summary'`,
    answer: ['s1 new'],
  },
  {
    name: 'of two final records the one with the larger total is kept',
    files: [
      file('s1.jsonl', response('m', 0, { usage: { input_tokens: 7, output_tokens: 2 } })),
      file('other/s1.jsonl', response('m', 0, { usage: { input_tokens: 5, output_tokens: 2 } })),
    ],
    ask: 'SELECT input FROM message',
    answer: [7],
  },
  {
    name: 'of two records equal in all that matters the content decides',
    files: [
      file('s1.jsonl', response('m', 0, { usage: { input_tokens: 7, output_tokens: 2 } })),
      file('other/s1.jsonl', response('m', 0, { usage: { input_tokens: 5, output_tokens: 4 } })),
    ],
    ask: 'SELECT input FROM message',
    answer: [5],
  },
  {
    name: 'a message is in the main thread though a side chain repeats it',
    files: [
      file('s1/subagents/agent-a.jsonl', response('m', 0)),
      file('s1.jsonl', response('m', 0)),
      file('s1/subagents/agent-b.jsonl', response('m', 0, {}, { requestId: 'r-other' })),
    ],
    ask: 'SELECT counted FROM message ORDER BY rid',
    answer: [1, 0],
  },
  {
    name: 'a declined attempt stands beside the figure',
    files: [
      file(
        's1.jsonl',
        response('m', 0, {
          usage: {
            output_tokens: 1,
            iterations: [{ type: 'message', model: 'claude-haiku-4-5', output_tokens: 2 }],
          },
        }),
      ),
    ],
    ask: "SELECT nano || ' ' || declined || ' ' || (SELECT group_concat(nano) FROM spend_total) FROM message",
    answer: ['25000 10000 25000'],
  },
  {
    name: 'a fork of a fork goes on from the nearer total',
    files: [
      file('a.jsonl', queue('a', 0), response('m1', 10, {}, own('a')), costState('a', 1)),
      file(
        'b.jsonl',
        queue('b', 20),
        response('m1', 10, {}, own('b')),
        response('m2', 30, {}, own('b')),
        costState('b', 5),
      ),
      file(
        'c.jsonl',
        queue('c', 40),
        response('m1', 10, {}, own('c')),
        response('m2', 30, {}, own('c')),
        costState('c', 7),
      ),
    ],
    ask: backgroundBySession,
    answer: [999_945_000, 3_999_945_000, 2_000_000_000],
  },
];
