import type { BudgetScope } from '../../analysis/budgets/budget.ts';
import { recommendedAction } from '../../analysis/budgets/budget.ts';
import { formatPeriod, formatScope, formatUnit } from '../../analysis/budgets/budgetNotation.ts';
import type { BudgetTarget } from '../../analysis/budgets/budgetScope.ts';
import { formatThresholds } from '../../analysis/budgets/thresholds.ts';
import {
  amountText,
  budgetFields,
  budgetName,
  exceptionText,
  judgedFields,
  judgedName,
} from '../../budgets/budgetLabels.ts';
import {
  type JudgedBudget,
  type JudgedBudgets,
  judgeBudgets,
} from '../../budgets/evaluateBudgets.ts';
import type { BudgetEntry } from '../../dataFolder/budgetFile.ts';
import { isGuardInstalled } from '../../dataFolder/guardInstalls.ts';
import { HumanError } from '../../model/errors.ts';
import { formatPercent, levelNames } from '../../model/level.ts';
import {
  count,
  declinedWords,
  figureNotes,
  headline,
  type ReportContext,
  warnings,
} from '../../query/context.ts';
import { groupsOf, Names } from '../../query/names.ts';
import { knownProjects } from '../../query/projects.ts';
import { listed, type Question, textOption } from '../../query/question.ts';
import { missingIn } from '../../query/select.ts';
import { reachesLimit } from '../../query/sums.ts';
import {
  addSums,
  isIncomplete,
  isLowerBound,
  type Missing,
  shortcomings,
  withMissing,
} from '../../store/schema/sums.ts';
import { isProject, isSamePath, lastPart } from '../../text/paths.ts';
import { clip, plainText } from '../../text/plainText.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Column, Document, Table } from '../document/document.ts';

/** Rows a table of budgets shows; JSON has all. */
export const shownBudgets = 15;

/** Says that not all budgets are listed. */
export function cutSentence(budgets: number): string[] {
  return budgets > shownBudgets
    ? [`The first ${shownBudgets} of ${budgets} budgets are listed; --json has all.`]
    : [];
}

/** `outlay budget check` */
export const budgetCheck: ReportDefinition = {
  name: 'budget check',
  title: 'Budget Check',
  summary: 'How far budgets are used; exit 1 at the level stop.',
  period: undefined,
  filters: [],
  options: [
    {
      name: 'project',
      value: 'project',
      text: "only budgets that hold in this project: a path or a project's name",
      kind: 'text',
    },
    {
      name: 'branch',
      value: 'branch',
      text: 'only budgets that hold on this branch',
      kind: 'text',
    },
    { name: 'tag', value: 'tag', text: 'only budgets that hold for this tag', kind: 'text' },
  ],
  gate: true,
  examples: [
    ['outlay budget check', 'every budget, the most used one first'],
    ['outlay budget check --project shop --json', 'the budgets that hold in one project'],
  ],
  run: checkReport,
};

/** `outlay budget list` */
export const budgetList: ReportDefinition = {
  name: 'budget list',
  title: 'Budgets',
  summary: 'Every budget, and where it was set.',
  period: undefined,
  filters: [],
  options: [],
  gate: false,
  examples: [['outlay budget list', 'budgets of settings, environment and terminal']],
  run: (context) => listReport(context, context.budgets),
};

/** `outlay budget get` */
export const budgetGet: ReportDefinition = {
  name: 'budget get',
  title: 'Budget',
  summary: 'One budget: its limit, and when it was set.',
  period: undefined,
  filters: [],
  options: ['scope', 'period', 'unit'].map((name) => ({
    name,
    value: name,
    text: `of this ${name}`,
    kind: 'text' as const,
  })),
  gate: false,
  terminalOnly: true,
  examples: [['outlay budget get --period month', 'the budget of a month']],
  run: getReport,
};

/** How far the most used budget is used, in a line; undefined where none can be judged. */
export function budgetLine(context: ReportContext): string | undefined {
  const [worst] = judgeBudgets(context).judged;
  if (worst === undefined) return undefined;
  const { entry, state, declined } = worst;
  const { unit, limit } = entry.budget;
  const used = `${amountText(unit, state.spent)} of ${amountText(unit, limit)}`;
  const facts = [used, formatPercent(state.share), levelNames[state.level]];
  return `Budget (${judgedName(context, worst)}): ${[...facts, ...declinedWords(declined)].join(', ')}.`;
}

function checkReport(context: ReportContext, question: Question): Document {
  const target = targetOf(context, question);
  return checkDocument(context, judgeBudgets(context, { target }));
}

