import type { SeriesStyle } from '../charts/palette.ts';
import { el } from '../dom.ts';

/** One line of a bar list. */
export interface Bar {
  /** Stays with the thing it is of. */
  readonly key: string;
  readonly label: string;
  /** Whole name where the label is shortened. */
  readonly hint?: string;
  /** Between 0 and 1, of the whole where there is one: a bar of 46 % looks like 46 %. */
  readonly length: number;
  readonly figure: string;
  readonly share: string;
  readonly style: SeriesStyle;
  /** Cannot be chosen although others can. */
  readonly fixed?: boolean;
  /** Chosen as a filter just now. */
  readonly chosen?: boolean;
  /** What belongs below it. */
  readonly children?: readonly Bar[];
}

/**
 * Names with a bar, a figure and a share, most expensive first. A click on one narrows the panel to
 * it where `onChoose` is given.
 */
export function barList(
  bars: readonly Bar[],
  label: string,
  onChoose?: (key: string) => void,
  chooseHint = '',
): HTMLElement {
  return listOf(bars, { class: 'bars', 'aria-label': label }, onChoose, chooseHint);
}

function listOf(
  bars: readonly Bar[],
  attributes: Readonly<Record<string, string>>,
  onChoose: ((key: string) => void) | undefined,
  chooseHint: string,
): HTMLElement {
  const items = bars.map((bar) => {
    const line =
      onChoose === undefined || bar.fixed === true
        ? el('div', { class: 'bar-line' }, ...contentOf(bar))
        : choiceOf(bar, onChoose, chooseHint);
    const { children = [] } = bar;
    const below =
      children.length === 0 ? [] : [listOf(children, { class: 'bars' }, onChoose, chooseHint)];
    return el('li', { 'data-key': bar.key }, line, ...below);
  });
  return el('ul', attributes, ...items);
}

function choiceOf(bar: Bar, onChoose: (key: string) => void, hint: string): HTMLElement {
  const choice = el(
    'button',
    {
      type: 'button',
      class: 'bar-line',
      'aria-pressed': String(bar.chosen === true),
      ...(hint !== '' && { title: hint }),
    },
    ...contentOf(bar),
  );
  choice.addEventListener('click', () => onChoose(bar.key));
  return choice;
}

function contentOf(bar: Bar): HTMLElement[] {
  const fill = el('span', { class: `bar-fill as-${bar.style.pattern}` });
  fill.style.setProperty('--bar', bar.style.colour);
  fill.style.width = `${Math.max(0, Math.min(1, bar.length)) * 100}%`;
  return [
    el('span', { class: 'bar-name', title: bar.hint ?? bar.label }, bar.label),
    el('span', { class: 'bar-figure' }, bar.figure),
    el('span', { class: 'bar-share' }, bar.share),
    el('span', { class: 'bar-track', 'aria-hidden': 'true' }, fill),
  ];
}
