import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import type { PanelRequest, SessionStrings } from '../../../src/protocol/session.ts';
import { requestSentence } from '../../../webview/session/lengths.ts';
import { Figures } from '../../../webview/shared/figures.ts';
import { standInForVscode } from '../../bench/vscodeStandIn.ts';
import { plainMessage } from '../../lib/panelMessage.ts';

const file = new URL('../../../l10n/bundle.l10n.de.json', import.meta.url);
const german: Record<string, string> = JSON.parse(readFileSync(file, 'utf8'));

describe('what a message says of its request', () => {
  let english: SessionStrings;
  before(async () => {
    standInForVscode();
    const { sessionStrings } = await import('../../../src/views/sessionPanel/strings.ts');
    english = sessionStrings(false);
  });

  function said(request: PanelRequest | null, locale = 'en'): string {
    const words =
      locale === 'en'
        ? english
        : (Object.fromEntries(
            Object.entries(english).map(([key, text]) => [key, german[text]]),
          ) as SessionStrings);
    const figures = new Figures({ locale, zone: 'UTC', currency: 'USD', rate: 1 });
    const message = { ...plainMessage, key: 'm', at: 0, nano: 1, request };
    return requestSentence(message, { words, figures });
  }

  test('nothing without exact mode', () => {
    assert.equal(said(null), '');
  });

  test('how long it took, to the hundredth where that is much', () => {
    for (const [duration, firstToken, expected] of [
      [0, null, 'The request took 0.00 s.'],
      [179, 121, 'The request took 0.18 s; its first token came after 0.12 s.'],
      [9994, 800, 'The request took 9.99 s; its first token came after 0.80 s.'],
      [9995, 9994, 'The request took 10.0 s; its first token came after 9.99 s.'],
      [59_949, null, 'The request took 59.9 s.'],
      [60_000, null, 'The request took 1 min.'],
    ] as const) {
      assert.equal(said({ duration, firstToken, attempts: 1 }), expected);
    }
  });

  test('how often it was tried, where it was more than once', () => {
    const request = { duration: 12_340, firstToken: 801, attempts: 3 };
    assert.equal(
      said(request),
      'The request took 12.3 s; its first token came after 0.80 s. It was tried 3 times.',
    );
    assert.equal(
      said(request, 'de'),
      'Die Anfrage dauerte 12,3\u00a0s; ihr erstes Token kam nach 0,80\u00a0s. Sie wurde 3-mal versucht.',
    );
  });
});
