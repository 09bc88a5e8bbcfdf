import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AgentSums } from '../../../src/store/query/storeReader.ts';
import { sessionThreads } from '../../../src/views/sessionPanel/threads.ts';

const words = { main: 'Main', subagent: 'Subagent' };

const sums = (agentId: string, nano: number, type = 'Explore', messages = 1): AgentSums =>
  ({ agentId, type, nano, messages, model: `of ${nano}` }) as AgentSums;

const threads = (
  agents: readonly AgentSums[],
  parents: Readonly<Record<string, string>>,
  begun: readonly string[] = [],
): [string, string, string, number, number][] =>
  sessionThreads(
    agents,
    new Map(Object.entries(parents)),
    begun.map((agentId, at) => ({ agentId, at })),
    words,
    ({ model, withSubagents }) => `${model} ${withSubagents ?? ''}`.trim(),
  ).map(({ agentId, name, parent, messages, nano }) => [agentId, name, parent, messages, nano]);

describe('the threads of a session', () => {
  it('are the main thread and its subagents, dearest first, models together', () => {
    const agents = [sums('x', 3, 'Plan'), sums('', 1, 'main'), sums('', 2, 'main'), sums('y', 5)];
    assert.deepEqual(threads(agents, { x: '', y: '' }), [
      ['', 'Main', '', 2, 3],
      ['y', 'Explore', '', 1, 5],
      ['x', 'Plan', '', 1, 3],
    ]);
  });

  it('call a teammate’s main thread by their name', () => {
    assert.deepEqual(threads([sums('', 1, 'qa')], {}), [['', 'qa', '', 1, 1]]);
  });

  it('number subagents of one type as they began, and name one without a type', () => {
    const agents = [sums('a', 1), sums('b', 2), sums('c', 3, '')];
    assert.deepEqual(
      threads(agents, { a: '', b: '', c: '' }, ['b', 'a']).map(([id, name]) => [id, name]),
      [
        ['', 'Main'],
        ['c', 'Subagent'],
        ['b', 'Explore 1'],
        ['a', 'Explore 2'],
      ],
    );
  });

  it('know who started whom, also by way of one who spent nothing', () => {
    const parents = { a: '', quiet: 'a', deep: 'quiet', idle: '' };
    assert.deepEqual(
      threads([sums('a', 1, 'Plan'), sums('deep', 2)], parents).map(([id, , parent]) => [
        id,
        parent,
      ]),
      [
        ['', ''],
        ['deep', 'quiet'],
        ['a', ''],
        ['quiet', 'a'],
      ],
    );
  });

  it('hang on the main thread where their beginning is unknown or a circle', () => {
    const parents = { a: 'gone', b: 'c', c: 'b', d: 'd', e: 'b' };
    const found = threads(
      ['a', 'b', 'c', 'd', 'e'].map((id) => sums(id, 1)),
      parents,
    );
    for (const [agentId, , parent] of found) assert.equal(parent, '', agentId);
    assert.equal(found.length, 6);
  });

  it('say their most expensive model, and what they cost with those they started', () => {
    const agents = [sums('a', 1), sums('a', 4), sums('b', 2), sums('c', 8)];
    const found = sessionThreads(
      agents,
      new Map([
        ['a', ''],
        ['b', 'a'],
        ['c', 'b'],
      ]),
      [],
      words,
      ({ messages, model, withSubagents }) => `${messages} ${model} ${withSubagents ?? 'alone'}`,
    );
    assert.deepEqual(
      found.map(({ agentId, detail }) => [agentId, detail]),
      [
        ['', '0  alone'],
        ['c', '1 of 8 alone'],
        ['a', '2 of 4 15'],
        ['b', '1 of 2 10'],
      ],
    );
  });
});
