import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { openDatabase } from '../../src/platform/sqlite/open.ts';
import { agentSets, writeAgentSet } from '../lib/agentSets.ts';
import { CliWorld } from './runCli.ts';

function place(world: CliWorld, agent: 'copilot' | 'opencode', name: string): void {
  const folder = agent === 'copilot' ? '.copilot' : '.local/share/opencode';
  const set = agentSets(agent).find((each) => each.name === name);
  writeAgentSet(set!, world.dir.at('home', folder));
}

// biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look into
function answer(world: CliWorld, ...args: string[]): any {
  const { code, out, err } = world.run(...args, '--json');
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

describe('Copilot and OpenCode, in the terminal', () => {
  test('are read where they stand, filtered by product and verified', () => {
    using world = new CliWorld();
    place(world, 'copilot', 'samples/client-1.0.102');
    place(world, 'opencode', 'cases/json-and-database');
    const { rows } = answer(world, 'breakdown', '--by', 'product', '--period', 'all');
    const counts = rows.map(({ product, messages }: { product: string; messages: number }) => [
      product,
      messages,
    ]);
    assert.deepEqual(counts.sort(), [
      ['Copilot', 21],
      ['OpenCode', 3],
    ]);
    const only = answer(world, 'summary', '--product', 'opencode', '--period', 'all');
    assert.equal(only.total_cost_usd, 0.0151);
    assert.match(world.run('verify').out, /24 messages agree with the store/);
    // One session of a database that holds many, to the row.
    assert.match(world.run('verify', '--session', '5e947117').out, /2 messages agree/);
    assert.match(world.run('explain', '5e947117/1').out, /session-store\.db, line 13\./);
  });

  test('are not read where a setting says so', () => {
    using world = new CliWorld();
    place(world, 'copilot', 'cases/database-wins');
    place(world, 'opencode', 'cases/fork');
    mkdirSync(world.dir.at('home', '.claude', 'projects'), { recursive: true });
    world.settings({ 'outlay.agents.copilot': false, 'outlay.agents.opencode': false });
    assert.equal(answer(world, 'summary', '--period', 'all').total_cost_usd, 0);
    world.settings({ 'outlay.agents.copilot': false });
    assert.equal(answer(world, 'summary', '--period', 'all').total_cost_usd, 0.0122);
  });

  test('say that a figure is a sum, and what GitHub counted for it', () => {
    using world = new CliWorld();
    place(world, 'copilot', 'cases/rollup-whole-session');
    const sum = world.run('explain', '11111111/1');
    assert.match(sum.out, /A sum of 3 requests, as the agent wrote it when it ended/);
    assert.doesNotMatch(sum.out, /AI credits/);
    assert.match(world.run('session', '11111111', '--wide').out, /sum of 3 requests/);
    place(world, 'copilot', 'cases/database-wins');
    const db = openDatabase(world.dir.at('home', '.copilot', 'session-store.db'));
    db.exec('UPDATE assistant_usage_events SET total_nano_aiu = 1250000000, reasoning_tokens = 7');
    db.close();
    const session = world.run('session', '11111111', '--notes').out;
    assert.match(session, /GitHub counted 5\.00 AI credits for it, \$0\.05 beyond a plan/);
    assert.equal(answer(world, 'session', '11111111').aiCredits, 5);
    const explained = world.run('explain', '11111111/1', '--notes').out;
    assert.match(explained, /1\.25 AI credits/);
    assert.match(explained, /7 of its \d+ output tokens went into reasoning/);
  });
});
