import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { reportsPage, withColumns } from '../../scripts/release/reportsPage.ts';
import { reportDefinitions } from '../../src/reports/registry.ts';

const page = (name: string): string =>
  readFileSync(join(import.meta.dirname, '..', '..', 'docs', name), 'utf8');

describe('pages made of the sources', () => {
  test('docs/reports.md is what the definitions say (npm run docs)', () => {
    assert.equal(page('reports.md'), reportsPage());
  });

  test('docs/export.md has the columns there are (npm run docs)', () => {
    assert.equal(page('export.md'), withColumns(page('export.md')));
    assert.match(page('export.md'), /\| `cost_usd` \|/);
  });

  test('every report has an example, and each begins with its command', () => {
    for (const { name, examples } of reportDefinitions) {
      assert.ok(examples.length > 0, name);
      assert.ok(
        examples.some(([line]) => line.includes(`outlay ${name}`)),
        name,
      );
    }
  });
});
