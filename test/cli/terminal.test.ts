import assert from 'node:assert/strict';
import { after, describe, snapshot, test } from 'node:test';
import { createProgram } from '../../src/cli/program.ts';
import { helpGroups } from '../../src/cli/support/helpPage.ts';
import { writeDemo } from '../../src/demo/writeDemo.ts';
import { reportDefinitions } from '../../src/reports/registry.ts';
import { displayWidth } from '../../src/text/plainText.ts';
import { unpackSet } from '../lib/transcriptSets.ts';
import { CliWorld, now } from './runCli.ts';

// Snapshots are read by people: what the terminal shows, as it shows it.
snapshot.setDefaultSnapshotSerializers([(value) => String(value)]);

const demo = new CliWorld();
writeDemo(demo.root, { nowMs: now });
demo.env = { CLAUDE_CONFIG_DIR: demo.root };
demo.run('index');
for (const budget of [
  ['10', 'day'],
  ['30', 'month'],
] as const) {
  demo.run('budget', 'set', budget[0], '--period', budget[1]);
}

/** Transcripts people published, of several years. */
const real = new CliWorld();
for (const set of ['claude-code-log', 'sniffly', 'client-2.1.330']) unpackSet(set, real.root);
real.env = { CLAUDE_CONFIG_DIR: real.root };
real.run('index');

after(() => {
  demo[Symbol.dispose]();
  real[Symbol.dispose]();
});

const worlds = { demo, real };

function at(world: CliWorld, width: number, ...args: string[]): string {
  const { env } = world;
  world.env = { ...env, COLUMNS: String(width) };
  try {
    const { out, err, code } = world.run(...args, ...(args.length > 0 ? ['--no-index'] : []));
    assert.ok(code === 0 || code === 1, `${args.join(' ')}: ${err}`);
    return out;
  } finally {
    world.env = env;
  }
}

/** Reports that have to be told what about; of a receipt that is a repository. */
const askedWith = ['diff', 'explain', 'receipt'];

/** Every report with its variants, and the commands that print tables without being one. */
const commands: readonly (readonly string[])[] = [
  ...reportDefinitions
    .map(({ name }) => name.split(' '))
    .filter(([name]) => !askedWith.includes(name!)),
  ['dashboard'],
  ['sessions'],
  ['sessions', '--all', '--period', 'all'],
  ['report', '--full', '--period', 'all'],
  ['breakdown', '--by', 'project', '--then-by', 'model', '--period', 'all'],
  ['breakdown', '--by', 'class', '--period', 'all'],
  ['breakdown', '--by', 'session', '--period', 'all'],
  ['history', '--by', 'month', '--period', 'all'],
  ['anomaly', '--by', 'message', '--threshold', '1'],
  ['anomaly', '--by', 'day', '--threshold', '1'],
  ['optimize', '--failures', '--period', 'all'],
  ['verify', '--all'],
  ['prices'],
  ['doctor'],
  ['workers'],
  ['retention'],
  ['alerts', 'list'],
];

