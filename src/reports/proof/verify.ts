import { messageReference } from '../../model/messageNumber.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { count, homePath, isoTime, type ReportContext, warnings } from '../../query/context.ts';
import { findSession } from '../../query/findSession.ts';
import { projectPath } from '../../query/projects.ts';
import type { Question } from '../../query/question.ts';
import type { SessionSummary } from '../../store/query/storeReader.ts';
import { lastPart } from '../../text/paths.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Cell, Document, Table, Verdict } from '../document/document.ts';
import { shownModel } from '../document/shown.ts';
import {
  type ComparedField,
  type Difference,
  type VerifiedState,
  verifiedStates,
  wrongStates,
} from './compare.ts';
import { nanoText } from './explain.ts';
import { countNames } from './priceWords.ts';
import { type PlacedMessage, type SumGap, type Verification, verifyStore } from './verification.ts';

/** `outlay verify` */
export const verify: ReportDefinition = {
  name: 'verify',
  title: 'Verify',
  editorTitle: 'Verify the Figures',
  summary:
    'Reads the transcripts anew and says message by message whether the store agrees with them; exit 1 where it does not.',
  period: undefined,
  filters: ['session'],
  options: [
    {
      name: 'all',
      text: 'list the messages that agree as well; with --session they are listed anyway',
      kind: 'flag',
    },
  ],
  gate: true,
  slow: true,
  examples: [
    ['outlay verify', 'every message whose transcript is still there'],
    ['outlay verify --session 3f2a', 'one session, line by line'],
    ['outlay verify --fail-on unpriced --quiet', 'for a gate'],
  ],
  run: verifyReport,
};

/** Messages people see of a long list. */
const shownMessages = 50;

function verifyReport(context: ReportContext, question: Question): Document {
  const { session: named } = question.filters;
  const session = named === undefined ? undefined : findSession(context, named);
  const all = question.options.all === true || session !== undefined;
  const result = verifyStore(context, { session, all });
  const { states, messages, sums, rollups, sessions, transcripts, unreadable } = result;
  const notes = notesOf(context, result);
  const verdict = verdictOf(result);
  return {
    title: session === undefined ? 'Verify' : `Verify session ${session.sid.slice(0, 8)}`,
    sentences: [
      ...sentences(result, verdict),
      ...(session === undefined ? [] : [totalSentence(session, sums)]),
    ],
    tables: [
      messageTable(messages, session !== undefined),
      sumTable(sums, result),
      sessionTable(result),
    ],
    next: nextLines(messages),
    notes,
    json: {
      schemaVersion: 1,
      status: verdict.status,
      sessionId: session?.sid ?? null,
      messages: Object.fromEntries(
        verifiedStates.map((state) => [
          state,
          { messages: states[state].messages, usd: nanoToUsd(states[state].nano) },
        ]),
      ),
      transcripts: { ...transcripts, unreadable: unreadable.length },
      sessions: { checked: sessions.length, wrong: sessions.filter(({ wrong }) => wrong).length },
      lines: messages.map(messageJson),
      sums: sums.map(({ sid, sum, stored, found }) => ({
        sessionId: sid,
        sum,
        stored: sum === 'messages' ? stored : nanoToUsd(stored),
        found: sum === 'messages' ? found : nanoToUsd(found),
      })),
      rollups,
      otherPrices: result.otherPrices,
      catalogueDate: context.book.catalogueDate,
      notes,
    },
    verdict,
  };
}

function verdictOf({ states, sums, rollups, unreadable, sessions }: Verification): Verdict {
  const wrong = wrongStates.some((state) => states[state].messages > 0);
  const alert = wrong || sums.length > 0 || rollups.length > 0;
  const compared = verifiedStates.some((state) => states[state].messages > 0);
  return {
    status: alert ? 'alert' : compared ? 'ok' : 'no-data',
    unpriced: sessions.some(({ summary }) => summary.unpriced > 0),
    incomplete: unreadable.length > 0,
  };
}

/** What each state is called behind a number of messages. */
const stateWords: Readonly<Record<VerifiedState, string>> = {
  agrees: 'agrees',
  differs: 'differs',
  'not-in-store': 'not in the store',
  'not-in-transcript': 'not in its transcript',
  gone: 'transcript gone',
  newer: 'newer than the store',
  'summed-up': 'summed up',
};

