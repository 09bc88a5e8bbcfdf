import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { usDollars } from '../../../src/model/currency.ts';
import type * as Comparison from '../../../src/views/text/comparison.ts';
import type * as Formats from '../../../src/views/text/format.ts';
import { standInForVscode } from '../../bench/vscodeStandIn.ts';

describe('an amount against what is usual', () => {
  let words: typeof Comparison;
  let formats: typeof Formats;
  before(async () => {
    standInForVscode();
    words = await import('../../../src/views/text/comparison.ts');
    formats = await import('../../../src/views/text/format.ts');
  });

  it('is no thousands of times what is below a cent', () => {
    const format = formats.formatOf({
      billing: 'api',
      currency: usDollars,
      zone: 'UTC',
    } as Parameters<typeof Formats.formatOf>[0]);
    const said = (usual: number): string =>
      words.againstUsualText(6_480_000_000, usual, 'Tuesday', format);
    assert.equal(said(2_400_000), 'nothing by now on a usual Tuesday');
    assert.equal(said(0), 'nothing by now on a usual Tuesday');
    assert.equal(said(3_240_000_000), '▲ 100% above a usual Tuesday');
  });
});
