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
import { lanesOf, stepsOf, valueAt } from '../../../webview/session/lanes.ts';
import { spansDays, timeTicks } from '../../../webview/shared/charts/timeAxis.ts';
import { plainMessage } from '../../lib/panelMessage.ts';

const words = Object.fromEntries(
  [...commonStringKeys, ...sessionStringKeys].map((key) => [key, key]),
) as SessionStrings;

const message = (key: string, at: number, nano: number, agentId = ''): PanelMessage => ({
  ...plainMessage,
  key,
  at,
  agentId,
  nano,
});

const thread = (agentId: string, name: string): PanelThread => ({
  agentId,
  name,
  hint: name,
  parent: '',
  messages: 0,
  nano: 0,
  detail: '',
});

const session = (more: Partial<PanelSession> = {}): PanelSession => ({
  sid: 's',
  title: '',
  place: [],
  live: false,
  answer: '',
  lead: '',
  show: null,
  cards: [],
  sum: { lines: [], note: '', agrees: true },
  advice: null,
  notes: [],
  summedUp: 0,
  total: 0,
  backgrounds: [],
  threads: [],
  compactions: [],
  rates: {},
  ...more,
});

describe('the lanes of a session', () => {
  const named = (messages: readonly PanelMessage[], threads: readonly PanelThread[]) =>
    lanesOf(session({ threads }), messages, words).map(({ name, agents }) => [name, agents]);

  it('are one for each thread that has messages, in the order of the threads', () => {
    const threads = [thread('', 'Main'), thread('z', 'Plan'), thread('q', 'idle')];
    assert.deepEqual(named([message('a', 1, 1), message('b', 2, 1, 'z')], threads), [
      ['Main', ['']],
      ['Plan', ['z']],
    ]);
  });

  it('are six at most: the other threads share the last', () => {
    const threads = Array.from({ length: 9 }, (_, n) => thread(`${n}`, `T${n}`));
    const lanes = named(
      threads.map(({ agentId }, n) => message(agentId, n, 1, agentId)),
      threads,
    );
    assert.equal(lanes.length, 6);
    assert.deepEqual(lanes.at(-1), ['otherThreads', ['5', '6', '7', '8']]);
  });

  it('leave out no message, not even one of a thread that is not known yet', () => {
    const agents = fc.array(fc.constantFrom('', 'a', 'b', 'c', 'd', 'e', 'f', 'g'));
    fc.assert(
      fc.property(agents, fc.nat(8), (ids, known) => {
        const threads = ['', 'a', 'b', 'c', 'd', 'e', 'f', 'g']
          .slice(0, known)
          .map((id) => thread(id, id));
        const messages = ids.map((id, n) => message(`${n}`, n, 1, id));
        const shown = lanesOf(session({ threads }), messages, words).flatMap(
          ({ agents }) => agents,
        );
        assert.deepEqual(shown.toSorted(), [...new Set(ids)].toSorted());
      }),
    );
  });
});

describe('the running total of a session', () => {
  it('never falls, and is what was spent up to each moment', () => {
    const spend = fc.record({
      at: fc.integer({ min: 1, max: 1000 }),
      nano: fc.integer({ min: 0, max: 1e12 }),
      overhead: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(spend, { minLength: 1, maxLength: 50 }), (spends) => {
        const messages = byTime(
          spends
            .filter(({ overhead }) => !overhead)
            .map(({ at, nano }, n) => message(`${n}`, at, nano)),
        );
        const backgrounds = spends.filter(({ overhead }) => overhead);
        const steps = stepsOf(messages, session({ backgrounds }));
        for (let i = 1; i < steps.length; i++) {
          assert.ok(steps[i]!.y >= steps[i - 1]!.y && steps[i]!.x >= steps[i - 1]!.x);
        }
        for (const x of [0, 300, 700, 1000]) {
          const upTo = spends.reduce((sum, { at, nano }) => sum + (at <= x ? nano : 0), 0);
          assert.equal(valueAt(steps, x), upTo);
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
