import { l10n } from 'vscode';
import { defaultThresholds } from '../../model/level.ts';
import type { BudgetOutlook } from '../../panels/parts/budgetForecasts.ts';
import type { BudgetHistoryChart, BudgetRow, BudgetsData } from '../../protocol/budgets.ts';
import { type BudgetVerb, budgetVerbs } from '../../protocol/shared.ts';
import { panelNotes } from '../panels/notes.ts';
import type { Format } from '../text/format.ts';
import { projectName } from '../text/names.ts';
import { plainUiText } from '../text/plainUiText.ts';
import { budgetAmount } from './budgetLabels.ts';
import { budgetsHeadline, isEarly } from './headline.ts';
import type { BudgetsInputs } from './inputs.ts';
import { levelWords } from './levelWords.ts';
import { budgetStrip } from './strip.ts';
import {
  budgetId,
  budgetNames,
  coverText,
  exceptionTexts,
  isUsedUp,
  leftText,
  likelyText,
  limitText,
  ofLimitText,
  originText,
  outcomeText,
  timeLeftText,
} from './words.ts';

/** Everything the panel of budgets shows, in the editor's language. */
export function budgetsViewModel(inputs: BudgetsInputs): BudgetsData {
  const { figures, format, live, demo } = inputs;
  const names = budgetNames(figures.budgets, inputs);
  const [worst] = figures.budgets;
  const usual = { thresholds: defaultThresholds, action: 'notify', basis: 'actual' } as const;
  return {
    ...budgetsHeadline(inputs),
    live,
    at: figures.now,
    cards: [],
    budgets: figures.budgets.map((outlook, index) => rowOf(outlook, names[index]!, inputs)),
    others: figures.others.map(({ entry }) => {
      const [name] = budgetNames([{ entry, part: '' }], inputs);
      return l10n.t(
        '{0}: {1}, counted when it is asked for',
        name!,
        limitText(entry.budget, format),
      );
    }),
    months: figures.months.map(({ from }) => format.shortMonth(from)),
    history: history(inputs),
    levels: levelWords(worst?.budget ?? usual, format),
    notes: [
      l10n.t(
        'Likely: at the pace of the last 7 days; the range in brackets holds in about 19 of 20 cases.',
      ),
      ...panelNotes({ demo, catalogueDate: figures.catalogueDate, unpriced: [], lower: 0 }, format),
      ...figures.problems.filter((sentence) => sentence.includes('.outlay.json')).map(plainUiText),
    ],
  };
}

function rowOf(outlook: BudgetOutlook, name: string, inputs: BudgetsInputs): BudgetRow {
  const { format } = inputs;
  const { entry, budget, part, state } = outlook;
  const id = budgetId(entry);
  const over = state.spent - budget.limit;
  const amount =
    over > 0
      ? budgetAmount(budget.unit, over, format)
      : budgetAmount(budget.unit, state.remaining, format);
  const limit = limitText(budget, format);
  const used = l10n.t('{0} used', format.percent(state.spent / budget.limit));
  const outcome = outcomeText(outlook, inputs);
  const likely = likelyText(outlook, format);
  return {
    id,
    key: `${id}|${part}`,
    name,
    cover: coverText(outlook, inputs),
    level: state.level,
    strip: budgetStrip(outlook),
    likely,
    left: amount,
    leftOf: over > 0 ? l10n.t('over {0}', limit) : l10n.t('left of {0}', limit),
    used,
    outcome,
    early: isEarly(outlook, inputs),
    notes: [
      ...exceptionTexts(entry, inputs),
      ...[timeLeftText(outlook, inputs)].filter(Boolean),
      originText(entry, format),
    ],
    sentence: [
      `${name}: ${ofLimitText(outlook, format)}`,
      used,
      isUsedUp(outlook) ? '' : leftText(outlook, format),
      likely,
      outcome,
    ]
      .filter(Boolean)
      .join(', '),
    verbs: verbsOf(outlook),
  };
}

/** What makes sense for it just now. */
function verbsOf({ entry }: BudgetOutlook): BudgetVerb[] {
  const { override, origin } = entry;
  // Nobody here has a say in it.
  if (origin === 'company') return [];
  const paused = override?.pausedUntil !== undefined;
  const excepted = paused || override?.raised !== undefined;
  return budgetVerbs.filter((verb) => {
    if (verb === 'pause') return !paused;
    if (verb === 'resume') return excepted;
    return verb !== 'remove' || origin !== 'environment';
  });
}

function history({ figures, format }: BudgetsInputs): BudgetHistoryChart[] {
  const { spend, daysOver, months } = figures;
  if (months.length === 0) return [];
  const money = spend.map(({ project, nanos, limit }): BudgetHistoryChart => {
    const title = project === '' ? l10n.t('Whole month') : projectName(project);
    return {
      title,
      values: nanos,
      counts: false,
      limit: limit ?? null,
      limitLabel: limit === undefined ? '' : format.limit(limit),
      sentence: monthSentence(
        nanos.map((nano) => format.dollars(nano)),
        figures,
        format,
      ),
    };
  });
  if (daysOver === undefined) return money;
  return [
    ...money,
    {
      title: l10n.t('Days over {0}', format.limit(daysOver.limit)),
      values: daysOver.counts,
      counts: true,
      limit: null,
      limitLabel: '',
      sentence: monthSentence(
        daysOver.counts.map((count) => format.count(count)),
        figures,
        format,
      ),
    },
  ];
}

/** The bars in words: each month with its figure. */
function monthSentence(
  values: readonly string[],
  { months }: BudgetsInputs['figures'],
  format: Format,
): string {
  return months.map(({ from }, index) => `${format.month(from)}: ${values[index]}`).join('; ');
}
