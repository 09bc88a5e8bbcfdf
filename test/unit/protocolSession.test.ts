import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isFromPanel,
  isSessionState,
  isToPanel,
  panelActions,
} from '../../src/protocol/session.ts';
import { protocolVersion } from '../../src/protocol.ts';
import { type Message, refusesAnyOther } from '../lib/protocolCheck.ts';

const v = protocolVersion;
const object = { some: 'thing' };

const toPanel: readonly Message[] = [
  { type: 'messages', v, from: 0, messages: [] },
  { type: 'snapshot', v, words: object, format: object, session: object, messages: [] },
  { type: 'update', v, session: object, changed: [], removed: [] },
  { type: 'nothing', v, text: 'There is nothing.', actions: [] },
];

const fromPanel: readonly Message[] = [
  { type: 'ready', v },
  ...panelActions.map((action) => ({ type: 'do', v, action })),
  { type: 'openMessage', v, key: 'msg_1 req_1' },
];

const states: readonly Message[] = [
  { v, sid: 'a', sort: 'cost', asTable: false, open: '' },
  { v, sid: '', sort: 'time', asTable: true, open: 'msg_1 req_1' },
];

describe('what panel and webview say to each other', () => {
  it('a host’s message is acted upon only when it is whole', () => {
    refusesAnyOther(isToPanel, toPanel);
  });

  it('a webview’s message is acted upon only when it is whole', () => {
    refusesAnyOther(isFromPanel, fromPanel);
  });

  it('a panel’s state is restored only when it is whole', () => {
    refusesAnyOther(isSessionState, states);
  });

  it('neither side acts upon what it says itself, or on an action nobody has', () => {
    for (const message of toPanel) assert.equal(isFromPanel(message), false);
    for (const message of fromPanel) assert.equal(isToPanel(message), false);
    for (const action of ['toString', 'constructor', '', 'openSession', 'RESUME']) {
      assert.equal(isFromPanel({ type: 'do', v, action }), false, action);
    }
    for (const type of ['toString', '__proto__', '']) {
      assert.equal(isFromPanel({ type, v }), false, type);
      assert.equal(isToPanel({ type, v }), false, type);
    }
  });
});