describe('the terminal', () => {
  for (const [name, world] of Object.entries(worlds)) {
    test(`no line is wider than it, whatever is asked of ${name}`, () => {
      const { topMessages } = JSON.parse(world.run('session', '--json').out);
      for (const command of [...commands, ['explain', topMessages[0].reference]]) {
        const lines = at(world, 80, ...command).split('\n');
        const wide = lines.filter((line) => displayWidth(line) > 80);
        assert.deepEqual(wide, [], command.join(' '));
      }
    });

    test(`a report of ${name} takes 25 lines`, () => {
      for (const width of [80, 120]) {
        const lines = at(world, width, 'report').trimEnd().split('\n');
        assert.ok(lines.length <= 25, lines.join('\n'));
        assert.ok(at(world, width, 'report', '--full').split('\n').length > 40);
      }
    });

    for (const width of [80, 120, 200]) {
      test(`${name} at ${width} columns`, (t) => {
        for (const command of [[], ['sessions'], ['report'], ['session'], ['optimize']]) {
          t.assert.snapshot(at(world, width, ...command));
        }
      });
    }
  }

  test('what is piped has every column, without escape sequences', () => {
    const { out } = demo.run('sessions', '--no-index');
    assert.match(out, /Cost +Share .*Session +Project +Model +Messages +Tokens +When/);
    assert.ok(!out.includes('\u001b'));
    assert.match(at(demo, 80, 'sessions', '--wide'), /ID +By messages +Overhead/);
  });

  test('what figures are is told where it is asked for, what they lack always', () => {
    assert.doesNotMatch(at(demo, 80, 'summary'), /Estimate at list price/);
    assert.match(at(demo, 80, 'summary', '--notes'), /Estimate at list price/);
    assert.match(at(real, 80, 'summary'), /^≥ [\d,]+ messages have no final output count/m);
    assert.doesNotMatch(at(demo, 80, 'sessions', '--quiet'), /more: outlay/);
  });

  test('a model that would have saved something says so, the others the opposite', () => {
    const out = at(demo, 120, 'counterfactual');
    assert.match(out, /With haiku-5-5 it would have cost \$[\d.]+: \$[\d.]+, \d+% less\./);
    assert.match(out, /^haiku-5-5 .* \$[\d.]+ +\d+%$/m);
    assert.match(out, /^opus-5-5 .* -\$[\d.]+ +-\d+%$/m);
  });

  test('periods have names', () => {
    assert.match(at(demo, 80, 'report', '--period', 'yesterday'), /^≥? ?\$[\d.]+ yesterday\./);
    assert.match(at(demo, 80, 'report', '--period', 'lastmonth'), /^≥? ?\$[\d.]+ in October\./);
    assert.match(at(demo, 80, 'report', '--period', '2026-11'), /^≥ \$[\d.]+ in November/);
    assert.match(at(demo, 80, 'report', '--period', '2026-11-21'), /^≥ \$[\d.]+ on Nov 21\./);
    const { code, err } = demo.run('report', '--period', '2026-13');
    assert.equal(code, 2);
    assert.match(err, /Use today, yesterday, week, lastweek, month, lastmonth, all/);
  });
});

describe('what is typed', () => {
  test('nothing, on a machine without sessions', () => {
    using world = new CliWorld();
    const { out, code } = world.run();
    assert.equal(code, 0);
    assert.match(out, /^No Claude Code sessions on this machine yet\.\n/);
  });

  test('options without a command are those of the overview', () => {
    const json = JSON.parse(at(demo, 80, '--json')) as { readonly today_usd: number };
    const summary = JSON.parse(at(demo, 80, 'summary', '--period', 'today', '--json')) as {
      readonly total_cost_usd: number;
    };
    assert.equal(json.today_usd, summary.total_cost_usd);
  });

  test('every command stands in one of four groups of the help, once', async () => {
    const shown = helpGroups.flatMap(({ commands: names }) => names);
    const all = (await createProgram('1.0.0')).commands
      .map((command) => command.name())
      .filter((name) => name !== 'help');
    assert.deepEqual([...shown].sort(), all.sort());
    assert.equal(helpGroups.length, 4);
    const page = demo.run('help').out;
    assert.equal(demo.run('--help').out, page);
    assert.ok(page.split('\n').length < 40);
    for (const line of page.split('\n')) assert.ok(displayWidth(line) <= 80, line);
  });

  test('the list of all commands fits as well', () => {
    demo.env = { ...demo.env, COLUMNS: '80' };
    for (const line of demo.run('help', '--all').out.split('\n')) {
      assert.ok(displayWidth(line) <= 80, line);
    }
  });

  test('other names for the same report', () => {
    for (const [alias, name] of [
      ['pace', 'burn'],
      ['forecast', 'projection'],
      ['outliers', 'anomaly'],
      ['what-if', 'counterfactual'],
    ] as const) {
      assert.equal(at(demo, 80, alias), at(demo, 80, name));
    }
  });

  test('a word that is no command names the one that was meant', () => {
    const { err, code } = demo.run('sesions');
    assert.equal(code, 2);
    assert.match(err, /^There is no command "sesions"\. Did you mean: outlay sessions\n/);
  });

  test('help of one command, and of a word that is none', () => {
    assert.match(demo.run('help', 'budget', 'set').out, /^Usage: outlay budget set/);
    assert.match(demo.run('help', 'nonsense').err, /There is no command "nonsense"/);
  });
});
