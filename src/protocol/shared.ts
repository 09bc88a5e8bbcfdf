import { dataPanelNames, openPanel } from './panels.ts';

/**
 * What a panel of the editor and its webview say to each other. Both sides check: a message of
 * another version, or of no known kind, is not acted upon. What one kind of panel alone says stands
 * beside this file, in `protocol/`.
 */
export const protocolVersion = 3;

/** How figures and times are written. Figures are nano-dollars; `rate` turns them into the currency. */
export interface PanelFormat {
  /** BCP 47 tag. */
  readonly locale: string;
  /** IANA zone; '' for this machine's. */
  readonly zone: string;
  /** ISO 4217 code. */
  readonly currency: string;
  /** Units of the currency per US dollar. */
  readonly rate: number;
}

/**
 * How far something has come, drawn on a track that begins at 0 and ends at `whole`; everything in one
 * unit. Null for what is not known.
 */
export interface PanelStrip {
  readonly whole: number;
  readonly filled: number;
  /** The yardstick: what was before, is usual, or is allowed, where that is not the end of the track. */
  readonly tick: number | null;
  /** Most likely in the end, and the range around it. */
  readonly likely: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** What the filled part is made of, the largest first; none for one thing. */
  readonly parts?: readonly number[];
  /** What each part is, where their order does not say it. */
  readonly tones?: readonly StripTone[];
}

/** A part of a strip: a main thread, a subagent, an ordinary one, what went wrong. */
export type StripTone = 'main' | 'agent' | 'plain' | 'lost';

/** A figure at the head of a panel. */
export interface PanelCard {
  readonly id: string;
  readonly label: string;
  readonly figure: string;
  readonly detail: string;
  /** What the figure is held against, in full. */
  readonly more?: string;
  /** The same as a picture; the words say it too. */
  readonly strip?: PanelStrip;
  /** How grave it is: said by an icon and the detail's words as well. */
  readonly level?: 'info' | 'warning' | 'error';
}

/** What a button of a panel's answer does. */
export type PanelAct =
  | { readonly kind: 'do'; readonly action: CommonAction }
  | { readonly kind: 'openSession'; readonly sid: string; readonly message: string }
  | { readonly kind: 'budget'; readonly id: string; readonly verb: BudgetVerb }
  /** Brings a part of the page into view, by its `data-part`. */
  | { readonly kind: 'show'; readonly part: string }
  /** Asks the same question with these answers changed. */
  | { readonly kind: 'ask'; readonly changes: Readonly<Record<string, string>> };

export interface PanelButton {
  readonly label: string;
  readonly act: PanelAct;
}

/** A value something can be narrowed to, and what it is called. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** Texts of the parts all panels share, in the editor's language; `{0}` is filled in by the page. */
export const commonStringKeys = [
  'live',
  'updated',
  'showTable',
  'showChart',
  'copyCsv',
  'saveCsv',
  'savePng',
  'exportMenu',
  'sortedUp',
  'sortedDown',
  'filterRows',
  'rowsOf',
  'noRows',
  'other',
  'total',
  'soFar',
  'share',
  'cost',
  'time',
  'apply',
  'otherVersions',
  'moreModels',
  'versions',
  'openFamily',
  'closeFamily',
] as const;
export type CommonStrings = Readonly<Record<(typeof commonStringKeys)[number], string>>;

/** What a page keeps besides its question: which of its charts are shown as tables. */
export interface TablesUi {
  readonly tables: readonly string[];
}

export function isTablesUi(value: unknown): value is TablesUi {
  return (
    isObject(value) &&
    Array.isArray(value.tables) &&
    value.tables.every((name) => typeof name === 'string')
  );
}

/** There is nothing to show: a sentence, and what can be done. */
export interface NothingToShow {
  readonly type: 'nothing';
  readonly v: number;
  readonly text: string;
  readonly actions: readonly { readonly label: string; readonly action: string }[];
}

/** A thing of the user's own that is to be saved or copied. */
export interface Exported {
  readonly type: 'export';
  readonly v: number;
  readonly to: 'clipboard' | 'csv' | 'png';
  /** Name of the file without its ending. */
  readonly name: string;
  /** Text of a CSV, or a data URL of a picture. */
  readonly content: string;
}

/** Ways out of a panel that every panel offers. */
export const commonActions = [
  'showLog',
  'rescan',
  'openDemo',
  'closeDemo',
  'openSettings',
  'setBudget',
  'addBudget',
  ...dataPanelNames.map(openPanel),
  'showInsights',
  /** Asks what a panel asks when it opens. */
  'startOver',
] as const;
export type CommonAction = (typeof commonActions)[number];

/** What can be done at once with an insight. */
export const insightVerbs = [
  'apply',
  'configure',
  'failures',
  'snooze',
  'dismiss',
  'show',
] as const;
export type InsightVerb = (typeof insightVerbs)[number];

/** What can be done with a budget from its row in a list. */
export const budgetVerbs = ['change', 'raise', 'raiseFor', 'pause', 'resume', 'remove'] as const;
export type BudgetVerb = (typeof budgetVerbs)[number];

/** What the host tells the webview of a panel that is asked questions. */
export type ToDataPanel<Data, Words, Question> =
  | {
      readonly type: 'show';
      readonly v: number;
      readonly words: Words & CommonStrings;
      readonly format: PanelFormat;
      /** What was asked; the page keeps it. */
      readonly question: Question;
      readonly data: Data;
      /** What the last page of this kind kept besides its question; null for nothing. */
      readonly ui: unknown;
    }
  | {
      /** A question was taken; its answer takes longer than a moment. */
      readonly type: 'working';
      readonly v: number;
      readonly text: string;
    }
  | NothingToShow;

