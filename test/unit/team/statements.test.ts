import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

const root = join(import.meta.dirname, '..', '..', '..');

/** What may stand between the braces of a statement's text: lists of columns, and constants of the schema. */
const constants = new Set([
  'name',
  'sums',
  'within',
  'table',
  'key',
  'order',
  'own',
  'ownRows',
  'single',
  'source',
  'unit',
  'whose',
]);

describe('statements of the team’s ledger', () => {
  test('hold nothing that comes from outside', () => {
    const found: string[] = [];
    const files = globSync('src/{team,cli/commands/team}/*.ts', { cwd: root });
    assert.ok(files.length > 8);
    for (const file of files) {
      const source = readFileSync(join(root, file), 'utf8');
      for (const [call] of source.matchAll(
        /\.(?:query|run)(?:<[^(]*>)?\(\s*`[\s\S]*?`,?\s*(?:\[|\))/g,
      )) {
        for (const [, value] of call.matchAll(/\$\{((?:[^{}`]|`[^`]*`|\{[^{}]*\})*)\}/g)) {
          if (!constants.has(value!.trim())) found.push(`${file}: ${value}`);
        }
      }
    }
    assert.deepEqual(found, []);
  });
});
