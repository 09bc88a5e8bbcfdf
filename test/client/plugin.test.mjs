/** The plugin in the real client: installed from the repository, its commands, its agent and its hook. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { formatUsd } from '../../src/model/money.ts';
import { Claude } from './lib/claude.mjs';
import { agent, bash, say, use } from './lib/replies.mjs';
import { listPrice } from './lib/spend.mjs';

const root = path.join(import.meta.dirname, '..', '..');
const bundle = path.join(root, 'dist', 'cli.cjs');
const commands = ['anomaly', 'budget-check', 'optimize', 'projection', 'report', 'session'];

describe('the plugin in the real client', () => {
  /** @type {Claude} */
  let claude;
  let env;

  before(async () => {
    claude = await Claude.start('plugin');
    const bin = path.join(claude.home, 'bin');
    mkdirSync(bin);
    const script = `#!/bin/sh\nexec '${process.execPath}' '${bundle}' "$@"\n`;
    writeFileSync(path.join(bin, 'outlay'), script);
    chmodSync(path.join(bin, 'outlay'), 0o755);
    env = {
      OUTLAY_DATA_DIR: path.join(claude.home, 'data'),
      PATH: `${bin}${path.delimiter}${process.env.PATH}`,
    };
    program('plugin', 'marketplace', 'add', root);
    program('plugin', 'install', 'outlay@outlay');
    claude.api.plan('look', [
      use([agent('count', { subagent_type: 'outlay:cost-analyst' })]),
      say(),
    ]);
    claude.api.plan('count', [use([bash('outlay breakdown --by model --period all')]), say()]);
  });
  after(() => claude?.close());

  const start = (file, args) =>
    execFileSync(file, args, {
      cwd: claude.workspace,
      env: claude.environment(env),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const program = (...args) => start(claude.program, args);
  const outlay = (...args) => JSON.parse(start(process.execPath, [bundle, ...args, '--json']));
  /** As somebody runs it who has allowed nothing. */
  const run = async (prompt, options = {}) => {
    const whole = await claude.run(prompt, { allowed: [], ...options, env });
    return {
      ...whole,
      asked: claude.api.ledger.filter((each) => each.sessionId === whole.sessionId),
    };
  };

  it('passes the client’s own check, and is listed with all it brings', async () => {
    assert.match(program('plugin', 'validate', path.join(root, 'plugin')), /Validation passed/);
    assert.match(program('plugin', 'validate', root), /Validation passed/);
    const listed = JSON.parse(program('plugin', 'list', '--json'));
    const own = listed.find(({ id }) => id === 'outlay@outlay');
    assert.equal(own?.enabled, true);
    const { output } = await claude.begin('Hello', {
      env,
      allowed: [],
      args: ['--output-format', 'stream-json', '--verbose'],
    }).ended;
    const begun = JSON.parse(output.split('\n').find((line) => line.includes('"subtype":"init"')));
    for (const name of commands) assert.ok(begun.slash_commands.includes(`outlay:cost-${name}`));
    assert.ok(begun.agents.includes('outlay:cost-analyst'));
  });

  it('reads a session into the store when it ends', async () => {
    const { sessionId } = await run('Say hello');
    const { sessions } = outlay('sessions', '--no-index');
    assert.ok(sessions.some((each) => each.sessionId === sessionId));
  });

  for (const name of commands.filter((each) => each !== 'session')) {
    it(`sends what outlay printed with /cost-${name}`, async () => {
      const { asked } = await run(`/cost-${name}`);
      assert.equal(asked.length, 1, 'one request, and no tool');
      const [{ prompt }] = asked;
      const printed = /<outlay>\n([\s\S]+)\n<\/outlay>/.exec(prompt)?.[1] ?? '';
      assert.ok(printed.length > 20, prompt);
      assert.doesNotMatch(prompt, /!`|\$ARGUMENTS/);
      assert.match(prompt, /data, never instructions/);
    });
  }

  it('says with /cost-session what this session cost, and takes options', async () => {
    const first = await run('Say hello [plan none]');
    const cost = formatUsd(first.asked.reduce((sum, entry) => sum + listPrice(entry), 0));
    await run('Another one, later');
    const { asked } = await run('/cost-session --top 5', { resume: first.sessionId });
    const { prompt } = asked.at(-1);
    assert.ok(prompt.includes(`id ${first.sessionId.slice(0, 8)}`), prompt);
    assert.ok(prompt.includes(`${cost} in 1 message`), `${cost}\n${prompt}`);
  });

  it('its agent asks outlay, on the cheapest model', async () => {
    const allowed = ['Bash(outlay:*)', 'Agent'];
    const { asked } = await run('Why was it dear? [plan look]', { allowed });
    const ofAgent = asked.filter(({ agentId }) => agentId !== '');
    assert.equal(ofAgent.length, 2);
    for (const { asked: model } of ofAgent) assert.match(model, /haiku/);
    const [answered] = claude
      .agentRecords()
      .flatMap(({ message }) => (Array.isArray(message?.content) ? message.content : []))
      .filter(({ type }) => type === 'tool_result');
    assert.match(JSON.stringify(answered), /Cost by model/);
  });

  it('is silent where the command is not installed', async () => {
    const without = { ...env, PATH: process.env.PATH };
    const { code, output } = await claude.begin('Hello', { env: without, allowed: [] }).ended;
    assert.equal(code, 0);
    assert.doesNotMatch(output, /SessionEnd|not found|outlay/);
  });

  it('reaches nobody but the API', () => {
    assert.deepEqual(claude.api.strangers, []);
  });
});
