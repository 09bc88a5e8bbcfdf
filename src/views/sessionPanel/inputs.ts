import type { PanelMessage, PanelRates } from '../../protocol/session.ts';
import type { backgroundRowsOf } from '../../store/query/background.ts';
import type { BackgroundKind } from '../../store/query/requests/backgroundItems.ts';
import type { AgentSums, SessionSummary } from '../../store/query/storeReader.ts';
import type { SessionSize } from '../../store/query/usualSession.ts';
import type { Format } from '../text/format.ts';

/** What the words about a session are made from. */
export interface SessionInputs {
  readonly summary: SessionSummary;
  readonly agents: readonly AgentSums[];
  /** Who started each agent. */
  readonly parents: ReadonlyMap<string, string>;
  /** When contexts were compacted, by agent. */
  readonly compactions: ReadonlyMap<string, readonly number[]>;
  readonly backgrounds: ReturnType<typeof backgroundRowsOf>;
  /** What exact mode itemises of background; nothing without it. */
  readonly overhead?: readonly BackgroundKind[];
  readonly messages: readonly PanelMessage[];
  /** Models whose missed caches are not told: nobody knows how long their caches live. */
  readonly unknownLifetimes: readonly string[];
  readonly rates: Readonly<Record<string, PanelRates>>;
  /** Its Claude Code is known to run. */
  readonly running: boolean;
  readonly now: number;
  readonly catalogueDate: string;
  /** Before this moment messages are downsampled; 0 where none are. UTC milliseconds. */
  readonly summedUpBefore: number;
  readonly format: Format;
  /** What is usual for a session; undefined while there are too few. */
  readonly usual: SessionSize | undefined;
}

/** What a session cost: messages and background. */
export function totalOf({ nano, background }: SessionSummary): number {
  return nano + background;
}

const ordered = new WeakMap<readonly PanelMessage[], readonly PanelMessage[]>();

/** Messages as they happened; of one moment, by key. The same list is sorted once. */
export function inOrder(messages: readonly PanelMessage[]): readonly PanelMessage[] {
  const known = ordered.get(messages);
  if (known !== undefined) return known;
  const sorted = messages.toSorted((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  ordered.set(messages, sorted);
  return sorted;
}

/** What was lost by a message that missed a cache it could have read; 0 for any other. */
export function lostBy({ miss }: Pick<PanelMessage, 'miss'>): number {
  return miss === null || miss.reason === 'first-write' ? 0 : miss.nano;
}

/** Whether a message missed a cache it could have read; a first write is none it could. */
export function hasMissed({ miss }: Pick<PanelMessage, 'miss'>): boolean {
  return miss !== null && miss.reason !== 'first-write';
}

/** Messages that are in the sums and no longer in the list. */
export function downsampledMessages({
  summary,
  messages,
  summedUpBefore,
}: Pick<SessionInputs, 'summary' | 'messages' | 'summedUpBefore'>): number {
  return summary.startedAt < summedUpBefore ? Math.max(0, summary.messages - messages.length) : 0;
}
