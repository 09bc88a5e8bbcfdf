import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { IdFilter } from '../../src/store/ingest/idFilter.ts';

test('the filter of message ids knows every id it was given, and few others', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (ids) => {
      const filter = new IdFilter();
      for (const id of ids) filter.add(id);
      return ids.every((id) => filter.mayHave(id));
    }),
    { numRuns: 50 },
  );
  const filter = new IdFilter();
  for (let i = 0; i < 100_000; i++) filter.add(`msg_${i}`);
  let wrong = 0;
  for (let i = 0; i < 100_000; i++) if (filter.mayHave(`other_${i}`)) wrong++;
  assert.ok(wrong < 100, `${wrong} of 100,000`);
});
