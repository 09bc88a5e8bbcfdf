import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { storeBudget } from '../../../src/dataFolder/budgetFile.ts';
import { updateConfig } from '../../../src/dataFolder/configFile.ts';
import { tempDir } from '../../lib/tempDir.ts';

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

describe('config.json', () => {
  test('each writer keeps the part of the other, and what neither knows', () => {
    using dir = tempDir();
    const file = dir.at('data', 'config.json');
    updateConfig(file, (content) => ({ ...content, settings: { a: 1 } }));
    updateConfig(file, (content) => ({ ...content, budgets: [2], future: true }));
    updateConfig(file, (content) => ({ ...content, settings: { a: 3 } }), {
      onBroken: () => assert.fail('it is not'),
    });
    assert.deepEqual(read(file), { revision: 3, settings: { a: 3 }, budgets: [2], future: true });
    assert.equal(
      updateConfig(file, () => undefined),
      false,
    );
    assert.deepEqual(readdirSync(dir.at('data')), ['config.json'], 'nothing half written is left');
  });

  test('what somebody else wrote meanwhile is read again before it is changed', () => {
    using dir = tempDir();
    const file = dir.at('config.json');
    let calls = 0;
    updateConfig(file, (content) => {
      calls += 1;
      if (calls === 1) writeFileSync(file, '{ "revision": 8, "settings": { "theirs": true } }');
      return { ...content, budgets: [1] };
    });
    assert.equal(calls, 2);
    assert.deepEqual(read(file), { revision: 9, settings: { theirs: true }, budgets: [1] });
  });

  test('what is no JSON is only written anew by who may, and kept under another name', () => {
    for (const text of ['{', '[]', 'null', '{ "budgets": [1], }']) {
      using dir = tempDir();
      const file = dir.at('config.json');
      writeFileSync(file, text);
      assert.throws(() => updateConfig(file, () => ({})), /is not JSON with an object/);
      assert.equal(readFileSync(file, 'utf8'), text);
      const kept: string[] = [];
      const change = (content: object) => ({ ...content, settings: {} });
      assert.equal(updateConfig(file, change, { onBroken: (name) => kept.push(name) }), true);
      assert.equal(kept.length, 1);
      assert.match(kept[0]!, /config\.json\.broken-2\d{3}-[\dTZ-]+$/);
      assert.equal(readFileSync(kept[0]!, 'utf8'), text);
      assert.deepEqual(read(file), { revision: 1, settings: {} });
      assert.equal(readdirSync(dir.path).length, 2);
    }
  });

  test('no change of several programs at once is lost', async () => {
    using dir = tempDir();
    const file = dir.at('data', 'config.json');
    const module = JSON.stringify(
      new URL('../../../src/dataFolder/configFile.ts', import.meta.url).href,
    );
    const source = `const { updateConfig } = await import(${module});
      for (let i = 0; i < 30; i += 1) {
        updateConfig(${JSON.stringify(file)}, (content) => ({
          ...content,
          budgets: [...(content.budgets ?? []), process.argv[1] + '-' + i],
        }));
      }`;
    const codes = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (name) => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', source, name], {
          stdio: 'inherit',
        });
        const [code] = await once(child, 'exit');
        return code as number;
      }),
    );
    assert.deepEqual(codes, [0, 0, 0, 0]);
    const { budgets, revision } = read(file) as { budgets: string[]; revision: number };
    assert.deepEqual([budgets.length, new Set(budgets).size, revision], [120, 120, 120]);
    assert.deepEqual(readdirSync(dir.at('data')), ['config.json']);
  });

  test('a file that is changed whenever it is looked at is given up, not overwritten', () => {
    using dir = tempDir();
    const file = dir.at('config.json');
    let theirs = 0;
    const change = (content: object) => {
      theirs += 1;
      writeFileSync(file, JSON.stringify({ revision: theirs, theirs }));
      return { ...content, ours: true };
    };
    assert.throws(() => updateConfig(file, change), /changed all the time/);
    assert.deepEqual(read(file), { revision: theirs, theirs });
  });

  test('a budget that cannot be read is kept beside the new one', () => {
    using dir = tempDir();
    const file = dir.at('config.json');
    writeFileSync(file, '{ "budgets": [{ "scope": "galaxy" }] }');
    storeBudget(file, {
      budget: {
        scope: { kind: 'global' },
        period: { kind: 'day' },
        unit: { kind: 'usd' },
        limit: 2e9,
        thresholds: { info: 0.5, warning: 0.75, critical: 0.9, stop: 1 },
        basis: 'actual',
        action: 'notify',
      },
      origin: 'budget set',
      setAt: 0,
    });
    assert.deepEqual((read(file) as { budgets: object[] }).budgets, [
      { scope: 'galaxy' },
      {
        scope: 'global',
        period: 'day',
        unit: 'usd',
        limit: 2,
        ladder: '50/75/90/100',
        basis: 'actual',
        action: 'notify',
        setAt: '1970-01-01T00:00:00.000Z',
      },
    ]);
  });
});
