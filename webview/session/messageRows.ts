import { type TokenClass, tokenClasses, usageKeys } from '../../src/model/tokens.ts';
import type { PanelMessage, SessionStrings } from '../../src/protocol/session.ts';
import { modelFamily } from '../shared/charts/modelFamily.ts';
import { el } from '../shared/dom.ts';
import {
  LazyCell,
  MomentCell,
  type Sheet,
  type SheetCell,
  textCell,
} from '../shared/table/sheet.ts';
import { isUnpriced, missText, modelText, priceText } from './messageText.ts';
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
  const { derived, state, words } = view;
  const names = tokenClassLabels(words);
  const id: Column = {
    key: 'id',
    label: 'ID',
    numeric: false,
    cell: ({ key }) => textCell(key),
  };
  const dollars = usageKeys.map(
    (name): Column => ({
      key: `${name}Usd`,
      label: `${names[name]} $`,
      numeric: true,
      cell: ({ classes }) =>
        classes === null ? textCell('') : new LazyCell(classes[name] / 1e9, String),
    }),
  );
  return sheetOf(
    [id, ...columnsOf(view, true), ...dollars],
    derived.ordered.filter((message) => passes(message, state)),
  );
}

function sheetOf(columns: readonly Column[], messages: readonly PanelMessage[]): Sheet {
  return {
    columns: columns.map(({ key, label, numeric }) => ({ key, label, numeric })),
    rows: messages.map((message) => ({
      key: message.key,
      cells: columns.map(({ cell }) => cell(message)),
    })),
  };
}

function columnsOf(view: SessionView, whole = false): Column[] {
  const { derived, words, figures, session } = view;
  const { ordered, numbers, messageNano } = derived;
  const threads = new Map(
    session.threads.map(({ agentId }) => [agentId, textCell(threadName(session, agentId))]),
  );
  const names = tokenClassLabels(words);
  const count = (value: number): string => figures.count(value);
  const money = (usd: number): string => figures.money(usd * 1e9);
  const text = (key: string, label: string, cell: Column['cell']): Column => {
    return { key, label, numeric: false, cell };
  };
  const number = (key: string, label: string, cell: Column['cell']): Column => {
    return { key, label, numeric: true, cell };
  };
  // A class nobody used is not worth a column; input and output always are.
  const used = [...tokenClasses, 'webSearches' as const].filter(
    (name) =>
      whole ||
      name === 'input' ||
      name === 'output' ||
      ordered.some(({ usage }) => usage[name] > 0),
  );
  const hasOthers = whole || ordered.some((message) => othersNano(message) > 0);
  const hasMisses = whole || ordered.some(({ miss }) => miss !== null);
  const unpriced = textCell(words.unpriced);
  return [
    number('number', words.number, ({ key }) => new LazyCell(numbers.get(key) ?? 0, count)),
    text('time', words.time, ({ at }) => new MomentCell(at, (moment) => figures.time(moment))),
    text('thread', words.thread, ({ agentId }) => threads.get(agentId) ?? textCell(agentId)),
    text('model', words.model, ({ model }) => textCell(modelText(model), model)),
    ...used.map((name) =>
      number(name, names[name], ({ usage }) => new LazyCell(usage[name], count)),
    ),
    ...(hasOthers
      ? [
          number('others', words.otherModels, (message) => {
            const nano = othersNano(message);
            return nano === 0 ? textCell('') : new LazyCell(nano / 1e9, money);
          }),
        ]
      : []),
    number('cost', words.cost, (message) =>
      isUnpriced(message)
        ? { ...unpriced, value: whole ? '' : 0 }
        : new LazyCell(message.nano / 1e9, money),
    ),
    number('share', words.share, ({ nano }) => {
      const share = messageNano > 0 ? nano / messageNano : 0;
      return new LazyCell(share, (value) => (value === 0 ? '' : figures.percent(value)));
    }),
    ...(hasMisses ? [text('why', words.why, ({ miss }) => textCell(missText(miss, words)))] : []),
    ...(whole
      ? [text('price', words.price, (message) => textCell(priceText(message, words)))]
      : []),
  ];
}

function othersNano({ parts }: PanelMessage): number {
  return parts.reduce((sum, part) => sum + (part.kind === 'declined' ? 0 : part.nano), 0);
}

/** What a cell shows beside its text: dollars of a class, a bar of the share, "at least". */
export function cellContent(
  message: PanelMessage,
  cell: SheetCell,
  column: string,
  { derived, figures, words }: SessionView,
): (Node | string)[] | undefined {
  switch (column) {
    case 'cost': {
      if (isUnpriced(message)) return [el('span', { class: 'word' }, cell.text)];
      const figure = el('strong', {}, cell.text);
      const incomplete = message.atLeast || message.pricedBy === 'unpriced';
      return incomplete ? [`${words.atLeast} `, figure] : [figure];
    }
    case 'share': {
      const bar = el('span', { class: `bar ${modelFamily(message.model)}` });
      bar.style.width = `${derived.messageNano > 0 ? (message.nano / derived.messageNano) * 100 : 0}%`;
      return [cell.text, el('span', { class: 'track', 'aria-hidden': 'true' }, bar)];
    }
    case 'input':
    case 'output':
    case 'cacheWrite5m':
    case 'cacheWrite1h':
    case 'cacheRead':
    case 'webSearches': {
      const { classes, usage } = message;
      const dollars = classes === null || usage[column] === 0 ? '' : figures.money(classes[column]);
      return [cell.text, el('span', { class: 'dollars' }, dollars)];
    }
    default:
      return undefined;
  }
}
