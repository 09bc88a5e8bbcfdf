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
} from '../../budgets/budgetLabels.ts';
import { usedOf } from '../../budgets/budgetWords.ts';
import type { JudgedBudget, JudgedBudgets } from '../../budgets/evaluateBudgets.ts';
import { type Outlook, type Outlooks, readOutlooks } from '../../budgets/outlook.ts';
import { staleNotes } from '../../budgets/pooled.ts';
import type { BudgetEntry } from '../../dataFolder/budgetFile.ts';
import { isGuardInstalled } from '../../dataFolder/guardInstalls.ts';
import { HumanError } from '../../model/errors.ts';
import { levelNames } from '../../model/level.ts';
import {
  count,
  figureNotes,
  type Note,
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
  type Missing,
  shortcomings,
  withMissing,
} from '../../store/schema/sums.ts';
import { isProject, isSamePath, lastPart } from '../../text/paths.ts';
import { clip, plainText } from '../../text/plainText.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Cell, Column, Document, Table } from '../document/document.ts';
import { budgetVerdict, outlookMark, outlookText, shortName, spoken } from './outlookWords.ts';

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
  summary: 'How far budgets are used; exit 1 where one is used up.',
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

function checkReport(context: ReportContext, question: Question): Document {
  const target = targetOf(context, question);
  return checkDocument(context, readOutlooks(context, { target }));
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
function checkDocument(context: ReportContext, { outlooks, others }: Outlooks): Document {
  const judged = outlooks.map((outlook) => outlook.judged);
  const found = { judged, others };
  const [worst] = judged;
  const noData = context.reader.kept().messages === 0;
  const alert = worst?.state.level === 'stop';
  // Without a budget nothing says of what time the figures are.
  const missing =
    worst === undefined ? missingIn(context, { span: undefined, filters: {} }) : worst.sums;
  return {
    title: 'Budgets',
    lead: true,
    sentences: checkSentences(context, outlooks, others, noData),
    tables: [checkTable(context, outlooks)],
    next:
      worst === undefined
        ? []
        : ['Change one: outlay budget set, outlay budget raise. Which: outlay budget list'],
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
  outlooks: readonly Outlook[],
  others: JudgedBudgets['others'],
  noData: boolean,
): string[] {
  const [worst] = outlooks;
  if (worst === undefined) {
    return [
      others.length > 0
        ? 'No budget can be judged here.'
        : 'No budget is set. "outlay budget set 20 --period day" sets one.',
    ];
  }
  if (noData) {
    return ['No data: no sessions found. "outlay doctor" shows where Outlay looked.'];
  }
  return [
    budgetVerdict(outlooks),
    advice(context, worst.judged),
    ...cutSentence(outlooks.length),
  ].filter((sentence) => sentence !== '');
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
): Note[] {
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
    ...staleNotes(
      judged.map(({ entry }) => entry),
      context,
    ),
    ...(parted
      ? [
          {
            about:
              'Sessions, agents and runs are judged by themselves, those at work in the last 24 hours.',
          },
        ]
      : []),
  ];
}

/** For programs; people read the last of them. */
const checkColumns: readonly Column[] = [
  { key: 'scope', header: 'Scope', unit: 'text', widest: 40, details: true },
  { key: 'part', header: 'Which', unit: 'text', widest: 44, details: true, idle: true },
  { key: 'period', header: 'Period', unit: 'text', details: true },
  { key: 'unit', header: 'Unit', unit: 'text', details: true },
  { key: 'spent', header: 'Spent', unit: 'text', details: true },
  { key: 'limit', header: 'Limit', unit: 'text', details: true },
  { key: 'utilization', header: 'Share', unit: 'percent', bar: 'track' },
  { key: 'level', header: 'Level', unit: 'text', details: true },
  { key: 'basis', header: 'Basis', unit: 'text', details: true },
  { key: 'origin', header: 'Set by', unit: 'text', leaves: 4 },
  { key: 'exception', header: 'For now', unit: 'text', idle: true, leaves: 1 },
  { key: 'declined_usd', header: 'Declined', unit: 'usd', idle: true, leaves: 1 },
  { key: 'name', header: 'Budget', unit: 'text', widest: 50, peopleOnly: true, fills: true },
  { key: 'used', header: 'Used', unit: 'text', peopleOnly: true, strong: true },
  { key: 'mark', header: '', unit: 'text', peopleOnly: true, idle: true, mark: true },
  { key: 'outlook', header: 'Ahead', unit: 'text', peopleOnly: true, idle: true },
];

const checkOrder = ['name', 'used', 'utilization', 'mark', 'outlook', 'exception', 'origin'];

function checkTable(context: ReportContext, outlooks: readonly Outlook[]): Table {
  return {
    title: '',
    columns: checkColumns,
    order: checkOrder,
    rows: outlooks.slice(0, shownBudgets).map((outlook): Cell[] => {
      const { entry, part, state, declined } = outlook.judged;
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
        shortName(context, outlook),
        usedOf(spoken(outlook)),
        outlookMark(outlook),
        outlookText(context, outlook),
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
          { key: 'scope', header: 'Scope', unit: 'text', widest: 50, fills: true },
          { key: 'period', header: 'Period', unit: 'text' },
          { key: 'unit', header: 'Unit', unit: 'text', leaves: 3 },
          { key: 'limit', header: 'Limit', unit: 'text' },
          { key: 'ladder', header: 'Levels in %', unit: 'text', leaves: 2 },
          { key: 'basis', header: 'Basis', unit: 'text', leaves: 4 },
          { key: 'action', header: 'When used up', unit: 'text', leaves: 3 },
          { key: 'origin', header: 'Set by', unit: 'text', leaves: 1 },
          { key: 'set_at', header: 'Set', unit: 'time', leaves: 2, byDay: true },
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
