import {
  type BrokenRule,
  brokenRules,
  type DiffKind,
  type DiffRow,
  type DiffRules,
  diffSummaries,
  parseClassRules,
  snapshotClasses,
} from '../../analysis/spend/summaryDiff.ts';
import {
  checkSummary,
  readSummaryFile,
  type WrittenSummary,
} from '../../dataFolder/summaryFile.ts';
import { HumanError } from '../../model/errors.ts';
import { formatUsd, nanoToUsd, usdToNano } from '../../model/money.ts';
import { formatTokens } from '../../model/tokens.ts';
import { type ReportContext, warnings } from '../../query/context.ts';
import { filterNames } from '../../query/options.ts';
import { numberOption, type Question, textOption } from '../../query/question.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Document, Table } from '../document/document.ts';
import { shownModel } from '../document/shown.ts';
import { summaryReport } from './summary.ts';

/** `outlay diff` */
export const diff: ReportDefinition = {
  name: 'diff',
  title: 'Difference',
  summary: 'Two summaries figure by figure; exit 1 where growth breaks a rule.',
  period: 'all',
  filters: filterNames,
  options: [
    {
      name: 'baseline',
      value: 'file',
      text: 'the earlier summary, as "outlay summary --json" writes it',
      kind: 'text',
    },
    {
      name: 'current',
      value: 'file',
      text: 'the later summary; without, the present state, cut by the filters',
      kind: 'text',
    },
    {
      name: 'alert-on-pct',
      value: 'percent',
      text: 'exit 1 where the total grows by more than this',
      kind: 'percent',
    },
    {
      name: 'alert-on-usd',
      value: 'dollars',
      text: 'exit 1 where the total grows by more dollars than this',
      kind: 'number',
    },
    {
      name: 'alert-on-class-pct',
      value: 'rules',
      text: `exit 1 where tokens of a class grow by more, such as input:20,cache_read:50; classes: ${snapshotClasses.join(', ')}`,
      kind: 'text',
    },
  ],
  gate: true,
  terminalOnly: true,
  examples: [
    [
      'outlay diff --baseline main.json --current branch.json --alert-on-pct 10',
      'a gate of a pull request',
    ],
    ['outlay diff --baseline before.json --project shop', 'a project since then'],
  ],
  check: (question) => {
    filesOf(question);
    rulesOf(question);
  },
  needsStore: (question) => textOption(question, 'current') === undefined,
  run: diffReport,
};

interface Files {
  readonly baseline: WrittenSummary;
  readonly current: WrittenSummary | undefined;
}

function filesOf(question: Question): Files {
  const baseline = textOption(question, 'baseline');
  const current = textOption(question, 'current');
  if (baseline === undefined) {
    throw new HumanError(
      'usage',
      '--baseline is missing: name a file that "outlay summary --json" wrote.',
    );
  }
  const filtered = Object.keys(question.filters).length > 0 || question.span !== undefined;
  if (current !== undefined && filtered) {
    throw new HumanError(
      'usage',
      'Filters and periods cut the present state; they cannot be combined with --current.',
    );
  }
  return {
    baseline: readSummaryFile('baseline', baseline),
    current: current === undefined ? undefined : readSummaryFile('current', current),
  };
}

function rulesOf(question: Question): DiffRules {
  const usd = numberOption(question, 'alert-on-usd');
  const classes = textOption(question, 'alert-on-class-pct');
  return {
    share: numberOption(question, 'alert-on-pct'),
    nano: usd === undefined ? undefined : usdToNano(usd),
    classes: classes === undefined ? undefined : parseClassRules(classes),
  };
}

function diffReport(context: ReportContext, question: Question): Document {
  const { baseline, current } = filesOf(question);
  const after = current ?? presentOf(context, question, baseline);
  const rows = diffSummaries(baseline, after);
  const broken = brokenRules(rows, rulesOf(question));
  const total = rows.find(({ kind }) => kind === 'total')!;
  const empty = total.before === 0 && total.after === 0;
  return {
    title: 'Difference of two summaries',
    sentences: [
      ...broken.map((each) => `Alert: ${ruleText(each)}.`),
      totalText(total),
      ...(empty ? ['No data: neither of the two has any spend.'] : []),
    ],
    tables: kinds
      .map(([kind, title]) => tableOf(kind, title, rows))
      .filter((table) => table.rows.length > 0),
    notes: [...differences(baseline, after), ...warnings(context)],
    json: {
      schemaVersion: 1,
      status: broken.length > 0 ? 'alert' : empty ? 'no-data' : 'ok',
      baseline: headJson(baseline),
      current: headJson(after),
      rows: rows.map(rowJson),
      broken: broken.map((each) => ({
        rule: ruleNames[each.rule],
        limit: each.rule === 'nano' ? nanoToUsd(each.limit) : each.limit * 100,
        ...rowJson(each.row),
        sentence: `${ruleText(each)}.`,
      })),
      alert: broken.length > 0,
      notes: [...differences(baseline, after), ...warnings(context)],
    },
    verdict: {
      status: broken.length > 0 ? 'alert' : empty ? 'no-data' : 'ok',
      unpriced: isLowerBound(baseline) || isLowerBound(after),
      incomplete: saysIncomplete(baseline) || saysIncomplete(after),
    },
  };
}

