/** Forks copy their parent's records; what both show is counted once, and each agrees with the client. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Claude } from './lib/claude.mjs';
import { agent, bash, hang, say, use } from './lib/replies.mjs';
import { assertAgrees, assertNear, readSpend, toNano, withoutRowNumbers } from './lib/spend.mjs';

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

  it('copied answers name the session that made the request, its own name none', () => {
    const answers = claude.records(forkOfFork.sessionId).filter(({ type }) => type === 'assistant');
    const madeBy = new Map(claude.api.ledger.map((entry) => [entry.requestId, entry.sessionId]));
    for (const { requestId, requestSessionId } of answers) {
      const requester = madeBy.get(requestId);
      const own = requester === forkOfFork.sessionId;
      assert.equal(requestSessionId, own ? undefined : requester, requestId);
    }
    const named = new Set(answers.map(({ requestSessionId }) => requestSessionId));
    const sessions = [parent, fork].map(({ sessionId }) => sessionId);
    assert.deepEqual(named, new Set([...sessions, undefined]));
    for (const { sessionId } of [parent, fork]) {
      const own = claude
        .records(sessionId)
        .filter(({ requestId }) => madeBy.get(requestId) === sessionId);
      assert.ok(own.length > 0);
      assert.ok(own.every(({ requestSessionId }) => requestSessionId === undefined));
    }
  });

  /** Reads sessions one after the other, each when those before it are in the store. */
  async function readInTurn(name, runs) {
    const configDir = path.join(claude.home, 'in-turn');
    rmSync(configDir, { recursive: true, force: true });
    const states = [];
    for (const { sessionId } of runs) {
      claude.copySession(sessionId, configDir);
      states.push(await readSpend(claude, `${name}.db`, { configDir }));
    }
    return states;
  }

  it('parent and fork are right, whichever is read first', async () => {
    claude.api.plan('shares', [use([agent('tools')]), say()]);
    const origin = await claude.run('Share it [plan shares]');
    const branch = await forkOf(origin, 'Share it again [plan shares]');
    const [parentAlone, afterFork] = await readInTurn('parent-first', [origin, branch]);
    assertAgrees(claude, parentAlone.get(origin.sessionId), origin);
    const [forkAlone, afterParent] = await readInTurn('fork-first', [branch, origin]);
    // Of the parent it has the main thread; what its subagent cost is in the client's total alone.
    const { summary } = forkAlone.get(branch.sessionId);
    assertNear(summary.nano + summary.background, toNano(branch.usd), 'the fork alone has it all');
    for (const spend of [afterFork, afterParent]) {
      assertAgrees(claude, spend.get(origin.sessionId), origin);
      assertAgrees(claude, spend.get(branch.sessionId), branch, { from: origin });
    }
    assert.deepEqual(withoutRowNumbers(afterParent), withoutRowNumbers(afterFork));
  });

  it('a fork of a session whose first run was killed', async () => {
    claude.api.plan('hangs', [use([bash()]), hang()]);
    const hanging = claude.api.hanging();
    const { child, ended } = claude.begin('Begin [plan hangs]');
    const { sessionId } = await hanging;
    await claude.written(sessionId);
    child.kill('SIGKILL');
    await ended;
    const branch = await forkOf({ sessionId }, 'Another way [plan tools]');
    const spend = await readSpend(claude);
    const killed = spend.get(sessionId).summary;
    assert.equal(killed.clientUsd, null);
    assert.equal(killed.unconfirmed, killed.nano);
    // The client's total begins anew; so does the fork's.
    const { summary } = spend.get(branch.sessionId);
    assertNear(summary.nano, toNano(branch.usd), 'the fork has its own answers');
    assert.equal(summary.background, 0);
  });

  it('all sessions together are what the stand-in answered', async () => {
    const all = [...(await readSpend(claude)).values()];
    const shown = all.flatMap(({ messages }) => messages.map(({ requestId }) => requestId));
    assert.equal(new Set(shown).size, shown.length, 'no request is shown twice');
    const answered = claude.api.ledger.filter(({ outcome }) => outcome === 'answered');
    const hidden = answered.filter(({ requestId }) => !shown.includes(requestId));
    assert.equal(hidden.length, 4, 'two compactions, two requests each');
  });

  it('read run by run or all at once, the figures are the same', async () => {
    const anew = await readSpend(claude, 'anew.db');
    assert.deepEqual(withoutRowNumbers(anew), withoutRowNumbers(await readSpend(claude)));
    assert.ok(toNano(parent.usd) > 0);
  });
});
