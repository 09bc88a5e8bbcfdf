import type { PanelThread } from '../../src/protocol/session.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import { type Bar, barList } from '../shared/page/bars.ts';
import type { SessionView } from './view.ts';

/** So many rows are shown at once; more of them scroll. */
const mostRows = 12;

/**
 * Who spent it: the main thread with its subagents below it, each with its own share of the session,
 * and background. A click shows that agent's messages only.
 */
export class AgentTree {
  readonly element = el('section', { 'data-part': 'agents' });
  #made = '';

  draw(view: SessionView): void {
    const { session, words, state, figures, theme, tools } = view;
    const { threads, backgrounds } = session;
    this.element.hidden = threads.length < 2;
    if (threads.length < 2) return;
    const made = JSON.stringify([threads, backgrounds, session.total, state.agent, theme, words]);
    if (made === this.#made) return;
    this.#made = made;
    const held = this.element.contains(document.activeElement)
      ? document.activeElement?.closest('[data-key]')?.getAttribute('data-key')
      : undefined;
    const background = backgrounds.reduce((sum, { nano }) => sum + nano, 0);
    const bars = treeOf(threads, view);
    if (background > 0) {
      bars.push({
        key: backgroundKey,
        label: words.background,
        length: background / Math.max(1, session.total),
        figure: figures.money(background),
        share: share(background, view),
        colour: theme.muted,
        hatched: true,
        fixed: true,
      });
    }
    const list = barList(
      bars,
      words.agentsTitle,
      (key) => tools.change({ agent: state.agent === idOf(key) ? null : idOf(key) }),
      words.onlyAgent,
    );
    const long = threads.length > mostRows;
    this.element.replaceChildren(
      el('h2', {}, words.agentsTitle),
      el(
        'div',
        long
          ? { class: 'tree long', tabindex: '0', role: 'region', 'aria-label': words.agentsTitle }
          : { class: 'tree' },
        list,
      ),
    );
    if (held === null || held === undefined) return;
    this.element.querySelector<HTMLElement>(`[data-key="${CSS.escape(held)}"] button`)?.focus();
  }
}

/** An agent's id may be anything: keys of rows have a letter before it. */
const keyOf = (agentId: string): string => `a${agentId}`;
const idOf = (key: string): string => key.slice(1);
const backgroundKey = 'background';

function share(nano: number, { session, figures }: SessionView): string {
  return session.total > 0 ? figures.percent(nano / session.total) : '';
}

/** The main thread, and below each agent those it started. */
function treeOf(threads: readonly PanelThread[], view: SessionView): Bar[] {
  const { session, figures, words, state, theme } = view;
  const byParent = Map.groupBy(
    threads.filter(({ agentId }) => agentId !== ''),
    ({ parent }) => parent,
  );
  const below = ({ agentId }: PanelThread): readonly PanelThread[] => byParent.get(agentId) ?? [];
  const whole = (thread: PanelThread): number =>
    below(thread).reduce((sum, one) => sum + whole(one), thread.nano);
  const barOf = (thread: PanelThread): Bar => {
    const { agentId, name, hint, messages, nano } = thread;
    const children = below(thread).map(barOf);
    const derived = [
      fill(words.messageCount, figures.count(messages)),
      ...(children.length > 0 && agentId !== ''
        ? [fill(words.withSubagents, figures.money(whole(thread)))]
        : []),
    ];
    return {
      key: keyOf(agentId),
      label: `${name} · ${derived.join(' · ')}`,
      hint,
      length: nano / Math.max(1, session.total),
      figure: figures.money(nano),
      share: share(nano, view),
      colour: agentId === '' ? theme.foreground : theme.token('charts-yellow'),
      chosen: state.agent === agentId,
      children,
    };
  };
  return threads.filter(({ agentId }) => agentId === '').map(barOf);
}
