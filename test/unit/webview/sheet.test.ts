import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  filterRows,
  MomentCell,
  type Sheet,
  sheetCsv,
  sortRows,
  textCell,
} from '../../../webview/shared/table/sheet.ts';

const sheet: Sheet = {
  columns: [
    { key: 'name', label: 'Name, of it', numeric: false },
    { key: 'cost', label: 'Cost', numeric: true },
  ],
  rows: [
    { key: '1', cells: [textCell('shop "A"'), { text: '$1.50', value: 1.5 }] },
    { key: '2', cells: [textCell('=HYPERLINK("x")'), { text: '$20', value: 20 }] },
    { key: '3', cells: [textCell('two\nlines'), { text: '$3', value: 3 }] },
    { key: '4', cells: [textCell('shop 10'), { text: '$3', value: 3 }] },
    { key: '5', cells: [textCell('shop 9'), { text: '$0.000000001', value: 1e-9 }] },
  ],
};

describe('a sheet', () => {
  it('finds a row by what its cells do not show, too', () => {
    const row = { key: 'r', cells: [{ ...textCell('A reply.'), found: 'claude-Haiku-5-5' }] };
    assert.deepEqual(filterRows([row], 'haiku reply'), [row]);
    assert.deepEqual(filterRows([row], 'opus'), []);
  });

  it('is written as CSV: plain numbers, quoted texts, no formula', () => {
    assert.equal(
      sheetCsv(sheet),
      [
        '"Name, of it",Cost',
        '"shop ""A""",1.5',
        '"\'=HYPERLINK(""x"")",20',
        '"two\nlines",3',
        'shop 10,3',
        'shop 9,0.000000001',
        '',
      ].join('\r\n'),
    );
  });

  it('is sorted by value, not by text; equal rows keep their order', () => {
    const keys = (column: number, down: boolean): string =>
      sortRows(sheet.rows, column, down)
        .map(({ key }) => key)
        .join('');
    assert.equal(keys(1, true), '23415');
    assert.equal(keys(1, false), '51342');
    assert.equal(keys(0, false).indexOf('5') < keys(0, false).indexOf('4'), true);
  });

  it('is sorted by moments and texts as they follow each other, nothing first', () => {
    const rows = [
      [1_000_000_000_000, 'b', ''],
      [999_999_999_999, 'a 10', 3],
      [2_000_000_000_000, 'a 9', 1e-9],
      [999_999_999_998, 'b', 0],
    ].map(([at, text, number], index) => ({
      key: String(index),
      cells: [
        new MomentCell(at as number, String),
        textCell(text as string),
        { text: '', value: number! },
      ],
    }));
    const keys = (column: number, down = false): string =>
      sortRows(rows, column, down)
        .map(({ key }) => key)
        .join('');
    assert.deepEqual([keys(0), keys(0, true)], ['3102', '2013']);
    assert.deepEqual([keys(1), keys(1, true)], ['2103', '0312']);
    assert.deepEqual([keys(2), keys(2, true)], ['0321', '1230']);
  });

  it('is filtered by every word, in whichever cell', () => {
    const keys = (filter: string): string =>
      filterRows(sheet.rows, filter)
        .map(({ key }) => key)
        .join('');
    assert.equal(keys(''), '12345');
    assert.equal(keys('SHOP'), '145');
    assert.equal(keys('$3 shop'), '4');
    assert.equal(keys('nothing'), '');
  });
});
