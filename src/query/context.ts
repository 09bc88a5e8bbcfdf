import type { BudgetEntry } from '../dataFolder/budgetFile.ts';
import type { Peers } from '../dataFolder/readPeers.ts';
import type { WeekStart, Zone } from '../model/calendar.ts';
import { appendAll } from '../model/lists.ts';
import { formatUsd } from '../model/money.ts';
import { formatNumber } from '../model/numbers.ts';
import { totalTokens, type Usage } from '../model/tokens.ts';
import { listsOf, type RootUnreadable, type UnreadableList } from '../model/unreadable.ts';
import type { SqlDatabase } from '../platform/sqlite/types.ts';
import { daysOld } from '../pricing/days.ts';
import type { RateBook } from '../pricing/priceBook.ts';
import type { Labels } from '../settings/labels.ts';
import type { Billing } from '../settings/settings.ts';
import type { SessionSummary, StoreReader } from '../store/query/storeReader.ts';
import { mostSum } from '../store/schema/saturate.ts';
import { clip, plainText } from '../text/plainText.ts';
import { peerNotes } from './peers.ts';

/** Models a footer names one by one. */
const namedModels = 5;

/** All a report may ask. Nothing in a report reads a clock or looks for a file. */
export interface ReportContext {
  readonly db: SqlDatabase;
  readonly reader: StoreReader;
  readonly book: RateBook;
  /** UTC milliseconds. */
  readonly now: number;
  readonly zone: Zone;
  readonly weekStart: WeekStart;
  readonly billing: Billing;
  readonly warnAfterDays: number;
  /** Only sessions of these accounts count; undefined: all. */
  readonly accounts: readonly string[] | undefined;
  /** What is wrong with settings and prices, one sentence each. */
  readonly problems: readonly string[];
  /** What of the transcripts could not be read, by root. */
  readonly unreadable: ReadonlyMap<string, RootUnreadable>;
  /** Transcripts, or what is new in them, could not be read: figures may be too low. */
  readonly unread: boolean;
  /** Home directory, written as `~` where a person reads. */
  readonly home: string;
  /** Groups, tags, names of accounts and marks. */
  readonly labels: Labels;
  /** Outlay's own folder: kept snapshots lie there. */
  readonly dataFolder: string;
  /** The working copy somebody stands in; null where nobody asked, or git cannot tell. */
  readonly git: GitState | null;
  /** Folder somebody stands in, or has open; undefined where nobody does. */
  readonly folder: string | undefined;
  /** Every budget, wherever it was set. */
  readonly budgets: readonly BudgetEntry[];
  /** What peers of a federation reported. */
  readonly peers: Peers;
}

/** The state of a working copy. */
export interface GitState {
  readonly sha: string;
  readonly shaShort: string;
  readonly branch: string | null;
  /** Null where only a program the working copy names could tell. */
  readonly isDirty: boolean | null;
}

/** Answers a refusal fallback replaced. They may be billed beside the figures, which leave them out. */
export interface Declined {
  readonly attempts: number;
  /** Nano-dollars of those that have a price. */
  readonly nano: number;
  /** Attempts without a price. */
  readonly unpriced: number;
}

/** A note: what a figure lacks is always told, what it is (`about`) where somebody asks. */
export type Note = string | { readonly about: string };

/** What decides which cautions stand beside a figure. */
export interface FigureInputs {
  /** Lines of transcripts whose spend may be missing. */
  readonly lost?: number | undefined;
  /** Messages whose own counts were not logged: a running counter tells them. */
  readonly recovered?: number | undefined;
  readonly lower: number;
  readonly client: number;
  readonly background: number;
  readonly unpriced: readonly { readonly model: string; readonly messages: number }[];
  /** Models priced by what Claude Code itself says of them. */
  readonly clientPriced?: readonly string[] | undefined;
  readonly declined: Declined;
  /** A sum has reached its limit. */
  readonly saturated: boolean;
}

/**
 * Warnings that belong beside every figure, whatever it is, and what is missing from these sums or in them at second
 * hand: for the footer and for JSON `notes`.
 */
export function warnings(
  context: ReportContext,
  { lost = 0, recovered = 0 }: Pick<FigureInputs, 'lost' | 'recovered'> = {},
): string[] {
  const { book, now, warnAfterDays, problems } = context;
  const age = daysOld(book.catalogueDate, now);
  const old =
    age > warnAfterDays
      ? [
          `The price catalogue is ${age} days old (of ${book.catalogueDate}; you are told after ${warnAfterDays}). Update Outlay, or set prices of your own.`,
        ]
      : [];
  return [
    ...lostNotes(lost),
    ...recoveredNotes(recovered),
    ...old,
    ...unreadableNotes(context),
    ...peerNotes(context.peers, now),
    ...problems,
  ];
}

function lostNotes(lost: number): string[] {
  if (lost === 0) return [];
  const they = lost === 1 ? 'it' : 'they';
  return [
    `At least: ${count(lost, 'line')} of transcripts could not be read or placed, and what ${they} may have cost is in no figure. "outlay doctor" says which.`,
  ];
}

function recoveredNotes(recovered: number): string[] {
  if (recovered === 0) return [];
  const [are, their] = recovered === 1 ? ['is', 'its'] : ['are', 'their'];
  return [
    `${count(recovered, 'message')} ${are} recovered from a counter: ${their} requests were not logged.`,
  ];
}

/** Folders and files a note names one by one. */
const namedPaths = 3;

/** What is missing from every figure because it could not be read. */
function unreadableNotes({ unreadable, home }: ReportContext): string[] {
  return unreadableNote(listsOf(unreadable), home);
}

