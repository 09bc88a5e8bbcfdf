import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  isObjectText,
  memberText,
  withMember,
  withMemberText,
  withoutMember,
} from '../../../src/text/jsonMember.ts';

const value = { type: 'command', command: 'outlay statusline' };

describe('one member of a JSON text', () => {
  test('is added behind the last one, in the indentation that is there', () => {
    assert.equal(
      withMember('{\n\t"a": [1, 2], // two\n\t"b": {}\n}\n', 'c', { d: 1 })!.text,
      '{\n\t"a": [1, 2], // two\n\t"b": {},\n\t"c": {\n\t\t"d": 1\n\t}\n}\n',
    );
    assert.equal(withMember('{}', 'c', 1)!.text, '{\n  "c": 1\n}');
    assert.equal(withMember('{"a":1}', 'c', { d: 1 })!.text, '{"a":1, "c": {"d":1}}');
    assert.match(withMember('{\r\n  "a": 1\r\n}\r\n', 'c', 1)!.text, /1,\r\n {2}"c": 1\r\n}\r\n$/);
  });

  test('is replaced where it stands, the last one where there are two', () => {
    const text = '{ "s": 1, "a": "}\\"{", "s": { "x": [ ] }, "b": null }';
    assert.equal(memberText(text, 's'), '{ "x": [ ] }');
    assert.equal(withMember(text, 's', 2)!.text, '{ "s": 1, "a": "}\\"{", "s": 2, "b": null }');
    assert.equal(withMemberText(text, 'b', '7'), text.replace('null', '7'));
  });

  test('is taken out with its comma', () => {
    assert.equal(withoutMember('{"a":1,"s":2,"b":3}', 's'), '{"a":1,"b":3}');
    assert.equal(withoutMember('{"s":2, "b":3}', 's'), '{"b":3}');
    assert.equal(withoutMember('{"a":1, "s":2}', 's'), '{"a":1}');
    assert.equal(withoutMember('{"a":1}', 's'), undefined);
  });

  test('what is no object is left alone', () => {
    for (const text of [
      '',
      '[]',
      '{"a":1',
      '{"a" 1}',
      '{"a":1} x',
      '{a:1}',
      '{"a":}',
      '{"a":1 "b":2}',
    ]) {
      assert.equal(isObjectText(text), false, text);
      assert.equal(withMember(text, 's', 1), undefined, text);
    }
  });

  test('added and taken out again, every byte is as it was', () => {
    const texts = fc
      .tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 1, 2, '\t'))
      .map(([object, indent]) => JSON.stringify(object, undefined, indent));
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(memberText(text, 'statusLine') === undefined);
        const { text: changed, added } = withMember(text, 'statusLine', value)!;
        assert.deepEqual(JSON.parse(changed), { ...JSON.parse(text), statusLine: value });
        assert.equal(withoutMember(changed, 'statusLine', added), text);
      }),
    );
  });
});
