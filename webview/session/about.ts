import type { PanelMessage, PanelOutline, SessionStrings } from '../../src/protocol/session.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import type { SheetCell } from '../shared/table/sheet.ts';
import { lost } from './markers.ts';
import { missText, modelText } from './messageText.ts';
import { type SessionView, threadName } from './view.ts';

/** What a row says of its message in one line, for filters and files. */
export function aboutText(
  message: PanelMessage,
  outline: PanelOutline | undefined,
  words: SessionStrings,
): string {
  if (outline === undefined) return message.tools.join(', ') || modelText(message.model);
  const { kind, name, words: said } = outline;
  if (kind === 'prompt') return fill(words.quoted, said);
  return kind === 'tool' ? `${name} ${said}`.trim() : said;
}

/** The same as it is drawn: whose message it is, what was asked or done, and what went wrong. */
export function aboutContent(
  message: PanelMessage,
  cell: SheetCell,
  { words, session, outlines }: SessionView,
): (Node | string)[] {
  const { agentId, key, miss } = message;
  const outline = outlines.get(key);
  const said =
    outline?.kind === 'tool'
      ? [el('span', { class: 'quiet' }, outline.name), ` ${outline.words}`]
      : [outline === undefined ? el('span', { class: 'quiet' }, cell.text) : cell.text];
  const whose =
    agentId === ''
      ? []
      : [
          el('span', { class: 'agent-mark', 'aria-hidden': 'true' }),
          el('span', { class: 'quiet' }, fill(words.byAgent, threadName(session, agentId)), ' '),
        ];
  const why = lost(message)
    ? el(
        'span',
        { class: 'why' },
        el('span', { class: 'mark', 'aria-hidden': 'true' }, '⚠ '),
        missText(miss, words),
      )
    : undefined;
  return [
    el('span', { class: 'about', title: cell.text }, ...whose, ...said),
    ...(why === undefined ? [] : [why]),
  ];
}
