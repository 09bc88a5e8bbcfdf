import type { PanelMessage } from '../../src/protocol/session.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import type { SheetCell } from '../shared/table/sheet.ts';
import { lost } from './markers.ts';
import { missText } from './messageText.ts';
import { type SessionView, threadName } from './view.ts';

/** What a row says of its message as it is drawn: whose message it is, what was asked or done, and what went wrong. */
export function aboutContent(
  message: PanelMessage,
  cell: SheetCell,
  { words, session, outlines }: SessionView,
): (Node | string)[] {
  const { agentId, key, miss, recovered } = message;
  const outline = outlines.get(key);
  const quiet = (text: string): HTMLElement => el('span', { class: 'quiet' }, text);
  const said =
    outline?.kind === 'tool'
      ? [
          quiet(outline.name),
          ` ${outline.words}`,
          ...(recovered ? [quiet(` (${words.recovered})`)] : []),
        ]
      : [outline === undefined ? quiet(cell.text) : cell.text];
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