function sentences(result: Verification, { status }: Verdict): string[] {
  const { states, sums, rollups, transcripts } = result;
  if (status === 'no-data') {
    return ['No data: there are no messages to verify. "outlay doctor" shows where Outlay looked.'];
  }
  const { agrees } = states;
  const wrong = wrongStates.reduce((total, state) => total + states[state].messages, 0);
  const read = `${count(transcripts.read, 'transcript')} read anew`;
  const head =
    agrees.messages === 0
      ? `${read}: no message could be compared.`
      : `${read}: ${count(agrees.messages, 'message')} ${agrees.messages === 1 ? 'agrees' : 'agree'} with the store, ${formatUsd(agrees.nano)} to the billionth of a dollar.`;
  const parts = wrongStates
    .filter((state) => states[state].messages > 0)
    .map((state) => `${states[state].messages} ${stateWords[state]}`);
  return [
    head,
    ...(wrong === 0
      ? []
      : [`${count(wrong, 'message')} ${wrong === 1 ? 'does' : 'do'} not: ${parts.join(', ')}.`]),
    ...(sums.length === 0
      ? []
      : [
          `${count(sums.length, 'sum')} of sessions ${sums.length === 1 ? 'is' : 'are'} not what ${sums.length === 1 ? 'its' : 'their'} parts come to.`,
        ]),
    ...(rollups.length === 0
      ? []
      : [
          `Totals that are kept twice differ (${rollups.map(({ table, column }) => `${table}.${column}`).join(', ')}): "outlay reset" and reading again makes them anew.`,
        ]),
    ...excuses(result),
  ];
}

/** What the total on the screens is made of. */
function totalSentence(
  { nano, background, clientUsd }: SessionSummary,
  sums: readonly SumGap[],
): string {
  const total = `Its total on every screen, $${nanoText(nano + background)}, is`;
  const held = sums.length === 0 ? '' : ' according to the store';
  if (clientUsd === null) return `${total} its messages alone${held}.`;
  return `${total} $${nanoText(nano)} in messages and $${nanoText(background)} of Claude Code's own total ($${clientUsd}) beyond them${held}.`;
}

/** What could not be compared, which is no fault. */
function excuses({ states, transcripts }: Verification): string[] {
  const { gone, newer } = states;
  const summedUp = states['summed-up'];
  return [
    ...(gone.messages === 0
      ? []
      : [
          `${count(gone.messages, 'message')} (${formatUsd(gone.nano)}) cannot be compared, since ${goneText(transcripts.gone)}: their tokens are those the store keeps, and their prices follow from them.`,
        ]),
    ...(newer.messages === 0
      ? []
      : [`${count(newer.messages, 'message')} came or changed after the store was read.`]),
    ...(summedUp.messages === 0
      ? []
      : [
          `${count(summedUp.messages, 'message')} were summed up by retention: only sums of them are kept.`,
        ]),
  ];
}

function goneText(transcripts: number): string {
  if (transcripts === 0) return 'their transcripts cannot be read';
  return `${count(transcripts, 'transcript')} ${transcripts === 1 ? 'is' : 'are'} gone`;
}

function messageTable(messages: readonly PlacedMessage[], oneSession: boolean): Table {
  return {
    title: oneSession ? 'Line by line' : 'Messages',
    ...(!oneSession && { top: shownMessages }),
    columns: [
      { key: 'reference', header: 'Message', unit: 'text' },
      { key: 'state', header: 'State', unit: 'text' },
      { key: 'file', header: 'Transcript', unit: 'text', widest: 24, leaves: 5, shown: lastPart },
      { key: 'line', header: 'Line', unit: 'count', leaves: 1 },
      { key: 'model', header: 'Model', unit: 'text', widest: 24, leaves: 6, shown: shownModel },
      { key: 'stored_usd', header: 'Stored', unit: 'usd', strong: true },
      { key: 'session', header: 'Session', unit: 'text', details: true },
      { key: 'message', header: 'Message id', unit: 'text', details: true },
      { key: 'price_row', header: 'Price row', unit: 'text', details: true },
      { key: 'differences', header: 'Stored → found', unit: 'text', fills: true, idle: true },
    ],
    order: ['reference', 'state', 'file', 'line', 'model', 'stored_usd', 'differences'],
    rows: messages.map(({ sid, number, message, state, place, differences }): Cell[] => [
      number === undefined ? `${sid.slice(0, 8)}/–` : messageReference(sid, number),
      stateWords[state],
      place?.path ?? null,
      place?.line ?? null,
      message.model,
      state === 'not-in-store' ? null : message.nano,
      sid,
      message.messageId,
      message.row === '' ? null : message.row,
      differences.length === 0 ? null : differences.map(differenceText).join('; '),
    ]),
  };
}

