/** Exact mode with the real client where runs are broken off, stand side by side, or ask for permission. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '../../scripts/shared/retry.ts';
import { Claude } from './lib/claude.mjs';
import { assertNothingUnexplained, ExactMode } from './lib/exact.mjs';
import { agent, bash, hang, say, use } from './lib/replies.mjs';
import { assertNear, guessedOutput, listPrice, toNano } from './lib/spend.mjs';
import { isQuiet } from './lib/standIn.mjs';
import { leadTeam } from './lib/team.mjs';
import { Terminal } from './lib/terminal.mjs';

describe('exact mode with the real client: broken off, side by side, permissions', () => {
  /** @type {Claude} */
  let claude;
  /** @type {ExactMode} */
  let exact;
  before(async () => {
    claude = await Claude.start('aside');
    claude.api.plan('tools', [use([bash()]), say()]);
    claude.api.plan('hangs', [use([bash()]), hang()]);
    claude.api.plan('calls', [
      use([bash()]),
      hang({ text: 'word '.repeat(300), tools: [bash('echo once more')] }),
    ]);
    claude.api.plan('delegates', [use([agent('hangs')]), say()]);
    claude.api.plan('asks', [use([bash('curl http://127.0.0.1:9')]), say()]);
    exact = await ExactMode.start(claude);
  });
  after(async () => {
    await exact?.close();
    await claude?.close();
  });

  /** What the API's answers of a session cost at list price; of one broken off what a transcript has. */
  function charged(sessionId) {
    const text = claude.transcripts();
    return claude.api.ledger
      .filter((entry) => entry.sessionId === sessionId && entry.usage !== undefined)
      .filter(({ outcome, requestId }) => outcome === 'answered' || text.includes(requestId))
      .map((entry) =>
        entry.outcome === 'answered'
          ? entry
          : { ...entry, usage: { ...entry.usage, output_tokens: 1 } },
      )
      .reduce((sum, entry) => sum + listPrice(entry), 0);
  }

  const kindsOf = ({ items }) => items.map(({ kind, requests }) => [kind, requests]);

  /** Nothing is lost and nothing counts twice: each answer of the API once, at its price. */
  function assertOnce({ summary, unexplained }, what) {
    assertNothingUnexplained(unexplained);
    assertNear(summary.nano + summary.background, charged(summary.sid), what);
    const events = exact.requests(summary.sid).map(({ requestId }) => requestId);
    assert.equal(new Set(events).size, events.length, 'each request is told of once');
  }

  it('killed before anything was told: messages alone, then on from there', async () => {
    for (const plan of ['hangs', 'delegates']) {
      const { sessionId } = await claude.breakOff('SIGKILL', plan);
      assert.deepEqual(exact.requests(sessionId), [], 'its last seconds are lost');
      const killed = await exact.reread(sessionId);
      assert.equal(killed.summary.clientUsd, null);
      assert.equal(killed.summary.background, 0);
      assertOnce(killed, `${plan}: killed`);
      const run = await claude.run('Again [plan tools]', { resume: sessionId });
      const resumed = await exact.settled(run);
      assert.equal(resumed.summary.background, 0);
      assertOnce(resumed, `${plan}: resumed`);
      assert.equal(exact.requests(sessionId).length, 2);
    }
  });

  it('killed when part was told of', async () => {
    const { sessionId } = await claude.breakOff('SIGKILL', 'hangs', {
      when: (id) => until('the first request is told of', () => exact.requests(id).length === 1),
    });
    const killed = await exact.reread(sessionId);
    assert.deepEqual(killed.items, []);
    assertOnce(killed, 'killed');
    const run = await claude.run('Again [plan tools]', { resume: sessionId });
    const resumed = await exact.settled(run);
    assert.deepEqual(resumed.items, []);
    assertOnce(resumed, 'resumed');
    assert.equal(exact.requests(sessionId).length, 3);
  });

  it('killed while it compacts: what was told is known, though no total has it', async () => {
    claude.api.plan('squeezed', [use([bash()]), [say(), say(), hang()]]);
    const first = await claude.run('Do it [plan squeezed]');
    const { sessionId } = first;
    const hanging = claude.api.hanging();
    const { child, ended } = claude.begin('/compact', { resume: sessionId });
    await hanging;
    await until('the first of its two requests is told of', () =>
      exact.requests(sessionId).some(({ source }) => source === 'compact'),
    );
    child.kill('SIGKILL');
    await ended;
    const killed = await exact.reread(sessionId);
    assert.deepEqual(kindsOf(killed), [['compaction', 1]]);
    assert.equal(killed.summary.clientUsd, first.usd);
    assertNothingUnexplained(killed.unexplained);
    assert.equal(killed.summary.unconfirmed, killed.summary.background);
    const run = await claude.run('Again [plan tools]', { resume: sessionId });
    const resumed = await exact.settled(run);
    assert.deepEqual(resumed.items, killed.items);
    assertNothingUnexplained(resumed.unexplained);
    const whole = resumed.summary.nano + resumed.summary.background;
    assertNear(whole, toNano(run.usd) + killed.summary.background, 'beyond the client’s total');
  });

  it('Ctrl-C in the middle of an answer: what the client guesses of it is known by itself', async () => {
    for (const plan of ['hangs', 'calls', 'delegates']) {
      const { sessionId } = await claude.breakOff('SIGINT', plan);
      const { totalCostUSD: usd, modelUsage: models } = claude
        .records(sessionId)
        .findLast(({ type }) => type === 'cost-state');
      const { summary, items, unexplained } = await exact.settled({ sessionId, usd });
      assert.equal(unexplained, 0);
      assert.deepEqual(kindsOf({ items }), [['unfinished', 1]]);
      const messages = exact.messages(sessionId);
      const most = plan === 'calls' ? 1000 : 10;
      const guess = guessedOutput({ summary, messages }, { models }, most);
      assertNear(items[0].nano, guess, 'a few tokens of the answer no event tells of');
      assertNear(summary.nano + summary.background, toNano(usd), `${plan}: broken off`);
      const run = await claude.run('Again [plan tools]', { resume: sessionId });
      const resumed = await exact.settled(run);
      assert.equal(resumed.unexplained, 0);
      assert.deepEqual(resumed.items, items);
      assertNear(resumed.summary.nano + resumed.summary.background, toNano(run.usd), 'resumed');
    }
  });

  it('asked to end in the middle of an answer', async () => {
    const { sessionId } = await claude.breakOff('SIGTERM', 'hangs');
    const { clientUsd: usd } = (await exact.reread(sessionId)).summary;
    assert.deepEqual((await exact.agrees({ sessionId, usd })).kinds, []);
    const run = await claude.run('Again [plan tools]', { resume: sessionId });
    assert.deepEqual((await exact.agrees(run)).kinds, []);
  });

  it('two terminals at once, each with a title', async () => {
    const names = ['left', 'right'];
    for (const name of names) claude.api.plan(name, [use([bash(), agent('tools')]), say()]);
    const terminals = names.map((name) =>
      Terminal.open(claude, `Please look around the ${name} shop [plan ${name}]`, {
        env: { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '' },
      }),
    );
    try {
      const sessionOf = (name) =>
        claude.api.ledger.find(({ plan, turn }) => plan === name && turn === 1)?.sessionId ?? '';
      const isTitled = (sessionId) =>
        exact.requests(sessionId).some(({ source }) => source === 'generate_session_title');
      const isOver = (sessionId) =>
        isTitled(sessionId) &&
        isQuiet(claude.api.ledger.filter((entry) => entry.sessionId === sessionId));
      await until(
        () => `both are answered and titled:\n${terminals.map((each) => each.screen()).join('\n')}`,
        () => names.every((name) => isOver(sessionOf(name))),
      );
      for (const name of names) await exact.allTold(sessionOf(name));
      assert.notEqual(sessionOf('left'), sessionOf('right'));
      for (const [i, name] of names.entries()) {
        const sessionId = sessionOf(name);
        const { totalCostUSD: usd } = (await terminals[i].hangUp([sessionId])).get(sessionId);
        const { kinds, summary } = await exact.agrees({ sessionId, usd });
        assert.deepEqual(kinds, [['title', 1]], name);
        assert.ok(summary.background > 0);
      }
    } finally {
      for (const terminal of terminals) terminal.close();
    }
  });

  it('two sessions at once, one of which compacts', async () => {
    const first = await claude.run('Look around [plan tools]');
    const [compacts, other] = await Promise.all([
      claude.run('/compact', { resume: first.sessionId }),
      claude.run('Look around [plan tools]'),
    ]);
    assert.deepEqual((await exact.agrees(compacts)).kinds, [['compaction', 2]]);
    assert.deepEqual((await exact.agrees(other)).kinds, []);
  });

  it('one session in two terminals at once: the client’s two totals are one', async () => {
    const { sessionId } = await claude.run('Look around [plan tools]');
    await Promise.all(
      ['One', 'Two'].map((word) => claude.run(`${word} [plan tools]`, { resume: sessionId })),
    );
    const session = await exact.reread(sessionId);
    assert.deepEqual(session.items, []);
    assert.equal(session.summary.background, 0);
    assertOnce(session, 'both runs');
    assert.equal(exact.requests(sessionId).length, 6);
  });

  it('teams: a teammate in the lead’s process, and one in a session of its own', async () => {
    for (const [mode, requests] of [
      ['in-process', [5]],
      ['tmux', [3, 2]],
    ]) {
      const { sessions, totals } = await leadTeam(claude, {
        mode,
        name: mode,
        work: 'tools',
        when: (sessionId) => exact.allTold(sessionId),
      });
      const found = [];
      for (const sessionId of sessions) {
        const { totalCostUSD: usd } = totals.get(sessionId);
        const { kinds, told } = await exact.agrees({ sessionId, usd });
        assert.deepEqual(kinds, [], mode);
        found.push(told.size);
      }
      assert.deepEqual(found, requests, mode);
    }
  });

  it('a permission check the API makes within its answer is no request', async () => {
    const args = ['--permission-mode', 'auto'];
    const run = await claude.begin('Do it [plan asks]', { args, allowed: [] }).ended;
    assert.equal(run.result.permission_denials.length, 1);
    const { kinds, told } = await exact.agrees(run);
    assert.deepEqual(kinds, []);
    assert.equal(told.size, 2);
  });

  it('permission checks by a prompt and by an agent of a hook', async () => {
    const file = path.join(claude.configDir, 'settings.json');
    const written = readFileSync(file, 'utf8');
    for (const [type, requests] of [
      ['prompt', 1],
      // It is reminded once that it has to give its verdict by a tool.
      ['agent', 2],
    ]) {
      const hooks = [{ type, prompt: 'May it do this? $ARGUMENTS' }];
      const settings = {
        ...JSON.parse(written),
        hooks: { PreToolUse: [{ matcher: 'Bash', hooks }] },
      };
      writeFileSync(file, JSON.stringify(settings));
      const run = await claude.run('Look around [plan tools]');
      writeFileSync(file, written);
      const { kinds, summary } = await exact.agrees(run);
      assert.deepEqual(kinds, [['hook', requests]], type);
      assertNear(summary.background, hiddenPrice(run.sessionId), type);
    }
  });

  /** What the answers cost that stand in no transcript. */
  function hiddenPrice(sessionId) {
    const text = claude.transcripts();
    return exact
      .answered(sessionId)
      .filter(({ requestId }) => !text.includes(requestId))
      .reduce((sum, entry) => sum + listPrice(entry), 0);
  }

  // Version 2.1.332 sends no event for these: its metrics have what they cost together.
  it('a permission check the client makes itself is told of in sum, to the cent', async () => {
    const args = ['--permission-mode', 'auto'];
    const env = { CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS: '1' };
    const options = { args, allowed: [], model: 'claude-opus-5-5', env };
    const run = await claude.run('Do it [plan asks]', options);
    const checks = (sessionId) =>
      claude.api.ledger.filter(
        (entry) => entry.sessionId === sessionId && entry.prompt.includes('<severity>'),
      );
    assert.equal(checks(run.sessionId).length, 3);
    const told = exact.requests(run.sessionId).map(({ requestId }) => requestId);
    for (const { requestId } of checks(run.sessionId)) {
      assert.equal(told.includes(requestId), false);
    }
    const assertInSum = async (run, what) => {
      const { summary, items, unexplained } = await exact.explained(run);
      assert.equal(unexplained, 0, what);
      assert.deepEqual(kindsOf({ items }), [['inSum', 0]], what);
      assertNear(summary.background, hiddenPrice(run.sessionId), what);
      assertNear(summary.nano + summary.background, toNano(run.usd), what);
    };
    await assertInSum(run, 'the checks');
    const resumed = await claude.run('Again [plan asks]', { ...options, resume: run.sessionId });
    assert.ok(checks(run.sessionId).length > 3);
    await assertInSum(resumed, 'more of them in another run');
    const compacted = await claude.run('/compact', { resume: run.sessionId });
    const { items, unexplained } = await exact.explained(compacted);
    assert.equal(unexplained, 0);
    assert.deepEqual(
      new Map(kindsOf({ items })),
      new Map([
        ['inSum', 0],
        ['compaction', 2],
      ]),
    );
  });

  it('in no session anything is unexplained', () => {
    for (const { unexplained } of exact.sessions()) assertNothingUnexplained(unexplained);
  });
});
