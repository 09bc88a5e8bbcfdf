import type { PanelMessage } from '../../src/protocol/session.ts';

/** Messages in the order they happened; of one moment, by key. */
export function byTime(messages: Iterable<PanelMessage>): PanelMessage[] {
  return [...messages].sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
}
