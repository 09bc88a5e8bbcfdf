import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { agreesWithClient, roundingOf } from '../../../src/model/clientTotal.ts';

describe("Claude Code's own total", () => {
  const session = { nano: 2_000_000_000, background: 500_000_000, unconfirmed: 0, messages: 7 };

  test('agrees within what rounding makes, on either side of it', () => {
    assert.ok(agreesWithClient(session, 2.5));
    assert.ok(agreesWithClient(session, 2.5 + 1006e-9));
    assert.ok(agreesWithClient(session, 2.5 - 1006e-9));
    assert.ok(!agreesWithClient(session, 2.5 + 1009e-9));
    assert.ok(!agreesWithClient(session, 2.5 - 1009e-9));
  });

  test('says nothing of what was spent after it was written', () => {
    assert.ok(agreesWithClient({ ...session, unconfirmed: 400_000_000 }, 2.1));
    assert.ok(!agreesWithClient(session, 2.1));
  });

  test('a nano-dollar for each message is rounding, up to a thousand', () => {
    assert.deepEqual([0, 7, 1000, 50_000].map(roundingOf), [0, 7, 1000, 1000]);
  });
});
