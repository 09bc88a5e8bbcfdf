/** The pages that marketplaces show: every link and picture of them leads somewhere. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import GithubSlugger from 'github-slugger';
import MarkdownIt from 'markdown-it';
import { absoluteLinks } from '../../scripts/release/pages.mjs';
import { inRoot } from '../../scripts/shared/paths.mjs';

const manifest = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
const web = manifest.repository.url.replace(/^git\+|\.git$/g, '');
const markdown = new MarkdownIt({ html: true });

/** Pages of the extension and the package where they can be had. */
const shops = [
  `https://marketplace.visualstudio.com/items?itemName=${manifest.publisher}.${manifest.name}`,
  `https://open-vsx.org/extension/${manifest.publisher}/${manifest.name}`,
];

/** All that is written in a page, HTML included. */
const tokensOf = (text) =>
  markdown.parse(text, {}).flatMap((token) => [token, ...(token.children ?? [])]);

/** What a page leads to and shows, from Markdown and HTML alike. */
function targetsOf(text) {
  return tokensOf(text).flatMap((token) => {
    if (token.type === 'link_open') return [token.attrGet('href')];
    if (token.type === 'image') return [token.attrGet('src')];
    if (!token.type.startsWith('html_')) return [];
    return [...token.content.matchAll(/\b(?:src|srcset|href)="([^"]*)"/g)].map(([, to]) => to);
  });
}

/** Names of a page's headings in addresses, as GitHub makes them. */
function anchorsOf(text) {
  const slugger = new GithubSlugger();
  const tokens = markdown.parse(text, {});
  return tokens.flatMap((token, at) =>
    token.type === 'heading_open'
      ? [slugger.slug((tokens[at + 1].children ?? []).map(({ content }) => content).join(''))]
      : [],
  );
}

const isCommitted = (file) =>
  spawnSync('git', ['ls-files', '--error-unmatch', file], { cwd: inRoot() }).status === 0;

/** What is wrong with the links of a page as it is packed. */
function deadLinks(text) {
  const packed = absoluteLinks(text, manifest);
  return targetsOf(packed).flatMap((target) => {
    if (target.startsWith('#')) {
      return anchorsOf(packed).includes(target.slice(1)) ? [] : [`${target}: no such heading`];
    }
    if (shops.includes(target)) return [];
    const [, kind, file, anchor] =
      new RegExp(`^${web}/(raw|blob)/v${manifest.version}/([^#]+)(?:#(.*))?$`).exec(target) ?? [];
    if (file === undefined) return [`${target}: not in the repository`];
    if (!isCommitted(file)) return [`${target}: no such file`];
    if ((kind === 'raw') !== /\.(png|gif)$/.test(file)) return [`${target}: not as it is shown`];
    if (anchor === undefined) return [];
    const there = anchorsOf(readFileSync(inRoot(file), 'utf8')).includes(anchor);
    return there ? [] : [`${target}: no such heading`];
  });
}

for (const page of ['README.md', 'CHANGELOG.md']) {
  const text = readFileSync(inRoot(page), 'utf8');

  describe(`packed ${page}`, () => {
    it('leads only to what is there', () => {
      assert.ok(targetsOf(text).length > (page === 'README.md' ? 20 : 2));
      assert.deepEqual(deadLinks(text), []);
    });
  });
}

describe('pages of the repository', () => {
  const folder = readdirSync(inRoot('docs')).map((name) => `docs/${name}`);
  const others = ['ARCHITECTURE.md', 'CONTRIBUTING.md', ...folder];
  for (const page of others.filter((name) => name.endsWith('.md'))) {
    it(`${page} leads only to what is there`, () => {
      const text = readFileSync(inRoot(page), 'utf8');
      const dead = targetsOf(text).filter((target) => {
        if (/^[a-z]+:/.test(target)) return false;
        const [file, anchor] = target.split('#');
        const to = file === '' ? page : path.join(path.dirname(page), file);
        if (!isCommitted(to)) return true;
        return (
          anchor !== undefined && !anchorsOf(readFileSync(inRoot(to), 'utf8')).includes(anchor)
        );
      });
      assert.deepEqual(dead, []);
    });
  }
});

describe('a dead link', () => {
  for (const [what, link] of [
    ['to a file that is not there', '[a](docs/nothing.md)'],
    ['to a heading that is not there', '[a](docs/budgets.md#nothing)'],
    ['to a heading of the page itself', '[a](#nothing)'],
    ['to somewhere else', '[a](https://example.com/)'],
    ['of a picture', '<img src="docs/images/nothing.png">'],
    ['of a picture for dark pages', '<source srcset="docs/images/nothing.gif">'],
  ]) {
    it(`${what} is found`, () => assert.equal(deadLinks(`${link}\n`).length, 1));
  }
});

describe('README.md', () => {
  const text = readFileSync(inRoot('README.md'), 'utf8');
  const pictures = targetsOf(text).filter((target) => /\.(png|gif)$/.test(target));

  it('has each picture on light and on dark ground, small enough to be shown', () => {
    const light = pictures.filter((file) => file.includes('-light.'));
    const dark = light.map((file) => file.replace('-light.', '-dark.'));
    assert.ok(light.length >= 4);
    assert.deepEqual([...light, ...dark].sort(), pictures.toSorted());
    for (const file of pictures) {
      const { size } = statSync(inRoot(file));
      assert.ok(size <= (file.endsWith('.gif') ? 2_000_000 : 500_000), `${file}: ${size} bytes`);
    }
  });

  it('says how to run everything, and that is what runs', () => {
    const script = readFileSync(inRoot('.ci/run'), 'utf8');
    assert.match(text, /^ {4}npm test +#/m);
    assert.match(script, /^exec npm test$/m);
  });

  it('begins with what it is, then how to install it', () => {
    const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    assert.equal(headings[0], 'Install');
    for (const way of [...shops, 'npm install -g outlay', 'code --install-extension outlay.outlay'])
      assert.ok(text.slice(0, text.indexOf('## Why')).includes(way), way);
  });
});

describe('the manifest', () => {
  it('has what marketplaces show and search', () => {
    assert.match(manifest.displayName, /^Outlay\b.*Claude Code.*cost.*budget/);
    assert.ok(manifest.categories.includes('AI'));
    assert.ok(manifest.keywords.length <= 30);
    assert.deepEqual(manifest.galleryBanner, { color: '#1f3a4d', theme: 'dark' });
    for (const address of [manifest.homepage, manifest.bugs.url, manifest.qna]) {
      assert.ok(address.startsWith(web), address);
    }
  });
});
