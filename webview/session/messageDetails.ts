import { type Usage, usageKeys } from '../../src/model/tokens.ts';
import type { PanelMessage, PanelPart, PanelWords } from '../../src/protocol/session.ts';
import { el } from '../lib/dom.ts';
import type { Figures } from '../lib/figures.ts';
import { fill } from '../lib/fill.ts';
import { button } from '../ui.ts';
import type { TableInput } from './messageTable.ts';

/** How a message's cost came about: each class with its arithmetic, other models, tools. */
export function messageDetails(message: PanelMessage, input: TableInput): HTMLElement {
  const { words, figures } = input;
  return el(
    'div',
    { class: 'arithmetic' },
    classList(message, input),
    ...message.parts.map((part) => el('p', {}, partText(part, words, figures))),
    ...(message.tools.length > 0 ? [el('p', {}, fill(words.tools, message.tools.join(', ')))] : []),
    button(words.openMessage, () => input.onShowInTranscript(message.key)),
  );
}

function classList(message: PanelMessage, { words, figures, session }: TableInput): HTMLElement {
  const { classes, usage, row } = message;
  const rates = session.rates[row];
  const names: Record<keyof Usage, string> = {
    input: words.input,
    output: words.output,
    cacheWrite5m: words.write5m,
    cacheWrite1h: words.write1h,
    cacheRead: words.read,
    webSearches: words.searches,
  };
  const lines = usageKeys
    .filter((key) => usage[key] > 0)
    .map((key) => {
      const count = figures.count(usage[key]);
      const known = classes !== null && rates !== undefined;
      const each = key === 'webSearches' ? words.perThousand : words.perMillion;
      const text = known
        ? fill(
            words.arithmetic,
            count,
            fill(each, figures.money(Math.round(rates[key] * 1e9))),
            figures.money(classes[key]),
          )
        : count;
      return el('div', {}, el('dt', {}, names[key]), el('dd', {}, text));
    });
  return el('dl', {}, ...lines);
}

function partText(part: PanelPart, words: PanelWords, figures: Figures): string {
  const cost = part.row === '' ? words.unpriced : figures.money(part.nano);
  const figure = part.kind === 'declined' ? fill(words.declinedNote, cost) : cost;
  return `${words[part.kind]}: ${part.model}, ${figure}`;
}
