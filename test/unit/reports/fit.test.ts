import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Column, Document, Table } from '../../../src/reports/document/document.ts';
import { render } from '../../../src/reports/document/render.ts';
import { displayWidth } from '../../../src/text/plainText.ts';
import { wrapped } from '../../../src/text/wrap.ts';

const style = { colour: false, zone: 'UTC', now: Date.UTC(2026, 10, 24, 12) };

function documentOf(table: Table): Document {
  return { title: 'Sessions', sentences: ['All of them.'], tables: [table], notes: [], json: {} };
}

const columns: readonly Column[] = [
  { key: 'id', header: 'ID', unit: 'text', prefix: 8, details: true },
  { key: 'title', header: 'Session', unit: 'text', widest: 40, fills: true },
  { key: 'project', header: 'Project', unit: 'text', widest: 24, leaves: 1 },
  { key: 'model', header: 'Model', unit: 'text', widest: 24, leaves: 3 },
  { key: 'messages', header: 'Messages', unit: 'count' },
  { key: 'tokens', header: 'Tokens', unit: 'tokens' },
  { key: 'usd', header: 'Cost', unit: 'usd', strong: true },
  { key: 'share', header: 'Share', unit: 'percent', bar: 'beside', leaves: 1 },
  { key: 'at', header: 'When', unit: 'time', byDay: true },
];

const sessions: Table = {
  title: '',
  columns,
  order: ['usd', 'share', 'title', 'project', 'model', 'messages', 'tokens', 'at'],
  rows: [
    [
      '3f2a9c11-aaaa',
      'Alert when the nightly backup is missing, and tell whom to call',
      'billing-api',
      'opus-5-5',
      1096,
      4_200_000,
      5_080_000_000,
      0.46,
      Date.UTC(2026, 10, 19, 9),
    ],
    ['3fb107aa', null, 'shop', 'haiku-5-5', 3, 120, 840_000, 0.001, Date.UTC(2025, 4, 3, 9)],
  ],
};

const linesAt = (width: number | undefined, more: object = {}): string[] =>
  render(documentOf(sessions), 'table', { ...style, width, ...more })
    .split('\n')
    .slice(4, -1);

describe('tables and the width of a terminal', () => {
  test('columns leave by what they tell least, and the title is cut before any other', () => {
    assert.deepEqual(linesAt(80), [
      '  Cost  Share  Session                                  Project      When',
      ' $5.08    46%  Alert when the nightly backup is missi…  billing-api  Nov 19',
      '<$0.01    <1%                                           shop         May 3, 2025',
    ]);
    assert.match(linesAt(70)[0]!, /^ +Cost +Share +Session +When$/);
    assert.match(linesAt(40)[0]!, /^ +Cost +Session +When$/);
  });

  test('with room there are all but details, and bars', () => {
    const [head, first] = linesAt(160);
    assert.match(head!, /Cost +Share +Session +Project +Model +Messages +Tokens +When/);
    assert.match(
      first!,
      /46% {2}━+ {2,}Alert when the nightly backup is missing, and tell whom to call/,
    );
  });

  test('what is no terminal has room for everything, and details are asked for', () => {
    assert.match(linesAt(undefined)[0]!, /Model +Messages +Tokens +When$/);
    assert.doesNotMatch(linesAt(undefined)[0]!, /ID/);
    const wide = linesAt(80, { wide: true });
    assert.match(wide[0]!, /ID/);
    assert.match(wide[2]!, /^\$0\.0008 .*3fb107aa$/);
  });

  test('CSV has neither order nor width', () => {
    const [head] = render(documentOf(sessions), 'csv', { ...style, width: 40 }).split('\r\n');
    assert.equal(head, 'id,title,project,model,messages,tokens,usd,share,at');
  });

  test('Markdown has seven columns, no ids, and rows that fit a page', () => {
    const lines = render(documentOf(sessions), 'markdown', style).split('\n');
    const head = lines.find((line) => line.startsWith('|'))!;
    assert.equal(head.split('|').length - 2, 7);
    assert.doesNotMatch(head, /ID|Tokens/);
  });

  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  const anyColumn = fc.record({
    header: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 }),
    unit: fc.constantFrom<Column['unit']>('text', 'count', 'tokens', 'percent'),
    leaves: fc.integer({ min: 1, max: 9 }),
    details: fc.boolean(),
    cell: fc.oneof(text, fc.integer({ min: 0, max: 1e9 })),
  });

  test('no line is wider than the terminal, and cost and name never leave', () => {
    fc.assert(
      fc.property(
        fc.array(anyColumn, { maxLength: 12 }),
        text,
        fc.integer({ min: 0, max: 1e14 }),
        fc.integer({ min: 40, max: 200 }),
        (others, name, nano, width) => {
          const table: Table = {
            title: '',
            columns: [
              { key: 'name', header: 'Name', unit: 'text', fills: true },
              ...others.map(({ header, unit, leaves, details }, i) => ({
                key: `other${i}`,
                header,
                unit,
                leaves,
                details,
              })),
              { key: 'usd', header: 'Cost', unit: 'usd', strong: true },
            ],
            rows: [
              [
                name,
                ...others.map(({ unit, cell }) =>
                  unit === 'text' ? String(cell) : typeof cell === 'number' ? cell : null,
                ),
                nano,
              ],
            ],
          };
          const lines = render(documentOf(table), 'table', { ...style, width }).split('\n');
          for (const line of lines) assert.ok(displayWidth(line) <= width, line);
          assert.match(lines[4]!, /Name|N/);
          assert.ok(lines[4]!.endsWith('Cost'), lines[4]);
        },
      ),
    );
  });
});

describe('sentences', () => {
  test('are broken between words, and a word that is too long is cut', () => {
    assert.deepEqual(wrapped('one two three', 8), ['one two', 'three']);
    assert.deepEqual(wrapped('one two three', 8, '  '), ['one two', '  three']);
    assert.deepEqual(wrapped('abcdefghij kl', 6), ['abcde…', 'kl']);
    assert.deepEqual(wrapped('one two', undefined), ['one two']);
  });
});
