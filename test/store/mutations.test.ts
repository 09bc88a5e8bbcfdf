import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { after, describe, test } from 'node:test';
import { build } from 'esbuild';
import type { Mutation } from '../lib/mutationList.ts';
import { readingMutations } from '../lib/mutationsOfReading.ts';
import { storeMutations } from '../lib/mutationsOfStore.ts';
import { tempDir } from '../lib/tempDir.ts';
import { largeWorld } from '../lib/world.ts';

const mutations = [...storeMutations, ...readingMutations];
const project = join(import.meta.dirname, '..', '..');
/** Small worlds each version is tried on. */
const worldCount = 40;

/** The check as one file, with a rule broken. */
async function bundle(target: string, mutation: Mutation | undefined): Promise<void> {
  await build({
    entryPoints: [join(project, 'test', 'lib', 'mutationCheck.ts')],
    outfile: target,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    external: ['better-sqlite3'],
    define: { 'import.meta.dirname': '__dirname' },
    logLevel: 'silent',
    plugins:
      mutation === undefined ? [] : [{ name: 'mutation', setup: (b) => broken(b, mutation) }],
  });
}

type PluginBuild = Parameters<
  NonNullable<Parameters<typeof build>[0]['plugins']>[number]['setup']
>[0];

function broken(pluginBuild: PluginBuild, { file, find, replace }: Mutation): void {
  const path = join(project, 'src', ...file.split('/'));
  pluginBuild.onLoad({ filter: /\.ts$/ }, (args) => {
    if (args.path !== path) return undefined;
    const source = readFileSync(path, 'utf8');
    return { contents: source.split(find).join(replace), loader: 'ts' };
  });
}

/**
 * What shows that a rule is broken, by `file: rule`: it is tried first. Only saves time: the rest is
 * tried all the same. `OUTLAY_UPDATE_SHOWN=1` writes it anew.
 */
const shownFile = join(project, 'test', 'lib', 'shownBy.json');
const shownBy = JSON.parse(readFileSync(shownFile, 'utf8')) as Record<string, string>;
const shown: Record<string, string> = {};
const update = process.env.OUTLAY_UPDATE_SHOWN === '1';

/**
 * The rules are broken in turn, a quarter of them each day: they change seldom, and all of them take minutes.
 * `OUTLAY_ALL_MUTATIONS=1` breaks them all.
 */
const all = update || process.env.OUTLAY_ALL_MUTATIONS === '1';
const quarter = Math.floor(Date.now() / 86_400_000) % 4;

/** Runs the check; '' when all is well, else what it complained of. */
async function run(mutation: Mutation | undefined, first = ''): Promise<string> {
  using dir = tempDir();
  const script = dir.at('check.cjs');
  await bundle(script, mutation);
  const child = spawn(process.execPath, [script, dir.path, worldsFolder, first], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      NODE_PATH: join(project, 'node_modules'),
      // No other run has the same script.
      NODE_DISABLE_COMPILE_CACHE: '1',
    },
  });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const [code] = await once(child, 'close');
  return code === 0 ? '' : errors || `exit ${code}`;
}

using shared = tempDir();
const worldsFolder = shared.at('worlds');
mkdirSync(worldsFolder);
for (let i = 0; i < worldCount; i++) {
  const stored = largeWorld(i + 1, 8 + (i % 4) * 10).map(({ root, path, content }) => {
    return { root, path, content: content.toString('base64') };
  });
  writeFileSync(join(worldsFolder, `${i + 1}.json`), JSON.stringify(stored));
}

await describe('every rule is proved by a check that fails without it', { concurrency: 2 }, () => {
  test('with all rules the check passes', async () => {
    assert.equal(await run(undefined), '');
  });
  for (const [index, mutation] of mutations.entries()) {
    const { rule, file, find } = mutation;
    const name = `${file}: ${rule}`;
    test(name, async (t) => {
      const source = readFileSync(join(project, 'src', file.split('/').join(sep)), 'utf8');
      assert.equal(source.split(find).length, 2, 'the text to be changed stands in the file once');
      if (!all && index % 4 !== quarter) return;
      const said = await run(mutation, shownBy[name]);
      assert.notEqual(said, '', 'the check passes without this rule');
      const by = said.trim().split('\n').at(-1) ?? '';
      if (by !== shownBy[name])
        t.diagnostic(`slow: OUTLAY_UPDATE_SHOWN=1 notes that ${by} shows it`);
      shown[name] = by;
    });
  }
  after(() => {
    if (!update) return;
    const inOrder = mutations.map(({ file, rule }) => `${file}: ${rule}`);
    writeFileSync(shownFile, `${JSON.stringify(shown, inOrder, 2)}\n`);
  });
});
