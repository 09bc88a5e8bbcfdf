import type { PanelAction } from '../../src/protocol/session.ts';
import { exportMenu } from '../shared/charts/chartSection.ts';
import { button, iconButton } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import { Parts } from '../shared/page/stableParts.ts';
import type { SessionView } from './view.ts';

/** Which session it is, the verdict with the message it is about, and what can be done with the session. */
export class SessionHead {
  readonly element: HTMLElement;
  readonly #crumb = el('div', { class: 'crumb' });
  readonly #ways = el('div', { class: 'tools' });
  readonly #answer = el('h1', { class: 'answer' });
  readonly #lead = el('p', { class: 'lead quiet' });
  readonly #acts = el('div', { class: 'actions' });
  readonly #parts = new Parts();
  readonly #reveal: (key: string) => void;
  /** The buttons stay while what they act on changes. */
  #view: SessionView | undefined;

  constructor(reveal: (key: string) => void) {
    this.#reveal = reveal;
    this.element = el(
      'header',
      { class: 'head' },
      el('div', { class: 'crumb-line' }, this.#crumb, this.#ways),
      el(
        'div',
        { class: 'first' },
        el('div', { class: 'verdict' }, this.#answer, this.#lead),
        this.#acts,
      ),
    );
  }

  draw(view: SessionView): void {
    this.#view = view;
    const { session, words } = view;
    const { title, place, live, answer, lead, show } = session;
    this.#parts.fill(this.#crumb, [title, place, live, words.live], () => [
      el('span', { class: 'title', title }, title),
      ...place.map((text) => el('span', { class: 'place', title: text }, text)),
      ...(live
        ? [
            el(
              'span',
              { class: 'live' },
              el('span', { class: 'dot', 'aria-hidden': 'true' }, '● '),
              words.live,
            ),
          ]
        : []),
    ]);
    this.#answer.textContent = answer;
    this.#lead.textContent = lead;
    this.#lead.hidden = lead === '';
    this.#parts.fill(this.#acts, show?.label ?? '', () =>
      show === null ? [] : [button(show.label, () => this.#show(), 'primary')],
    );
    const act = (action: PanelAction) => () => this.#view?.tools.act(action);
    this.#parts.fill(this.#ways, [words.openTranscript, words.resume], () => [
      iconButton(words.openTranscript, 'file', act('openTranscript')),
      iconButton(words.resume, 'terminal', act('resume')),
      exportMenu(words.ways, [{ label: words.copyId, run: act('copyId') }], 'more'),
    ]);
  }

  #show(): void {
    const key = this.#view?.session.show?.key;
    if (key !== undefined) this.#reveal(key);
  }
}
