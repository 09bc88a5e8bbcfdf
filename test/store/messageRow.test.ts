import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type MessageRow,
  messageColumns,
  messageValues,
} from '../../src/store/schema/messageRow.ts';

test('the values of a message’s row stand in the order of its columns', () => {
  const row = Object.fromEntries(messageColumns.map((name, place) => [name, place]));
  const values = messageValues(row as unknown as MessageRow);
  assert.deepEqual(
    values,
    messageColumns.map((_, place) => place),
  );
});
