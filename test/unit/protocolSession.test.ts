import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isFromPanel,
  isSessionState,
  isToPanel,
  keptSession,
  panelActions,
} from '../../src/protocol/session.ts';
import { protocolVersion } from '../../src/protocol/shared.ts';
import { type Message, refusesAnyOther, strange } from '../lib/protocolCheck.ts';

const v = protocolVersion;
const object = { some: 'thing' };

const toPanel: readonly Message[] = [
  { type: 'messages', v, from: 0, messages: [] },
  { type: 'snapshot', v, words: object, format: object, session: object, messages: [] },
  { type: 'update', v, session: object, changed: [], removed: [] },
  { type: 'reveal', v, key: 'msg_1 req_1' },
  { type: 'text', v, key: 'msg_1 req_1', found: true, parts: [] },
  { type: 'outlines', v, outlines: [], tasks: [] },
  { type: 'nothing', v, text: 'There is nothing.', actions: [] },
];

const fromPanel: readonly Message[] = [
  { type: 'ready', v },
  ...panelActions.map((action) => ({ type: 'do', v, action })),
  { type: 'openMessage', v, key: 'msg_1 req_1' },
  { type: 'explain', v, key: 'msg_1 req_1' },
  { type: 'readText', v, key: 'msg_1 req_1' },
  { type: 'outline', v, keys: ['msg_1 req_1'], agents: [''] },
];

const order = { column: 'cost', descending: true };
const states: readonly Message[] = [
  {
    v,
    sid: 'a',
    order,
    tables: [],
    open: '',
    agent: 'x',
    range: { from: 1, to: 2 },
    filter: '',
    all: false,
  },
  {
    v,
    sid: '',
    order,
    tables: ['time'],
    open: 'msg_1 req_1',
    agent: '',
    range: { from: 0, to: 0 },
    filter: 'a',
    all: true,
  },
];

describe('what panel and webview say to each other', () => {
  it('a host’s message is acted upon only when it is whole', () => {
    refusesAnyOther(isToPanel, toPanel);
  });

  it('a webview’s message is acted upon only when it is whole', () => {
    refusesAnyOther(isFromPanel, fromPanel);
  });

  it('a panel’s state is restored only when it is whole', () => {
    refusesAnyOther(isSessionState, states, ['agent', 'range']);
    const [state] = states;
    assert.equal(isSessionState({ ...state, agent: null, range: null }), true, 'without filters');
    for (const wrong of [
      { order: { column: 1, descending: true } },
      { order: { column: 'cost' } },
      { tables: ['time', 'toString'] },
      { range: { from: 1 } },
      { range: { from: 1, to: Number.NaN } },
      { range: { from: '1', to: 2 } },
    ]) {
      assert.equal(isSessionState({ ...state, ...wrong }), false, JSON.stringify(wrong));
    }
  });

  it('a panel of another version at least comes back with its session', () => {
    assert.equal(keptSession({ v: 1, sid: 'a', sort: 'cost' }), 'a');
    for (const value of [...strange, {}, { sid: '' }, { sid: 1 }, 'a', ['a']]) {
      assert.equal(keptSession(value), undefined, String(value));
    }
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
