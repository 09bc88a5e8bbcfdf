import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { answerRecord, CliWorld, usageOf } from './runCli.ts';

const sessionId = 'aaaaaaaa-0000-4000-8000-000000000001';
const cache = {
  'claude-opus-9': {
    inputTokens: 5,
    outputTokens: 25,
    promptCacheWriteTokens: 6.25,
    promptCacheReadTokens: 0.5,
  },
};
const unpriced = /≥ No price, not counted: 1 message of claude-opus-9/;
const ofClient =
  /1 model the catalogue does not know yet at Claude Code's own price: claude-opus-9/;

/** A machine on which the new model and one of the catalogue have been used, a million tokens each. */
function used(world: CliWorld, root: string = world.dir.at('home', '.claude')): void {
  const input = usageOf({ input: 1_000_000 });
  world.transcript(
    `p/${sessionId}.jsonl`,
    [
      answerRecord('1', 'claude-opus-9', input, { sessionId }),
      answerRecord('2', 'claude-opus-4-7', input, { sessionId }),
    ],
    root,
  );
}

/** What Claude Code keeps in a folder. */
function serve(folder: string, prices: unknown = cache): void {
  mkdirSync(folder, { recursive: true });
  const content = { numStartups: 9, additionalModelCostsCache: prices, projects: {} };
  writeFileSync(join(folder, '.claude.json'), JSON.stringify(content));
}

interface SessionJson {
  readonly usd: number;
  readonly unpriced: readonly { readonly model: string }[];
  readonly topMessages: readonly { readonly priceRow: string | null; readonly usd: number }[];
}

function session(world: CliWorld): SessionJson {
  const { code, out, err } = world.run('session', sessionId, '--json');
  assert.equal(code, 0, err);
  return JSON.parse(out) as SessionJson;
}

function rowsOf({ topMessages }: SessionJson): (string | null)[] {
  return topMessages.map(({ priceRow }) => priceRow).sort();
}

const known = 'claude-opus-4-7@2026-04-16';

describe('a model only Claude Code has a price of', () => {
  test('is priced by its list in the home folder, from when it is there and as long as it is', () => {
    using world = new CliWorld();
    used(world);
    const before = session(world);
    assert.deepEqual(
      before.unpriced.map(({ model }) => model),
      ['claude-opus-9'],
    );
    assert.match(world.run('summary').out, unpriced);
    assert.doesNotMatch(world.run('summary', '--notes').out, ofClient);

    serve(world.dir.at('home'));
    const trial = world.run('reprice').out;
    assert.match(trial, /1 message would change: \$0 → \$5\.00/);
    assert.match(trial, /claude-opus-9: gets a price/);
    const after = session(world);
    assert.deepEqual(after.unpriced, []);
    assert.deepEqual(rowsOf(after), [known, 'claude-opus-9@client']);
    for (const command of ['summary', 'sessions', 'history', 'breakdown']) {
      const { out } = world.run(command, '--notes');
      assert.match(out, ofClient, command);
      assert.doesNotMatch(out, unpriced, command);
    }
    assert.match(world.run('session', sessionId, '--notes').out, ofClient);
    assert.match(world.run('track', '--session', sessionId, '--notes').out, ofClient);

    rmSync(world.dir.at('home', '.claude.json'));
    assert.deepEqual(session(world), before);
  });

  test('is listed with whose price it is', () => {
    using world = new CliWorld();
    const listed = (): { revision: string; prices: Record<string, unknown>[] } =>
      JSON.parse(world.run('prices', '--json').out);
    const plain = listed();
    used(world);
    serve(world.dir.at('home'), { ...cache, 'claude-opus-4-7': cache['claude-opus-9'] });
    const { revision, prices } = listed();
    assert.notEqual(revision, plain.revision);
    const added = prices.filter(({ model }) => model === 'claude-opus-9');
    assert.deepEqual(
      prices.filter((row) => !added.includes(row)),
      plain.prices,
      'known ones stay',
    );
    assert.equal(added.length, 1);
    const { row, origin, source, from, tier } = added[0]!;
    assert.deepEqual([row, origin, from, tier], ['claude-opus-9@client', 'client', null, 'opus']);
    assert.match(String(source), /Claude Code's own price/);
    const { out } = world.run('prices');
    assert.match(out, /catalogue of 2026-\d\d-\d\d, 1 model at Claude Code's own price\./);
    assert.match(out, /claude-opus-9 .*Claude Code's own price, as served to it/);
  });

  test('is priced by the list in the directory CLAUDE_CONFIG_DIR or --config-dir names', () => {
    using world = new CliWorld();
    used(world, world.root);
    serve(world.root);
    assert.match(world.on('summary', '--notes').out, ofClient);
    world.env = { CLAUDE_CONFIG_DIR: world.root };
    assert.deepEqual(rowsOf(session(world)), [known, 'claude-opus-9@client']);
  });

  test('is priced by the user where the user names a price', () => {
    using world = new CliWorld();
    used(world);
    serve(world.dir.at('home'));
    const file = world.dataFile('mine.json', '{"models":{"claude-opus-9":{"input":1,"output":2}}}');
    world.run('index');
    const imported = world.run('prices', 'import', file, '--yes');
    assert.match(imported.out, /1 message changed: \$5\.00 → \$1\.00/);
    assert.match(imported.out, /claude-opus-9: input \$5\.00 → \$1\.00, output \$25\.00 → \$2\.00/);
    assert.deepEqual(rowsOf(session(world)), [known, 'claude-opus-9@client+override']);
    assert.doesNotMatch(world.run('summary', '--notes').out, ofClient);
  });

  test('is nothing that breaks anything where the list is broken', () => {
    using world = new CliWorld();
    used(world);
    const before = session(world);
    const file = world.dir.at('home', '.claude.json');
    mkdirSync(dirname(file), { recursive: true });
    for (const content of [
      '',
      '{"additionalModelCostsCache":{"claude-opus-9":',
      '{"additionalModelCostsCache":[7]}',
    ]) {
      writeFileSync(file, content);
      assert.deepEqual(session(world), before);
    }
    serve(world.dir.at('home'), {
      'claude-opus-9': { ...cache['claude-opus-9'], inputTokens: -5 },
    });
    assert.deepEqual(session(world), before);
  });
});
