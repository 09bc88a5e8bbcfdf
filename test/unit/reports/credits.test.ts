import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { creditNotes, creditsOf, shownCredits } from '../../../src/reports/document/credits.ts';

describe('AI credits', () => {
  test('that nobody says are not 0', () => {
    assert.equal(creditsOf([{ nanoCredits: null }, { nanoCredits: null }]), null);
    assert.equal(creditsOf([{ nanoCredits: null }, { nanoCredits: 0 }]), 0);
    assert.equal(creditsOf([{ nanoCredits: 1_250_000_000 }, { nanoCredits: null }]), 1.25e9);
    assert.equal(shownCredits(null), null);
    assert.equal(shownCredits(0), 0);
    assert.deepEqual(creditNotes(null), []);
  });

  test('are told with what they cost beyond a plan', () => {
    assert.deepEqual(creditNotes(1_250_000_000), [
      'GitHub counted 1.25 AI credits for it, $0.01 beyond a plan; the figures are what the tokens cost at list price.',
    ]);
    assert.deepEqual(creditNotes(0), [
      'GitHub counted no AI credits for it; the figures are what the tokens cost at list price.',
    ]);
  });
});
