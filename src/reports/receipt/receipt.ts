import { HumanError } from '../../model/errors.ts';
import { largestOf, smallestOf } from '../../model/lists.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { gitRootOf } from '../../platform/gitRoot.ts';
import {
  count,
  figureNotes,
  headline,
  isoTime,
  type Note,
  type ReportContext,
} from '../../query/context.ts';
import { numberOption, type Question, textOption } from '../../query/question.ts';
import type { SessionSummary } from '../../store/query/storeReader.ts';
import { saturated } from '../../store/schema/saturate.ts';
import { shareText } from '../document/cells.ts';
import type { ReportDefinition } from '../document/definition.ts';
import {
  type Cell,
  type Column,
  type Document,
  figureCell,
  type Table,
} from '../document/document.ts';
import { overheadName, shownModel } from '../document/shown.ts';
import { type Basis, bases, type ReceiptItem, receiptItems, spanOf } from './attribution.ts';
import { type BranchHistory, branchHistory, type Commit, shortSha } from './history.ts';

/** `outlay receipt` */
export const receipt: ReportDefinition = {
  name: 'receipt',
  title: 'Receipt',
  editorTitle: 'Receipt of a Branch',
  summary:
    'What a branch, a pull request or some commits cost, by commit, session and model, and how sure that is.',
  period: undefined,
  filters: ['project'],
  options: [
    {
      name: 'branch',
      value: 'name',
      text: 'this branch; without one, the branch that is checked out',
      kind: 'text',
    },
    {
      name: 'pr',
      value: 'number',
      text: 'this pull request, by refs the repository has or the GitHub Action it runs in',
      kind: 'count',
    },
    { name: 'commit', value: 'range', text: 'these commits: A..B, or one', kind: 'text' },
    {
      name: 'base',
      value: 'branch',
      text: "what it is compared with; without one, the remote's default branch, main, master, trunk or develop",
      kind: 'text',
    },
  ],
  gate: false,
  examples: [
    ['outlay receipt', 'the branch that is checked out, so far'],
    ['outlay receipt --pr 12 --format markdown', 'for a comment on the pull request'],
    ['outlay receipt --commit v1.2.0..v1.3.0', 'everything between two releases'],
  ],
  check: checkQuestion,
  run: receiptReport,
};

function checkQuestion(question: Question): void {
  const given = ['branch', 'pr', 'commit'].filter((name) => question.options[name] !== undefined);
  if (given.length > 1) {
    throw new HumanError(
      'usage',
      `--${given[0]} and --${given[1]} are two questions. Ask one of them.`,
    );
  }
  const empty = ['branch', 'commit', 'base'].find(
    (name) => textOption(question, name)?.trim() === '',
  );
  if (empty !== undefined) throw new HumanError('usage', `--${empty} is empty.`);
}

function receiptReport(context: ReportContext, question: Question): Document {
  const { folder } = context;
  if (folder === undefined) {
    throw new HumanError('usage', 'No folder is open: a receipt is made where the branch is.');
  }
  const history = branchHistory(folder, {
    branch: textOption(question, 'branch'),
    pullRequest: numberOption(question, 'pr'),
    range: textOption(question, 'commit'),
    base: textOption(question, 'base'),
    env: process.env,
  });
  const project = question.filters.project ?? gitRootOf(folder) ?? folder;
  const items = receiptItems(context, history, project);
  return receiptDocument(context, subjectOf(question, history), history, items);
}

/** What the receipt is for, in words. */
function subjectOf(question: Question, { names }: BranchHistory): string {
  const range = textOption(question, 'commit');
  if (range !== undefined) return `commits ${range}`;
  const number = numberOption(question, 'pr');
  const [name] = names;
  if (number === undefined) return `branch ${name ?? ''}`;
  return name === undefined ? `pull request ${number}` : `pull request ${number} (${name})`;
}

/** A stretch of work: what was spent up to a commit, since the one before it. */
interface Phase {
  /** Undefined for what came after the last commit. */
  readonly commit: Commit | undefined;
  readonly items: readonly ReceiptItem[];
}

function phasesOf({ commits }: BranchHistory, items: readonly ReceiptItem[]): Phase[] {
  const phases = commits.map((commit): { commit: Commit; items: ReceiptItem[] } => ({
    commit,
    items: [],
  }));
  const open: ReceiptItem[] = [];
  let next = 0;
  for (const item of items) {
    // A commit's time knows no fractions of a second.
    while (next < phases.length && phases[next]!.commit.authoredAt + 999 < item.at) next++;
    (phases[next]?.items ?? open).push(item);
  }
  return open.length === 0 ? phases : [...phases, { commit: undefined, items: open }];
}

interface Sums {
  readonly nano: number;
  readonly messages: number;
  readonly tokens: number;
  readonly lower: boolean;
}

