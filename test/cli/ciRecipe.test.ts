import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { answerRecord, bundle, CliWorld, usageOf } from './runCli.ts';

/** The shell lines of docs/ci.md, by the name behind the fence. */
const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'ci.md'), 'utf8');
const recipes = new Map(
  [...page.matchAll(/^```sh (\S+)\n([\s\S]*?)^```$/gm)].map(([, name, lines]) => [name!, lines!]),
);

/** Runs a recipe as a step of a pipeline does: in a shell that stops at the first failure. */
function step(world: CliWorld, name: string): { code: number | null; out: string } {
  const bin = world.dir.at('bin');
  const home = world.dir.at('home');
  for (const folder of [bin, home]) mkdirSync(folder, { recursive: true });
  const command = `#!/bin/sh\nexec "${process.execPath}" "${bundle}" "$@"\n`;
  writeFileSync(join(bin, 'outlay'), command, { mode: 0o755 });
  const lines = recipes.get(name);
  assert.ok(lines !== undefined, `${name} in docs/ci.md`);
  const { status, stdout, stderr } = spawnSync('bash', ['-eo', 'pipefail', '-c', lines], {
    cwd: home,
    encoding: 'utf8',
    env: {
      PATH: `${bin}:${process.env.PATH}`,
      HOME: home,
      CLAUDE_CONFIG_DIR: world.root,
      OUTLAY_DATA_DIR: world.dir.at('data'),
      TZ: 'UTC',
    },
  });
  return { code: status, out: stdout + stderr };
}

/** A session that costs so many dollars. */
function spend(world: CliWorld, digit: string, usd: number, model = 'claude-opus-4-7'): void {
  const sessionId = `${digit.repeat(8)}-0000-4000-8000-000000000000`;
  const usage = usageOf({ input: usd * 200_000 });
  const line = answerRecord(`${digit}`, model, usage, { sessionId });
  world.transcript(`-src-my-app/${sessionId}.jsonl`, [line]);
}

if (process.platform !== 'win32') {
  describe('the recipe of docs/ci.md', () => {
    test('stops at a session that costs far more than the others, and at what has no price', () => {
      using world = new CliWorld();
      for (const [i, usd] of [1, 1.1, 0.9, 1.05].entries()) spend(world, String(i), usd);
      assert.equal(step(world, 'gate').code, 0);
      spend(world, '5', 50);
      const { code, out } = step(world, 'gate');
      assert.equal(code, 1);
      assert.match(out, /55555555/);
      using other = new CliWorld();
      for (const digit of ['1', '2', '3']) spend(other, digit, 1, 'model-x');
      assert.equal(step(other, 'gate').code, 1);
    });

    test('compares a pull request with the main branch and fails only where it grew', () => {
      using world = new CliWorld();
      spend(world, '1', 10);
      assert.equal(step(world, 'baseline').code, 0);
      spend(world, '2', 1);
      const fine = step(world, 'pull-request');
      assert.equal(fine.code, 0, fine.out);
      assert.match(fine.out, /\| .*\$11\.00/);
      spend(world, '3', 2);
      const grown = step(world, 'pull-request');
      assert.equal(grown.code, 1, grown.out);
      assert.match(grown.out, /\$13\.00/);
    });
  });
}
