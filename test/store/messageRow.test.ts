import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isUsual,
  type MessageRow,
  messageColumns,
  messageValues,
  usualValues,
} from '../../src/store/schema/messageRow.ts';

test('the values of a message’s row stand in the order of its columns', () => {
  const row = Object.fromEntries(messageColumns.map((name, place) => [name, place]));
  const values = messageValues(row as unknown as MessageRow);
  assert.deepEqual(
    values,
    messageColumns.map((_, place) => place),
  );
});

test('a row is usual with the usual values, and with no other', () => {
  const row = Object.fromEntries(messageColumns.map((name) => [name, 7]));
  const usual = { ...row, ...usualValues } as unknown as MessageRow;
  assert.equal(isUsual(usual), true);
  for (const name of Object.keys(usualValues)) {
    assert.equal(isUsual({ ...usual, [name]: 7 }), false, name);
  }
});
