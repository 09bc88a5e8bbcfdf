import { compareInTime } from '../../src/model/messageNumber.ts';
import type { PanelMessage } from '../../src/protocol/session.ts';

/** Messages in the order they happened; of one moment, by key. */
export function byTime(messages: Iterable<PanelMessage>): PanelMessage[] {
  return [...messages].sort(compareInTime);
}
