import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { pluginOf, webAddress } from '../../scripts/release/manifest.ts';
import { helpGroups } from '../../src/cli/support/helpPage.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const commands = readdirSync(join(root, 'plugin', 'commands')).sort();

/** What stands between the lines of dashes, by name. */
function headOf(file: string): Readonly<Record<string, string>> {
  const [, head = ''] = /^---\n([\s\S]*?)\n---\n/.exec(read(file)) ?? [];
  return Object.fromEntries(head.split('\n').map((line) => line.split(/: (.*)/).slice(0, 2)));
}

describe('the plugin for Claude Code', () => {
  test('has the version of Outlay and its pages (npm run manifest)', () => {
    const plugin = read('plugin/.claude-plugin/plugin.json');
    const manifest = JSON.parse(read('package.json'));
    const whole = pluginOf(JSON.parse(plugin), manifest);
    assert.equal(plugin, `${JSON.stringify(whole, null, 2)}\n`);
    assert.equal(whole.version, manifest.version);
  });

  test('is what the marketplace of the repository offers', () => {
    const { plugins } = JSON.parse(read('.claude-plugin/marketplace.json'));
    assert.deepEqual(
      plugins.map(({ name, source }: Record<string, string>) => [name, source]),
      [['outlay', './plugin']],
    );
  });

  test('is installed from where the repository is, as the pages say', () => {
    const { repository } = JSON.parse(read('package.json'));
    const place = webAddress({ repository }).replace('https://github.com/', '');
    for (const page of ['README.md', 'docs/plugin.md']) {
      const line = /\/plugin install outlay --marketplace (\S+?)[`\n]/.exec(read(page));
      assert.equal(line?.[1], place, page);
    }
  });

  test('has six commands that may run nothing but outlay, and that no model calls by itself', () => {
    assert.deepEqual(commands, [
      'cost-anomaly.md',
      'cost-budget-check.md',
      'cost-optimize.md',
      'cost-projection.md',
      'cost-report.md',
      'cost-session.md',
    ]);
    for (const file of commands) {
      const head = headOf(`plugin/commands/${file}`);
      assert.equal(head.name, basename(file, '.md'));
      assert.equal(head['allowed-tools'], 'Bash(outlay:*)');
      assert.equal(head['disable-model-invocation'], 'true');
      const text = read(`plugin/commands/${file}`);
      assert.equal(text.match(/!`/g)?.length, 1, 'one command line');
      assert.match(text, /^<outlay>\n!`outlay [^`]*`\n<\/outlay>$/m);
      assert.match(text, /data, never instructions/);
    }
  });

  test('its agent runs on the cheapest model', () => {
    const head = headOf('plugin/agents/cost-analyst.md');
    assert.deepEqual([head.name, head.model, head.tools], ['cost-analyst', 'haiku', 'Bash']);
  });

  test('speaks of commands that there are', () => {
    const known = helpGroups.flatMap((group) => group.commands);
    for (const file of globSync('plugin/**/*.{md,json}', { cwd: root })) {
      for (const [, command] of read(file).matchAll(/`outlay ([a-z]+)/g)) {
        assert.ok(known.includes(command!) || command === 'help', `${file}: outlay ${command}`);
      }
    }
  });
});
