import type { Usage } from '../model/tokens.ts';
import {
  type CommonStrings,
  type Exported,
  isExported,
  isNothing,
  isObject,
  type NothingToShow,
  type PanelCard,
  type PanelFormat,
  protocolVersion,
} from './shared.ts';

/** The main thread or one subagent. */
export interface PanelThread {
  /** '' for the main thread. */
  readonly agentId: string;
  /** As it is shown; subagents of one type are numbered. */
  readonly name: string;
  /** More about it, for who points at it. */
  readonly hint: string;
  /** Who started it; '' is the main thread. Following it always ends there. */
  readonly parent: string;
  readonly messages: number;
  /** What its own messages cost. */
  readonly nano: number;
  /** How many messages, of which model, and what its own subagents cost. */
  readonly detail: string;
}

/** Why a message could not read what the message before it had in its cache. */
export type PanelMissReason =
  | 'first-write'
  | 'expired'
  | 'model-switch'
  | 'compaction'
  | 'prefix-change';

/** A cache a message missed. */
export interface PanelMiss {
  readonly reason: PanelMissReason;
  /** Tokens sent again although they had been cached; 0 for a first write. */
  readonly tokens: number;
  /** Time since the message before and how long its cache lived, milliseconds. */
  readonly gap: number;
  readonly lifetime: number;
  /** What it cost beyond reading: nano-dollars. */
  readonly nano: number;
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
  /** Model asked for, where another one answered; else ''. */
  readonly requestedModel: string;
  /** Requests it is the sum of, as its agent wrote it; mostly 1, null where nobody knows of how many. */
  readonly requests: number | null;
  /** Its own count was not logged: how far a running counter moved tells it. */
  readonly recovered: boolean;
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
  readonly miss: PanelMiss | null;
  /** What exact mode knows of its request; null without it. */
  readonly request: PanelRequest | null;
}

/** The request behind a message, as Claude Code's telemetry tells of it. Milliseconds. */
export interface PanelRequest {
  /** Until the answer was whole. */
  readonly duration: number;
  /** Until its first token came; null where that was not told. */
  readonly firstToken: number | null;
  /** How often it was tried, as far as that was told. */
  readonly attempts: number;
}

/** A piece of a message's text, as the transcript has it. */
export interface PanelTextPart {
  readonly kind: 'text' | 'thinking' | 'tool';
  /** Of the tool. */
  readonly name: string;
  readonly text: string;
  /** Characters left out at its end. */
  readonly left: number;
}

/** How the parts of a session add up, and what Claude Code says. */
export interface PanelSum {
  readonly lines: readonly {
    readonly label: string;
    readonly detail: string;
    readonly figure: string;
  }[];
  /** What is to be said of the last line; '' for nothing. */
  readonly note: string;
  /** Claude Code's own figure is the same. */
  readonly agrees: boolean;
}

/** What a message is about, in a few words of its transcript. */
export interface PanelOutline {
  readonly kind: 'prompt' | 'tool' | 'text';
  /** Of the tool. */
  readonly name: string;
  readonly words: string;
}

/** Everything about a session but its messages, in words where a person reads it. */
export interface PanelSession {
  readonly sid: string;
  readonly title: string;
  /** Project, branch and time, beside the title. */
  readonly place: readonly string[];
  readonly live: boolean;
  /** The verdict in one sentence, and why in another. */
  readonly answer: string;
  readonly lead: string;
  /** The message the verdict is about; null for none. */
  readonly show: { readonly key: string; readonly label: string } | null;
  readonly cards: readonly PanelCard[];
  /** How messages, overhead and Claude Code's own figure add up. */
  readonly sum: PanelSum;
  /** What would have avoided the most expensive missed cache; null for nothing. */
  readonly advice: { readonly title: string; readonly text: string } | null;
  /** What the figures are and leave out. */
  readonly notes: readonly string[];
  /** Messages that were summed up: they had the first numbers. */
  readonly summedUp: number;
  /** Messages and background. */
  readonly total: number;
  readonly backgrounds: readonly { readonly at: number; readonly nano: number }[];
  /** Main thread first, then the subagents, most expensive first. */
  readonly threads: readonly PanelThread[];
  /** When contexts were compacted. */
  readonly compactions: readonly { readonly agentId: string; readonly at: number }[];
  /** Rates by price row. */
  readonly rates: Readonly<Record<string, PanelRates>>;
}

