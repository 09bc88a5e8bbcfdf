import type { Key } from './keys.ts';

/** Which page is seen, and where on it. */
export interface PageState {
  readonly page: 'dashboard' | 'session' | 'help';
  /** The page help was asked for on. */
  readonly under: 'dashboard' | 'session';
  /** Id of the session that is chosen; undefined: the first of the list. */
  readonly selected: string | undefined;
  /** Lines a page is moved by. */
  readonly scroll: number;
}

/** What is to be done besides showing another page. */
export type Effect = 'quit' | 'interrupt' | 'export' | 'refresh' | 'redraw' | 'open';

/** What a key is pressed over. */
export interface Surroundings {
  /** Ids of the sessions that are listed, in their order. */
  readonly sessions: readonly string[];
  /** Lines of the page that is open, and how many of them are seen at once. */
  readonly lines: number;
  readonly room: number;
}

export const firstPage: PageState = {
  page: 'dashboard',
  under: 'dashboard',
  selected: undefined,
  scroll: 0,
};

/** What a key does. */
export function pressed(
  state: PageState,
  key: Key,
  around: Surroundings,
): { readonly state: PageState; readonly effect?: Effect } {
  switch (key) {
    case 'quit':
    case 'interrupt':
    case 'refresh':
    case 'redraw':
      return { state, effect: key };
    case 'export':
      return state.page === 'help' ? { state } : { state, effect: key };
    case 'help':
      return { state: state.page === 'help' ? back(state) : helpOver(state) };
    case 'escape':
      return { state: back(state) };
    case 'enter':
      if (state.page === 'help') return { state: back(state) };
      if (state.page === 'session' || around.sessions.length === 0) return { state };
      return {
        state: { ...state, page: 'session', selected: chosen(state, around), scroll: 0 },
        effect: 'open',
      };
    case 'suspend':
      return { state };
    default:
      return {
        state: state.page === 'dashboard' ? chose(state, key, around) : moved(state, key, around),
      };
  }
}

function back(state: PageState): PageState {
  if (state.page === 'help') return { ...state, page: state.under, scroll: 0 };
  return { ...state, page: 'dashboard', scroll: 0 };
}

function helpOver(state: PageState): PageState {
  const under = state.page === 'session' ? 'session' : 'dashboard';
  return { ...state, page: 'help', under, scroll: 0 };
}

/** The session that is chosen: the first where nobody has chosen, or it is no longer listed. */
function chosen({ selected }: PageState, { sessions }: Surroundings): string | undefined {
  return selected !== undefined && sessions.includes(selected) ? selected : sessions[0];
}

type Move = Extract<Key, 'up' | 'down' | 'pageUp' | 'pageDown' | 'home' | 'end'>;

function chose(state: PageState, key: Move, around: Surroundings): PageState {
  const { sessions } = around;
  const at = sessions.indexOf(chosen(state, around) ?? '');
  const next = movedTo(at, key, sessions.length - 1, 5);
  return { ...state, selected: sessions[next] };
}

function moved(state: PageState, key: Move, { lines, room }: Surroundings): PageState {
  const last = Math.max(0, lines - room);
  return { ...state, scroll: movedTo(Math.min(state.scroll, last), key, last, room - 1) };
}

function movedTo(at: number, key: Move, last: number, page: number): number {
  const steps = { up: -1, down: 1, pageUp: -page, pageDown: page, home: -at, end: last - at };
  return Math.max(0, Math.min(last, at + steps[key]));
}