const fieldNames: Readonly<Record<ComparedField, string>> = {
  ...countNames,
  time: 'time',
  model: 'model',
  priceRow: 'price row',
  nano: 'price',
  declined: 'declined',
  agent: 'agent',
  session: 'session',
  arithmetic: 'tokens × price',
};

function differenceText({ field, stored, found }: Difference): string {
  return `${fieldNames[field]} ${valueText(field, stored)} → ${valueText(field, found)}`;
}

function valueText(field: ComparedField, value: string | number): string {
  if (typeof value === 'string') return value === '' ? '(none)' : value;
  if (field === 'time') return isoTime(value) ?? '(none)';
  const isMoney = field === 'nano' || field === 'declined' || field === 'arithmetic';
  return isMoney ? `$${nanoText(value)}` : String(value);
}

const sumNames: Readonly<Record<SumGap['sum'], string>> = {
  messages: 'messages counted',
  total: 'sum of its messages',
  client: "Claude Code's own total",
  overhead: 'Claude Code overhead',
};

function sumTable(sums: readonly SumGap[], { rollups }: Verification): Table {
  const money = (sum: string, value: number): string =>
    sum === 'messages' ? String(value) : `$${nanoText(value)}`;
  return {
    title: 'Sums',
    columns: [
      { key: 'session', header: 'Of', unit: 'text', widest: 24 },
      { key: 'sum', header: 'Sum', unit: 'text' },
      { key: 'stored', header: 'Stored', unit: 'text' },
      { key: 'found', header: 'Found', unit: 'text' },
    ],
    rows: [
      ...sums.map(({ sid, sum, stored, found }): Cell[] => [
        sid.slice(0, 8),
        sumNames[sum],
        money(sum, stored),
        money(sum, found),
      ]),
      ...rollups.map(({ table, column, rollup, sessions }): Cell[] => [
        table,
        column,
        String(rollup),
        String(sessions),
      ]),
    ],
  };
}

function sessionTable({ sessions, messages }: Verification): Table {
  const listed = sessions.filter(({ wrong, states }) => wrong || states.gone.messages > 0);
  const rows = messages.length > 0 && listed.length === 0 ? [] : listed;
  return {
    title: 'Sessions that do not agree, or whose transcripts are gone',
    top: shownMessages,
    columns: [
      { key: 'session', header: 'Session', unit: 'text', prefix: 8 },
      { key: 'project', header: 'Project', unit: 'text', widest: 24, leaves: 2 },
      { key: 'agrees', header: 'Agree', unit: 'count', leaves: 0 },
      { key: 'wrong', header: 'Do not', unit: 'count', leaves: 0 },
      { key: 'gone', header: 'Gone', unit: 'count', leaves: 0 },
      { key: 'newer', header: 'Newer', unit: 'count', idle: true },
      { key: 'usd', header: 'Stored', unit: 'usd', strong: true },
    ],
    rows: rows.map(({ summary, states }): Cell[] => [
      summary.sid,
      lastPart(projectPath(summary)),
      states.agrees.messages,
      wrongStates.reduce((total, state) => total + states[state].messages, 0),
      states.gone.messages,
      states.newer.messages,
      summary.nano + summary.background,
    ]),
  };
}

function messageJson({ sid, number, message, state, place, differences }: PlacedMessage): object {
  return {
    reference: number === undefined ? null : messageReference(sid, number),
    sessionId: sid,
    number: number ?? null,
    messageId: message.messageId,
    requestId: message.requestId === '' ? null : message.requestId,
    state,
    file: place?.path ?? null,
    line: place?.line ?? null,
    model: message.model,
    tokens: message.usage,
    priceRow: message.row === '' ? null : message.row,
    usd: nanoToUsd(message.nano),
    differences: differences.map(({ field, stored, found }) => ({ field, stored, found })),
  };
}

function nextLines(messages: readonly PlacedMessage[]): string[] {
  const first =
    messages.find(({ state, number }) => state === 'differs' && number !== undefined) ??
    messages.find(({ number }) => number !== undefined);
  if (first?.number === undefined) return [];
  return [`One message: outlay explain ${messageReference(first.sid, first.number)}`];
}

function notesOf(context: ReportContext, result: Verification): string[] {
  return [
    ...result.unreadable.map(
      (file) => `Not read, so not verified: ${homePath(file, context.home)}.`,
    ),
    ...(result.otherPrices
      ? [
          'The store was priced with other prices than those in force: differences of price are to be expected until it has been read again.',
        ]
      : []),
    ...warnings(context),
  ];
}
