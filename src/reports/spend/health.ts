import { burnSkips } from '../../analysis/spend/burn.ts';
import {
  type CheckResult,
  checksToRun,
  type HealthCheck,
  healthChecks,
  health as healthOf,
} from '../../analysis/spend/health.ts';
import { amountText, judgedName } from '../../budgets/budgetLabels.ts';
import { judgeBudgets } from '../../budgets/evaluateBudgets.ts';
import { dayMs } from '../../model/calendar.ts';
import { HumanError } from '../../model/errors.ts';
import { formatPercent } from '../../model/level.ts';
import {
  count,
  declinedWords,
  headline,
  type ReportContext,
  warnings,
} from '../../query/context.ts';
import {
  numberOption,
  type Question,
  type RawOptions,
  readQuestion,
  textOption,
} from '../../query/question.ts';
import { missingIn } from '../../query/select.ts';
import { isIncomplete, isLowerBound } from '../../store/schema/sums.ts';
import type { ReportDefinition } from '../document/definition.ts';
import type { Document } from '../document/document.ts';
import { anomaly, readAnomalies } from './anomaly.ts';
import { burn, readBurn } from './burn.ts';
import { daysText, projection, readProjection } from './projection.ts';

/** `outlay health` */
export const health: ReportDefinition = {
  name: 'health',
  title: 'Health',
  summary: 'Budget, burn, anomaly and projection in one go; exit 1 where one of them is an alert.',
  period: undefined,
  filters: [],
  options: [
    {
      name: 'skip',
      value: 'checks',
      text: `leave checks out, with commas: ${healthChecks.join(', ')}`,
      kind: 'text',
    },
    {
      name: 'alert-acceleration',
      value: 'percent',
      text: 'alert where the last day is above the mean of active days by more than this',
      kind: 'percent',
      default: 100,
    },
    {
      name: 'alert-outliers',
      value: 'number',
      text: 'alert where so many sessions of the last 30 days stand out, or more',
      kind: 'count',
      default: 1,
    },
    {
      name: 'alert-days-to-exhaust',
      value: 'days',
      text: 'alert where a budget is used up within so many days',
      kind: 'number',
      default: 14,
    },
  ],
  gate: true,
  examples: [
    ['outlay health', 'all four checks'],
    ['outlay health --skip anomaly,burn --json', 'budget and projection, for programs'],
  ],
  check: (question) => void checksOf(question),
  run: healthDocument,
};

function checksOf(question: Question): HealthCheck[] {
  const skip = textOption(question, 'skip');
  return checksToRun(skip === undefined ? [] : skip.split(',').map((name) => name.trim()));
}

type Finding = Omit<CheckResult, 'name'> & { readonly unpriced: boolean };

const runs: Readonly<Record<HealthCheck, (context: ReportContext, question: Question) => Finding>> =
  { budget: checkBudget, burn: checkBurn, anomaly: checkAnomaly, projection: checkProjection };

function healthDocument(context: ReportContext, question: Question): Document {
  const findings = checksOf(question).map((name) => ({
    name,
    ...attempt(() => runs[name](context, question)),
  }));
  const result = healthOf(findings);
  // The longest any check looks back by default.
  const missing = missingIn(context, {
    span: { from: context.now - 30 * dayMs, to: context.now },
    filters: {},
  });
  const word = { ok: 'OK', alert: 'ALERT', error: 'ERROR', 'no-data': 'NO DATA' };
  const found = findings.filter(({ status }) => status === 'alert' || status === 'error');
  const sentence = {
    ok: `${isIncomplete(missing) ? 'As far as could be read, all is well' : 'All is well'}: ${count(findings.length, 'check')}.`,
    alert: `Attention: ${found.length} of ${count(findings.length, 'check')}.`,
    error: `${count(found.length, 'check')} could not be made.`,
    'no-data': 'No data: nothing can be said. "outlay doctor" shows where Outlay looked.',
  }[result.status];
  return {
    title: 'Health',
    lead: true,
    sentences: [sentence],
    next: nextLines(result.exit, found),
    tables: [
      {
        title: '',
        columns: [
          { key: 'check', header: 'Check', unit: 'text', shown: capitalized },
          { key: 'status', header: 'Status', unit: 'text', mark: true, shown: markOf },
          { key: 'detail', header: 'Finding', unit: 'text', widest: 160, fills: true, wraps: true },
        ],
        order: ['status', 'check', 'detail'],
        bare: true,
        rows: findings.map(({ name, status, detail }) => [name, word[status], detail]),
      },
    ],
    notes: warnings(context, missing),
    json: {
      schemaVersion: 1,
      status: result.status,
      exit: result.exit,
      incomplete: isIncomplete(missing),
      checks: Object.fromEntries(
        findings.map(({ name, status, detail }) => [name, { status, detail }]),
      ),
      skipped: healthChecks.filter((name) => !findings.some((finding) => finding.name === name)),
      catalogueDate: context.book.catalogueDate,
      notes: warnings(context, missing),
    },
    verdict: {
      status: result.status,
      unpriced: findings.some(({ unpriced }) => unpriced),
      incomplete: isIncomplete(missing),
    },
  };
}

