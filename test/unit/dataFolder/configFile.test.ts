import assert from 'node:assert/strict';
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
    updateConfig(file, (content) => ({ ...content, settings: { a: 3 } }), { anew: true });
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

  test('what is no JSON is only written anew by who may', () => {
    using dir = tempDir();
    const file = dir.at('config.json');
    for (const text of ['{', '[]', 'null']) {
      writeFileSync(file, text);
      assert.throws(() => updateConfig(file, () => ({})), /is not JSON with an object/);
      assert.equal(readFileSync(file, 'utf8'), text);
      assert.equal(
        updateConfig(file, (content) => ({ ...content, settings: {} }), { anew: true }),
        true,
      );
    }
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