/** Where the budgets are to hold; undefined where nothing is named. */
function targetOf(context: ReportContext, question: Question): BudgetTarget | undefined {
  const project = textOption(question, 'project');
  const branch = textOption(question, 'branch');
  const tag = textOption(question, 'tag');
  if (project === undefined && branch === undefined && tag === undefined) return undefined;
  const tags = tag === undefined ? [] : [tag];
  if (project === undefined) return { branch, tags, session: true, agent: true };
  const names = new Names(context);
  const place = [...names.places.values()].find((each) => isProject(each, project));
  const named = context.budgets.some(
    ({ budget: { scope } }) => scope.kind === 'project' && isSamePath(scope.path, project),
  );
  if (place === undefined && !named) {
    const known = new Set(knownProjects(context.reader).map(lastPart));
    const list = [...known].slice(0, 12).map((name) => clip(plainText(name), 60));
    const there = list.length === 0 ? 'There is none yet.' : `There are ${listed(list)}.`;
    throw new HumanError(
      'usage',
      `No project is called "${clip(plainText(project), 80)}" (--project). ${there}`,
    );
  }
  const path = place === undefined ? project : names.project(place.id);
  const groups = groupsOf(context, place ?? { cwd: path, gitRoot: null });
  return { project: path, groups, branch, tags, session: true, agent: true };
}

/** Budgets as a document; the worst stands on top of the JSON. */
export function checkDocument(context: ReportContext, found: JudgedBudgets): Document {
  const { judged, others } = found;
  const [worst] = judged;
  const noData = context.reader.kept().messages === 0;
  const alert = worst?.state.level === 'stop';
  // Without a budget nothing says of what time the figures are.
  const missing =
    worst === undefined ? missingIn(context, { span: undefined, filters: {} }) : worst.sums;
  return {
    title: 'Budgets',
    sentences: checkSentences(context, found, noData),
    tables: [checkTable(context, judged)],
    notes: [
      ...notJudgedNotes(context, others),
      ...(worst === undefined ? warnings(context, missing) : usageNotes(context, worst, judged)),
    ],
    json: checkJson(context, found, missing),
    verdict: {
      status: noData || worst === undefined ? 'no-data' : alert ? 'alert' : 'ok',
      ...shortcomings(withMissing(addSums(judged.map(({ sums }) => sums)), missing)),
    },
  };
}

/** What to do, as true as it is here: without the guard nothing is refused. */
function advice({ dataFolder }: ReportContext, { state, entry }: JudgedBudget): string {
  const guarded = state.level === 'stop' && isGuardInstalled(dataFolder);
  return recommendedAction(state.level, entry.budget, { guarded });
}

function checkSentences(
  context: ReportContext,
  { judged, others }: JudgedBudgets,
  noData: boolean,
): string[] {
  const [worst] = judged;
  if (worst === undefined) {
    return [
      others.length > 0
        ? 'No budget can be judged here.'
        : 'No budget is set. "outlay budget set 20 --period day" sets one.',
    ];
  }
  const { entry, state } = worst;
  const none = noData
    ? ['No data: no sessions found. "outlay doctor" shows where Outlay looked.']
    : [];
  return [
    ...none,
    `${levelNames[state.level]}: ${spentText(context, worst)} of ${amountText(entry.budget.unit, entry.budget.limit)} (${judgedName(context, worst)}), ${formatPercent(state.share)}.`,
    advice(context, worst),
    ...(judged.length > 1 ? [`The most used of ${count(judged.length, 'budget')}.`] : []),
    ...cutSentence(judged.length),
  ];
}

function spentText(context: ReportContext, { entry, state, sums }: JudgedBudget): string {
  const { unit } = entry.budget;
  const atLeast = isLowerBound(sums);
  const spent =
    unit.kind === 'usd' ? headline(context, state.spent, atLeast) : amountText(unit, state.spent);
  if (state.judged <= state.spent) return spent;
  return `${spent} now and ${amountText(unit, state.judged)} by its end at the pace of 7 days`;
}

/** Names the budgets that nothing stored can judge. */
export function notJudgedNotes(context: ReportContext, others: JudgedBudgets['others']): string[] {
  return others.map(
    ({ entry, reason }) => `Not judged here: ${budgetName(context, entry.budget)}, as ${reason}.`,
  );
}

/** The same for JSON. */
export function notJudgedFields(others: JudgedBudgets['others']): Record<string, unknown>[] {
  return others.map(({ entry, reason }) => ({ ...budgetFields(entry), reason }));
}

/** What figures of budgets leave out, and how those of several are judged. */
export function usageNotes(
  context: ReportContext,
  worst: JudgedBudget,
  judged: readonly JudgedBudget[],
): string[] {
  const parted = judged.some(
    ({ entry: { budget } }) =>
      budget.period.kind === 'run' ||
      budget.scope.kind === 'session' ||
      budget.scope.kind === 'agent',
  );
  return [
    ...figureNotes(context, {
      ...worst.sums,
      background: worst.background,
      unpriced: worst.unpriced,
      clientPriced: worst.clientPriced,
      declined: worst.declined,
      saturated: reachesLimit(worst.sums, worst.background),
    }),
    ...(parted
      ? ['Sessions, agents and runs are judged by themselves, those at work in the last 24 hours.']
      : []),
  ];
}

