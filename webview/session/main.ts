import { appendAll } from '../../src/model/lists.ts';
import './style.css';
import {
  type FromPanel,
  isSessionState,
  isToPanel,
  keptSession,
  type PanelAction,
  type PanelMessage,
  type PanelOutline,
  type SessionPanelState,
  type ToPanel,
} from '../../src/protocol/session.ts';
import { protocolVersion } from '../../src/protocol/shared.ts';
import { Figures } from '../shared/figures.ts';
import { showBanner } from '../shared/page/banner.ts';
import { keepState, keptState, listen, send, type Unversioned } from '../shared/page/host.ts';
import { nothingToShow } from '../shared/page/page.ts';
import { onThemeChange, readTheme } from '../shared/theme.ts';
import { SessionPage } from './page.ts';
import {
  type DerivedSession,
  deriveSession,
  type MessageText,
  passes,
  type SessionTools,
} from './view.ts';
import { Wanted } from './wanted.ts';

type Snapshot = Extract<ToPanel, { type: 'snapshot' }>;

const root = document.getElementById('root')!;
const messages = new Map<string, PanelMessage>();
const texts = new Map<string, MessageText>();
const outlines = new Map<string, PanelOutline>();
const tasks = new Map<string, string>();
const wanted = new Wanted((keys, agents) => tell({ type: 'outline', keys, agents }));

/** Sent ahead of the snapshot or update they belong to. */
let ahead: PanelMessage[] = [];

/** What the page is drawn from: the last snapshot with all updates since. */
let shown:
  | { readonly snapshot: Snapshot; readonly figures: Figures; derived: DerivedSession }
  | undefined;
let page: SessionPage | undefined;
let theme = readTheme();

const kept = keptState();
let state: SessionPanelState = isSessionState(kept)
  ? kept
  : {
      v: protocolVersion,
      sid: keptSession(kept) ?? '',
      order: { column: 'cost', descending: true },
      tables: [],
      open: '',
      agent: null,
      range: null,
      filter: '',
      all: false,
    };

const tell = (message: Unversioned<FromPanel>): void => send(message);

const tools: SessionTools = {
  change: (more) => {
    state = { ...state, ...more };
    keepState(state);
    draw();
  },
  act: (action) => tell({ type: 'do', action }),
  show: (key) => reveal(key),
  openMessage: (key) => tell({ type: 'openMessage', key }),
  explain: (key) => tell({ type: 'explain', key }),
  readText: (key) => {
    texts.set(key, 'reading');
    draw();
    tell({ type: 'readText', key });
  },
  wantOutline: (key) => wanted.message(key),
  wantTask: (agentId) => wanted.agent(agentId),
  exportTo: (exported) => tell({ type: 'export', ...exported }),
};

function draw(): void {
  if (shown === undefined) return;
  if (page === undefined) {
    page = new SessionPage();
    root.replaceChildren(page.element);
  }
  const { snapshot, figures, derived } = shown;
  const { session, words, format } = snapshot;
  const around = { session, words, figures, theme, zone: format.zone, derived, state, tools };
  page.draw({ ...around, texts, outlines, tasks });
}

/** Shows what is known now. */
function show(snapshot: Snapshot): void {
  const { session, words, format } = snapshot;
  document.documentElement.lang = format.locale;
  const figures = shown?.snapshot.format === format ? shown.figures : new Figures(format);
  shown = { snapshot, figures, derived: deriveSession(session, messages.values(), words) };
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
      appendAll(ahead, message.messages);
      break;
    case 'snapshot':
      messages.clear();
      wanted.forget();
      take(message.messages);
      show(message);
      break;
    case 'update':
      if (shown === undefined) return;
      for (const key of message.removed) messages.delete(key);
      for (const { key } of [...ahead, ...message.changed]) wanted.again(key);
      take(message.changed);
      show({ ...shown.snapshot, session: message.session });
      break;
    case 'reveal':
      reveal(message.key);
      break;
    case 'outlines':
      for (const [key, about] of message.outlines) outlines.set(key, about);
      for (const [agentId, task] of message.tasks) tasks.set(agentId, task);
      page?.outlined(message.outlines.map(([key]) => key));
      draw();
      break;
    case 'text':
      texts.set(message.key, { found: message.found, parts: message.parts });
      draw();
      break;
    case 'nothing':
      page?.dispose();
      page = undefined;
      shown = undefined;
      root.replaceChildren(
        ...nothingToShow<PanelAction>(message, (action) => tell({ type: 'do', action })),
      );
      break;
  }
}

/** Messages come in their order: those that went ahead first. */
function take(last: readonly PanelMessage[]): void {
  for (const one of [...ahead, ...last]) messages.set(one.key, one);
  ahead = [];
}

/** Opens a message; filters that hide it are taken back. */
function reveal(key: string): void {
  const message = messages.get(key);
  if (message === undefined) return;
  const hidden = !passes(message, state);
  tools.change({ open: key, filter: '', ...(hidden && { agent: null, range: null }) });
  page?.reveal(key);
}

showBanner(root, () => tell({ type: 'do', action: 'closeDemo' }));
listen(isToPanel, onMessage);
onThemeChange(() => {
  theme = readTheme();
  draw();
});
tell({ type: 'ready' });
