import { type TokenClass, usageKeys } from '../../src/model/tokens.ts';
import type { PanelMessage, SessionStrings } from '../../src/protocol/session.ts';
import { el } from '../shared/dom.ts';
import {
  LazyCell,
  MomentCell,
  type Sheet,
  type SheetCell,
  type SheetRow,
  textCell,
} from '../shared/table/sheet.ts';
import { aboutContent } from './about.ts';
import { lost } from './markers.ts';
import { aboutText, isUnpriced, missText, priceText } from './messageText.ts';
import { passes, type SessionView, threadName } from './view.ts';

interface Column {
  readonly key: string;
  readonly label: string;
  readonly numeric: boolean;
  readonly cell: (message: PanelMessage) => SheetCell;
}

/** What the token classes are called. */
export function tokenClassLabels(
  words: SessionStrings,
): Record<TokenClass | 'webSearches', string> {
  return {
    input: words.input,
    output: words.output,
    cacheWrite5m: words.write5m,
    cacheWrite1h: words.write1h,
    cacheRead: words.read,
    webSearches: words.searches,
  };
}

/** The messages the filters let through, a row each. */
export function messageSheet(view: SessionView): Sheet {
  const { derived, state } = view;
  return sheetOf(
    columnsOf(view),
    derived.ordered.filter((message) => passes(message, state)),
  );
}

/** The same with everything that is known of each message, to be taken along. */
export function wholeSheet(view: SessionView): Sheet {
  const { derived, state } = view;
  return sheetOf(
    wholeColumns(view),
    derived.ordered.filter((message) => passes(message, state)),
  );
}

/** A row as it is now: what its message is about may have become known. */
export function messageRow(message: PanelMessage, view: SessionView): SheetRow {
  return rowOf(message, columnsOf(view));
}

function sheetOf(columns: readonly Column[], messages: readonly PanelMessage[]): Sheet {
  return {
    columns: columns.map(({ key, label, numeric }) => ({ key, label, numeric })),
    rows: messages.map((message) => rowOf(message, columns)),
  };
}

function rowOf(message: PanelMessage, columns: readonly Column[]): SheetRow {
  return {
    key: message.key,
    cells: columns.map(({ cell }) => cell(message)),
    ...(lost(message) && { mark: 'missed' }),
  };
}

/** The columns of the list: what was asked or done, what it cost, and the tokens that tell why. */
function columnsOf({ derived, session, words, figures, outlines }: SessionView): Column[] {
  const { numbers } = derived;
  const { total } = session;
  const tokens = (value: number): string => figures.tokens(value);
  const number = (key: string, label: string, cell: Column['cell']): Column => {
    return { key, label, numeric: true, cell };
  };
  const unpriced = textCell(words.unpriced);
  return [
    number(
      'number',
      words.number,
      ({ key }) => new LazyCell(numbers.get(key) ?? 0, (value) => figures.count(value)),
    ),
    {
      key: 'about',
      label: words.about,
      numeric: false,
      cell: (message) => ({
        ...textCell(aboutText(message, outlines.get(message.key), words)),
        found: [message.model, threadName(session, message.agentId), ...message.tools].join(' '),
      }),
    },
    number('cost', words.cost, (message) =>
      isUnpriced(message)
        ? { ...unpriced, value: 0 }
        : new LazyCell(message.nano / 1e9, (usd) => figures.cents(usd * 1e9)),
    ),
    number('share', words.share, ({ nano }) => {
      const share = total > 0 ? nano / total : 0;
      return new LazyCell(share, (value) => (value === 0 ? '' : figures.percent(value)));
    }),
    number('written', words.written, (message) => new LazyCell(written(message), tokens)),
    number('read', words.read, ({ usage }) => new LazyCell(usage.cacheRead, tokens)),
    number('output', words.output, ({ usage }) => new LazyCell(usage.output, tokens)),
    {
      key: 'time',
      label: words.time,
      numeric: false,
      cell: ({ at }) => new MomentCell(at, (moment) => figures.shortTime(moment)),
    },
  ];
}

/** Everything that is known of a message, for a file. */
function wholeColumns(view: SessionView): Column[] {
  const { derived, words, session, outlines } = view;
  const names = tokenClassLabels(words);
  const text = (key: string, label: string, of: (message: PanelMessage) => string): Column => {
    return { key, label, numeric: false, cell: (message) => textCell(of(message)) };
  };
  const number = (key: string, label: string, of: (message: PanelMessage) => number): Column => {
    return { key, label, numeric: true, cell: (message) => new LazyCell(of(message), String) };
  };
  return [
    text('id', 'ID', ({ key }) => key),
    number('number', words.number, ({ key }) => derived.numbers.get(key) ?? 0),
    {
      key: 'time',
      label: words.time,
      numeric: false,
      cell: ({ at }) => new MomentCell(at, (moment) => new Date(moment).toISOString()),
    },
    text('thread', words.thread, ({ agentId }) => threadName(session, agentId)),
    text('model', words.model, ({ model }) => model),
    text('about', words.about, (message) => aboutText(message, outlines.get(message.key), words)),
    ...usageKeys.map((key) => number(key, names[key], ({ usage }) => usage[key])),
    number('others', words.otherModels, (message) => othersNano(message) / 1e9),
    {
      key: 'cost',
      label: words.cost,
      numeric: true,
      cell: (message) =>
        isUnpriced(message) ? textCell('') : new LazyCell(message.nano / 1e9, String),
    },
    text('why', words.why, ({ miss }) => missText(miss, words)),
    text('price', words.price, (message) => priceText(message, words)),
    ...usageKeys.map(
      (key): Column => ({
        key: `${key}Usd`,
        label: `${names[key]} $`,
        numeric: true,
        cell: ({ classes }) =>
          classes === null ? textCell('') : new LazyCell(classes[key] / 1e9, String),
      }),
    ),
  ];
}

function written({ usage }: PanelMessage): number {
  return usage.cacheWrite5m + usage.cacheWrite1h;
}

function othersNano({ parts }: PanelMessage): number {
  return parts.reduce((sum, part) => sum + (part.kind === 'declined' ? 0 : part.nano), 0);
}

/** What a cell shows beside its text: what the message is about, a bar of its share, a lower bound. */
export function cellContent(
  message: PanelMessage,
  cell: SheetCell,
  column: string,
  view: SessionView,
): (Node | string)[] | undefined {
  const { session, words } = view;
  switch (column) {
    case 'about':
      return aboutContent(message, cell, view);
    case 'cost': {
      if (isUnpriced(message)) return [el('span', { class: 'word' }, cell.text)];
      const incomplete = message.atLeast || message.pricedBy === 'unpriced';
      const bound = el('span', { title: words.atLeast }, '≥\u2009');
      return [...(incomplete ? [bound] : []), el('strong', {}, cell.text)];
    }
    case 'share': {
      const bar = el('span', { class: 'bar' });
      bar.style.width = `${session.total > 0 ? (message.nano / session.total) * 100 : 0}%`;
      return [
        el('span', { class: 'track', 'aria-hidden': 'true' }, bar),
        el('span', { class: 'percent' }, cell.text),
      ];
    }
    default:
      return undefined;
  }
}
