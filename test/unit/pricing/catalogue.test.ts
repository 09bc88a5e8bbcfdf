import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { tokenClasses } from '../../../src/model/tokens.ts';
import schema from '../../../src/pricing/catalogue.schema.json' with { type: 'json' };
import { bundledCatalogue } from '../../../src/pricing/catalogue.ts';
import { dayStart } from '../../../src/pricing/days.ts';
import { normaliseModel } from '../../../src/pricing/matchModel.ts';

const validator = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);

test('the catalogue has the shape its schema describes', () => {
  const { others: _, ...claude } = bundledCatalogue;
  assert.deepEqual(validator.safeParse(claude).error?.issues ?? [], []);
});

test('the schema refuses what would price wrongly', () => {
  const [first] = bundledCatalogue.models;
  const [price] = first!.rows;
  const damaged = [
    { ...price, input: 5 },
    { ...price, input: '-5' },
    { ...price, input: '1e3' },
    { ...price, cacheRead: undefined },
    { ...price, from: '9 November 2026' },
    { ...price, cacheread: '1' },
    { ...price, above: { promptTokens: 200_000, input: '1' } },
  ];
  for (const bad of damaged) {
    const { others: _, ...claude } = bundledCatalogue;
    const catalogue = { ...claude, models: [{ ...first, rows: [bad] }] };
    assert.equal(validator.safeParse(catalogue).success, false, JSON.stringify(bad));
  }
});

test('days are days of the calendar, and the rows of a model follow each other', () => {
  for (const { id, rows, fast, ends } of bundledCatalogue.models) {
    const days = rows.map((row) => row.from);
    assert.deepEqual(days, [...new Set(days)].sort(), id);
    for (const day of [...days, ...rows.map((row) => row.checked), fast?.removed, ends?.day]) {
      if (day !== undefined) assert.notEqual(dayStart(day), undefined, `${id}: ${day}`);
    }
    for (const row of rows) assert.ok(row.from! <= row.checked!, `${id}: checked before it began`);
  }
  assert.notEqual(dayStart(bundledCatalogue.checked), undefined);
});

test('every row names a source that is explained, and every explanation is used', () => {
  const used = new Set(
    bundledCatalogue.models.flatMap(({ rows, ends }) => [
      ...rows.map((row) => row.source),
      ...(ends ? [ends.source] : []),
    ]),
  );
  assert.deepEqual([...used].sort(), Object.keys(bundledCatalogue.sources).sort());
});

test('no name stands for two models', () => {
  const names = bundledCatalogue.models.flatMap(({ id, aliases = [] }) => [id, ...aliases]);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  for (const name of names) assert.equal(normaliseModel(name).name, name);
});

test('cache writes cost 1.25 and 2 times the input, but for the rounded rates of Claude 3 Haiku', () => {
  for (const { id, rows } of bundledCatalogue.models) {
    for (const row of rows) {
      for (const rates of [row, row.above].filter((part) => part !== undefined)) {
        for (const name of tokenClasses) assert.ok(Number(rates[name]) > 0, `${id} ${name}`);
        if (id === 'claude-3-haiku') continue;
        assert.equal(Number(rates.cacheWrite5m), Number(rates.input) * 1.25, id);
        assert.equal(Number(rates.cacheWrite1h), Number(rates.input) * 2, id);
      }
    }
  }
});
