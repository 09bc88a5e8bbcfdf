/** What is in the packages that people install. */
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { before, describe, it } from 'node:test';
import { nativeOf, pack, universal, vsixPath } from '../../scripts/release/pack.mjs';
import { absoluteLinks } from '../../scripts/release/pages.mjs';
import { listZip, textInZip } from '../../scripts/release/zip.mjs';
import { inRoot } from '../../scripts/shared/paths.mjs';

const megabyte = 1_000_000;
const targets = [...Object.keys(nativeOf), universal];

/** Everything a package may hold besides binaries. What is not named here does not ship. */
const allowed = [
  '[Content_Types].xml',
  'extension.vsixmanifest',
  'extension/package.json',
  /^extension\/package\.nls(\.[a-z-]+)?\.json$/,
  /^extension\/l10n\/bundle\.l10n(\.[a-z-]+)?\.json$/,
  'extension/readme.md',
  'extension/changelog.md',
  'extension/LICENSE.txt',
  /^extension\/dist\/(extension|indexer|report|cli|cliMain|mail|postgres|guard|guardAnswer|mcp|serve|statusline)\.cjs$/,
  /^extension\/dist\/shared-[A-Z0-9]{8}\.cjs$/,
  'extension/dist/sbom.cdx.json',
  /^extension\/dist\/webview\/[\w-]+\.(js|css)$/,
  'extension/golden/corpus.br',
  'extension/golden/expected.json',
  /^extension\/docs\/[\w-]+\.schema\.json$/,
  /^extension\/media\/[\w-]+\.(png|svg|woff)$/,
  'extension/media/document.css',
  /^extension\/media\/walkthrough\/[\w-]+\.svg$/,
];

const required = [
  'extension/package.json',
  'extension/package.nls.json',
  'extension/l10n/bundle.l10n.json',
  'extension/readme.md',
  'extension/LICENSE.txt',
  'extension/media/icon.png',
  'extension/media/walkthrough/watch.svg',
  'extension/media/walkthrough/budget.svg',
  'extension/media/walkthrough/session.svg',
  'extension/media/walkthrough/pay.svg',
  'extension/media/walkthrough/save.svg',
  'extension/media/document.css',
  'extension/dist/extension.cjs',
  'extension/dist/indexer.cjs',
  'extension/dist/report.cjs',
  'extension/dist/guard.cjs',
  'extension/dist/guardAnswer.cjs',
  'extension/dist/cli.cjs',
  'extension/dist/cliMain.cjs',
  'extension/dist/mail.cjs',
  'extension/dist/postgres.cjs',
  'extension/dist/mcp.cjs',
  'extension/dist/serve.cjs',
  'extension/dist/statusline.cjs',
  'extension/dist/sbom.cdx.json',
  'extension/golden/corpus.br',
  'extension/golden/expected.json',
];

const isAllowed = (name) =>
  allowed.some((rule) => (typeof rule === 'string' ? rule === name : rule.test(name)));

const isNative = (name) => name.endsWith('.node');

describe('packed extension', () => {
  before(() => pack(targets));

  for (const target of targets) {
    describe(target, () => {
      let file;
      let names;
      before(async () => {
        file = await readFile(await vsixPath(target));
        names = listZip(file).map((entry) => entry.name);
      });

      it('holds everything that is needed', () => {
        for (const name of required) assert.ok(names.includes(name), `${name} is missing`);
      });

      it('holds nothing else', () => {
        const others = names.filter((name) => !isNative(name) && !isAllowed(name));
        assert.deepEqual(others, []);
      });

      it('has pages whose links lead into the repository', async () => {
        const manifest = JSON.parse(textInZip(file, 'extension/package.json'));
        for (const page of ['README.md', 'CHANGELOG.md']) {
          const text = absoluteLinks(await readFile(inRoot(page), 'utf8'), manifest);
          assert.equal(textInZip(file, `extension/${page.toLowerCase()}`), text, page);
        }
      });

      it('holds the right binaries', () => {
        const wanted = target === universal ? Object.values(nativeOf) : [nativeOf[target]];
        const expected = wanted.map((name) => `extension/dist/native/${name}.node`);
        assert.deepEqual(names.filter(isNative).sort(), expected.sort());
      });

      it('is small', async () => {
        const { size } = await stat(await vsixPath(target));
        const limit = target === universal ? 12 * megabyte : 3 * megabyte;
        assert.ok(size <= limit, `${size} bytes`);
      });
    });
  }
});

describe('manifest', () => {
  it('names files that exist', async () => {
    const { icon, main, bin } = JSON.parse(await readFile(inRoot('package.json'), 'utf8'));
    assert.deepEqual(
      { main, bin },
      { main: './dist/extension.cjs', bin: { outlay: 'dist/cli.cjs' } },
    );
    await stat(inRoot(icon));
  });

  it('has a lock file that installs anywhere: no addresses, nothing to compile', async () => {
    const text = await readFile(inRoot('package-lock.json'), 'utf8');
    assert.doesNotMatch(text, /"resolved"/);
    assert.equal(JSON.parse(text).packages['node_modules/better-sqlite3'].gypfile, false);
  });

  it('depends on exact versions', async () => {
    const { devDependencies } = JSON.parse(await readFile(inRoot('package.json'), 'utf8'));
    for (const [name, version] of Object.entries(devDependencies)) {
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
    }
  });
});
