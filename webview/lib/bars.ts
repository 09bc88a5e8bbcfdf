import { el } from './dom.ts';

/** One line of a bar list. */
export interface Bar {
  /** Stays with the thing it is of. */
  readonly key: string;
  readonly label: string;
  /** Whole name where the label is shortened. */
  readonly hint?: string;
  /** Between 0 and 1, of the longest bar. */
  readonly length: number;
  readonly figure: string;
  readonly share: string;
  readonly colour: string;
  readonly hatched?: boolean;
  /** Chosen as a filter just now. */
  readonly chosen?: boolean;
}

/**
 * Names with a bar, a figure and a share, dearest first. A click on one narrows the panel to it where
 * `onChoose` is given.
 */
export function barList(
  bars: readonly Bar[],
  label: string,
  onChoose?: (key: string) => void,
  chooseHint = '',
): HTMLElement {
  const list = el('ul', { class: 'bars', 'aria-label': label });
  list.append(
    ...bars.map((bar) => {
      const name = el('span', { class: 'bar-name', title: bar.hint ?? bar.label }, bar.label);
      const fill = el('span', { class: bar.hatched === true ? 'bar-fill hatched' : 'bar-fill' });
      fill.style.setProperty('--bar', bar.colour);
      fill.style.width = `${Math.max(0, Math.min(1, bar.length)) * 100}%`;
      const content = [
        name,
        el('span', { class: 'bar-figure' }, bar.figure),
        el('span', { class: 'bar-share' }, bar.share),
        el('span', { class: 'bar-track', 'aria-hidden': 'true' }, fill),
      ];
      if (onChoose === undefined) return el('li', { 'data-key': bar.key }, ...content);
      const choice = el(
        'button',
        {
          type: 'button',
          'aria-pressed': String(bar.chosen === true),
          ...(chooseHint !== '' && { title: chooseHint }),
        },
        ...content,
      );
      choice.addEventListener('click', () => onChoose(bar.key));
      return el('li', { 'data-key': bar.key }, choice);
    }),
  );
  return list;
}
