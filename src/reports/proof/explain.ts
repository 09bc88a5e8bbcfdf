import { messageReference } from '../../model/messageNumber.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { formatNumber } from '../../model/numbers.ts';
import { usageKeys } from '../../model/tokens.ts';
import { decimalText } from '../../pricing/decimal.ts';
import {
  count,
  figureNotes,
  homePath,
  isoTime,
  type Note,
  type ReportContext,
} from '../../query/context.ts';
import { textOption } from '../../query/question.ts';
import { type MessageCost, requestsOf } from '../../store/query/messageCosts.ts';
import { lastPart } from '../../text/paths.ts';
import { momentText } from '../../text/when.ts';
import { creditNotes } from '../document/credits.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Cell, Column, Document, Table } from '../document/document.ts';
import { shownModel } from '../document/shown.ts';
import { findMessage, type NumberedMessage } from './findMessage.ts';
import { type MessageRecord, type MessageRecords, recordsOf } from './messageRecords.ts';
import { isEmpty, type Piece, piecesOf, sumOf } from './pieces.ts';
import { bandJson, countNames, factorText, rateText, sourceText } from './priceWords.ts';

/** `outlay explain` */
export const explain: ReportDefinition = {
  name: 'explain',
  title: 'Explain',
  editorTitle: 'Explain a Message',
  summary:
    'How the cost of one message comes about: its records in the transcript, its price rows, every product and the sum.',
  argument: {
    value: 'session/number',
    text: 'beginning of a session id and the number of a message, such as 3f2a/14; or a message id behind the slash',
  },
  period: undefined,
  filters: [],
  options: [],
  gate: false,
  examples: [
    ['outlay session 3f2a', 'the messages of a session, with their numbers'],
    ['outlay explain 3f2a/14', 'where the cost of its 14th message comes from'],
  ],
  run: (context, question) =>
    explainReport(context, findMessage(context, textOption(question, 'argument'))),
};

/** The derivation of one message: records, rows, arithmetic, and whether the store says the same. */
export function explainReport(context: ReportContext, found: NumberedMessage): Document {
  const { session, number, message } = found;
  const records = recordsOf(context, session.sid, message);
  const pieces = piecesOf(context.book, message);
  const derived = sumOf(pieces);
  const agrees =
    message.pricedBy !== 'client' &&
    derived.nano === message.nano &&
    derived.priced === isPriced(message);
  const reference = messageReference(session.sid, number);
  const notes = notesOf(context, found, records);
  return {
    title: `Message ${reference}`,
    sentences: [
      headSentence(context, found),
      priceSentence(message, pieces, agrees),
      recordSentence(context, message, records),
    ],
    tables: [arithmeticTable(pieces), recordTable(context, records.records), rowTable(pieces)],
    next: [
      `The session: outlay session ${session.sid.slice(0, 8)}. All of it held against its transcripts: outlay verify --session ${session.sid.slice(0, 8)}`,
    ],
    notes,
    json: {
      schemaVersion: 1,
      reference,
      sessionId: session.sid,
      number,
      messageId: message.messageId,
      requestId: message.requestId === '' ? null : message.requestId,
      agentId: message.agentId === '' ? 'main' : message.agentId,
      at: isoTime(message.at),
      model: message.model,
      modelAsWritten: message.written,
      requests: requestsOf(message),
      recovered: message.recovered,
      pricedBy: message.pricedBy,
      storedNanoUsd: message.nano,
      storedUsd: nanoToUsd(message.nano),
      derivedNanoUsd: message.pricedBy === 'client' ? null : derived.nano,
      declinedNanoUsd: derived.declined,
      agrees: message.pricedBy === 'client' ? null : agrees,
      lowerBound: !message.ended,
      pieces: pieces.map(({ kind, written, usage, derivation }) => ({
        kind,
        model: derivation?.model ?? written,
        tokens: usage,
        exactUsd: derivation === undefined ? null : decimalText(derivation.dollars),
        nanoUsd: derivation?.nano ?? null,
        bands: derivation?.bands.map(bandJson) ?? [],
      })),
      records: records.records.map((record) => ({
        file: record.path,
        line: record.line,
        kept: record.kept,
        at: isoTime(record.message.at),
        sessionId: record.message.sessionId,
        agentId: record.message.agentId === '' ? 'main' : record.message.agentId,
        requestId: record.message.requestId === '' ? null : record.message.requestId,
        stopReason: record.message.stopReason === '' ? null : record.message.stopReason,
        progress: record.message.progress,
        tokens: record.message.usage,
      })),
      transcriptsGone: records.gone,
      catalogueDate: context.book.catalogueDate,
      notes: notes.filter((note) => typeof note === 'string'),
    },
  };
}