const marks: Readonly<Record<string, string>> = { OK: '✓', ALERT: '!', ERROR: '✗', 'NO DATA': '–' };

function markOf(status: string): string {
  return marks[status] ?? status;
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** What a program is told, and how to ask for less. */
function nextLines(exit: number, found: readonly { readonly name: string }[]): string[] {
  if (exit === 0) return [];
  const because = found.map(({ name }) => capitalized(name)).join(', ');
  return [`Exit code ${exit}, because of ${because}. Leave a check out: --skip ${found[0]!.name}`];
}

/** A check that cannot be made is an error of its own, and the others are still made. */
function attempt(run: () => Finding): Finding {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
    return { status: 'error', detail: error.message, unpriced: false };
  }
}

/** A question of another report, its defaults filled in. */
function ask(context: ReportContext, definition: ReportDefinition, raw: RawOptions): Question {
  return readQuestion(definition, raw, context);
}

function hasData({ reader }: ReportContext): boolean {
  return reader.kept().messages > 0;
}

function checkBudget(context: ReportContext): Finding {
  const { judged } = judgeBudgets(context);
  const [worst] = judged;
  if (worst === undefined) {
    return { status: 'no-data', detail: 'No budget is set.', unpriced: false };
  }
  const { state, entry, declined } = worst;
  const { unit, limit } = entry.budget;
  const facts = [
    `${amountText(unit, state.spent)} of ${amountText(unit, limit)} (${judgedName(context, worst)})`,
    formatPercent(state.share, 'en'),
    ...declinedWords(declined),
  ];
  const detail = `${facts.join(', ')}.`;
  const unpriced = judged.some(({ sums }) => sums.unpriced > 0);
  if (!hasData(context)) return { status: 'no-data', detail: `No data. ${detail}`, unpriced };
  return { status: state.level === 'stop' ? 'alert' : 'ok', detail, unpriced };
}

function checkBurn(context: ReportContext, question: Question): Finding {
  const limit = numberOption(question, 'alert-acceleration')!;
  const raw = { 'alert-on-acceleration-pct': String(Number((limit * 100).toFixed(6))) };
  const { burn: result, spendRate } = readBurn(context, ask(context, burn, raw));
  const unpriced = spendRate.sums.unpriced > 0;
  const { active, skipped, alert } = result;
  if (active === undefined) {
    const detail = `Not compared: ${burnSkips[skipped ?? 'no-data']}.`;
    return { status: skipped === 'no-data' ? 'no-data' : 'ok', detail, unpriced };
  }
  const detail = `The last 24 hours cost ${factorText(active.change)} an active day; the limit is ${factorText(limit)}.`;
  return { status: alert ? 'alert' : 'ok', detail, unpriced };
}

/** A change as a multiple: `2.9×`. */
function factorText(change: number): string {
  return `${(1 + change).toFixed(1)}×`;
}

function checkAnomaly(context: ReportContext, question: Question): Finding {
  const from = numberOption(question, 'alert-outliers')!;
  const raw = { period: '30d', 'alert-on-outliers': String(from) };
  const { values, result, alert, unpriced } = readAnomalies(context, ask(context, anomaly, raw));
  const some = { unpriced: unpriced > 0 };
  if (values.length === 0) {
    return { status: 'no-data', detail: 'No session in the last 30 days.', ...some };
  }
  const sessions = count(values.length, 'session');
  if (result.status === 'insufficient') {
    const detail = `Too little to compare: ${sessions} in the last 30 days.`;
    return { status: 'ok', detail, ...some };
  }
  const { high, low } = result;
  const out = high.length + low.length;
  const found = out === 0 ? `None of ${sessions}` : `${out} of ${sessions}`;
  const detail = `${found} of the last 30 days ${out > 1 ? 'stand' : 'stands'} out; the limit is ${from}.`;
  return { status: alert ? 'alert' : 'ok', detail, ...some };
}

function checkProjection(context: ReportContext, question: Question): Finding {
  const within = numberOption(question, 'alert-days-to-exhaust')!;
  const found = readProjection(context, ask(context, projection, {}));
  const { projection: result, spendRate, budgets } = found;
  const unpriced = spendRate.sums.unpriced > 0;
  if (result.status === 'no-data') return { status: 'no-data', detail: 'No data.', unpriced };
  const rate = `${headline(context, Math.round(result.rate), isLowerBound(spendRate.sums))} a day`;
  const ends = budgets.flatMap(({ judged, steps }) => {
    const end = steps.find(({ share }) => share === judged.entry.budget.thresholds.stop);
    const counts = end?.outcome === 'passed' || end?.outcome === 'ahead';
    return counts ? [{ judged, days: end.days! }] : [];
  });
  const [first] = ends.sort((a, b) => a.days - b.days);
  if (first === undefined) {
    const detail =
      budgets.length === 0
        ? `${rate}; no budget is set.`
        : `${rate}; no budget is used up before its period ends.`;
    return { status: 'ok', detail, unpriced };
  }
  const detail = `${rate}; the budget (${judgedName(context, first.judged)}) is used up in ${daysText(first.days)}; the limit is ${daysText(within)}.`;
  return { status: first.days <= within ? 'alert' : 'ok', detail, unpriced };
}
