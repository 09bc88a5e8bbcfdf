import type { Usage } from '../model/tokens.ts';
import {
  type CommonWords,
  type Exported,
  isExported,
  isNothing,
  isObject,
  type NothingToShow,
  type PanelCard,
  type PanelFormat,
  protocolVersion,
} from '../protocol.ts';

/** The main thread or one subagent. */
export interface PanelThread {
  /** '' for the main thread. */
  readonly agentId: string;
  /** As it is shown. */
  readonly name: string;
}

/** The rates behind a price row, in US dollars per million tokens, searches per thousand. */
export type PanelRates = Usage;

/** Tokens of another model inside a message. */
export interface PanelPart {
  readonly kind: 'advisor' | 'compaction' | 'declined';
  readonly model: string;
  /** Price row, '' when unpriced. */
  readonly row: string;
  readonly nano: number;
  readonly usage: Usage;
}

/** One message of a session, and where its money comes from. Money in nano-dollars. */
export interface PanelMessage {
  /** Stays with the message; unique in the session. */
  readonly key: string;
  /** UTC milliseconds. */
  readonly at: number;
  readonly agentId: string;
  readonly model: string;
  /** Price row; '' when unpriced. */
  readonly row: string;
  readonly pricedBy: 'catalogue' | 'client' | 'unpriced';
  readonly nano: number;
  /** A declined attempt that may be billed beside it. */
  readonly declined: number;
  /** The output count is only a lower bound. */
  readonly atLeast: boolean;
  readonly usage: Usage;
  /** Nano-dollars of each count; null where the price is not the catalogue's. */
  readonly classes: Usage | null;
  readonly parts: readonly PanelPart[];
  readonly tools: readonly string[];
}

/** Everything about a session but its messages, in words where a person reads it. */
export interface PanelSession {
  readonly sid: string;
  readonly title: string;
  /** Project, branch and the like, below the title. */
  readonly place: readonly string[];
  readonly live: boolean;
  /** The answer in one sentence. */
  readonly answer: string;
  readonly cards: readonly PanelCard[];
  /** "messages + background = Claude Code says". */
  readonly sum: { readonly text: string; readonly agrees: boolean };
  /** What the figures are and leave out. */
  readonly notes: readonly string[];
  /** Messages and background. */
  readonly total: number;
  readonly backgrounds: readonly { readonly at: number; readonly nano: number }[];
  readonly threads: readonly PanelThread[];
  /** Rates by price row. */
  readonly rates: Readonly<Record<string, PanelRates>>;
}

/** Every text a webview shows of its own; the host sends them in the editor's language. */
export const panelWordKeys = [
  'openTranscript',
  'resume',
  'copyId',
  'chartTitle',
  'chartSummary',
  'tableTitle',
  'messagesTitle',
  'sortBy',
  'byCost',
  'byTime',
  'number',
  'thread',
  'model',
  'input',
  'output',
  'write5m',
  'write1h',
  'read',
  'searches',
  'otherModels',
  'price',
  'mainThread',
  'background',
  'otherThreads',
  'details',
  'openMessage',
  'showMore',
  'unpriced',
  'atLeast',
  'clientPrice',
  'tools',
  'arithmetic',
  'perMillion',
  'perThousand',
  'advisor',
  'compaction',
  'declined',
  'declinedNote',
  'noMessages',
] as const;
export type PanelWords = CommonWords & Readonly<Record<(typeof panelWordKeys)[number], string>>;

/** What the host tells a session's webview. */
export type ToPanel =
  | {
      /**
       * Part of the messages of the snapshot or update that follows: thousands at once would hold
       * up the host. `from` counts those sent before; with 0 a page forgets what it has gathered.
       */
      readonly type: 'messages';
      readonly v: number;
      readonly from: number;
      readonly messages: readonly PanelMessage[];
    }
  | {
      readonly type: 'snapshot';
      readonly v: number;
      readonly words: PanelWords;
      readonly format: PanelFormat;
      readonly session: PanelSession;
      readonly messages: readonly PanelMessage[];
    }
  | {
      /** What has changed since the last snapshot or update. */
      readonly type: 'update';
      readonly v: number;
      readonly session: PanelSession;
      readonly changed: readonly PanelMessage[];
      /** Keys of messages that are this session's no longer. */
      readonly removed: readonly string[];
    }
  | NothingToShow;

/** What a session's buttons ask the host to do. */
export const panelActions = ['openTranscript', 'resume', 'copyId', 'showLog', 'rescan'] as const;
export type PanelAction = (typeof panelActions)[number];

/** What a session's webview tells the host. */
export type FromPanel =
  /** The page is there and waits for a snapshot. */
  | { readonly type: 'ready'; readonly v: number }
  | { readonly type: 'do'; readonly v: number; readonly action: PanelAction }
  | { readonly type: 'openMessage'; readonly v: number; readonly key: string }
  | Exported;

/** What a session's webview keeps over a reload of the window. */
export interface SessionPanelState {
  readonly v: number;
  readonly sid: string;
  readonly sort: 'cost' | 'time';
  readonly asTable: boolean;
  /** Key of the message whose details are open, '' for none. */
  readonly open: string;
}

/** Whether a webview's message is one the host acts upon. */
export function isFromPanel(value: unknown): value is FromPanel {
  if (!isObject(value) || value.v !== protocolVersion) return false;
  switch (value.type) {
    case 'ready':
      return true;
    case 'do':
      return panelActions.some((action) => action === value.action);
    case 'openMessage':
      return typeof value.key === 'string';
    case 'export':
      return isExported(value);
    default:
      return false;
  }
}

/** Whether a host's message is one the webview shows. */
export function isToPanel(value: unknown): value is ToPanel {
  if (!isObject(value) || value.v !== protocolVersion) return false;
  switch (value.type) {
    case 'messages':
      return typeof value.from === 'number' && Array.isArray(value.messages);
    case 'snapshot':
      return (
        isObject(value.words) &&
        isObject(value.format) &&
        isObject(value.session) &&
        Array.isArray(value.messages)
      );
    case 'update':
      return (
        isObject(value.session) && Array.isArray(value.changed) && Array.isArray(value.removed)
      );
    case 'nothing':
      return isNothing(value);
    default:
      return false;
  }
}

/** Whether what VS Code kept of a panel is of this version: then it can be restored. */
export function isSessionState(value: unknown): value is SessionPanelState {
  return (
    isObject(value) &&
    value.v === protocolVersion &&
    typeof value.sid === 'string' &&
    (value.sort === 'cost' || value.sort === 'time') &&
    typeof value.asTable === 'boolean' &&
    typeof value.open === 'string'
  );
}