function isPriced({ pricedBy }: MessageCost): boolean {
  return pricedBy === 'catalogue';
}

function headSentence(
  context: ReportContext,
  { session, number, message }: NumberedMessage,
): string {
  const { agentId, model, at, nano, ended, pricedBy } = message;
  const place = agentId === '' ? 'main thread' : `agent ${agentId}`;
  const cost =
    pricedBy === 'unpriced' && nano === 0
      ? 'has no price'
      : `cost ${ended && pricedBy !== 'unpriced' ? '' : '≥ '}${formatUsd(nano)}`;
  return `Message ${number} of session ${session.sid.slice(0, 8)} (${shownModel(model)}, ${place}, ${momentText(at, context)}) ${cost}.`;
}

function priceSentence(message: MessageCost, pieces: readonly Piece[], agrees: boolean): string {
  const { pricedBy, nano } = message;
  if (pricedBy === 'client') {
    return `No price list knows ${message.written}: its ${formatUsd(nano)} are its share, by tokens, of what Claude Code's own total has for that model.`;
  }
  const counted = pieces.filter(({ kind, derivation }) => kind !== 'declined' && derivation);
  if (counted.length === 0) return `No price list knows ${message.written}, so it counts nothing.`;
  const stored = `$${nanoText(nano)}`;
  const sums = counted.map(({ derivation }) => decimalText(derivation!.dollars));
  const rounded = sums.length === 1 ? 'rounded once' : 'each rounded once';
  const how = `${sums.map((sum) => `$${sum}`).join(' + ')}, ${rounded} to the billionth of a dollar`;
  const { nano: derived } = sumOf(pieces);
  return agrees
    ? `${how}: $${nanoText(derived)}, as stored.`
    : `${how}: $${nanoText(derived)}. The store says ${stored}: "outlay reprice" shows what the prices in force change.`;
}

/** Nano-dollars as dollars with all of their digits. */
export function nanoText(nano: number): string {
  const places = { digits: BigInt(Math.abs(nano)), places: 9 };
  const text = decimalText(places).replace(/\.?0+$/, '');
  return `${nano < 0 ? '-' : ''}${text === '' ? '0' : text}`;
}

function recordSentence(
  context: ReportContext,
  message: MessageCost,
  { records, kept, gone }: MessageRecords,
): string {
  if (kept === undefined) {
    const { length } = gone;
    return length === 0
      ? 'No transcript has it any more: its tokens are those the store keeps.'
      : `Its transcript is gone (${homePath(gone[0]!, context.home)}${length > 1 ? ` and ${length - 1} more` : ''}): its tokens are those the store keeps.`;
  }
  const place = `${homePath(kept.path, context.home)}, line ${kept.line}`;
  const others = records.length - 1;
  const rest =
    others === 0
      ? ''
      : `; ${count(others, 'other record')} of the same response ${others === 1 ? 'counts' : 'count'} no second time`;
  const differs = usageKeys.filter((key) => kept.message.usage[key] !== message.usage[key]);
  const same =
    differs.length === 0
      ? ''
      : ` The store has other counts (${differs.map((key) => `${countNames[key]} ${message.usage[key]}, not ${kept.message.usage[key]}`).join('; ')}).`;
  return `Counted from ${place}${rest}.${same}`;
}

const arithmeticColumns: readonly Column[] = [
  { key: 'what', header: 'What', unit: 'text', widest: 16 },
  { key: 'class', header: 'Tokens of', unit: 'text' },
  { key: 'count', header: 'Count', unit: 'count', leaves: 0 },
  { key: 'rate', header: '× rate', unit: 'text' },
  { key: 'factors', header: '× factor', unit: 'text', widest: 40 },
  { key: 'usd', header: '= $', unit: 'text', strong: true },
  { key: 'price_row', header: 'Price row', unit: 'text', widest: 60, leaves: 3 },
];

function arithmeticTable(pieces: readonly Piece[]): Table {
  return {
    title: 'Arithmetic',
    columns: arithmeticColumns,
    rows: pieces.filter((piece) => !isEmpty(piece)).flatMap(pieceRows),
  };
}