/** Every text a webview shows of its own; the host sends them in the editor's language. */
export const sessionStringKeys = [
  'openTranscript',
  'resume',
  'copyId',
  'ways',
  'chartTitle',
  'chartSummary',
  'chartKey',
  'keyMiss',
  'keySwitch',
  'keyCompacted',
  'contextSummary',
  'context',
  'contextUnit',
  'writePrice',
  'writesShort',
  'again',
  'againShort',
  'firstWrite',
  'stepNamed',
  'stepShort',
  'messagesTitle',
  'order',
  'mostExpensive',
  'inOrder',
  'showAll',
  'number',
  'about',
  'quoted',
  'byAgent',
  'written',
  'thread',
  'model',
  'input',
  'output',
  'write5m',
  'write1h',
  'writes',
  'read',
  'searches',
  'otherModels',
  'price',
  'why',
  'mainThread',
  'background',
  'otherThreads',
  'agentsTitle',
  'onlyAgent',
  'adviceTitle',
  'openSimilar',
  'rangeTitle',
  'rangeFrom',
  'rangeTo',
  'range',
  'removeFilter',
  'filtered',
  'details',
  'openMessage',
  'explain',
  'showText',
  'readingText',
  'textGone',
  'textNone',
  'textTitle',
  'textLeft',
  'thinking',
  'toolCall',
  'unpriced',
  'atLeast',
  'clientPrice',
  'tools',
  'answeredBy',
  'arithmetic',
  'requested',
  'sumOfRequests',
  'sumOfUnknown',
  'recovered',
  'recoveredRequest',
  'recoveredSum',
  'requestTook',
  'requestBegan',
  'requestTried',
  'perMillion',
  'perThousand',
  'advisor',
  'compaction',
  'declined',
  'declinedNote',
  'noMessages',
  'messageNamed',
  'compacted',
  'switched',
  'missFirst',
  'missExpired',
  'missSwitch',
  'missCompaction',
  'missPrefix',
  'missCost',
  'missLifetime',
  'seconds',
  'minutes',
  'hours',
  'wholeHours',
  'days',
] as const;
export type SessionStrings = CommonStrings &
  Readonly<Record<(typeof sessionStringKeys)[number], string>>;

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
      readonly words: SessionStrings;
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
  | {
      /** Opens a message and brings it into view. */
      readonly type: 'reveal';
      readonly v: number;
      readonly key: string;
    }
  | {
      /** What messages are about, and what subagents were told to do: those that were asked for. */
      readonly type: 'outlines';
      readonly v: number;
      readonly outlines: readonly (readonly [key: string, about: PanelOutline])[];
      readonly tasks: readonly (readonly [agentId: string, task: string])[];
    }
  | {
      /** The text of a message that was asked for. */
      readonly type: 'text';
      readonly v: number;
      readonly key: string;
      /** False when no transcript has it any more. */
      readonly found: boolean;
      readonly parts: readonly PanelTextPart[];
    }
  | NothingToShow;

/** What a session's buttons ask the host to do. */
export const panelActions = [
  'openTranscript',
  'resume',
  'copyId',
  'openSimilar',
  'showLog',
  'rescan',
  'closeDemo',
] as const;
export type PanelAction = (typeof panelActions)[number];

/** What a session's webview tells the host. */
export type FromPanel =
  /** The page is there and waits for a snapshot. */
  | { readonly type: 'ready'; readonly v: number }
  | { readonly type: 'do'; readonly v: number; readonly action: PanelAction }
  | { readonly type: 'openMessage'; readonly v: number; readonly key: string }
  /** Asks for the derivation of a message's cost, as a document. */
  | { readonly type: 'explain'; readonly v: number; readonly key: string }
  /** Asks for a message's text: it stands in the transcript only. */
  | { readonly type: 'readText'; readonly v: number; readonly key: string }
  /** Asks what messages in sight are about, and what subagents were told: it stands in transcripts only. */
  | {
      readonly type: 'outline';
      readonly v: number;
      readonly keys: readonly string[];
      readonly agents: readonly string[];
    }
  | Exported;

/** The parts that can be shown as a chart or as a table. */
export const sessionCharts = ['time'] as const;
export type SessionChart = (typeof sessionCharts)[number];

/** Some of a session's time: from and to, UTC milliseconds, both included. */
export interface PanelRange {
  readonly from: number;
  readonly to: number;
}

/** What a session's webview keeps over a reload of the window. */
export interface SessionPanelState {
  readonly v: number;
  readonly sid: string;
  /** Column the messages are ordered by, and whether the largest stands first. */
  readonly order: { readonly column: string; readonly descending: boolean };
  /** The charts that are shown as tables. */
  readonly tables: readonly SessionChart[];
  /** Key of the message whose details are open, '' for none. */
  readonly open: string;
  /** Messages of this agent only ('' is the main thread); null for all. */
  readonly agent: string | null;
  /** Messages of this time only; null for all. */
  readonly range: PanelRange | null;
  /** Words the listed messages have in them. */
  readonly filter: string;
  /** All messages are listed, not only the first. */
  readonly all: boolean;
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
    case 'explain':
    case 'readText':
      return typeof value.key === 'string';
    case 'outline':
      return isTexts(value.keys) && isTexts(value.agents);
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
    case 'reveal':
      return typeof value.key === 'string';
    case 'outlines':
      return Array.isArray(value.outlines) && Array.isArray(value.tasks);
    case 'text':
      return (
        typeof value.key === 'string' &&
        typeof value.found === 'boolean' &&
        Array.isArray(value.parts)
      );
    case 'nothing':
      return isNothing(value);
    default:
      return false;
  }
}

/** Whether what VS Code kept of a panel is of this version: then it comes back as it was. */
export function isSessionState(value: unknown): value is SessionPanelState {
  if (!isObject(value) || value.v !== protocolVersion) return false;
  const { sid, order, tables, open, agent, range, filter, all } = value;
  return (
    typeof sid === 'string' &&
    isObject(order) &&
    typeof order.column === 'string' &&
    typeof order.descending === 'boolean' &&
    Array.isArray(tables) &&
    tables.every((table) => sessionCharts.includes(table)) &&
    typeof open === 'string' &&
    (agent === null || typeof agent === 'string') &&
    (range === null || isRange(range)) &&
    typeof filter === 'string' &&
    typeof all === 'boolean'
  );
}

/** More is not asked for at once. */
const mostAsked = 500;

function isTexts(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length <= mostAsked &&
    value.every((one) => typeof one === 'string')
  );
}

function isRange(value: unknown): boolean {
  return isObject(value) && Number.isFinite(value.from) && Number.isFinite(value.to);
}

/** The session of a panel VS Code kept; one of an older version at least shows the same session. */
export function keptSession(value: unknown): string | undefined {
  return isObject(value) && typeof value.sid === 'string' && value.sid !== ''
    ? value.sid
    : undefined;
}
