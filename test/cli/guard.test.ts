import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bash, budgets, hook, sid, spent, stop } from './guardHook.ts';
import { answerRecord, bundle, CliWorld, now, usageOf } from './runCli.ts';

describe('outlay guard', () => {
  test('both bundles give the same answers, and an unknown event none', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    budgets(world, [stop]);
    for (const [event, more] of [
      ['UserPromptSubmit', { prompt: 'go', prompt_id: 'p1' }],
      ['PreToolUse', bash],
      ['PostToolBatch', { prompt_id: 'p1', tool_calls: [] }],
      ['SessionStart', { source: 'startup' }],
      ['Stop', {}],
      ['PreCompact', { trigger: 'auto' }],
      ['Notification', {}],
    ] as const) {
      rmSync(world.dir.at('data', 'guard'), { recursive: true, force: true });
      const small = await hook(world, event, { transcript_path, ...more });
      rmSync(world.dir.at('data', 'guard'), { recursive: true, force: true });
      const large = await hook(
        world,
        event,
        { transcript_path, ...more },
        { via: [bundle, 'guard'] },
      );
      assert.equal(small.code, 0);
      assert.equal(large.code, 0);
      assert.equal(large.out, small.out, event);
      assert.equal(small.out === '', event === 'PreCompact' || event === 'Notification', event);
    }
  });

  test('obeys a project’s own file for that project, and for no other', async () => {
    using world = new CliWorld();
    // What a session has spent counts where it began.
    const cwd = world.dir.at('shop');
    const record = answerRecord('a1', 'claude-opus-4-7', usageOf({ input: 200_000 }), {
      cwd,
      timestamp: new Date(now - 60_000).toISOString(),
    });
    const transcript_path = world.transcript(`p/${sid}.jsonl`, [record]);
    mkdirSync(join(cwd, 'src'), { recursive: true });
    mkdirSync(join(cwd, '.git'));
    const own = { budgets: [{ period: 'day', limit: 0.5, action: 'block-prompts' }] };
    writeFileSync(join(cwd, '.outlay.json'), JSON.stringify(own));
    const ask = (place: string) =>
      hook(world, 'UserPromptSubmit', {
        ...{ transcript_path, prompt: 'go', prompt_id: 'p1', cwd: place },
      });
    const { answer } = await ask(join(cwd, 'src'));
    assert.equal(answer.decision, 'block');
    assert.match(answer.reason!, /\$1\.00 of \$0\.50/);
    // A budget of everything that is wider loosens nothing.
    budgets(world, [{ ...stop, limit: 100 }]);
    assert.equal((await ask(cwd)).answer.decision, 'block');
    assert.equal((await ask(world.dir.path)).answer.decision, undefined);
  });

  test('obeys what the team shares, by what its ledger last said, and says how old that is', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    const day = now - (now % 86_400_000);
    const pool = {
      ...{ scope: 'team', name: '', period: 'day', from: day, to: day + 86_400_000 },
      // The dollar this machine spent is not in it yet.
      ...{ spent: 49.5e9, own: 0 },
      budget: { nano: 50e9, ladder: '50/75/90/100', action: 'block-prompts' },
    };
    const ask = async (askedAt: number, more: object = {}) => {
      const pools = [{ ...pool, ...more }];
      world.dataFile('team-pools.json', JSON.stringify({ team: 'Acme', askedAt, pools }));
      rmSync(world.dir.at('data', 'guard'), { recursive: true, force: true });
      const prompt = { transcript_path, prompt: 'go', prompt_id: 'p1' };
      return (await hook(world, 'UserPromptSubmit', prompt)).answer;
    };
    const fresh = await ask(now - 60_000);
    assert.equal(fresh.decision, 'block');
    assert.match(fresh.reason!, /Outlay: \$50\.50 of \$50\.00 spent: day, team\./);
    const stale = await ask(now - 3 * 3_600_000);
    assert.equal(stale.decision, 'block');
    assert.match(
      stale.reason!,
      /at least \$50\.50 of \$50\.00 spent \(what the team spent is of 2026-11-24 09:00\)/,
    );
    assert.equal((await ask(now, { spent: 1e9 })).decision, undefined);
    // Yesterday's figures say nothing of today.
    const before = { from: day - 86_400_000, to: day };
    assert.equal((await ask(now - 60_000, before)).decision, undefined);
    world.dataFile('team-pools.json', '{"team":');
    const broken = await hook(world, 'UserPromptSubmit', {
      transcript_path,
      prompt: 'go',
      prompt_id: 'p1',
    });
    assert.equal(broken.answer.decision, undefined);
  });

  test('prices what only Claude Code has a price of, in a tail as in the store', async () => {
    using world = new CliWorld();
    const record = answerRecord('a1', 'claude-opus-9', usageOf({ input: 200_000 }), {
      sessionId: sid,
      timestamp: new Date(now - 60_000).toISOString(),
    });
    const transcript_path = world.transcript(`p/${sid}.jsonl`, [record]);
    budgets(world, [stop]);
    const ask = () => hook(world, 'UserPromptSubmit', { transcript_path, prompt: 'go' });
    assert.equal((await ask()).answer.decision, undefined, 'nobody has a price of it');
    const price = {
      ...{ inputTokens: 5, outputTokens: 25 },
      ...{ promptCacheWriteTokens: 6.25, promptCacheReadTokens: 0.5 },
    };
    // It counts where Claude Code keeps it, and nowhere else.
    for (const folder of [world.dir.path, world.root]) {
      const served = { additionalModelCostsCache: { 'claude-opus-9': price } };
      writeFileSync(join(folder, '.claude.json'), JSON.stringify(served));
      const { answer } = await ask();
      assert.equal(answer.decision, folder === world.root ? 'block' : undefined);
      if (answer.decision) assert.match(answer.reason!, /\$1\.00 of \$0\.50/);
    }
    world.on('index');
    assert.match((await ask()).answer.reason!, /\$1\.00 of \$0\.50/, 'and as the store has it');
  });

  test('says once what is spent of what, and how to go on', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    budgets(world, [stop]);
    const { answer } = await hook(world, 'PreToolUse', { transcript_path, ...bash });
    assert.match(
      answer.systemMessage!,
      /^Outlay: \$1\.00 of \$0\.50 spent: day, global\. Stopped\./,
    );
    assert.match(
      answer.systemMessage!,
      /outlay budget raise 2 --period day, or once: outlay budget allow --period day\.$/,
    );
    assert.equal(answer.continue, false);
    assert.equal(answer.hookSpecificOutput?.permissionDecision, 'deny');
    const again = await hook(world, 'PreToolUse', { transcript_path, ...bash });
    assert.equal(again.answer.systemMessage, undefined, 'once');
    assert.equal(again.answer.continue, false);
    const blocked = await hook(world, 'UserPromptSubmit', { transcript_path, prompt: 'go' });
    assert.equal(blocked.answer.decision, 'block');
    assert.match(blocked.answer.reason!, /No prompt is sent/);
    assert.ok(!blocked.answer.reason!.includes('\n'));
  });

  test('estimates a reply in flight and says "about"', async () => {
    using world = new CliWorld();
    const request = {
      type: 'api-request',
      sessionId: sid,
      id: 'r1',
      timestamp: new Date(now - 1000).toISOString(),
      params: { model: 'claude-opus-4-7' },
    };
    const transcript_path = spent(world, [request]);
    // The dollar that is spent is below; with 200,000 tokens read again ($0.10) it is above.
    budgets(world, [{ ...stop, limit: 1.05, scope: 'session', period: 'lifetime' }]);
    const { answer } = await hook(
      world,
      'PreToolUse',
      { transcript_path, ...bash },
      { env: { OUTLAY_NOW: new Date().toISOString() } },
    );
    assert.deepEqual(answer, {}, 'a request of long ago has failed');
    const fresh = { ...request, timestamp: new Date(Date.now() - 1000).toISOString() };
    writeFileSync(
      transcript_path,
      `${readFileSync(transcript_path, 'utf8')}${JSON.stringify(fresh)}\n`,
    );
    const estimated = await hook(
      world,
      'PreToolUse',
      { transcript_path, ...bash },
      { env: { OUTLAY_NOW: new Date().toISOString() } },
    );
    assert.match(estimated.answer.systemMessage!, /about \$1\.10 of \$1\.05/);
  });

  test('one permission lets one of many through', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    budgets(world, [{ ...stop, action: 'block-prompts' }]);
    assert.equal(world.on('budget', 'allow', '--period', 'day', '--no-index').code, 0);
    const asked = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        hook(world, 'UserPromptSubmit', { transcript_path, prompt: 'go', prompt_id: `p${i}` }),
      ),
    );
    const passed = asked.filter(({ answer }) => answer.decision === undefined);
    assert.equal(passed.length, 1);
    const audit = readFileSync(world.dir.at('data', 'audit.jsonl'), 'utf8').trim().split('\n');
    const said = audit.map((line) => JSON.parse(line) as { by: string; what: string });
    assert.deepEqual(
      said.map(({ by, what }) => `${by} ${what}`),
      ['terminal allow', 'guard used'],
    );
  });

  test('an agent that is allowed is one, and what happens in an agent is told outside', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    budgets(world, [{ ...stop, action: 'halt-agents' }]);
    world.on('budget', 'allow', '--period', 'day');
    const call = { transcript_path, prompt_id: 'p1', tool_name: 'Agent', tool_input: {} };
    const decision = async (id: string): Promise<unknown> =>
      (await hook(world, 'PreToolUse', { ...call, tool_use_id: id })).answer.hookSpecificOutput
        ?.permissionDecision;
    assert.deepEqual([await decision('a'), await decision('b')], [undefined, 'deny']);
    // Without names of prompts a permission ends with the next one.
    budgets(world, [stop]);
    world.on('budget', 'allow', '--period', 'day');
    const nameless = { transcript_path, prompt: 'x' };
    const blocked = async (): Promise<unknown> =>
      (await hook(world, 'UserPromptSubmit', nameless)).answer.decision;
    assert.equal(await blocked(), undefined);
    const { prompt_id: _, ...tool } = bash;
    assert.deepEqual((await hook(world, 'PreToolUse', { transcript_path, ...tool })).answer, {});
    assert.equal(await blocked(), 'block');
    const inside = { transcript_path, ...bash, agent_id: 'x1' };
    const stopped = (await hook(world, 'PreToolUse', inside)).answer;
    assert.deepEqual([stopped.continue, stopped.systemMessage], [false, undefined]);
    const outside = { transcript_path, prompt_id: 'p1', tool_calls: [] };
    assert.match((await hook(world, 'PostToolBatch', outside)).answer.systemMessage!, /Stopped/);
    assert.equal((await hook(world, 'PostToolBatch', outside)).answer.systemMessage, undefined);
  });

  test('a permission for a session is for no other', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    const other = 'aaaaaaaa-0000-4000-8000-000000000002';
    spent(world, [], other);
    budgets(world, [{ ...stop, action: 'block-prompts' }]);
    world.on('budget', 'allow', '--period', 'day', '--session', other);
    const own = { transcript_path, prompt: 'go', prompt_id: 'p' };
    assert.equal((await hook(world, 'UserPromptSubmit', own)).answer.decision, 'block');
    const theirs = { ...own, session_id: other };
    assert.equal((await hook(world, 'UserPromptSubmit', theirs)).answer.decision, undefined);
    assert.equal(
      (await hook(world, 'UserPromptSubmit', { ...theirs, prompt_id: 'q' })).answer.decision,
      'block',
    );
  });

  test('a raise and a pause hold until they end', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    const input = { transcript_path, prompt: 'go', prompt_id: 'p' };
    const blocked = async (): Promise<boolean> =>
      (await hook(world, 'UserPromptSubmit', input)).answer.decision === 'block';
    budgets(world, [stop]);
    assert.equal(await blocked(), true);
    world.on('budget', 'raise', '5', '--period', 'day', '--for', '1h');
    assert.equal(await blocked(), false);
    world.on('budget', 'resume', '--period', 'day');
    assert.equal(await blocked(), true);
    world.on('budget', 'pause', '--period', 'day', '--for', '1h');
    assert.equal(await blocked(), false);
    const later = new Date(now + 3_700_000).toISOString();
    const { answer } = await hook(world, 'UserPromptSubmit', input, { env: { OUTLAY_NOW: later } });
    assert.equal(answer.decision, 'block');
  });

  test('what is asked is asked once for a batch, and again in the next', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    budgets(world, [{ ...stop, action: 'ask' }]);
    const call = { transcript_path, ...bash };
    const decisions = async (): Promise<unknown> =>
      (await hook(world, 'PreToolUse', call)).answer.hookSpecificOutput?.permissionDecision;
    assert.equal(await decisions(), 'ask');
    assert.equal(await decisions(), undefined);
    const inAgent = await hook(world, 'PreToolUse', { ...call, agent_id: 'x1' });
    assert.equal(inAgent.answer.hookSpecificOutput?.permissionDecision, 'ask', 'another thread');
    await hook(world, 'PostToolBatch', { transcript_path, prompt_id: 'p1', tool_calls: [] });
    assert.equal(await decisions(), 'ask');
    const print = { env: { CLAUDE_CODE_ENTRYPOINT: 'sdk-cli' } };
    const denied = (await hook(world, 'PreToolUse', { ...call, prompt_id: 'p2' }, print)).answer;
    assert.equal(denied.hookSpecificOutput?.permissionDecision, 'deny');
    assert.match(denied.systemMessage!, /In print mode nobody can be asked/);
  });

  test('before an expired cache is written anew a person is told, or asked once', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    const resume = {
      transcript_path,
      source: 'resume',
      context_tokens: 150_000,
      prompt_cache_likely_expired: true,
      estimated_cache_write_usd: 0.94,
    };
    const told = (await hook(world, 'SessionStart', resume)).answer.systemMessage;
    assert.match(told!, /150(\.0)?k tokens of context anew, \$0\.94/);
    world.settings({ 'outlay.guard.coldCache': 'ask' });
    assert.deepEqual((await hook(world, 'SessionStart', resume)).answer, {});
    const prompt = { transcript_path, prompt: 'go', prompt_id: 'p' };
    const held = (await hook(world, 'UserPromptSubmit', prompt)).answer;
    assert.equal(held.decision, 'block');
    assert.match(held.reason!, /Send the prompt again to go on/);
    assert.equal((await hook(world, 'UserPromptSubmit', prompt)).answer.decision, undefined);
    const change = { from_model: 'a', to_model: 'claude-haiku-4-5', context_tokens: 200_000 };
    const asked = (await hook(world, 'PreModelSwitch', { ...change, transcript_path })).answer;
    assert.deepEqual(asked, {}, '200,000 tokens of Haiku are $0.25: not worth a word');
    const dear = { ...change, transcript_path, estimated_cache_write_usd: 2 };
    const { hookSpecificOutput } = (await hook(world, 'PreModelSwitch', dear)).answer;
    assert.equal(hookSpecificOutput?.permissionDecision, 'ask');
    world.settings({ 'outlay.guard.coldCache': 'off' });
    assert.deepEqual((await hook(world, 'SessionStart', resume)).answer, {});
  });

  test('a session in circles is warned, then asked', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    world.settings({ 'outlay.guard.breaker': { sameCall: { warn: 2, ask: 3, deny: 5 } } });
    const said: unknown[] = [];
    for (let i = 0; i < 5; i++) {
      const { answer } = await hook(world, 'PreToolUse', { transcript_path, ...bash });
      await hook(world, 'PostToolBatch', { transcript_path, prompt_id: 'p1', tool_calls: [] });
      said.push(
        answer.hookSpecificOutput?.permissionDecision ?? answer.systemMessage?.slice(0, 30),
      );
    }
    assert.deepEqual(
      said,
      [undefined, 'Outlay: Bash was called 2 times', 'ask', 'ask', 'deny'].map((each) =>
        each?.slice(0, 30),
      ),
    );
    const state = readFileSync(world.dir.at('data', 'guard', `${sid}.json`), 'utf8');
    assert.ok(!state.includes('Bash') && !state.includes('ls'), 'no text of a call is kept');
  });

  test('fails open and says so once; strict refuses', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    world.dataFile('config.json', '{');
    const input = { transcript_path, ...bash };
    const first = (await hook(world, 'PreToolUse', input)).answer;
    assert.match(first.systemMessage!, /cannot check spending limits .*Nothing is refused/);
    assert.equal(first.continue, undefined);
    assert.deepEqual((await hook(world, 'PreToolUse', input)).answer, {});
    const strict = { args: ['--strict'] };
    const denied = (await hook(world, 'PreToolUse', input, strict)).answer;
    assert.equal(denied.continue, false);
    assert.match(String(denied.hookSpecificOutput?.permissionDecisionReason), /^GUARD_FAILED/);
    assert.equal(
      (await hook(world, 'UserPromptSubmit', { prompt: 'x' }, strict)).answer.decision,
      'block',
    );
    const nobody = await hook(world, 'UserPromptSubmit', { session_id: 7 }, strict);
    assert.equal(nobody.answer.decision, 'block', 'what cannot be read is refused as well');
    // A store that is no database.
    world.dataFile('config.json', JSON.stringify({ settings: {}, budgets: [stop] }));
    world.dataFile('outlay.db', 'no database at all, but long enough to be looked at '.repeat(100));
    rmSync(world.dir.at('data', 'guard'), { recursive: true });
    const open = (await hook(world, 'PreToolUse', input)).answer;
    assert.match(open.systemMessage!, /Nothing is refused/);
  });

  test('strict refuses a model without a price where a limit is in dollars', async () => {
    using world = new CliWorld();
    const answer = answerRecord('u', 'nobody-knows-1', usageOf({ input: 1000 }), {
      timestamp: new Date(now - 1000).toISOString(),
    });
    const transcript_path = world.transcript(`p/${sid}.jsonl`, [answer]);
    budgets(world, [{ ...stop, limit: 100 }]);
    const input = { transcript_path, ...bash };
    assert.deepEqual((await hook(world, 'PreToolUse', input)).answer, {});
    const strict = (await hook(world, 'PreToolUse', input, { args: ['--strict'] })).answer;
    assert.match(strict.systemMessage!, /a model without a price/);
    assert.equal(strict.continue, false);
  });

  test('what nobody indexes is worked out once, and comes to the same', async () => {
    using world = new CliWorld();
    const line = (i: number, output: number): unknown => {
      const answer = answerRecord(`m${i}`, 'claude-opus-4-7', usageOf({ output }), {
        timestamp: new Date(now - 3_600_000 + i * 1000).toISOString(),
        uuid: `uuid-${i}-${output}`,
      });
      return { ...answer, padding: 'x'.repeat(1000) };
    };
    const lines = Array.from({ length: 500 }, (_, i) => line(i, 100));
    const transcript_path = world.transcript(`p/${sid}.jsonl`, lines);
    budgets(world, [{ ...stop, limit: 0.01, scope: 'session', period: 'lifetime' }]);
    const said = async (): Promise<string> => {
      const { answer } = await hook(world, 'UserPromptSubmit', { transcript_path, prompt: 'x' });
      return /^Outlay: (\$[\d.]+)/.exec(answer.reason ?? '')?.[1] ?? '';
    };
    const add = (...more: unknown[]): void => {
      const text = more.map((each) => `${JSON.stringify(each)}\n`).join('');
      writeFileSync(transcript_path, readFileSync(transcript_path, 'utf8') + text);
    };
    const cache = world.dir.at('data', 'guard', `${sid}.tail.json`);
    // 500 messages of 100 tokens at $25 a million.
    assert.equal(await said(), '$1.25');
    assert.ok(existsSync(cache));
    assert.equal(await said(), '$1.25', 'from the cache');
    assert.ok(!readFileSync(cache, 'utf8').includes('xxxx'), 'no text is in it');
    add(line(500, 4000), line(500, 4000));
    assert.equal(await said(), '$1.35');
    // A later record of the last message, and one of a message that was settled long ago.
    add(line(500, 8000));
    assert.equal(await said(), '$1.45');
    add(line(3, 4100));
    assert.equal(await said(), '$1.55');
    rmSync(cache, { force: true });
    assert.equal(await said(), '$1.55');
    // Once the store knows all of it, the same is in no sum twice.
    world.on('index');
    assert.equal(await said(), '$1.55');
  });

  test('the store is neither made, migrated nor written', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    budgets(world, [stop]);
    await hook(world, 'PreToolUse', { transcript_path, ...bash });
    assert.equal(existsSync(world.dir.at('data', 'outlay.db')), false);
    assert.equal(world.on('index').code, 0);
    const revision = (): string =>
      JSON.stringify(world.json('summary', '--no-index').total_cost_usd);
    const before = revision();
    await hook(world, 'PreToolUse', { transcript_path, ...bash });
    assert.equal(revision(), before);
  });

  test('nothing is said where Outlay is switched off', async () => {
    using world = new CliWorld();
    const transcript_path = spent(world);
    budgets(world, [stop], { settings: { 'outlay.enabled': false } });
    assert.deepEqual((await hook(world, 'PreToolUse', { transcript_path, ...bash })).answer, {});
    assert.equal(existsSync(world.dir.at('data', 'guard')), false);
  });
});
