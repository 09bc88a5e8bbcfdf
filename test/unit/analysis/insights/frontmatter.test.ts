import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  frontmatterValue,
  hunkOf,
  withFrontmatter,
} from '../../../../src/analysis/insights/frontmatter.ts';
import { processorMs } from '../../../lib/processorTime.ts';

test('a line of a megabyte takes no time', () => {
  const text = `---\nmodel: a${' '.repeat(1_000_000)}b\n---\n`;
  const took = processorMs(() => {
    assert.equal(frontmatterValue(text, 'model')?.length, 1_000_002);
  });
  assert.ok(took < 1000, `${took} ms`);
});

const cases: [name: string, before: string, after: string | undefined][] = [
  ['a value', '---\nname: a\nmodel: opus\n---\ntext\n', '---\nname: a\nmodel: haiku\n---\ntext\n'],
  ['no such line', '---\nname: a\n---\ntext', '---\nname: a\nmodel: haiku\n---\ntext'],
  ['an empty head', '---\n---\n', '---\nmodel: haiku\n---\n'],
  ['no value', '---\nmodel:\nname: a\n---\n', '---\nmodel: haiku\nname: a\n---\n'],
  ['CRLF', '---\r\nmodel: opus\r\n---\r\nx\r\n', '---\r\nmodel: haiku\r\n---\r\nx\r\n'],
  ['CRLF, added', '---\r\nname: a\r\n---\r\n', '---\r\nname: a\r\nmodel: haiku\r\n---\r\n'],
  ['double quotes', '---\nmodel: "opus"\n---\n', '---\nmodel: "haiku"\n---\n'],
  ['single quotes', "---\nmodel: 'opus' # why\n---\n", "---\nmodel: 'haiku' # why\n---\n"],
  ['a comment', '---\nmodel: opus   # dear\n---\n', '---\nmodel: haiku   # dear\n---\n'],
  ['lines below', '---\nmodel:\n  opus\nname: a\n---\n', '---\nmodel: haiku\nname: a\n---\n'],
  ['another key', '---\nmodels: x\n---\n', '---\nmodels: x\nmodel: haiku\n---\n'],
  [
    'a text that mentions it',
    '---\ndescription: |\n  model: opus\n---\nmodel: opus\n',
    '---\ndescription: |\n  model: opus\nmodel: haiku\n---\nmodel: opus\n',
  ],
  ['a byte order mark', '\ufeff---\nmodel: opus\n---\n', '\ufeff---\nmodel: haiku\n---\n'],
  ['no frontmatter', 'model: opus\n', undefined],
  ['no end', '---\nmodel: opus\n', undefined],
];

describe('frontmatter', () => {
  for (const [name, before, after] of cases) {
    test(`is changed in one place: ${name}`, () => {
      assert.equal(withFrontmatter(before, 'model', 'haiku'), after);
    });
  }

  test('values are read without quotes and comments', () => {
    const text = '---\nname: "a b" # c\nmodel: opus # d\nempty:\n---\nother: 1\n';
    const values = ['name', 'model', 'empty', 'other'].map((key) => frontmatterValue(text, key));
    assert.deepEqual(values, ['a b', 'opus', '', undefined]);
  });

  test('what was set is read back, and the body stays', () => {
    const line = fc.stringMatching(/^[a-z]{1,6}: ?[a-z"' #]{0,12}$/);
    fc.assert(
      fc.property(fc.array(line), fc.string(), fc.constantFrom('\n', '\r\n'), (head, body, end) => {
        const text = ['---', ...head, '---', body.replaceAll(/[\r\n]/g, '')].join(end);
        const changed = withFrontmatter(text, 'model', 'haiku')!;
        assert.equal(frontmatterValue(changed, 'model'), 'haiku');
        assert.equal(changed.split(end).at(-1), text.split(end).at(-1));
        assert.equal(withFrontmatter(changed, 'model', 'haiku'), changed);
      }),
    );
  });

  test('a hunk shows what differs with what is around it', () => {
    assert.deepEqual(hunkOf('1\n2\n3\n4\n5\n6\n7\n8\n9', '1\n2\n3\n4\nx\ny\n6\n7\n8\n9'), [
      ...[' 2', ' 3', ' 4'],
      ...['-5', '+x', '+y'],
      ...[' 6', ' 7', ' 8'],
    ]);
    assert.deepEqual(hunkOf('a\n', 'a\nb\n'), [' a', '+b', ' ']);
  });
});
