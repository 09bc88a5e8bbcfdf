/** The npm package, as someone gets it who types `npx outlay`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { build } from '../../esbuild.mjs';
import { pack } from '../../scripts/release/pack.mjs';
import { absoluteLinks } from '../../scripts/release/pages.mjs';
import { auditedProject } from '../../scripts/release/shipped.mjs';
import { inRoot } from '../../scripts/shared/paths.mjs';
import { npm } from '../../scripts/shared/processes.mjs';

describe('npm package', () => {
  let folder;
  let cli;
  let env;

  before(async () => {
    const [tarball] = await pack(['tarball']);
    folder = await mkdtemp(path.join(tmpdir(), 'outlay-npm-'));
    await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
    const args = ['install', tarball, '--offline', '--no-audit', '--no-fund', '--prefix', folder];
    await npm(args, { cwd: folder });
    cli = path.join(folder, 'node_modules/outlay/dist/cli.cjs');
    env = {
      ...process.env,
      OUTLAY_DATA_DIR: path.join(folder, 'data'),
      OUTLAY_STORE: path.join(folder, 'data/outlay.db'),
      CLAUDE_CONFIG_DIR: path.join(folder, 'claude'),
    };
  });
  after(() => folder && rm(folder, { recursive: true, force: true }));

  it('brings no other packages with it', async () => {
    const lock = JSON.parse(await readFile(path.join(folder, 'package-lock.json'), 'utf8'));
    assert.deepEqual(Object.keys(lock.packages).sort(), ['', 'node_modules/outlay']);
  });

  it('has a page whose links lead into the repository', async () => {
    const installed = path.join(folder, 'node_modules/outlay');
    const manifest = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
    assert.equal(
      await readFile(path.join(installed, 'README.md'), 'utf8'),
      absoluteLinks(await readFile(inRoot('README.md'), 'utf8'), manifest),
    );
  });

  it('has a bill of what of other people’s is in it: those that were bundled, and nothing else', async () => {
    const installed = path.join(folder, 'node_modules/outlay');
    const bill = JSON.parse(await readFile(path.join(installed, 'dist/sbom.cdx.json'), 'utf8'));
    const { name, version } = JSON.parse(await readFile(inRoot('package.json'), 'utf8'));
    assert.deepEqual(
      [bill.bomFormat, bill.metadata.component.name, bill.metadata.component.version],
      ['CycloneDX', name, version],
    );
    assert.deepEqual([bill.serialNumber, bill.metadata.timestamp], [undefined, undefined]);
    // Counted from the source maps, which only an unminified build has.
    const plain = path.join(folder, 'plain');
    await build({ outdir: plain });
    const files = await readdir(plain, { recursive: true });
    const shipped = files.filter((file) => /^[\w-]+\.cjs\.map$|^webview.*\.js\.map$/.test(file));
    assert.ok(shipped.length > 7, shipped.join());
    const bundled = new Set(['better-sqlite3', 'sqlite']);
    for (const file of shipped) {
      const { sources } = JSON.parse(await readFile(path.join(plain, file), 'utf8'));
      for (const source of sources) {
        const found = /node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//.exec(source)?.[1];
        if (found !== undefined) bundled.add(found);
      }
    }
    const listed = bill.components.map((each) =>
      each.group ? `${each.group}/${each.name}` : each.name,
    );
    assert.deepEqual([...new Set(listed)].sort(), [...bundled].sort());
    const { packages } = JSON.parse(await readFile(inRoot('package-lock.json'), 'utf8'));
    for (const each of bill.components) {
      const licence = each.licenses[0].license.id;
      assert.match(
        licence,
        /^(MIT|MIT-0|ISC|BSD-[23]-Clause|0BSD|Apache-2\.0|blessing)$/,
        each.name,
      );
      assert.match(each.version, /^\d+\.\d+\.\d+$/, each.name);
      if (each.name === 'sqlite') continue;
      const known = Object.entries(packages).filter(([at]) =>
        at.endsWith(
          `node_modules/${each.purl.slice(8).split('@').slice(0, -1).join('@').replace('%40', '@')}`,
        ),
      );
      assert.ok(
        known.some(([, entry]) => entry.version === each.version),
        each.purl,
      );
    }
  });

  it('is what the registry is asked about: npm itself would look at nothing', async () => {
    const bill = JSON.parse(
      await readFile(path.join(folder, 'node_modules/outlay/dist/sbom.cdx.json'), 'utf8'),
    );
    const out = path.join(folder, 'audited');
    await build({ production: true, outdir: out });
    const meta = JSON.parse(await readFile(path.join(out, 'meta.json'), 'utf8'));
    const { lock } = await auditedProject(meta);
    const asked = Object.entries(lock.packages).filter(([at]) => at !== '');
    assert.equal(asked.length, bill.components.length - 1);
    for (const [at, { version, dev }] of asked) {
      assert.equal(dev, undefined, at);
      assert.ok(
        bill.components.some((each) => each.purl.endsWith(`@${version}`)),
        at,
      );
    }
  });

  it('is a library with types, for modules of both kinds', async () => {
    const project = path.join(folder, 'project');
    await mkdir(path.join(project, 'node_modules/@anthropic-ai'), { recursive: true });
    for (const name of ['openai', '@anthropic-ai/sdk', '@types']) {
      await symlink(inRoot('node_modules', name), path.join(project, 'node_modules', name));
    }
    const program = `
      import Anthropic from '@anthropic-ai/sdk';
      import OpenAI from 'openai';
      import { recentCalls, reset, scope, status, summary, track } from 'outlay/capture';
      const openai: OpenAI = track(new OpenAI({ apiKey: 'k' }), { agent: 'writer', includeUsage: false });
      const claude: Anthropic = track(new Anthropic({ apiKey: 'k' }));
      const ask = async () => {
        const message = await claude.messages.create({ model: 'claude-sonnet-5-5', max_tokens: 9, messages: [] });
        const tokens: number = message.usage.output_tokens;
        const { response } = await openai.chat.completions.create({ model: 'gpt-5.5', messages: [] }).withResponse();
        const usd: number = (await summary({ since: new Date(), by: 'agent' })).usd;
        const failure: string | null | undefined = (await recentCalls(5))[0]?.failure;
        await reset();
        return [tokens, response.status, usd, failure];
      };
      // @ts-expect-error there is no such grouping
      const wrong = () => summary({ by: 'mood' });
      // @ts-expect-error a label is a text
      const odd = () => track(openai, { agent: 5 });
      const number: number = scope({ task: 'T-1', correlation: 'c' }, () => 1);
      console.log(typeof ask, typeof wrong, typeof odd, number, status().written);`;
    for (const name of ['program.mts', 'program.cts']) {
      await writeFile(path.join(project, name), program);
    }
    const options = {
      module: 'nodenext',
      target: 'es2023',
      strict: true,
      types: ['node'],
      exactOptionalPropertyTypes: true,
    };
    const config = {
      compilerOptions: { ...options, skipLibCheck: true },
      files: ['program.mts', 'program.cts'],
    };
    await writeFile(path.join(project, 'tsconfig.json'), JSON.stringify(config));
    // Our own declarations are held to the same.
    await writeFile(path.join(project, 'alone.mts'), "export * from 'outlay/capture';\n");
    const alone = {
      compilerOptions: { ...options, types: [], skipLibCheck: false, noEmit: true },
      files: ['alone.mts'],
    };
    await writeFile(path.join(project, 'alone.json'), JSON.stringify(alone));
    for (const file of ['tsconfig.json', 'alone.json']) {
      const args = [inRoot('node_modules/typescript/bin/tsc'), '-p', file];
      const { status, stdout } = spawnSync(process.execPath, args, {
        cwd: project,
        encoding: 'utf8',
      });
      assert.equal(status, 0, stdout);
    }
    for (const name of ['program.mjs', 'program.cjs']) {
      const { stdout, stderr } = spawnSync(process.execPath, [name], {
        cwd: project,
        env,
        encoding: 'utf8',
      });
      assert.equal(stdout, 'function function function 1 0\n', stderr);
    }
  });

  it('puts a command on the PATH that knows its version', async () => {
    const { version } = JSON.parse(await readFile(inRoot('package.json'), 'utf8'));
    const command = path.join(folder, 'node_modules/.bin/outlay');
    const shell = process.platform === 'win32';
    const { status, stdout, stderr } = spawnSync(command, ['--version'], {
      env,
      shell,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    assert.equal(stdout.trim(), version);
  });

  it('says in one sentence that a Node without Node-API 10 is too old', async () => {
    const pretend = path.join(folder, 'old-node.cjs');
    await writeFile(pretend, "Object.defineProperty(process.versions, 'napi', { value: '9' });\n");
    const args = ['--require', pretend, cli, '--version'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    assert.equal(status, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^[^\n]+\n$/);
    assert.match(stderr, /Node/);
  });
});
