import { largestOf, smallestOf } from '../../src/model/lists.ts';
import { promptTokens } from '../../src/model/tokens.ts';
import type {
  PanelAction,
  PanelMessage,
  PanelOutline,
  PanelSession,
  PanelTextPart,
  SessionPanelState,
  SessionStrings,
} from '../../src/protocol/session.ts';
import type { Exported } from '../../src/protocol/shared.ts';
import type { Figures } from '../shared/figures.ts';
import type { Theme } from '../shared/theme.ts';
import { byTime } from './byTime.ts';
import { type Lane, lanesOf, type Step, stepsOf } from './lanes.ts';
import { type Marker, marksOf, worstMiss } from './markers.ts';

/** What follows from a session and its messages; worked out once for every change of them. */
export interface DerivedSession {
  /** Earliest first. */
  readonly ordered: readonly PanelMessage[];
  /** Number of a message in the session, from 1. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly marks: readonly Marker[];
  readonly lanes: readonly Lane[];
  /** What the session had come to. */
  readonly steps: readonly Step[];
  /** How large the context of a thread was. */
  readonly contexts: (agentId: string) => readonly Step[];
  /** The message whose missed cache is worth pointing at. */
  readonly worst: PanelMessage | undefined;
  /** First and last moment there is a figure of. */
  readonly span: { readonly from: number; readonly to: number };
}

/** What a page can make happen. */
export interface SessionTools {
  readonly change: (more: Partial<SessionPanelState>) => void;
  readonly act: (action: PanelAction) => void;
  /** Opens a message in the list and brings it into view; filters that hide it are taken back. */
  readonly show: (key: string) => void;
  readonly openMessage: (key: string) => void;
  readonly explain: (key: string) => void;
  readonly readText: (key: string) => void;
  /** Asks what a message is about, or what an agent was told to do; the answer is drawn when it comes. */
  readonly wantOutline: (key: string) => void;
  readonly wantTask: (agentId: string) => void;
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
  /** What messages are about, by key, and what agents were told to do, by id: as far as they are known. */
  readonly outlines: ReadonlyMap<string, PanelOutline>;
  readonly tasks: ReadonlyMap<string, string>;
  readonly tools: SessionTools;
}

export function deriveSession(
  session: PanelSession,
  messages: Iterable<PanelMessage>,
  words: SessionStrings,
): DerivedSession {
  const ordered = byTime(messages);
  const threads = Map.groupBy(ordered, ({ agentId }) => agentId);
  const moments = session.backgrounds.map(({ at }) => at);
  for (const message of [ordered[0], ordered.at(-1)]) {
    if (message !== undefined) moments.push(message.at);
  }
  return {
    ordered,
    numbers: new Map(ordered.map(({ key }, index) => [key, session.summedUp + index + 1])),
    marks: marksOf(ordered),
    lanes: lanesOf(session, ordered, words),
    steps: stepsOf(ordered, session),
    contexts: (agentId) =>
      (threads.get(agentId) ?? []).map(({ at, usage }) => ({ x: at, y: promptTokens(usage) })),
    worst: worstMiss(ordered, session.total),
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