/** What such a webview tells the host. */
export type FromDataPanel<Question> =
  /** The page is there and waits to be shown something; with the question it was last asked. */
  | { readonly type: 'ready'; readonly v: number; readonly question: Question | null }
  | { readonly type: 'ask'; readonly v: number; readonly question: Question }
  /** Keeps what the page has besides its question, for the next page of its kind. */
  | { readonly type: 'keep'; readonly v: number; readonly ui: object }
  | { readonly type: 'do'; readonly v: number; readonly action: CommonAction }
  /** Opens a session's panel, at a message where `message` names one. */
  | {
      readonly type: 'openSession';
      readonly v: number;
      readonly sid: string;
      readonly message: string;
    }
  /** Opens the dashboard at one day: `YYYY-MM-DD`; of one project where one is named. */
  | {
      readonly type: 'openDay';
      readonly v: number;
      readonly day: string;
      readonly project: string;
    }
  /** Does something with an insight the page lists. */
  | {
      readonly type: 'insight';
      readonly v: number;
      readonly id: string;
      readonly verb: InsightVerb;
    }
  /** Does something with a budget the page lists. */
  | {
      readonly type: 'budget';
      readonly v: number;
      readonly id: string;
      readonly verb: BudgetVerb;
    }
  | Exported;

/** What every panel over the whole store shows around its own parts. */
export interface PanelAround {
  /** The verdict in one sentence. */
  readonly answer: string;
  /** Why, or what comes of it, in a sentence or two. */
  readonly lead?: string;
  /** What helps: the first is the panel's only primary button. */
  readonly acts?: readonly PanelButton[];
  /** A session is live. */
  readonly live: boolean;
  /** When the figures were read, UTC milliseconds. */
  readonly at: number;
  readonly cards: readonly PanelCard[];
  /** What the figures are and leave out. */
  readonly notes: readonly string[];
}

/** Names of fields, by the kind of value each has to have. */
export interface Fields {
  readonly texts?: readonly string[];
  readonly numbers?: readonly string[];
  readonly flags?: readonly string[];
  readonly lists?: readonly string[];
  readonly objects?: readonly string[];
}

/** Whether a value has all these fields, each of its kind. */
export function hasFields(
  value: unknown,
  { texts = [], numbers = [], flags = [], lists = [], objects = [] }: Fields,
): value is Record<string, unknown> {
  return (
    isObject(value) &&
    texts.every((name) => typeof value[name] === 'string') &&
    numbers.every((name) => typeof value[name] === 'number') &&
    flags.every((name) => typeof value[name] === 'boolean') &&
    lists.every((name) => Array.isArray(value[name])) &&
    objects.every((name) => isObject(value[name]))
  );
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a message, known to be of this version, says that there is nothing to show. */
export function isNothing(value: Record<string, unknown>): boolean {
  return typeof value.text === 'string' && Array.isArray(value.actions);
}

/** Longest text or picture that is taken to be saved: a chart of a big screen has a few megabytes. */
const longestExport = 30_000_000;

/** Longest that is kept of a page, as JSON: which of its parts are open is short. */
const longestKept = 10_000;

/** Whether a message is something to save or to copy. */
export function isExported(value: Record<string, unknown>): boolean {
  const { to, name, content } = value;
  return (
    (to === 'clipboard' || to === 'csv' || to === 'png') &&
    typeof name === 'string' &&
    typeof content === 'string' &&
    content.length <= longestExport
  );
}

/** Whether a webview's message is one the host acts upon. */
export function isFromDataPanel<Question>(
  value: unknown,
  isQuestion: (question: unknown) => question is Question,
): value is FromDataPanel<Question> {
  if (!isObject(value) || value.v !== protocolVersion) return false;
  switch (value.type) {
    case 'ready':
      return value.question === null || isQuestion(value.question);
    case 'ask':
      return isQuestion(value.question);
    case 'keep':
      return isObject(value.ui) && JSON.stringify(value.ui).length <= longestKept;
    case 'do':
      return commonActions.some((action) => action === value.action);
    case 'openSession':
      return typeof value.sid === 'string' && typeof value.message === 'string';
    case 'openDay':
      return isDay(value.day) && typeof value.project === 'string';
    case 'insight':
      return typeof value.id === 'string' && insightVerbs.some((verb) => verb === value.verb);
    case 'budget':
      return typeof value.id === 'string' && budgetVerbs.some((verb) => verb === value.verb);
    case 'export':
      return isExported(value);
    default:
      return false;
  }
}

/** A calendar day, `YYYY-MM-DD`. */
export function isDay(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value);
}

/** What a kind of panel adds to the check of a message. */
export interface DataShape<Data, Question> {
  readonly isData: (data: unknown) => data is Data;
  readonly isQuestion: (question: unknown) => question is Question;
}

/** Whether a host's message is one the webview shows. */
export function isToDataPanel<Data, Words, Question>(
  value: unknown,
  { isData, isQuestion }: DataShape<Data, Question>,
): value is ToDataPanel<Data, Words, Question> {
  if (!isObject(value) || value.v !== protocolVersion) return false;
  switch (value.type) {
    case 'show':
      return (
        isObject(value.words) &&
        isObject(value.format) &&
        isQuestion(value.question) &&
        isData(value.data)
      );
    case 'working':
      return typeof value.text === 'string';
    case 'nothing':
      return isNothing(value);
    default:
      return false;
  }
}
