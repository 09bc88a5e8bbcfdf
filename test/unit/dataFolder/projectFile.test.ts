import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { BudgetEntry } from '../../../src/dataFolder/budgetFile.ts';
import {
  ProjectFiles,
  parseProjectFile,
  projectFileName,
} from '../../../src/dataFolder/projectFile.ts';
import { type Schema, violations } from '../../cli/jsonSchema.ts';
import { tempDir } from '../../lib/tempDir.ts';

const root = '/home/dev/shop';
const file = `${root}/${projectFileName}`;
const parse = (content: unknown) => parseProjectFile(JSON.stringify(content), root, file);
const limits = (entries: readonly BudgetEntry[]) =>
  entries.map(({ budget }) => [budget.period.kind, budget.limit]);

describe('a project file', () => {
  test('has budgets of its own project, with what is not said as elsewhere', () => {
    const { entries, problems } = parse({
      budgets: [
        { period: 'day', limit: 5 },
        { period: 'month', limit: 100_000, unit: 'tokens', ladder: '60/80/100', action: 'ask' },
      ],
    });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      entries.map(({ budget, origin, file: from }) => [budget.scope, origin, from]),
      [1, 2].map(() => [{ kind: 'project', path: root }, 'project file', file]),
    );
    assert.deepEqual(limits(entries), [
      ['day', 5e9],
      ['month', 100_000],
    ]);
    assert.equal(entries[1]!.budget.thresholds.warning, 0.8);
    assert.equal(entries[1]!.budget.action, 'ask');
  });

  test('names what does not hold one by one, and the rest holds', () => {
    const { entries, problems } = parse({
      budgets: [
        { period: 'day', limit: 5 },
        { period: 'day', limit: 3 },
        { period: 'week', limit: 5, scope: 'global' },
        { period: 'week', limit: -1 },
        { period: 'fortnight', limit: 1 },
        { limit: 1 },
        { period: 'day', limit: 1, unit: 'tokens', ladder: '100/50' },
        { period: 'day', limit: 1, note: 'hi' },
        'day',
        null,
        { period: 'month', limit: 1e12 },
        { period: 'month', limit: 1, action: 'rm -rf' },
      ],
    });
    assert.deepEqual(limits(entries), [['day', 3e9]]);
    const wanted = [
      /budgets\[1\] is another one of day, usd: the lower limit holds/,
      /budgets\[2\] does not hold: a project file has budgets of its own project only/,
      /budgets\[3\] does not hold: limit is not a number above 0/,
      /budgets\[4\] does not hold: "fortnight" is no period/,
      /budgets\[5\] does not hold: period is not a text/,
      /budgets\[6\] does not hold: "100\/50" is not a ladder/,
      /budgets\[7\] does not hold: "note" is no field of a budget/,
      /budgets\[8\] does not hold: it is no object/,
      /budgets\[9\] does not hold: it is no object/,
      /budgets\[10\] does not hold: "1000000000000" is no limit/,
      /budgets\[11\] does not hold: action is not one of notify/,
    ];
    assert.equal(problems.length, wanted.length);
    for (const [index, words] of wanted.entries()) assert.match(problems[index]!, words);
  });

  test('that is no such file at all has no budget, and says so in one sentence', () => {
    const cases: [text: string, words: RegExp][] = [
      ['', /is not JSON/],
      ['{', /is not JSON/],
      ['[]', /is no object/],
      ['7', /is no object/],
      ['{"budgets": {}}', /has budgets that are no list/],
      [`{"budgets": [${Array.from({ length: 21 }, () => '{}').join()}]}`, /has more than 20/],
      [`${'['.repeat(60_000)}`, /is not JSON/],
    ];
    for (const [text, words] of cases) {
      const { entries, problems } = parseProjectFile(text, root, file);
      assert.deepEqual([entries.length, problems.length], [0, 1], text.slice(0, 30));
      assert.match(problems[0]!, words);
    }
    assert.deepEqual(parseProjectFile('{}', root, file), { entries: [], problems: [] });
    assert.equal(parseProjectFile('\ufeff{}', root, file).problems.length, 0);
  });

  test('is checked by the editor as it is read', () => {
    const text = readFileSync(
      join(import.meta.dirname, '../../../docs/project.schema.json'),
      'utf8',
    );
    const schema = JSON.parse(text) as Schema;
    const day = { period: 'day', limit: 5 };
    const good = [
      day,
      { ...day, unit: 'tokens:input,output', limit: 1000 },
      { ...day, period: 'rolling:5h', ladder: 'daily', basis: 'forecast', action: 'stop' },
      { ...day, ladder: '50/75/90/100' },
    ];
    const bad = [
      { ...day, limit: 0 },
      { ...day, limit: '5' },
      { ...day, period: 'year' },
      { ...day, scope: 'global' },
      { ...day, unit: 'eur' },
      { ...day, ladder: 'steep' },
      { ...day, basis: 'hope' },
      { ...day, action: 'panic' },
      { limit: 5 },
    ];
    for (const one of good) {
      assert.deepEqual(violations(schema, { budgets: [one] }), []);
      assert.deepEqual(parse({ budgets: [one] }).problems, []);
    }
    for (const one of bad) {
      assert.ok(violations(schema, { budgets: [one] }).length > 0, JSON.stringify(one));
      assert.equal(parse({ budgets: [one] }).problems.length, 1, JSON.stringify(one));
    }
    const many = { budgets: Array.from({ length: 21 }, () => day) };
    assert.ok(violations(schema, many).length > 0 && parse(many).entries.length === 0);
  });

  test('whatever it says: budgets are of that project and above 0, sentences are short and plain', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('day', 'usd', '50/75/100', 'rolling:5h'));
    const field = fc.oneof(text, fc.double(), fc.integer(), fc.constant(null), fc.jsonValue());
    const names = ['period', 'limit', 'unit', 'ladder', 'basis', 'action', 'scope', '__proto__'];
    const entry = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), field);
    const good = fc.record({
      period: fc.constantFrom('day', 'week', 'month'),
      limit: fc.double({ min: 0.01, max: 1e6, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(entry, good, fc.jsonValue()), { maxLength: 25 }), (budgets) => {
        const { entries, problems } = parse({ budgets });
        for (const { budget, origin } of entries) {
          assert.deepEqual(budget.scope, { kind: 'project', path: root });
          assert.equal(origin, 'project file');
          assert.ok(budget.limit > 0);
        }
        for (const problem of problems) {
          assert.ok(problem.length < 700 && problem.includes(file), problem);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
          assert.doesNotMatch(problem, /[\u0000-\u001f\u007f\u202e]/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('project files', () => {
  test('are read again when they have changed, and forgotten when they are gone', () => {
    using dir = tempDir();
    const files = new ProjectFiles();
    const path = dir.at(projectFileName);
    const read = () => limits(files.read([dir.path, `${dir.path}/`]).entries);
    assert.deepEqual(read(), []);
    writeFileSync(path, JSON.stringify({ budgets: [{ period: 'day', limit: 5 }] }));
    assert.deepEqual(read(), [['day', 5e9]]);
    writeFileSync(path, JSON.stringify({ budgets: [{ period: 'week', limit: 40 }] }));
    assert.deepEqual(read(), [['week', 40e9]]);
    writeFileSync(path, '{}');
    assert.deepEqual(read(), []);
  });

  test('that are no regular files, too large, or not of this machine are not read', (t) => {
    using dir = tempDir();
    const good = JSON.stringify({ budgets: [{ period: 'day', limit: 5 }] });
    const at = (name: string): string => {
      mkdirSync(dir.at(name), { recursive: true });
      return join(dir.at(name), projectFileName);
    };
    writeFileSync(dir.at('secret'), good);
    symlinkSync(dir.at('secret'), at('link'));
    mkdirSync(at('folder'));
    writeFileSync(at('large'), `{"budgets":[],"pad":"${'x'.repeat(70_000)}"}`);
    const names = ['link', 'folder', 'large'];
    if (process.platform !== 'win32') {
      execFileSync('mkfifo', [at('pipe')]);
      names.push('pipe');
    } else t.diagnostic('no pipes here');
    for (const name of names) {
      const { entries, problems } = new ProjectFiles().read([dir.at(name)]);
      assert.deepEqual([entries.length, problems.length], [0, 1], name);
      assert.match(problems[0]!, /is no regular file|has more than 64 KB/, name);
    }
    const nowhere = ['', '.', 'relative', '//server/share', '\\\\server\\share', '/a\0b'];
    assert.deepEqual(new ProjectFiles().read(nowhere), { entries: [], problems: [] });
  });
});