function sumOf(items: readonly ReceiptItem[]): Sums {
  const sum = (of: (item: ReceiptItem) => number): number =>
    saturated(items.reduce((total, item) => total + of(item), 0));
  return {
    nano: sum(({ nano }) => nano),
    messages: sum(({ messages }) => messages),
    tokens: sum(({ tokens }) => tokens),
    lower: items.some(({ lower, unpriced }) => lower || unpriced),
  };
}

function receiptDocument(
  context: ReportContext,
  subject: string,
  history: BranchHistory,
  items: readonly ReceiptItem[],
): Document {
  const whole = sumOf(items);
  const phases = phasesOf(history, items);
  const byModel = grouped(items, ({ model }) => model);
  const bySession = new Map(
    [...Map.groupBy(items, ({ session }) => session)].sort(
      ([, a], [, b]) => sumOf(b).nano - sumOf(a).nano,
    ),
  );
  const byBasis = new Map(
    bases.map((basis) => [basis, sumOf(items.filter((item) => item.basis === basis))]),
  );
  const notes = notesOf(context, history, items, byModel);
  return {
    title: `Receipt: ${subject}`,
    sentences: [
      headSentence(context, history, whole, bySession.size),
      ...(items.length === 0 ? [] : [sureSentence(whole, byBasis)]),
    ],
    tables: [
      phaseTable(phases, whole),
      modelTable(byModel, whole),
      sessionTable(bySession, whole),
      basisTable(byBasis, whole),
    ],
    notes,
    json: {
      schemaVersion: 1,
      subject,
      branches: history.names,
      base: history.base === '' ? null : history.base,
      from: history.startedAt === undefined ? null : isoTime(history.startedAt),
      to: history.mergedAt === undefined ? null : isoTime(history.mergedAt),
      usd: nanoToUsd(whole.nano),
      lowerBound: whole.lower,
      messages: whole.messages,
      tokens: whole.tokens,
      certainty: Object.fromEntries(
        [...byBasis].map(([basis, { nano, messages }]) => [
          basis,
          { usd: nanoToUsd(nano), messages, share: shareOf(nano, whole) },
        ]),
      ),
      phases: phases.map(({ commit, items: own }) => ({
        sha: commit?.sha ?? null,
        subject: commit?.subject ?? null,
        authoredAt: commit === undefined ? null : isoTime(commit.authoredAt),
        committedAt: commit === undefined ? null : isoTime(commit.committedAt),
        ...sumsJson(own),
      })),
      byModel: Object.fromEntries(
        [...byModel].map(([model, own]) => [model === '' ? 'background' : model, sumsJson(own)]),
      ),
      sessions: [...bySession].map(([{ sid }, own]) => ({
        sessionId: sid,
        from: isoTime(smallestOf(own.map(({ at }) => at))),
        to: isoTime(largestOf(own.map(({ at }) => at))),
        ...sumsJson(own),
      })),
      catalogueDate: context.book.catalogueDate,
      notes: notes.filter((note) => typeof note === 'string'),
    },
  };
}

function grouped(
  items: readonly ReceiptItem[],
  keyOf: (item: ReceiptItem) => string,
): Map<string, readonly ReceiptItem[]> {
  const groups = [...Map.groupBy(items, keyOf)];
  return new Map(groups.sort(([, a], [, b]) => sumOf(b).nano - sumOf(a).nano));
}

function sumsJson(items: readonly ReceiptItem[]): object {
  const { nano, messages, tokens, lower } = sumOf(items);
  return { usd: nanoToUsd(nano), messages, tokens, lowerBound: lower };
}

function shareOf(nano: number, { nano: whole }: Sums): number | null {
  return whole > 0 ? nano / whole : null;
}

function headSentence(
  context: ReportContext,
  { commits }: BranchHistory,
  whole: Sums,
  sessions: number,
): string {
  const of = commits.length === 0 ? 'no commit yet' : count(commits.length, 'commit');
  if (sessions === 0) {
    return `Nothing is recorded for it (${of}): no session of this repository worked on it, as far as this machine knows.`;
  }
  return `${headline(context, whole.nano, whole.lower)} in ${count(whole.messages, 'message')} of ${count(sessions, 'session')}, ${of}.`;
}

const basisWords: Readonly<Record<Basis, string>> = {
  branch: 'recorded on the branch',
  session: 'in the same sessions',
  time: 'by time alone',
};

/** How sure the sum is. */
function sureSentence(whole: Sums, byBasis: ReadonlyMap<Basis, Sums>): string {
  const parts = [...byBasis]
    .filter(([, { nano, messages }]) => nano > 0 || messages > 0)
    .map(([basis, { nano }]) => {
      const share = shareOf(nano, whole);
      const percent = share === null ? '' : ` (${shareText(share)})`;
      return `${formatUsd(nano)}${percent} ${basisWords[basis]}`;
    });
  return `How sure: ${parts.join(', ')}.`;
}

