import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  isFalse,
  isObject,
  isTrue,
  KeySet,
  malformed,
  scanArray,
  scanObject,
  skipValue,
  stringAt,
} from '../../../src/agents/claude/scan/jsonScanner.ts';

const keys = new KeySet(['type', 'uuid', 'data', ''] as const);

/** Scans an object and gives the wanted values, parsed. */
function scan(text: string): Record<string, unknown> | number {
  const buf = Buffer.from(text);
  const spans = keys.spans();
  const stop = scanObject(buf, 0, buf.length, keys, spans);
  if (stop < 0) return stop;
  assert.equal(stop, buf.length);
  const found: Record<string, unknown> = {};
  keys.keys.forEach((key, i) => {
    const [start, end] = [spans.start(i), spans.end(i)];
    if (start >= 0) found[key] = JSON.parse(buf.toString('utf8', start, end));
  });
  return found;
}

test('values are found as JSON.parse finds them, in any valid JSON', () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  const long = fc.string({ unit: 'binary', minLength: 80, maxLength: 400 });
  const object = fc.dictionary(
    fc.oneof(fc.constantFrom('type', 'uuid', 'data', ''), fc.string({ maxLength: 6 })),
    fc.oneof(
      value,
      long,
      fc.constantFrom('\\', '"', '\\"', '"\\', '\\'.repeat(95), `${'x'.repeat(95)}\\"`),
    ),
  );
  const layout = fc.constantFrom(undefined, 1, '\t', '\r\n');
  fc.assert(
    fc.property(object, layout, (record, space) => {
      const text = JSON.stringify(record, null, space);
      const found = scan(text);
      // JSON.parse, because -0 is written as 0.
      const parsed = JSON.parse(text) as Record<string, unknown>;
      const expected = Object.fromEntries(
        keys.keys.filter((key) => Object.hasOwn(parsed, key)).map((key) => [key, parsed[key]]),
      );
      assert.deepEqual(found, expected);
    }),
    { numRuns: 2000 },
  );
});

test('every torn prefix of an object is malformed', () => {
  const text = `{"type":"a\\"b","n":[1,{"x":"]}"}],"data":{"k":"${'ü\\\\'.repeat(60)}"},"t":true}`;
  const bytes = Buffer.from(text);
  assert.equal(typeof scan(text), 'object');
  for (let length = 0; length < bytes.length; length++) {
    // What stands behind the end must not help.
    const stop = scanObject(bytes, 0, length, keys, keys.spans());
    assert.ok(stop < 0, `cut at ${length}`);
  }
});

test('the last of a repeated key counts', () => {
  assert.deepEqual(scan('{"type":"a","type":"b"}'), { type: 'b' });
});

for (const [text, expected] of [
  ['{}', {}],
  [' {}', malformed],
  ['{ }', {}],
  ['[]', malformed],
  ['{"type"}', malformed],
  ['{"type":}', malformed],
  ['{"type" : 1 , "uuid" :-2.5e+3 }', { type: 1, uuid: -2500 }],
  ['{"type":1 "uuid":2}', malformed],
  ['{"type":1,}', malformed],
  ['{"type":1,"uuid"', malformed],
  ['{type:1}', malformed],
  ['{"data":[}', malformed],
  ['{"\\u0074ype":1,"a\\"":2}', { type: 1 }],
  ['{"\\x0074ype":1}', malformed],
  ['{"\\', malformed],
] as const) {
  test(`scan ${text}`, () => {
    assert.deepEqual(scan(text), expected);
  });
}

test('the items of an array are read in passing', () => {
  const buf = Buffer.from('{"type":1,"data":[1,"]",{"a":[2]}],"uuid":"x"}');
  const items: string[] = [];
  const spans = keys.spans();
  assert.equal(scanObject(buf, 0, buf.length, keys, spans), buf.length);
  const [start, end] = [spans.start(2), spans.end(2)];
  const stop = scanArray(buf, start, buf.length, (bytes, from, to) => {
    const behind = skipValue(bytes, from, to);
    items.push(bytes.toString('utf8', from, behind));
    return behind;
  });
  assert.equal(stop, end);
  assert.deepEqual(items, ['1', '"]"', '{"a":[2]}']);
});

test('strings are decoded, and only strings', () => {
  const read = (text: string): string | undefined => {
    const buf = Buffer.from(text);
    return stringAt(buf, 0, buf.length);
  };
  assert.equal(read('"plain ü"'), 'plain ü');
  assert.equal(read('"a\\n\\u00fc\\ud83d\\ude42"'), 'a\nü🙂');
  assert.equal(read('"bad \\x escape"'), undefined);
  assert.equal(read('12'), undefined);
  assert.equal(stringAt(Buffer.from('""'), -1, -1), undefined);
});

test('of a very long string the beginning is decoded, wherever it is cut', () => {
  const text = 'ü\n🙂"\\'.repeat(400);
  for (const spelled of [JSON.stringify(text), `"${'\\u00fc\\ud83d\\ude42'.repeat(200)}"`]) {
    const whole = JSON.parse(spelled) as string;
    const buf = Buffer.from(spelled);
    for (let longest = 100; longest < 130; longest++) {
      const read = stringAt(buf, 0, buf.length, longest)!;
      assert.ok(read.length > 15, `${read.length} characters of ${longest} bytes`);
      assert.equal(whole.slice(0, read.length - 2), read.slice(0, -2));
    }
  }
});

test('literals are told apart by their first letter', () => {
  const at = (text: string, ask: (buf: Buffer, start: number) => boolean): boolean =>
    ask(Buffer.from(text), 0);
  assert.deepEqual(
    [at('true', isTrue), at('"true"', isTrue), at('1', isTrue)],
    [true, false, false],
  );
  assert.deepEqual([at('false', isFalse), at('null', isFalse)], [true, false]);
  assert.deepEqual([at('{}', isObject), at('[]', isObject)], [true, false]);
  assert.equal(isTrue(Buffer.from('true'), -1), false);
});
