/** Forks copy their parent's records; what both show is counted once, and each agrees with the client. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Claude } from './lib/claude.mjs';
import { bash, say, use } from './lib/replies.mjs';
import { assertAgrees, readSpend, toNano, withoutRowNumbers } from './lib/spend.mjs';

describe('forks of the real client', () => {
  /** @type {Claude} */
  let claude;
  let parent;
  let fork;
  let forkOfFork;
  before(async () => {
    claude = await Claude.start('forks');
    claude.api.plan('tools', [use([bash()]), say()]);
    claude.api.plan('words', [say()]);
    parent = await claude.run('Begin [plan tools]');
  });
  after(() => claude?.close());

  const forkOf = (run, prompt) =>
    claude.run(prompt, { resume: run.sessionId, args: ['--fork-session'] });
  const resumed = (run, prompt) => claude.run(prompt, { resume: run.sessionId });
  const spendOf = async ({ sessionId }) => (await readSpend(claude)).get(sessionId);

  it('a fork has its own spend only', async () => {
    fork = await forkOf(parent, 'Another way [plan words]');
    assert.notEqual(fork.sessionId, parent.sessionId);
    assertAgrees(claude, await spendOf(fork), fork, { from: parent });
    assertAgrees(claude, await spendOf(parent), parent);
  });

  it('the parent goes on after the fork', async () => {
    const more = await resumed(parent, 'And on [plan tools]');
    assertAgrees(claude, await spendOf(parent), more);
    assertAgrees(claude, await spendOf(fork), fork, { from: parent });
  });

  it('a fork of a fork', async () => {
    forkOfFork = await forkOf(fork, 'A third way [plan tools]');
    assertAgrees(claude, await spendOf(forkOfFork), forkOfFork, { from: fork });
  });

  it('a fork goes on after it was forked itself', async () => {
    const more = await resumed(fork, 'On with the fork [plan tools]');
    assertAgrees(claude, await spendOf(fork), more, { from: parent });
    assertAgrees(claude, await spendOf(forkOfFork), forkOfFork, { from: fork });
    const third = await resumed(forkOfFork, 'On with the third [plan words]');
    assertAgrees(claude, await spendOf(forkOfFork), third, { from: fork });
  });

  it('a fork of a compacted session, and compaction in a fork', async () => {
    const session = await claude.run('Long story [plan tools]');
    const compacted = await resumed(session, '/compact');
    assertAgrees(claude, await spendOf(session), compacted, { background: 2 });
    const child = await forkOf(session, 'Short story [plan tools]');
    assertAgrees(claude, await spendOf(child), child, { from: compacted });
    const again = await resumed(child, '/compact');
    assertAgrees(claude, await spendOf(child), again, { from: compacted, background: 2 });
  });

  it('all sessions together are what the stand-in answered', async () => {
    const all = [...(await readSpend(claude)).values()];
    const shown = all.flatMap(({ messages }) => messages.map(({ requestId }) => requestId));
    assert.equal(new Set(shown).size, shown.length, 'no request is shown twice');
    const hidden = claude.api.ledger.filter(({ requestId }) => !shown.includes(requestId));
    assert.equal(hidden.length, 4, 'two compactions, two requests each');
  });

  it('read run by run or all at once, the figures are the same', async () => {
    const anew = await readSpend(claude, 'anew.db');
    assert.deepEqual(withoutRowNumbers(anew), withoutRowNumbers(await readSpend(claude)));
    assert.ok(toNano(parent.usd) > 0);
  });
});
