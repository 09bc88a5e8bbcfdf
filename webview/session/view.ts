import { largestOf, smallestOf } from '../../src/model/lists.ts';
import type {
  PanelAction,
  PanelMessage,
  PanelSession,
  PanelTextPart,
  SessionPanelState,
  SessionStrings,
} from '../../src/protocol/session.ts';
import type { Exported } from '../../src/protocol/shared.ts';
import type { Figures } from '../shared/figures.ts';
import type { Theme } from '../shared/theme.ts';
import { byTime } from './byTime.ts';
import { type Marker, marksOf } from './markers.ts';
import { type Series, seriesOf } from './series.ts';

/** What follows from a session and its messages; worked out once for every change of them. */
export interface DerivedSession {
  /** Earliest first. */
  readonly ordered: readonly PanelMessage[];
  /** Number of a message in the session, from 1. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly marks: readonly Marker[];
  readonly series: readonly Series[];
  /** What all messages cost, also those that are downsampled. */
  readonly messageNano: number;
  /** First and last moment there is a figure of. */
  readonly span: { readonly from: number; readonly to: number };
}

/** What a page can make happen. */
export interface SessionTools {
  readonly change: (more: Partial<SessionPanelState>) => void;
  readonly act: (action: PanelAction) => void;
  readonly openMessage: (key: string) => void;
  readonly readText: (key: string) => void;
  readonly exportTo: (exported: Omit<Exported, 'type' | 'v'>) => void;
}

/** The text of a message: asked for, or as the transcript has it. */
export type MessageText =
  | 'reading'
  | { readonly found: boolean; readonly parts: readonly PanelTextPart[] };

/** Everything a part of the page is drawn from. */
export interface SessionView {
  readonly session: PanelSession;
  readonly words: SessionStrings;
  readonly figures: Figures;
  readonly theme: Theme;
  readonly zone: string;
  readonly derived: DerivedSession;
  readonly state: SessionPanelState;
  /** Texts that were asked for, by key. */
  readonly texts: ReadonlyMap<string, MessageText>;
  readonly tools: SessionTools;
}

export function deriveSession(
  session: PanelSession,
  messages: Iterable<PanelMessage>,
  words: SessionStrings,
): DerivedSession {
  const ordered = byTime(messages);
  const background = session.backgrounds.reduce((sum, { nano }) => sum + nano, 0);
  const moments = session.backgrounds.map(({ at }) => at);
  for (const message of [ordered[0], ordered.at(-1)]) {
    if (message !== undefined) moments.push(message.at);
  }
  return {
    ordered,
    numbers: new Map(ordered.map(({ key }, index) => [key, index + 1])),
    marks: marksOf(ordered),
    series: seriesOf(session, ordered, words),
    messageNano: session.total - background,
    span: { from: smallestOf(moments), to: largestOf(moments) },
  };
}

/** Name of a thread as it is shown. */
export function threadName({ threads }: PanelSession, agentId: string): string {
  return threads.find((thread) => thread.agentId === agentId)?.name ?? agentId;
}

/** Whether the filters let a message through. */
export function passes(
  { agentId, at }: PanelMessage,
  { agent, range }: Pick<SessionPanelState, 'agent' | 'range'>,
): boolean {
  if (agent !== null && agentId !== agent) return false;
  return range === null || (at >= range.from && at <= range.to);
}