/** The note for what could not be read; none where there is nothing. */
export function unreadableNote(lists: readonly UnreadableList[], home: string): string[] {
  const all = lists.reduce((sum, list) => sum + list.count, 0);
  if (all === 0) return [];
  const shown = lists
    .flatMap(({ named }) => named)
    .slice(0, namedPaths)
    .map(
      ({ path, code }) =>
        `${clip(plainText(homePath(path, home)), 160)} (${clip(plainText(code), 80)})`,
    );
  const more =
    all > shown.length ? `, and ${all - shown.length} more: "outlay doctor" names them` : '';
  return [
    `${count(all, 'folder or file', 'folders or files')} with transcripts could not be read, so figures may be too low: ${shown.join(', ')}${more}.`,
  ];
}

/** The footer of a report: what its figures are and what they leave out. */
export function figureNotes(context: ReportContext, facts: FigureInputs): Note[] {
  const { book, billing } = context;
  const rates = book.table.hasOwn ? 'list price and at prices of your own' : 'list price';
  const notes: Note[] = [{ about: `Estimate at ${rates}, catalogue of ${book.catalogueDate}.` }];
  if (billing === 'subscription') {
    notes.push({
      about: 'You pay by subscription: this is the API value of the work, not a bill.',
    });
  }
  if (facts.background > 0) {
    notes.push({
      about: `Claude Code overhead: ${formatUsd(facts.background)} that its own total has beyond the messages (title, summaries).`,
    });
  }
  appendAll(notes, clientPricedNotes(facts.clientPriced));
  if (facts.declined.attempts > 0) notes.push(declinedNote(facts.declined));
  if (facts.unpriced.length > 0) {
    const shown = namedFew(
      facts.unpriced,
      ({ model, messages }) => `${count(messages, 'message')} of ${modelText(model)}`,
    );
    notes.push(`≥ No price, not counted: ${shown}. Set one: outlay prices import`);
  }
  if (facts.lower > 0) {
    const [messages, have] = [count(facts.lower, 'message'), facts.lower === 1 ? 'has' : 'have'];
    notes.push(`≥ ${messages} ${have} no final output count, so the figure may be higher.`);
  }
  if (facts.saturated) {
    notes.push(
      '≥ A sum has reached the most that can be counted (9 million dollars, or 9 quadrillion tokens). Counts that no response can have stand in a transcript.',
    );
  }
  if (facts.client > 0) {
    notes.push({
      about: `${count(facts.client, 'message')} of models the catalogue does not know took their cost from Claude Code's own totals.`,
    });
  }
  return [...notes, ...warnings(context, facts)];
}

/** Where a price is neither the catalogue's nor the user's. */
function clientPricedNotes(models: readonly string[] = []): Note[] {
  if (models.length === 0) return [];
  return [
    {
      about: `${count(models.length, 'model')} the catalogue does not know yet at Claude Code's own price: ${namedFew(models, modelText)}.`,
    },
  ];
}

/** The first of some models, and how many more there are. */
function namedFew<T>(models: readonly T[], text: (model: T) => string): string {
  const shown = models.slice(0, namedModels).map(text);
  const more = models.length - shown.length;
  return [...shown, ...(more > 0 ? [count(more, 'more model')] : [])].join(', ');
}

function modelText(model: string): string {
  return clip(plainText(model), 60);
}

function declinedNote({ attempts, nano, unpriced }: Declined): string {
  const [each, are] = attempts === 1 ? ['It', 'is'] : ['They', 'are'];
  const open = unpriced === 0 ? '' : ` (${unpriced} without a price)`;
  return `Declined: ${formatUsd(nano)} for ${count(attempts, 'answer')}${open} that a fallback replaced. ${each} may be billed beside the figures and ${are} in none of them.`;
}

/** Dollars of declined attempts in a few words, for lists; empty without any. */
export function declinedWords({ nano }: Pick<Declined, 'nano'>): string[] {
  return nano === 0 ? [] : [`declined: ${formatUsd(nano)} beside it`];
}

/** Where spend stands: a model may have had a part in messages of others and none of its own. */
export function inMessages(sums: Usage & { readonly messages: number }): string {
  const parts = sums.messages === 0 && totalTokens(sums) > 0;
  return parts ? 'inside messages of other models' : `in ${count(sums.messages, 'message')}`;
}

/** `1 message`, `3 messages`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${formatNumber(number, 0, 'en')} ${number === 1 ? noun : plural}`;
}

/** A headline figure: for subscribers what the work is worth, for others what it cost. */
export function headline(context: ReportContext, nano: number, atLeast: boolean): string {
  const figure = `${atLeast || nano >= mostSum ? '≥ ' : ''}${formatUsd(nano)}`;
  return context.billing === 'subscription' ? `${figure} (API value)` : figure;
}

/** A path as a person reads it. */
export function homePath(path: string, home: string): string {
  const inside = path === home || path.startsWith(`${home}/`) || path.startsWith(`${home}\\`);
  return home !== '' && inside ? `~${path.slice(home.length)}` : path;
}

/** The sessions a report may count, latest first. */
export function countedSessions(context: ReportContext): SessionSummary[] {
  const { reader, accounts } = context;
  const all = reader.sessions();
  return accounts === undefined ? all : all.filter(({ root }) => accounts.includes(root));
}

/** A time for programs; null where none is recorded. */
export function isoTime(ms: number): string | null {
  return ms > 0 ? new Date(ms).toISOString() : null;
}
