import { addDays, firstMoment } from '../../src/model/calendar.ts';
import { costState, file, own, queue, response, unknown } from './exampleRecords.ts';
import { noonMs } from './parseLines.ts';
import type { WorldFile } from './world.ts';

/** Before this moment everything is summed up: the second day after noon of the first. */
export const retentionCut = firstMoment(
  addDays(new Date(noonMs).toISOString().slice(0, 10), 1),
  'UTC',
);
/** Milliseconds after noon that lie behind the cut. */
const later = retentionCut - noonMs;

/** What is summed up, what comes after that, and what the store must then say. */
export interface RetentionExample {
  readonly name: string;
  readonly early: readonly WorldFile[];
  readonly late: readonly WorldFile[];
  /** A query of one column, and its values in order: the same as if nothing had been summed up. */
  readonly ask: string;
}

const all = 'SELECT sum(messages) FROM spend_total UNION ALL SELECT sum(nano) FROM spend_total';
const bySession = `SELECT sid || ' ' || sum(nano) || ' ' || background || ' ' || unconfirmed
  FROM session s JOIN spend_total t ON t.session = s.id GROUP BY sid ORDER BY sid`;
const live = `SELECT nano FROM message WHERE at >= ${retentionCut} ORDER BY mid`;
const replay = { requestId: 'r-other' };
const priced = { usage: { output_tokens: 10 } };

const parent = (...more: object[]): WorldFile =>
  file('a.jsonl', queue('a', 0), response('m1', 10, priced, own('a')), costState('a', 1), ...more);

export const retentionExamples: readonly RetentionExample[] = [
  {
    name: 'a replay whose original was summed up does not count',
    early: [file('s1.jsonl', response('m', 0))],
    late: [file('s1/subagents/agent-a.jsonl', response('m', 0, {}, replay))],
    ask: all,
  },
  {
    name: 'nor does the original of a replay that was',
    early: [file('s1/subagents/agent-a.jsonl', response('m', 0, {}, replay))],
    late: [file('s1.jsonl', response('m', 0))],
    ask: all,
  },
  {
    name: 'what is found to be of the main thread makes later copies replays',
    early: [file('s1/subagents/agent-a.jsonl', response('m', 0))],
    late: [
      file('s1.jsonl', response('m', 0)),
      file('s1/subagents/agent-b.jsonl', response('m', 0, {}, replay)),
    ],
    ask: all,
  },
  {
    name: 'and earlier ones that are still there',
    early: [
      file('s1/subagents/agent-a.jsonl', response('m', 0)),
      file('s1/subagents/agent-b.jsonl', response('m', later, {}, replay)),
    ],
    late: [file('s1.jsonl', response('m', 0))],
    ask: all,
  },
  {
    name: 'a session that goes on has the background it would have had',
    early: [parent()],
    late: [parent(response('m2', later, priced, own('a')), costState('a', 3))],
    ask: bySession,
  },
  {
    name: 'a total that comes late finds what was spent before it',
    early: [file('a.jsonl', queue('a', 0), response('m1', 10, priced, own('a')))],
    late: [file('a.jsonl', queue('a', 0), response('m1', 10, priced, own('a')), costState('a', 2))],
    ask: bySession,
  },
  {
    name: 'what no total covers stays unconfirmed',
    early: [
      file('a.jsonl', queue('a', 0), costState('a', 1), response('m1', 10, priced, own('a'))),
    ],
    late: [file('a.jsonl', queue('a', 0), costState('a', 1), response('m1', 10, priced, own('a')))],
    ask: bySession,
  },
  {
    name: 'a fork made later goes on from its parent’s total',
    early: [parent()],
    late: [
      file(
        'b.jsonl',
        queue('b', later),
        response('m1', 10, priced, own('b')),
        response('m2', later + 10, priced, own('b')),
        costState('b', 4),
      ),
    ],
    ask: bySession,
  },
  {
    name: 'and so does a fork of that fork',
    early: [parent()],
    late: ['b', 'c'].map((sid, i) =>
      file(
        `${sid}.jsonl`,
        queue(sid, later + i * 100),
        ...['m1', 'm2', 'm3'].slice(0, i + 2).map((id, k) => {
          return response(id, k === 0 ? 10 : later + k * 100, priced, own(sid));
        }),
        costState(sid, 4 + i * 3),
      ),
    ),
    ask: bySession,
  },
  {
    name: 'a share of the client’s total that was dealt out is not dealt out again',
    early: [
      file('s1.jsonl', response('m1', 0, unknown), costState('s1', 1, { 'made-up-model': 1 })),
    ],
    late: [
      file(
        's1.jsonl',
        response('m1', 0, unknown),
        costState('s1', 1, { 'made-up-model': 1 }),
        response('m2', later, unknown),
        costState('s1', 3, { 'made-up-model': 3 }),
      ),
    ],
    ask: live,
  },
  {
    name: 'a total over what was summed up and what was not is shared by tokens',
    early: [
      file(
        's1.jsonl',
        response('m1', 0, { ...unknown, usage: { output_tokens: 30 } }),
        response('m2', later, unknown),
      ),
    ],
    late: [
      file(
        's1.jsonl',
        response('m1', 0, { ...unknown, usage: { output_tokens: 30 } }),
        response('m2', later, unknown),
        costState('s1', 4, { 'made-up-model': 4 }),
      ),
    ],
    ask: live,
  },
];
