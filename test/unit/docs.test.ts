import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { apiPage } from '../../scripts/release/apiPage.ts';
import { withNames } from '../../scripts/release/otelPage.ts';
import { reportsPage, withColumns } from '../../scripts/release/reportsPage.ts';
import { reportDefinitions } from '../../src/reports/registry.ts';

const page = (name: string): string =>
  readFileSync(join(import.meta.dirname, '..', '..', 'docs', name), 'utf8');

describe('pages made of the sources', () => {
  test('docs/reports.md is what the definitions say (npm run docs)', () => {
    assert.equal(page('reports.md'), reportsPage());
  });

  test('docs/api.md is what the endpoints say (npm run docs)', () => {
    assert.equal(page('api.md'), apiPage());
  });

  test('docs/export.md has the columns there are (npm run docs)', () => {
    assert.equal(page('export.md'), withColumns(page('export.md')));
    assert.match(page('export.md'), /\| `cost_usd` \|/);
  });

  test('docs/otel.md has the names that are sent (npm run docs)', () => {
    assert.equal(page('otel.md'), withNames(page('otel.md')));
    for (const name of ['gen_ai.usage.input_tokens', 'outlay.cost.nano_usd', '--follow']) {
      assert.ok(page('otel.md').includes(`| \`${name}\` |`), name);
    }
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

describe('docs/security.md', () => {
  /** Cells such as: `test/a.test.ts` "one", "two"; `test/b.test.ts` "three". */
  const cells = page('security.md')
    .split('\n')
    .filter((line) => line.startsWith('|') && line.includes('`test/'))
    .map((line) => line.split(' | ').at(-1)!);

  test('names a test for each threat', () => {
    const threats = page('security.md')
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (threat|---)/.test(line));
    assert.ok(threats.length > 15);
    assert.equal(cells.length, threats.length);
  });

  test('every test it names is there', () => {
    for (const part of cells.flatMap((cell) => cell.split('; '))) {
      const file = /`(test\/[^`]+)`/.exec(part)?.[1];
      assert.ok(file !== undefined, part);
      const names = [...part.matchAll(/"((?:[^"\\]|\\.)+)"/g)].map((match) => match[1]!);
      assert.ok(names.length > 0, part);
      const source = readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8');
      for (const name of names) {
        const written = name.replaceAll('\\"', '"');
        const begins = ["'", '"', '`'].some((quote) =>
          new RegExp(`(?:test|it|describe)\\(\\s*${quote}${escaped(written)}`).test(source),
        );
        assert.ok(begins, `${file}: ${written}`);
      }
    }
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll("'", "\\\\?'");
}
