import type { PanelMessage, PanelRates } from '../../protocol/session.ts';
import type { backgroundRowsOf } from '../../store/query/background.ts';
import type { AgentSums, SessionSummary } from '../../store/query/storeReader.ts';
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
  readonly messages: readonly PanelMessage[];
  readonly rates: Readonly<Record<string, PanelRates>>;
  /** Its Claude Code is known to run. */
  readonly running: boolean;
  readonly now: number;
  readonly catalogueDate: string;
  /** Before this moment messages are downsampled; 0 where none are. UTC milliseconds. */
  readonly summedUpBefore: number;
  readonly format: Format;
}

/** What a session cost: messages and background. */
export function totalOf({ nano, background }: SessionSummary): number {
  return nano + background;
}

/** Messages that are in the sums and no longer in the list. */
export function downsampledMessages({
  summary,
  messages,
  summedUpBefore,
}: Pick<SessionInputs, 'summary' | 'messages' | 'summedUpBefore'>): number {
  return summary.startedAt < summedUpBefore ? Math.max(0, summary.messages - messages.length) : 0;
}