function pieceRows({ kind, written, usage, derivation }: Piece): Cell[][] {
  const what = kind === 'declined' ? 'declined, beside' : kind;
  if (derivation === undefined) {
    return usageKeys
      .filter((key) => usage[key] > 0)
      .map((key) => [what, countNames[key], usage[key], 'no price', null, null, written]);
  }
  return derivation.bands.flatMap(({ lines, factors, row }) =>
    lines.map((line): Cell[] => [
      what,
      countNames[line.key],
      line.count,
      rateText(line),
      line.key === 'webSearches' || factors.length === 0 ? null : factorText(factors),
      decimalText(line.dollars),
      row,
    ]),
  );
}

function recordTable(context: ReportContext, records: readonly MessageRecord[]): Table {
  return {
    title: 'Records of the response',
    columns: [
      { key: 'file', header: 'Transcript', unit: 'text', widest: 48, shown: lastPart },
      { key: 'line', header: 'Line', unit: 'count', leaves: 0 },
      { key: 'kept', header: '', unit: 'text' },
      { key: 'input', header: 'Input', unit: 'tokens' },
      { key: 'output', header: 'Output', unit: 'tokens', leaves: 0 },
      { key: 'stop', header: 'Ended', unit: 'text' },
    ],
    rows: records.map(({ path, line, kept, message }) => [
      homePath(path, context.home),
      line,
      kept ? 'counted' : message.progress ? 'a copy' : 'the same response',
      message.usage.input,
      message.usage.output,
      message.stopReason === '' ? 'not yet' : message.stopReason,
    ]),
  };
}

function rowTable(pieces: readonly Piece[]): Table {
  const bands = pieces.flatMap(({ derivation }) => derivation?.bands ?? []);
  const rows = new Map(bands.map((band) => [band.row, band]));
  return {
    title: 'Price rows',
    columns: [
      { key: 'row', header: 'Row', unit: 'text', widest: 60 },
      { key: 'since', header: 'Since', unit: 'text' },
      { key: 'above', header: 'Prompt above', unit: 'count', idle: true },
      { key: 'source', header: 'Source', unit: 'text', fills: true, wraps: true },
    ],
    rows: [...rows.values()].map(({ row, period, above }) => [
      row,
      period.from ?? 'always',
      above ?? null,
      sourceText(period),
    ]),
  };
}

/** Said of what an agent wrote down for several requests at once, or did not write down by itself. */
function sumNote(message: MessageCost): string[] {
  const requests = requestsOf(message);
  const rates = 'which of them had long prompts is not known, and none has their rates';
  if (message.recovered) {
    return requests === 1
      ? [
          'Recovered from a counter: its request was not logged, and this is how far the counter moved.',
        ]
      : [
          `Recovered from a counter: its requests were not logged. How many they were is not known, nor ${rates}.`,
        ];
  }
  if (requests === 1) return [];
  const many = requests === null ? 'requests, of how many is not said' : `${requests} requests`;
  return [`A sum of ${many}, as the agent wrote it when it ended: ${rates}.`];
}

/** What reasoning was is part of the output, and costs what output does. */
function reasoningNote({ reasoning, usage }: NumberedMessage['message']): string[] {
  if (reasoning === null || reasoning === 0) return [];
  return [
    `${formatNumber(reasoning, 0)} of its ${formatNumber(usage.output, 0)} output tokens went into reasoning.`,
  ];
}

function notesOf(
  context: ReportContext,
  { message }: NumberedMessage,
  { unreadable }: MessageRecords,
): Note[] {
  const unpriced = message.pricedBy === 'unpriced';
  return [
    ...unreadable.map((file) => `Not read: ${homePath(file, context.home)}.`),
    ...(message.cacheSplit
      ? []
      : ['Its cache writes have no lifetime in the record: they are taken for five minutes.']),
    ...(message.requestedModel === ''
      ? []
      : [`Asked for ${message.requestedModel}; ${message.written} answered.`]),
    ...sumNote(message),
    ...creditNotes(message.nanoCredits),
    ...reasoningNote(message),
    ...figureNotes(context, {
      lower: message.ended ? 0 : 1,
      client: message.pricedBy === 'client' ? 1 : 0,
      background: 0,
      unpriced: unpriced ? [{ model: message.model, messages: 1 }] : [],
      declined: { attempts: 0, nano: 0, unpriced: 0 },
      saturated: false,
    }),
  ];
}
