import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isOddTime, readTime, timeAt } from '../../../src/agents/timestamp.ts';

function read(json: string): number {
  const buf = Buffer.from(json);
  return timeAt(buf, 0, buf.length);
}

test('a time as Claude Code writes it is what Date says', () => {
  const range = { min: new Date(Date.UTC(2000, 0, 1)), max: new Date(Date.UTC(2199, 11, 31)) };
  fc.assert(
    fc.property(fc.date({ ...range, noInvalidDate: true }), (date) => {
      assert.equal(read(JSON.stringify(date.toISOString())), date.getTime());
    }),
  );
});

for (const [text, expected] of [
  ['2026-11-22T00:20:27.778Z', Date.UTC(2026, 10, 22, 0, 20, 27, 778)],
  ['2026-11-22T00:20:27Z', Date.UTC(2026, 10, 22, 0, 20, 27)],
  ['2026-11-22T00:20:27.778123Z', Date.UTC(2026, 10, 22, 0, 20, 27, 778)],
  ['2026-11-22T02:20:27.778+02:00', Date.UTC(2026, 10, 22, 0, 20, 27, 778)],
  ['2024-02-29T00:00:00.000Z', Date.UTC(2024, 1, 29)],
  ['2026-02-29T00:00:00.000Z', Number.NaN],
  ['2026-02-30T10:00:00Z', Number.NaN],
  ['2026-04-31T10:00:00.000Z', Number.NaN],
  ['2026-13-22T00:20:27.778Z', Number.NaN],
  ['2026-11-32T00:20:27.778Z', Number.NaN],
  ['2026-11-22T24:20:27.778Z', Number.NaN],
  ['2026-11-22T00:60:27.778Z', Number.NaN],
  ['2026-11-22T00:20:61.778Z', Number.NaN],
  ['2026-11-22T00:20:27.77xZ', Number.NaN],
  ['2026-1x-22T00:20:27.778Z', Number.NaN],
  ['2026-11-22T00:20:27.778', Number.NaN],
  ['2026-11-22', Number.NaN],
  ['yesterday', Number.NaN],
  ['', Number.NaN],
] as const) {
  test(`time ${JSON.stringify(text)}`, () => {
    assert.equal(read(JSON.stringify(text)), expected);
  });
}

test('what is no text is no time', () => {
  assert.equal(read('1795306827778'), Number.NaN);
  assert.equal(read('null'), Number.NaN);
  assert.equal(timeAt(Buffer.from(''), -1, -1), Number.NaN);
  assert.equal(readTime(1_795_306_827_778), Number.NaN);
  assert.equal(readTime(undefined), Number.NaN);
});

test('a time no sound clock shows is odd', () => {
  const noon = Date.UTC(2026, 10, 20, 12);
  const at = (text: string, lastAt = 0): boolean => isOddTime(Date.parse(text), lastAt);
  assert.equal(at('2026-11-20T12:00:00Z'), false);
  assert.equal(at('1970-01-01T00:00:00Z'), true);
  assert.equal(at('2023-12-31T23:59:59Z'), true);
  assert.equal(at('2024-01-01T00:00:00Z'), false);
  assert.equal(at('2099-01-01T00:00:00Z'), true);
  assert.equal(at('2036-01-01T00:00:00Z'), true);
  // Years of a pause in one file: only where something is before it.
  assert.equal(at('2031-01-01T00:00:00Z', noon), true);
  assert.equal(at('2031-01-01T00:00:00Z'), false);
  assert.equal(at('2028-06-01T00:00:00Z', noon), false);
  assert.equal(at('2024-06-01T00:00:00Z', noon), false, 'before the last one: copied lines are');
  assert.equal(isOddTime(Number.NaN, noon), false);
});