const sumColumns: readonly Column[] = [
  { key: 'messages', header: 'Messages', unit: 'count', leaves: 2 },
  { key: 'tokens', header: 'Tokens', unit: 'tokens', leaves: 3 },
  { key: 'usd', header: 'Cost', unit: 'usd', strong: true },
  { key: 'share', header: 'Share', unit: 'percent', leaves: 1 },
];

function sumCells(items: readonly ReceiptItem[], whole: Sums): Cell[] {
  const { nano, messages, tokens, lower } = sumOf(items);
  return [messages, tokens, figureCell(nano, lower), shareOf(nano, whole)];
}

function phaseTable(phases: readonly Phase[], whole: Sums): Table {
  return {
    title: 'By commit',
    columns: [
      { key: 'commit', header: 'Commit', unit: 'text' },
      { key: 'when', header: 'When', unit: 'time' },
      ...sumColumns,
      { key: 'subject', header: 'Subject', unit: 'text', widest: 60, fills: true },
    ],
    order: ['commit', 'subject', 'when', 'messages', 'tokens', 'usd', 'share'],
    rows: phases.map(({ commit, items }) => [
      commit === undefined ? 'not yet' : shortSha(commit.sha),
      commit?.authoredAt ?? null,
      ...sumCells(items, whole),
      commit?.subject ?? 'after the last commit',
    ]),
  };
}

function modelTable(byModel: ReadonlyMap<string, readonly ReceiptItem[]>, whole: Sums): Table {
  return {
    title: 'By model',
    columns: [
      { key: 'model', header: 'Model', unit: 'text', widest: 40, shown: shownModel },
      ...sumColumns,
    ],
    rows: [...byModel].map(([model, items]) => [
      model === '' ? overheadName : model,
      ...sumCells(items, whole),
    ]),
  };
}

function sessionTable(
  bySession: ReadonlyMap<SessionSummary, readonly ReceiptItem[]>,
  whole: Sums,
): Table {
  return {
    title: 'By session',
    columns: [
      // A title is a person's words: a receipt is shown to others.
      { key: 'session', header: 'Session', unit: 'text', prefix: 8 },
      { key: 'from', header: 'From', unit: 'time' },
      { key: 'to', header: 'To', unit: 'time', leaves: 2 },
      ...sumColumns,
    ],
    rows: [...bySession].map(([{ sid }, items]) => [
      sid,
      smallestOf(items.map(({ at }) => at)),
      largestOf(items.map(({ at }) => at)),
      ...sumCells(items, whole),
    ]),
  };
}

function basisTable(byBasis: ReadonlyMap<Basis, Sums>, whole: Sums): Table {
  const rows = [...byBasis].filter(([, { nano, messages }]) => nano > 0 || messages > 0);
  return {
    title: 'How sure',
    columns: [
      { key: 'basis', header: 'Counted because', unit: 'text' },
      { key: 'messages', header: 'Messages', unit: 'count' },
      { key: 'usd', header: 'Cost', unit: 'usd', strong: true },
      { key: 'share', header: 'Share', unit: 'percent' },
    ],
    rows: rows.map(([basis, { nano, messages, lower }]) => [
      basisWords[basis],
      messages,
      figureCell(nano, lower),
      shareOf(nano, whole),
    ]),
  };
}

function notesOf(
  context: ReportContext,
  history: BranchHistory,
  items: readonly ReceiptItem[],
  byModel: ReadonlyMap<string, readonly ReceiptItem[]>,
): Note[] {
  const { from } = spanOf(history);
  const coarse = items.some((one) => one.coarse);
  const unpriced = [...byModel]
    .map(([model, own]) => ({ model, messages: own.filter((item) => item.unpriced).length }))
    .filter(({ messages }) => messages > 0);
  const background = items
    .filter(({ model }) => model === '')
    .reduce((sum, one) => sum + one.nano, 0);
  return [
    ...history.notes,
    ...(coarse
      ? ['Old messages were summed up by day: those are cut at days, not at commits.']
      : []),
    ...(from > 0
      ? [
          {
            about: `Counted from ${new Date(from).toISOString()}, when the commit before was made.`,
          },
        ]
      : []),
    {
      about:
        'Cut by time and branch: what was spent on other machines, or thrown away before a commit, is not told apart.',
    },
    ...figureNotes(context, {
      lower: items.filter(({ lower }) => lower).length,
      client: 0,
      background,
      unpriced,
      declined: { attempts: 0, nano: 0, unpriced: 0 },
      saturated: false,
    }),
  ];
}
