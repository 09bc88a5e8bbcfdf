/** Teams of agents: teammates in the lead's process, and each in a terminal and a session of its own. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { until } from '../../scripts/shared/retry.ts';
import { Claude } from './lib/claude.mjs';
import { agent, bash, say, use } from './lib/replies.mjs';
import { assertAgrees, readSpend, withoutRowNumbers } from './lib/spend.mjs';
import { Terminal } from './lib/terminal.mjs';

/** The stand-in answers at once: who asks for nothing for so long is idle. */
const quietMs = 1500;

describe('teams of the real client', () => {
  /** @type {Claude} */
  let claude;
  /** @type {Terminal | undefined} */
  let terminal;
  before(async () => {
    claude = await Claude.start('teams');
    claude.api.plan('tools', [use([bash()]), say()]);
    claude.api.plan('shares', [use([agent('tools')]), say()]);
  });
  afterEach(() => terminal?.close());
  after(() => claude?.close());

  /**
   * Lets a lead start a teammate named qa, and waits until neither has anything more to do: the lead
   * has heard that the teammate is idle, and nobody has asked for anything since.
   */
  async function team(mode, name, work) {
    const { run_in_background: _, ...input } = agent(work, { name: 'qa' }).input;
    claude.api.plan(name, [use([{ name: 'Agent', input }]), say(), say()]);
    const answered = claude.api.ledger.length;
    terminal = Terminal.open(claude, `Lead [plan ${name}]`, {
      args: ['--teammate-mode', mode],
      env: { CLAUDE_CODE_EXPERIMENTAL_AGENT_TEAMS: '1' },
    });
    const entries = () => claude.api.ledger.slice(answered);
    await until('the lead has heard of its teammate', () => {
      const heard = entries().some(({ plan, turn }) => plan === name && turn === 2);
      return heard && entries().every(({ at }) => at > 0 && at < Date.now() - quietMs);
    }).catch((error) => {
      throw new Error(`${error.message}\n${terminal.screen()}`);
    });
    const sessions = [...new Set(entries().map(({ sessionId }) => sessionId))];
    for (const sessionId of sessions) await claude.written(sessionId);
    const totals = await terminal.hangUp(sessions);
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
