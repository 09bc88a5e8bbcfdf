import { once } from 'node:events';
import { statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { csvText, type ExportText, jsonText } from '../../export/csvJson.ts';
import { exportedBudget, prometheusText } from '../../export/prometheus.ts';
import { type Openness, redactedFilters } from '../../export/redact.ts';
import { ExportCount, type ExportTotals, exportDeclined, exportPages } from '../../export/rows.ts';
import type { ExportTarget } from '../../export/targets.ts';
import { HumanError } from '../../model/errors.ts';
import { formatUsd } from '../../model/money.ts';
import { PartFile } from '../../platform/partFile.ts';
import { count, declinedWords, type ReportContext } from '../../query/context.ts';
import type { Question } from '../../query/question.ts';
import { periodJson } from '../../query/spans.ts';
import { snapshot } from '../../store/query/messagePages.ts';

/** All that the parts of one export share. */
export interface ExportWork {
  readonly context: ReportContext;
  readonly question: Question;
  readonly open: Openness;
  /** Newest sessions that have metrics of their own. */
  readonly sessions: number;
}

type FileTarget = Extract<ExportTarget, { kind: 'csv' | 'json' | 'prometheus' }>;

/** Writes all files from one look at the store; none takes its name before all are whole. */
export async function writeFiles(
  work: ExportWork,
  targets: readonly ExportTarget[],
): Promise<string[]> {
  const outputs: Output[] = [];
  const discard = (): void => {
    for (const { part } of outputs) part?.discard();
  };
  const interrupted = onInterrupt(discard);
  try {
    for (const target of targets) if ('file' in target) outputs.push(openOutput(target));
    const totals = await snapshot(work.context.db, () => fill(work, outputs));
    for (const { part } of outputs) part?.commit();
    return outputs.map(({ target }) => doneText(target, totals));
  } finally {
    interrupted.forget();
    discard();
  }
}

/** Signals that end a program, with the number each adds to 128 in its exit code. */
const endings = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/** Cleans up before the program ends when somebody ends it. */
export function onInterrupt(cleanUp: () => void): { readonly forget: () => void } {
  const end = (signal: NodeJS.Signals): void => {
    cleanUp();
    process.exit(128 + endings[signal as keyof typeof endings]);
  };
  const signals = Object.keys(endings) as (keyof typeof endings)[];
  for (const signal of signals) process.once(signal, end);
  return {
    forget: () => {
      for (const signal of signals) process.off(signal, end);
    },
  };
}

interface Output {
  readonly target: FileTarget;
  /** Undefined: standard output. */
  readonly part: PartFile | undefined;
  readonly write: (text: string) => Promise<void>;
}

function openOutput(target: FileTarget): Output {
  const { file, kind } = target;
  if (file === undefined) return { target, part: undefined, write: toStandardOutput };
  // The collector that reads metrics runs as somebody else.
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isFile()) {
    throw new HumanError(
      'usage',
      `${file} is not a regular file. Name one, or - for the terminal.`,
    );
  }
  const part = new PartFile(file, kind === 'prometheus' ? 0o644 : 0o600);
  return { target, part, write: async (text) => part.write(text) };
}

/** Writes text that is clean, or bytes that go to no terminal; waits where the reader is slower. */
export async function toStandardOutput(content: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(content)) await once(process.stdout, 'drain');
}

async function fill(
  work: ExportWork,
  outputs: readonly Output[],
): Promise<ExportTotals | undefined> {
  const { context, question, open, sessions } = work;
  for (const { target, write } of outputs) {
    if (target.kind !== 'prometheus') continue;
    const budget = exportedBudget(context);
    await write(prometheusText(context, question, { budget, sessions, open }));
  }
  const lists = outputs.flatMap(({ target, write }) => {
    const text = textOf(work, target.kind);
    return text === undefined ? [] : [{ text, write }];
  });
  if (lists.length === 0) return undefined;
  const counted = new ExportCount(exportDeclined(context, question));
  for (const { text, write } of lists) await write(text.head);
  for (const rows of exportPages(context, question, open)) {
    for (const row of rows) counted.add(row);
    for (const { text, write } of lists) await write(rows.map(text.row).join(''));
    // Signals come in between two pages.
    await nextTurn();
  }
  for (const { text, write } of lists) await write(text.tail(counted.totals));
  return counted.totals;
}

function textOf(
  { context, question, open }: ExportWork,
  kind: FileTarget['kind'],
): ExportText | undefined {
  if (kind === 'prometheus') return undefined;
  if (kind === 'csv') return csvText();
  return jsonText({
    schemaVersion: 1,
    exportedAt: new Date(context.now).toISOString(),
    period: periodJson(question.span, context.zone),
    filters: redactedFilters(question.filters, open),
    redacted: { paths: !open.paths, titles: !open.titles },
    catalogueDate: context.book.catalogueDate,
  });
}

function doneText({ kind, file }: FileTarget, totals: ExportTotals | undefined): string {
  const to = file ?? 'standard output';
  if (kind === 'prometheus' || totals === undefined) return `Metrics are in ${to}.`;
  const { rows, nano, lower, unpriced, declined } = totals;
  if (rows === 0) return `No data: ${to} has no rows.`;
  const least = lower > 0 || unpriced > 0 ? 'at least ' : '';
  const facts = [count(rows, 'row'), `${least}${formatUsd(nano)}`, ...declinedWords(declined)];
  return `${facts.join(', ')}: ${to}.`;
}