/** The present state, cut as the baseline was where the question does not say otherwise. */
function presentOf(
  context: ReportContext,
  { span, filters }: Question,
  baseline: WrittenSummary,
): WrittenSummary {
  const asked = Object.keys(filters).length > 0 ? filters : (baseline.filters ?? {});
  const { json } = summaryReport(context, { span, filters: asked });
  return checkSummary(json, 'The present state');
}

function isLowerBound(summary: WrittenSummary): boolean {
  const { unpriced } = summary as { unpriced?: unknown };
  return Array.isArray(unpriced) && unpriced.length > 0;
}

/** Summaries of earlier versions do not say it. */
function saysIncomplete(summary: WrittenSummary): boolean {
  return (summary as { incomplete?: unknown }).incomplete === true;
}

/** What makes two summaries hard to compare. */
function differences(before: WrittenSummary, after: WrittenSummary): string[] {
  const cut = ({ filters }: WrittenSummary): string => JSON.stringify(filters ?? {});
  const length = ({ period }: WrittenSummary): string => String(period?.from == null);
  return [
    ...(cut(before) === cut(after) ? [] : ['The two summaries were cut by different filters.']),
    ...(length(before) === length(after)
      ? []
      : ['One summary covers all time and the other does not.']),
  ];
}

const ruleNames = {
  share: 'alert-on-pct',
  nano: 'alert-on-usd',
  class: 'alert-on-class-pct',
} as const;

function ruleText({ rule, limit, row }: BrokenRule): string {
  const { kind, name, isNew, delta, change } = row;
  const what = kind === 'class' ? `${name} tokens` : 'the total';
  const percent = `${Number((limit * 100).toFixed(6))}%`;
  switch (rule) {
    case 'nano':
      return `${what} grew by ${formatUsd(delta)}, more than ${formatUsd(limit)} (--alert-on-usd)`;
    case 'share':
    case 'class':
      return isNew
        ? `${what} ${kind === 'class' ? 'are' : 'is'} new where there was nothing, more than ${percent} (--${ruleNames[rule]})`
        : `${what} grew by ${(change! * 100).toFixed(1)}%, more than ${percent} (--${ruleNames[rule]})`;
  }
}

function totalText({ before, after, delta, change, isNew }: DiffRow): string {
  if (delta === 0) return `The total is the same: ${formatUsd(after)}.`;
  const percent = isNew ? 'new' : `${delta > 0 ? '+' : ''}${((change ?? 0) * 100).toFixed(1)}%`;
  const size = `${delta > 0 ? '+' : ''}${formatUsd(delta)}`;
  return `The total went from ${formatUsd(before)} to ${formatUsd(after)}: ${size} (${percent}).`;
}

const kinds: readonly (readonly [DiffKind, string])[] = [
  ['total', ''],
  ['sessions', 'Sessions'],
  ['tier', 'By tier'],
  ['model', 'By model'],
  ['class', 'Tokens by class'],
];

function isMoney(kind: DiffKind): boolean {
  return kind === 'total' || kind === 'tier' || kind === 'model';
}

function tableOf(kind: DiffKind, title: string, rows: readonly DiffRow[]): Table {
  const unit = isMoney(kind) ? 'usd' : kind === 'class' ? 'tokens' : 'count';
  return {
    title,
    columns: [
      { key: 'name', header: 'What', unit: 'text', widest: 40, shown: shownModel },
      { key: 'before', header: 'Before', unit, leaves: 0 },
      { key: 'after', header: 'After', unit, leaves: 0, strong: true },
      { key: 'delta', header: 'Change', unit: kind === 'class' ? 'text' : unit, leaves: 0 },
      { key: 'change', header: 'Of before', unit: 'percent' },
      { key: 'note', header: '', unit: 'text' },
    ],
    rows: rows
      .filter((row) => row.kind === kind)
      .map(({ name, before, after, delta, change, isNew }) => [
        name,
        before,
        after,
        kind === 'class' ? `${delta < 0 ? '-' : ''}${formatTokens(Math.abs(delta))}` : delta,
        change ?? null,
        isNew ? 'new' : '',
      ]),
  };
}

function rowJson({ kind, name, before, after, delta, change, isNew }: DiffRow): object {
  const amounts = isMoney(kind)
    ? {
        before_usd: nanoToUsd(before),
        after_usd: nanoToUsd(after),
        delta_usd: nanoToUsd(delta),
      }
    : { before, after, delta };
  return { kind, name, ...amounts, delta_pct: change === undefined ? null : change * 100, isNew };
}

function headJson({ exportedAt, git, total_cost_usd, filters }: WrittenSummary): object {
  return {
    exportedAt: exportedAt ?? null,
    git: git ?? null,
    total_cost_usd,
    filters: filters ?? {},
  };
}
