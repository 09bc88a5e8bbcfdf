import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noUsage } from '../../../src/model/tokens.ts';
import type { ListedSession } from '../../../src/store/query/sessionList.ts';
import type { AgentSums } from '../../../src/store/query/storeReader.ts';
import { partsOf } from '../../../src/views/sessions/treeNodes.ts';

const session: ListedSession = {
  id: 1,
  sid: 'one',
  root: '/home/dev/.claude',
  cwd: '/home/dev/shop',
  gitRoot: null,
  branch: '',
  title: null,
  model: 'claude-opus-5-5',
  startedAt: 1,
  endedAt: 2,
  nano: 900,
  background: 100,
  messages: 6,
  unpriced: 1,
  lower: 1,
};

function sums(agentId: string, model: string, nano: number, more: Partial<AgentSums> = {}) {
  const type = agentId === '' ? 'main' : 'reviewer';
  const counts = { messages: 1, lower: 0, unpriced: 0, client: 0, ...noUsage };
  return { session: 1, agentId, type, model, nano, ...counts, ...more };
}

describe('what a session is made of', () => {
  it('is its main thread, its subagents with the dearest first, and background', () => {
    const parts = partsOf(session, [
      sums('x', 'claude-haiku-5-5', 100),
      sums('y', 'claude-sonnet-5-5', 300, { type: 'planner' }),
      sums('', 'claude-opus-5-5', 50),
      sums('y', 'claude-opus-5-5', 350, { type: 'planner', messages: 2, lower: 1 }),
      sums('', 'claude-haiku-5-5', 100, { unpriced: 1 }),
    ]);
    assert.deepEqual(
      parts.map(({ part, agentId, type, model, nano }) => [part, agentId, type, model, nano]),
      [
        ['main', '', 'main', 'claude-haiku-5-5', 150],
        ['agent', 'y', 'planner', 'claude-opus-5-5', 650],
        ['agent', 'x', 'reviewer', 'claude-haiku-5-5', 100],
        ['background', '', '', '', 100],
      ],
    );
    assert.deepEqual(
      parts.map(({ share }) => share),
      [0.15, 0.65, 0.1, 0.1],
    );
    assert.deepEqual(
      parts.map(({ messages, lower, unpriced }) => [messages, lower, unpriced]),
      [
        [2, 0, 1],
        [3, 1, 0],
        [1, 0, 0],
        [0, 0, 0],
      ],
    );
    assert.ok(parts.every(({ sid, at }) => sid === 'one' && at === 2));
  });

  it('has no background where there is none, and no share of nothing', () => {
    const free = { ...session, nano: 0, background: 0 };
    const parts = partsOf(free, [sums('', 'model-x', 0, { unpriced: 1 })]);
    assert.deepEqual(
      parts.map(({ part, share }) => [part, share]),
      [['main', undefined]],
    );
    assert.deepEqual(partsOf(free, []), []);
  });
});
