import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type FromTerminal, KeyReader } from '../../../src/cli/dashboard/keys.ts';

function keys(...pieces: string[]): string[] {
  const reader = new KeyReader();
  return [...pieces.flatMap((piece) => reader.read(piece)), ...reader.flush()].map(named);
}

function named(event: FromTerminal): string {
  return event.type === 'key' ? event.key : `synchronized ${event.known}`;
}

describe('keys', () => {
  it('are read as terminals send them', () => {
    assert.deepEqual(keys('qQeErR?'), [
      'quit',
      'quit',
      'export',
      'export',
      'refresh',
      'refresh',
      'help',
    ]);
    assert.deepEqual(keys('\u001b[A\u001b[B\u001bOA\u001bOB'), ['up', 'down', 'up', 'down']);
    assert.deepEqual(keys('\u001b[5~\u001b[6~\u001b[H\u001b[F\u001b[1~\u001b[4~'), [
      ...['pageUp', 'pageDown', 'home', 'end', 'home', 'end'],
    ]);
    assert.deepEqual(keys('\r\u007f\u0003\u001a\u000c'), [
      ...['enter', 'escape', 'interrupt', 'suspend', 'redraw'],
    ]);
    assert.deepEqual(keys('\u001b[1;2A\u001b[5;2~'), ['up', 'pageUp'], 'with Shift');
  });

  it('Escape is a key once nothing follows', () => {
    const reader = new KeyReader();
    assert.deepEqual(reader.read('\u001b'), []);
    assert.ok(reader.pending);
    assert.deepEqual(reader.flush().map(named), ['escape']);
    assert.ok(!reader.pending);
    assert.deepEqual(keys('\u001b', '[A'), ['up'], 'over a slow line');
    assert.deepEqual(keys('\u001b\u001b[A'), ['up']);
  });

  it('answers of the terminal are no keys', () => {
    assert.deepEqual(keys('\u001b[?2026;2$y'), ['synchronized true']);
    assert.deepEqual(keys('\u001b[?2026;0$yq'), ['synchronized false', 'quit']);
    assert.deepEqual(keys('\u001b[?20', '26;1', '$y'), ['synchronized true']);
    assert.deepEqual(keys('\u001b[?1;2c\u001b[?25;1$y\u001b[I'), [], 'others it was not asked for');
  });

  it('nothing else does anything, and nothing is waited for without an end', () => {
    assert.deepEqual(keys('xyzéß漢😀\t'), []);
    assert.deepEqual(keys(`\u001b[${'1'.repeat(500)}`, 'q'), ['quit']);
  });

  it('property: cut anywhere, the same keys come out', () => {
    const sent = fc.array(
      fc.constantFrom('q', 'j', '\u001b[A', '\u001bOB', '\u001b[6~', '\u001b[?2026;2$y', '\r', 'é'),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(sent, fc.array(fc.nat(60), { maxLength: 6 }), (parts, cuts) => {
        const text = parts.join('');
        const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)), text.length];
        at.sort((a, b) => a - b);
        const pieces = at.slice(1).map((end, i) => text.slice(at[i], end));
        assert.deepEqual(keys(...pieces), keys(text));
      }),
    );
  });
});
