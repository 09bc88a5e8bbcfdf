/** Subagents: of several kinds, at once, one in the other, in the background, on another model. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Claude } from './lib/claude.mjs';
import { agent, bash, say, use } from './lib/replies.mjs';
import { assertAgrees, readSpend } from './lib/spend.mjs';

describe('subagents of the real client', () => {
  /** @type {Claude} */
  let claude;
  let delegated;
  before(async () => {
    claude = await Claude.start('agents');
    const { api } = claude;
    api.plan('tools', [use([bash()]), say()]);
    const explorer = agent('tools', { subagent_type: 'Explore' });
    api.plan('two', [use([agent('tools'), explorer]), say()]);
    api.plan('inner', [use([agent('tools'), bash()]), say()]);
    api.plan('outer', [use([agent('inner')]), say()]);
    api.plan('haiku', [use([agent('tools', { model: 'haiku' })]), say()]);
    api.plan('later', [use([agent('tools', { run_in_background: true })]), say(), say()]);
  });
  after(() => claude?.close());

  const spendOf = async ({ sessionId }) => (await readSpend(claude)).get(sessionId);
  const types = ({ agents }) => agents.map(({ type }) => type).sort();

  it('two at once, of two kinds', async () => {
    delegated = await claude.run('Share it out [plan two]', { model: 'sonnet' });
    const spend = await spendOf(delegated);
    assertAgrees(claude, spend, delegated);
    assert.deepEqual(types(spend), ['Explore', 'general-purpose', 'main']);
    for (const { messages } of spend.agents) assert.equal(messages, 2);
  });

  it('the same session resumed with another model', async () => {
    const options = { resume: delegated.sessionId, model: 'opus' };
    const run = await claude.run('Once more [plan two]', options);
    const spend = await spendOf(run);
    assertAgrees(claude, spend, run);
    assert.equal(spend.models.size, 2);
    assert.equal(spend.messages.length, 12);
  });

  it('an agent that starts an agent', async () => {
    const run = await claude.run('Go deep [plan outer]');
    const spend = await spendOf(run);
    assertAgrees(claude, spend, run);
    assert.deepEqual(types(spend), ['general-purpose', 'general-purpose', 'main']);
  });

  it('an agent on a cheaper model', async () => {
    const run = await claude.run('Cheaply [plan haiku]');
    const spend = await spendOf(run);
    assertAgrees(claude, spend, run);
    assert.deepEqual([...spend.models.keys()].sort(), ['claude-haiku-5-5', 'claude-opus-5-5']);
  });

  it('an agent in the background', async () => {
    const run = await claude.run('Meanwhile [plan later]');
    const spend = await spendOf(run);
    assertAgrees(claude, spend, run);
    assert.deepEqual(types(spend), ['general-purpose', 'main']);
  });

  it('a fork of a session with agents', async () => {
    const parent = await claude.run('Share again [plan two]');
    const options = { resume: parent.sessionId, args: ['--fork-session'] };
    const fork = await claude.run('Elsewhere [plan two]', options);
    assertAgrees(claude, await spendOf(fork), fork, { from: parent });
    assertAgrees(claude, await spendOf(parent), parent);
  });
});