const checkColumns: readonly Column[] = [
  { key: 'scope', header: 'Scope', unit: 'text', widest: 40 },
  { key: 'part', header: 'Which', unit: 'text', widest: 44, idle: true },
  { key: 'period', header: 'Period', unit: 'text' },
  { key: 'unit', header: 'Unit', unit: 'text' },
  { key: 'spent', header: 'Spent', unit: 'text' },
  { key: 'limit', header: 'Limit', unit: 'text' },
  { key: 'utilization', header: 'Used', unit: 'percent' },
  { key: 'level', header: 'Level', unit: 'text' },
  { key: 'basis', header: 'Basis', unit: 'text' },
  { key: 'origin', header: 'Set by', unit: 'text' },
  { key: 'exception', header: 'For now', unit: 'text', idle: true },
  { key: 'declined_usd', header: 'Declined', unit: 'usd', idle: true },
];

function checkTable(context: ReportContext, judged: readonly JudgedBudget[]): Table {
  return {
    title: '',
    columns: checkColumns,
    rows: judged.slice(0, shownBudgets).map(({ entry, part, state, declined }) => {
      const { scope, period, unit, limit, basis } = entry.budget;
      return [
        formatScope(scope),
        part === '' ? null : part,
        formatPeriod(period),
        formatUnit(unit),
        amountText(unit, state.spent),
        amountText(unit, limit),
        state.share,
        levelNames[state.level],
        basis,
        entry.origin,
        exceptionText(context, entry) || null,
        declined.nano,
      ];
    }),
  };
}

function checkJson(
  context: ReportContext,
  { judged, others }: JudgedBudgets,
  missing: Missing,
): object {
  const [worst] = judged;
  const top = worst === undefined ? nothingSet : judgedFields(worst);
  return {
    schemaVersion: 1,
    ...top,
    recommended_action: worst === undefined ? 'No budget is set.' : advice(context, worst),
    budgets: judged.map((each) => ({
      ...judgedFields(each),
      recommended_action: advice(context, each),
    })),
    incomplete: isIncomplete(missing),
    notJudged: notJudgedFields(others),
    catalogueDate: context.book.catalogueDate,
    notes: warnings(context, missing),
  };
}

const nothingSet = {
  scope: null,
  period: null,
  unit: null,
  budget_usd: null,
  spent_usd: null,
  remaining_usd: null,
  utilization_pct: null,
  level: 'OK',
  threshold: null,
  sessionCount: 0,
};

function listReport(context: ReportContext, entries: readonly BudgetEntry[]): Document {
  return {
    title: 'Budgets',
    sentences: [
      entries.length === 0
        ? 'No budget is set. "outlay budget set 20 --period day" sets one.'
        : `${count(entries.length, 'budget')}. "outlay budget check" says how far they are used.`,
    ],
    tables: [
      {
        title: '',
        columns: [
          { key: 'scope', header: 'Scope', unit: 'text', widest: 50 },
          { key: 'period', header: 'Period', unit: 'text' },
          { key: 'unit', header: 'Unit', unit: 'text' },
          { key: 'limit', header: 'Limit', unit: 'text' },
          { key: 'ladder', header: 'Ladder in %', unit: 'text' },
          { key: 'basis', header: 'Basis', unit: 'text' },
          { key: 'action', header: 'At stop', unit: 'text' },
          { key: 'origin', header: 'Set by', unit: 'text' },
          { key: 'set_at', header: 'Set', unit: 'time' },
          { key: 'exception', header: 'For now', unit: 'text', idle: true },
        ],
        rows: entries.map((entry) => {
          const { budget, origin, setAt } = entry;
          return [
            formatScope(budget.scope),
            formatPeriod(budget.period),
            formatUnit(budget.unit),
            amountText(budget.unit, budget.limit),
            formatThresholds(budget.thresholds),
            budget.basis,
            budget.action,
            origin,
            setAt ?? null,
            exceptionText(context, entry) || null,
          ];
        }),
      },
    ],
    notes: warnings(context),
    json: {
      schemaVersion: 1,
      budgets: entries.map(budgetFields),
      notes: warnings(context),
    },
  };
}

/** Whether a scope is the one written, whatever the spelling of a project's path. */
function isScope(scope: BudgetScope, written: string): boolean {
  if (formatScope(scope) === written) return true;
  const [, path] = /^project:(.+)$/s.exec(written) ?? [];
  return path !== undefined && scope.kind === 'project' && isSamePath(scope.path, path);
}

function getReport(context: ReportContext, question: Question): Document {
  const scope = textOption(question, 'scope');
  const period = textOption(question, 'period');
  const unit = textOption(question, 'unit');
  const found = context.budgets.filter(
    ({ budget }) =>
      (scope === undefined || isScope(budget.scope, scope)) &&
      (period === undefined || formatPeriod(budget.period) === period) &&
      (unit === undefined || formatUnit(budget.unit) === unit),
  );
  const list = listReport(context, found);
  const [first] = found;
  return {
    ...list,
    title: 'Budget',
    sentences:
      first === undefined
        ? ['No such budget is set. "outlay budget list" shows all.']
        : found.map(
            ({ budget }) =>
              `${amountText(budget.unit, budget.limit)} (${budgetName(context, budget)}).`,
          ),
    json: {
      schemaVersion: 1,
      ...(first === undefined ? { budget_usd: null, setAt: null } : budgetFields(first)),
      budgets: found.map(budgetFields),
      notes: warnings(context),
    },
  };
}
