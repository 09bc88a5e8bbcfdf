import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type PanelMessage,
  type PanelSession,
  type PanelThread,
  type SessionStrings,
  sessionStringKeys,
} from '../../../src/protocol/session.ts';
import { commonStringKeys } from '../../../src/protocol/shared.ts';
import { byTime } from '../../../webview/session/byTime.ts';
import { momentsOf, seriesOf, valueAt } from '../../../webview/session/series.ts';
import { spansDays, timeTicks } from '../../../webview/shared/charts/timeAxis.ts';

const words = Object.fromEntries(
  [...commonStringKeys, ...sessionStringKeys].map((key) => [key, key]),
) as SessionStrings;

const message = (key: string, at: number, nano: number, agentId = ''): PanelMessage => ({
  key,
  at,
  agentId,
  nano,
  model: 'claude-opus-5-5',
  requestedModel: '',
  row: '',
  pricedBy: 'catalogue',
  declined: 0,
  atLeast: false,
  usage: { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, webSearches: 0 },
  classes: null,
  parts: [],
  tools: [],
  miss: null,
});

const thread = (agentId: string, name: string): PanelThread => ({
  agentId,
  name,
  hint: name,
  parent: '',
  messages: 0,
  nano: 0,
});

const session = (more: Partial<PanelSession> = {}): PanelSession => ({
  sid: 's',
  title: '',
  place: [],
  live: false,
  answer: '',
  cards: [],
  sum: { text: '', agrees: true },
  notes: [],
  total: 0,
  backgrounds: [],
  threads: [],
  compactions: [],
  rates: {},
  ...more,
});

const ends = (list: ReturnType<typeof seriesOf>): [string, string, number][] =>
  list.map(({ kind, name, points }) => [kind, name, points.at(-1)?.y ?? 0]);

describe('the lines of a session', () => {
  it('are one for a main thread alone, without a total', () => {
    const list = seriesOf(session(), byTime([message('b', 20, 2), message('a', 10, 1)]), words);
    assert.deepEqual(ends(list), [['main', 'mainThread', 3]]);
    assert.deepEqual(list[0]?.points, [
      { x: 10, y: 1 },
      { x: 20, y: 3 },
    ]);
  });

  it('are one for each subagent, and end at the same moment as the total', () => {
    const threads = [thread('x', 'Explore 1'), thread('y', 'Explore 2'), thread('z', 'Plan')];
    const messages = [
      message('a', 10, 5),
      message('b', 11, 1, 'x'),
      message('c', 12, 2, 'y'),
      message('d', 13, 9, 'z'),
    ];
    const backgrounds = [{ at: 20, nano: 4 }];
    const list = seriesOf(session({ threads, backgrounds }), messages, words);
    assert.deepEqual(ends(list), [
      ['total', 'total', 21],
      ['main', 'mainThread', 5],
      ['agents', 'Plan', 9],
      ['agents', 'Explore 2', 2],
      ['agents', 'Explore 1', 1],
      ['background', 'background', 4],
    ]);
    for (const { points } of list) assert.equal(points.at(-1)?.x, 20);
    assert.deepEqual(
      list.map(({ agents }) => agents),
      [[], [''], ['z'], ['y'], ['x'], []],
    );
  });

  it('are seven at most: the rest of the subagents share one', () => {
    const threads = Array.from({ length: 9 }, (_, n) => thread(`${n}`, `T${n}`));
    const messages = threads.map(({ agentId }, n) => message(agentId, n, 100 - n, agentId));
    const list = seriesOf(
      session({ threads, backgrounds: [{ at: 50, nano: 1 }] }),
      messages,
      words,
    );
    assert.equal(list.length, 7);
    assert.equal(list[5]?.name, 'otherThreads');
    assert.equal(list[6]?.kind, 'background');
    const [total, ...parts] = ends(list);
    assert.equal(
      total?.[2],
      parts.reduce((sum, [, , y]) => sum + y, 0),
    );
  });

  it('never fall, and their total is the sum of them all', () => {
    const spend = fc.record({
      at: fc.integer({ min: 1, max: 1000 }),
      nano: fc.integer({ min: 0, max: 1e12 }),
      agent: fc.constantFrom('', 'a', 'b', 'c'),
    });
    fc.assert(
      fc.property(fc.array(spend, { minLength: 1, maxLength: 50 }), (spends) => {
        const messages = byTime(
          spends.map(({ at, nano, agent }, n) => message(`${n}`, at, nano, agent)),
        );
        const list = seriesOf(session(), messages, words);
        for (const { points } of list) {
          for (let i = 1; i < points.length; i++) {
            assert.ok(points[i]!.y >= points[i - 1]!.y && points[i]!.x >= points[i - 1]!.x);
          }
        }
        const parts = list.filter(({ kind }) => kind !== 'total');
        for (const x of [0, 300, 700, 1000]) {
          const upTo = spends.reduce((sum, { at, nano }) => sum + (at <= x ? nano : 0), 0);
          const sum = parts.reduce((total, one) => total + valueAt(one, x), 0);
          assert.equal(sum, upTo);
          assert.equal(valueAt(list[0]!, x), list.length > 1 ? upTo : sum);
        }
      }),
    );
  });

  it('number messages of one moment by their key', () => {
    const list = byTime([message('b', 5, 1), message('a', 5, 1), message('c', 1, 1)]);
    assert.deepEqual(
      list.map(({ key }) => key),
      ['c', 'a', 'b'],
    );
  });

  it('have a table with a row for each moment', () => {
    const messages = Array.from({ length: 500 }, (_, n) => message(`${n}`, (n >> 1) * 10, 1));
    const moments = momentsOf(seriesOf(session(), messages, words));
    assert.equal(moments.length, 250);
    assert.equal(moments[0], 0);
    assert.equal(moments.at(-1), 2490);
  });
});

describe('the time axis', () => {
  const at = (text: string): number => Date.parse(text);
  it('stands on whole hours of the zone, half-hour zones included', () => {
    const ticks = timeTicks(
      at('2026-11-20T10:05:00Z'),
      at('2026-11-20T15:50:00Z'),
      8,
      'Asia/Kolkata',
    );
    assert.deepEqual(
      ticks.map((tick) => new Date(tick).toISOString().slice(11, 16)),
      ['10:30', '11:30', '12:30', '13:30', '14:30', '15:30'],
    );
  });

  it('has no more ticks than there is room for', () => {
    for (const minutes of [3, 50, 300, 3000, 90_000, 900_000]) {
      const from = at('2026-01-01T00:00:30Z');
      const ticks = timeTicks(from, from + minutes * 60_000, 6, 'UTC');
      assert.ok(ticks.length >= 1 && ticks.length <= 7, `${minutes}: ${ticks.length}`);
    }
  });

  it('names the day where there is more than one', () => {
    assert.equal(spansDays(0, 3_600_000), false);
    assert.equal(spansDays(0, 30 * 3_600_000), true);
  });
});
