/** Teams of agents: teammates in the lead's process, and each in a terminal and a session of its own. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Claude } from './lib/claude.mjs';
import { agent, bash, say, use } from './lib/replies.mjs';
import { assertAgrees, readSpend, withoutRowNumbers } from './lib/spend.mjs';
import { leadTeam } from './lib/team.mjs';

describe('teams of the real client', () => {
  /** @type {Claude} */
  let claude;
  before(async () => {
    claude = await Claude.start('teams');
    claude.api.plan('tools', [use([bash()]), say()]);
    claude.api.plan('shares', [use([agent('tools')]), say()]);
  });
  after(() => claude?.close());

  /** What the lead's session and its teammate's come to, held against the client's own totals. */
  async function team(mode, name, work) {
    const { sessions, totals } = await leadTeam(claude, { mode, name, work });
    const spend = await readSpend(claude);
    for (const [sessionId, { totalCostUSD: usd, modelUsage: models }] of totals) {
      assertAgrees(claude, spend.get(sessionId), { usd, models });
    }
    return sessions.map((sessionId) => spend.get(sessionId));
  }

  const byType = ({ agents }) =>
    Object.fromEntries(agents.map(({ type, messages }) => [type, messages]));

  it('a teammate in the lead’s process is an agent of its session', async () => {
    const [lead, ...others] = await team('in-process', 'near', 'tools');
    assert.deepEqual(others, []);
    assert.deepEqual(byType(lead), { main: 3, qa: 2 });
  });

  it('a teammate in a terminal of its own has a session of its own', async () => {
    const [lead, qa, ...others] = await team('tmux', 'apart', 'tools');
    assert.deepEqual(others, []);
    assert.deepEqual(byType(lead), { main: 3 });
    assert.deepEqual(byType(qa), { qa: 2 });
    const answers = claude.records(qa.summary.sid).filter(({ type }) => type === 'assistant');
    for (const { agentName, teamName } of answers) {
      assert.deepEqual([agentName, teamName], ['qa', `session-${lead.summary.sid.slice(0, 8)}`]);
    }
  });

  it('a teammate that starts an agent itself', async () => {
    const [, qa] = await team('tmux', 'deep', 'shares');
    const { qa: own, ...others } = byType(qa);
    // It may be told of the agent's end in a turn of its own.
    assert.ok(own === 2 || own === 3, `${own} answers`);
    assert.deepEqual(others, { 'general-purpose': 2 });
  });

  it('read team by team or all at once, the figures are the same', async () => {
    const anew = await readSpend(claude, 'anew.db');
    assert.deepEqual(withoutRowNumbers(anew), withoutRowNumbers(await readSpend(claude)));
  });
});
