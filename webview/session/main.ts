import './style.css';
import {
  isSessionState,
  isToPanel,
  type PanelAction,
  type PanelMessage,
  type PanelSession,
  type SessionPanelState,
  type ToPanel,
} from '../../src/protocol/session.ts';
import { protocolVersion } from '../../src/protocol.ts';
import { el } from '../lib/dom.ts';
import { keepState, keptState, listen } from '../lib/host.ts';
import { onThemeChange } from '../lib/theme.ts';
import { button } from '../ui.ts';
import { SessionPage } from './page.ts';
import { tell } from './tell.ts';

type Snapshot = Extract<ToPanel, { type: 'snapshot' }>;

const root = document.getElementById('root')!;
const messages = new Map<string, PanelMessage>();
/** Sent ahead of the snapshot or update they belong to. */
let ahead: PanelMessage[] = [];
let snapshot: Snapshot | undefined;
let page: SessionPage | undefined;

const kept = keptState();
let state: SessionPanelState = isSessionState(kept)
  ? kept
  : { v: protocolVersion, sid: '', sort: 'cost', asTable: false, open: '' };

function change(more: Partial<SessionPanelState>): void {
  state = { ...state, ...more };
  keepState(state);
  draw();
}

function draw(): void {
  if (snapshot === undefined) return;
  if (page === undefined) {
    page = new SessionPage(change);
    root.replaceChildren(page.element);
  }
  page.draw({ ...snapshot, messages: [...messages.values()] }, state);
}

function show(session: PanelSession): void {
  if (state.sid !== session.sid) {
    state = { ...state, sid: session.sid };
    keepState(state);
  }
  draw();
}

function onMessage(message: ToPanel): void {
  switch (message.type) {
    case 'messages':
      if (message.from === 0) ahead = [];
      ahead.push(...message.messages);
      break;
    case 'snapshot':
      messages.clear();
      take(message.messages);
      snapshot = message;
      show(message.session);
      break;
    case 'update':
      if (snapshot === undefined) return;
      for (const key of message.removed) messages.delete(key);
      take(message.changed);
      snapshot = { ...snapshot, session: message.session };
      show(message.session);
      break;
    case 'nothing':
      showNothing(message);
      break;
  }
}

/** Messages come in their order: those that went ahead first. */
function take(last: readonly PanelMessage[]): void {
  for (const one of [...ahead, ...last]) messages.set(one.key, one);
  ahead = [];
}

function showNothing({ text, actions }: Extract<ToPanel, { type: 'nothing' }>): void {
  page?.dispose();
  page = undefined;
  snapshot = undefined;
  root.replaceChildren(
    el('p', { class: 'empty', role: 'status' }, text),
    ...actions.map(({ label, action }) =>
      button(label, () => tell({ type: 'do', action: action as PanelAction }), 'primary'),
    ),
  );
}

listen(isToPanel, onMessage);
onThemeChange(draw);
tell({ type: 'ready' });
