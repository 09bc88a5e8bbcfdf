import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { barKey, filterOf, rowKey, rowTarget } from '../../../webview/dashboard/keys.ts';

describe('keys of the dashboard', () => {
  it('a branch called "(wip)" narrows to itself, what has no branch to nothing', () => {
    assert.equal(filterOf(barKey('(wip)', '(wip)')), '(wip)');
    assert.equal(filterOf(barKey('', 'none')), '');
    assert.notEqual(barKey('', 'none'), barKey('none', 'none'));
  });

  it('a session whose id has a space is opened, at its message', () => {
    assert.deepEqual(rowTarget(rowKey('my session', 'a b', 3)), {
      sid: 'my session',
      message: 'a b',
    });
  });

  it('hold any name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.nat(), (one, other, index) => {
        assert.equal(filterOf(barKey(one, other)), one);
        assert.deepEqual(rowTarget(rowKey(one, other, index)), { sid: one, message: other });
      }),
    );
  });
});
