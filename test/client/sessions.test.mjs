/** Plain sessions: prompts with tools, resumed, continued, and not kept at all. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Claude } from './lib/claude.mjs';
import { bash, say, use } from './lib/replies.mjs';
import { assertAgrees, readSpend, withoutRowNumbers } from './lib/spend.mjs';

describe('sessions of the real client', () => {
  /** @type {Claude} */
  let claude;
  let first;
  before(async () => {
    claude = await Claude.start('sessions');
    claude.api.plan('tools', [use([bash(), bash('ls')]), use([bash('pwd')]), say()]);
    claude.api.plan('words', [say()]);
  });
  after(() => claude?.close());

  const spendOf = async ({ sessionId }) => (await readSpend(claude)).get(sessionId);

  it('a prompt with tools', async () => {
    first = await claude.run('Look around [plan tools]');
    const spend = await spendOf(first);
    assertAgrees(claude, spend, first);
    assert.equal(spend.messages.length, 3);
  });

  it('resumed, and resumed with another model', async () => {
    const second = await claude.run('More [plan words]', { resume: first.sessionId });
    assert.equal(second.sessionId, first.sessionId);
    assertAgrees(claude, await spendOf(first), second);
    const model = 'claude-sonnet-5-5';
    const third = await claude.run('And more [plan tools]', { resume: first.sessionId, model });
    const spend = await spendOf(first);
    assertAgrees(claude, spend, third);
    assert.equal(spend.models.size, 2);
  });

  it('continued', async () => {
    const run = await claude.run('Go on [plan tools]', { args: ['--continue'] });
    assert.equal(run.sessionId, first.sessionId);
    assertAgrees(claude, await spendOf(first), run);
  });

  it('several prompts in one run', async () => {
    const run = await claude.runPrompts(['One [plan tools]', 'Two [plan words]', 'Three']);
    const spend = await spendOf(run);
    assertAgrees(claude, spend, run);
    assert.equal(spend.messages.length, 5);
    assert.equal(new Set(spend.messages.map(({ promptId }) => promptId)).size, 3);
  });

  it('without persistence nothing is written, and nothing shown', async () => {
    const known = (await readSpend(claude)).size;
    const run = await claude.run('Secret [plan words]', { args: ['--no-session-persistence'] });
    assert.ok(run.usd > 0);
    const spend = await readSpend(claude);
    assert.equal(spend.has(run.sessionId), false);
    assert.equal(spend.size, known);
  });

  it('read run by run or all at once, the figures are the same', async () => {
    const anew = await readSpend(claude, 'anew.db');
    assert.deepEqual(withoutRowNumbers(anew), withoutRowNumbers(await readSpend(claude)));
  });

  it('the client reached for nothing but the stand-in', () => {
    assert.deepEqual(claude.api.strangers, []);
  });
});
