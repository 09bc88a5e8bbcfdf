import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Document } from '../../../src/reports/document/document.ts';
import { render } from '../../../src/reports/document/render.ts';
import { clip, displayWidth, plainText, safeJson } from '../../../src/text/plainText.ts';

const document: Document = {
  title: 'Figures',
  sentences: ['Two rows.'],
  tables: [
    {
      title: 'Rows',
      columns: [
        { key: 'name', header: 'Name', unit: 'text', widest: 10 },
        { key: 'usd', header: 'Cost', unit: 'usd' },
        { key: 'tokens', header: 'Tokens', unit: 'tokens' },
        { key: 'share', header: 'Share', unit: 'percent' },
        { key: 'at', header: 'At', unit: 'time' },
        { key: 'idle', header: 'Idle', unit: 'count', idle: true },
      ],
      rows: [
        ['a|b, "c"', 1, 81_000, 0.5, Date.UTC(2026, 10, 20, 23, 30), 0],
        ['日本語日本語', 1_234_560_000_000, 312, null, null, null],
      ],
    },
    { title: 'Empty', columns: [{ key: 'x', header: 'X', unit: 'text' }], rows: [] },
  ],
  notes: ['Estimate.'],
  json: { a: '\u009b31m\u202e', b: 1e-9 },
};
const plain = { colour: false, zone: 'Europe/Berlin', now: Date.UTC(2026, 10, 24, 12) };

describe('renderers', () => {
  test('a table is aligned by what the terminal shows, without idle columns and empty tables', () => {
    const text = render(document, 'table', plain);
    assert.deepEqual(text.split('\n'), [
      'Figures',
      '',
      'Two rows.',
      '',
      'Rows',
      'Name         Cost  Tokens  Share  At',
      'a|b, "c"   <$0.01   81.0k    50%  Nov 21, 12:30 AM',
      '日本語日…  $1,235     312',
      '',
      'Estimate.',
      '',
    ]);
    assert.ok(
      render(document, 'table', { ...plain, colour: true }).startsWith(
        '\u001b[1mFigures\u001b[22m',
      ),
    );
  });

  test('Markdown keeps cells apart', () => {
    const lines = render(document, 'markdown', plain).split('\n');
    assert.equal(lines[0], '# Figures');
    assert.ok(lines.includes('| Name | Cost | Tokens | Share | At |'));
    assert.ok(lines.includes('| --- | ---: | ---: | ---: | --- |'));
    assert.ok(lines.includes('| a\\|b, "c" | &lt;$0.01 | 81.0k | 50% | Nov 21, 12:30 AM |'));
    assert.ok(lines.includes('- Estimate.'));
  });

  test('CSV is exact: plain decimals, ISO times, quotes doubled', () => {
    assert.equal(
      render(document, 'csv', plain),
      'name,usd,tokens,share,at,idle\r\n' +
        '"a|b, ""c""",0.000000001,81000,0.5,2026-11-20T23:30:00.000Z,0\r\n' +
        '日本語日本語,1234.56,312,,,\r\n',
    );
  });

  test('JSON is the same value with nothing a terminal acts upon', () => {
    const text = render(document, 'json', plain);
    assert.ok(text.includes('\\u009b31m\\u202e'));
    assert.deepEqual(JSON.parse(text), document.json);
  });
});

describe('text from transcripts', () => {
  test('an address is no link in Markdown, however it begins', () => {
    const sentences = ['www.evil.example WWW.evil.example ftp://evil.example https://evil.example'];
    const text = render({ ...document, sentences, tables: [] }, 'markdown', plain);
    assert.doesNotMatch(text, /www\.|:\/\//i);
    assert.match(text, /www&#46;evil\.example WWW&#46;evil/);
  });

  test('loses what moves, colours or turns, and keeps one line', () => {
    assert.equal(plainText('\u001b[31mred\u001b[0m\u001b]0;title\u0007 x'), 'red x');
    assert.equal(plainText('a\r\nb\tc\u2028d\u0085e'), 'a b c de');
    assert.equal(plainText('\u202eevil\u2066\u200f\ufeff'), 'evil');
    assert.equal(plainText('half \ud800 pair 😀'), 'half  pair 😀');
    assert.ok(plainText('x'.repeat(100_000)).length < 5000);
  });

  test('is measured and cut by columns', () => {
    assert.equal(displayWidth('abc'), 3);
    assert.equal(displayWidth('日本'), 4);
    assert.equal(displayWidth('e\u0301'), 1);
    assert.equal(displayWidth('😀'), 2);
    assert.equal(clip('abcdef', 4), 'abc…');
    assert.equal(clip('日本語', 4), '日…');
    assert.equal(clip('abcd', 4), 'abcd');
  });

  test('stays the same value in JSON whatever is in it', () => {
    const all = String.fromCharCode(...Array.from({ length: 0x3000 }, (_, i) => i));
    assert.equal(JSON.parse(safeJson(all)), all);
  });
});
