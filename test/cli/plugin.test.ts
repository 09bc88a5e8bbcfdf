/** The command lines of the plugin for Claude Code: where one ends badly, its prompt is never sent. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

const folder = join(import.meta.dirname, '..', '..', 'plugin', 'commands');
const sid = 'aaaaaaaa-0000-4000-8000-000000000001';

/** The words of the command line in a command's file. */
function wordsOf(file: string, args: string): string[] {
  const [, line = ''] = /^!`outlay ([^`]*)`$/m.exec(readFileSync(join(folder, file), 'utf8')) ?? [];
  const filled = line.replaceAll('$ARGUMENTS', args).replaceAll('$' + '{CLAUDE_SESSION_ID}', sid);
  return filled.split(' ').filter((word) => word !== '');
}

/** What each command says it may be given. */
const hints: Readonly<Record<string, string>> = {
  'cost-report.md': '--period 7d --project my.app --full',
  'cost-session.md': '--top 5',
  'cost-optimize.md': '--period 30d --agent main',
  'cost-projection.md': '--window 7d --project my.app',
  'cost-anomaly.md': '--by message --period 30d',
};

describe('commands of the plugin', () => {
  const spent = (world: CliWorld): unknown =>
    world.transcript(`p/${sid}.jsonl`, [
      answerRecord('a', 'claude-opus-4-7', usageOf({ input: 200_000, output: 10 })),
    ]);

  for (const file of readdirSync(folder)) {
    it(`${file} has a line that ends well, as it is and with what may be given`, () => {
      using world = new CliWorld();
      spent(world);
      // Where a budget is used up gates end with 1: these lines are none.
      world.on('budget', 'set', '0.01', '--period', 'month');
      for (const args of ['', hints[file] ?? '']) {
        const { code, out, err } = world.on(...wordsOf(file, args));
        assert.equal(code, 0, err);
        assert.equal(err, '');
        assert.ok(out.length > 40, out);
      }
    });

    // A session without an answer is none: that is what its command says then.
    if (file === 'cost-session.md') continue;
    it(`${file} ends well where nothing was spent yet`, () => {
      using world = new CliWorld();
      const { code, err } = world.on(...wordsOf(file, ''));
      assert.equal(code, 0, err);
    });
  }
});
