import type { PanelSession, PanelThread } from '../../src/protocol/session.ts';
import { el } from '../shared/dom.ts';
import { Parts } from '../shared/page/stableParts.ts';
import type { SessionView } from './view.ts';

/** So many agents are shown at once; more of them scroll. */
const mostRows = 12;

/**
 * Who spent it: the main thread with its subagents below it, what each was told to do, and how it all adds
 * up to what Claude Code says. A click shows that agent's messages only.
 */
export class AgentTree {
  readonly element = el('section', { 'data-part': 'agents' });
  readonly #title = el('h2', {});
  readonly #tree = el('div', { class: 'tree' });
  readonly #sum = el('div', { class: 'sum' });
  readonly #parts = new Parts();

  constructor() {
    this.element.append(this.#title, this.#tree, this.#sum);
  }

  draw(view: SessionView): void {
    const { session, words, state, tasks, tools } = view;
    const { threads } = session;
    this.#title.textContent = words.agentsTitle;
    const long = threads.length > mostRows;
    this.#tree.classList.toggle('long', long);
    if (long) {
      this.#tree.tabIndex = 0;
      this.#tree.setAttribute('role', 'region');
      this.#tree.setAttribute('aria-label', words.agentsTitle);
    } else {
      for (const name of ['tabindex', 'role', 'aria-label']) this.#tree.removeAttribute(name);
    }
    // Those in sight; the others when one of them is looked at.
    const asked = state.agent === null ? [] : [state.agent];
    for (const agentId of [...threads.slice(0, mostRows).map((one) => one.agentId), ...asked]) {
      if (agentId !== '' && !tasks.has(agentId)) tools.wantTask(agentId);
    }
    const known = threads.map(({ agentId }) => tasks.get(agentId) ?? '');
    this.#parts.fill(this.#tree, [threads, known, state.agent, words], () => [
      el('ul', {}, ...rowsOf(view, threads)),
    ]);
    this.#parts.fill(this.#sum, session.sum, () => sumOf(session));
  }
}

/** The main thread, and below each agent those it started. */
function rowsOf(view: SessionView, threads: readonly PanelThread[]): HTMLElement[] {
  const started = (by: string): PanelThread[] =>
    threads.filter((thread) => thread.agentId !== '' && thread.parent === by);
  const rowOf = (thread: PanelThread): HTMLElement => {
    const below = started(thread.agentId).map(rowOf);
    return el(
      'li',
      // An agent's id may be anything: keys of rows have a letter before it.
      { 'data-key': `a${thread.agentId}` },
      lineOf(thread, view),
      ...(below.length === 0 ? [] : [el('ul', {}, ...below)]),
    );
  };
  return threads.filter(({ agentId }) => agentId === '').map(rowOf);
}

function lineOf(
  { agentId, name, hint, detail, nano }: PanelThread,
  view: SessionView,
): HTMLElement {
  const { figures, words, state, tasks, tools } = view;
  const task = tasks.get(agentId) ?? '';
  const line = el(
    'button',
    {
      type: 'button',
      class: agentId === '' ? 'agent-row main' : 'agent-row',
      'aria-pressed': String(state.agent === agentId),
      title: [hint, task, words.onlyAgent].filter(Boolean).join('\n'),
    },
    el(
      'span',
      { class: 'agent-name' },
      el('span', { class: 'name' }, name),
      ' ',
      el('span', { class: 'quiet' }, detail),
      ...(task === '' ? [] : [el('span', { class: 'task quiet' }, task)]),
    ),
    el('span', { class: 'amount' }, figures.cents(nano)),
  );
  line.addEventListener('click', () =>
    tools.change({ agent: state.agent === agentId ? null : agentId }),
  );
  return line;
}

function sumOf({ sum: { lines, note, agrees } }: PanelSession): HTMLElement[] {
  const rows = lines.map(({ label, detail, figure }, index) => {
    const last = index === lines.length - 1;
    const mark =
      last && agrees ? [' ', el('span', { class: 'agrees', 'aria-hidden': 'true' }, '✓')] : [];
    return el(
      'div',
      { class: last && lines.length > 1 ? 'sum-line total' : 'sum-line' },
      el(
        'span',
        {},
        label,
        ...(detail === '' ? [] : [' ', el('span', { class: 'quiet' }, detail)]),
        ...mark,
      ),
      el('span', { class: 'amount' }, figure),
    );
  });
  return note === '' ? rows : [...rows, el('p', { class: 'quiet' }, note)];
}
