import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { SessionStrings } from '../../../src/protocol/session.ts';
import { aboutText, sumText } from '../../../webview/session/messageText.ts';
import { standInForVscode } from '../../bench/vscodeStandIn.ts';
import { plainMessage } from '../../lib/panelMessage.ts';

const message = { ...plainMessage, key: 'm', at: 0, nano: 1 };

describe('a message that is no single request of its log', () => {
  let words: SessionStrings;
  before(async () => {
    standInForVscode();
    const { sessionStrings } = await import('../../../src/views/sessionPanel/strings.ts');
    words = sessionStrings(false);
  });

  test('says in the list that it was recovered', () => {
    assert.equal(aboutText({ ...message, model: 'gpt-5.5' }, undefined, words), 'gpt-5.5');
    const recovered = { ...message, model: 'gpt-5.5', recovered: true };
    assert.equal(aboutText(recovered, undefined, words), 'gpt-5.5 (recovered from a counter)');
    const outline = { kind: 'text', name: '', words: 'Done.' } as const;
    assert.equal(aboutText(recovered, outline, words), 'Done. (recovered from a counter)');
  });

  test('says in its details of how many requests it is the sum, and whether they were logged', () => {
    const said = (requests: number | null, recovered: boolean): string[] =>
      sumText({ ...message, requests, recovered }, words);
    assert.deepEqual(said(1, false), []);
    assert.match(said(3, false).join(), /^A sum of 3 requests/);
    assert.match(said(null, false).join(), /^A sum of requests, without their number/);
    assert.match(said(1, true).join(), /its request was not logged\.$/);
    assert.match(said(null, true).join(), /Their number is unknown/);
  });
});
