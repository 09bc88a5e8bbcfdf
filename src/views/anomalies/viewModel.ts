import { l10n } from 'vscode';
import { dayMs } from '../../model/calendar.ts';
import type { AnomaliesFigures, ListedOutlier } from '../../panels/anomalies.ts';
import type {
  AnomaliesData,
  AnomalyRow,
  BaselineRow,
  ForecastPoint,
} from '../../protocol/anomalies.ts';
import type { PanelCard } from '../../protocol/shared.ts';
import { panelNotes } from '../panels/notes.ts';
import { projectChoices } from '../panels/projectOptions.ts';
import type { Format } from '../text/format.ts';
import { oneLine, projectName, titleText } from '../text/names.ts';
import { anomaliesHeadline } from './headline.ts';
import type { AnomaliesInputs } from './inputs.ts';
import { reasonText } from './reasons.ts';

/** Everything the panel of anomalies shows, in the editor's language. */
export function anomaliesViewModel(known: Omit<AnomaliesInputs, 'names'>): AnomaliesData {
  const facts = { ...known, names: nameOf(known.format) };
  const { figures, live, folders } = facts;
  const { now, span, bounds, median } = figures;
  const rows = figures.outliers.map((outlier) => rowOf(outlier, facts));
  const pair = ({ at, nano }: { at: number; nano: number }) => [at, nano] as const;
  const { spent, forecast } = forecastOf(figures);
  return {
    answer: anomaliesHeadline(facts),
    live,
    at: now,
    cards: cards(facts),
    chartTitle: chartTitle(facts),
    chartSentence: chartSentence(facts),
    from: span.from,
    to: Math.min(span.to, now + 1),
    median: median ?? null,
    low: bounds?.low ?? null,
    high: bounds?.high ?? null,
    points: figures.points.map(pair),
    more: figures.more.map(pair),
    rows,
    estimator: estimatorText(facts),
    forecastTitle: l10n.t('Projection'),
    forecastSentence: forecastSentence(facts),
    spent,
    forecast,
    whatIfTitle: l10n.t('What if'),
    whatIfSentence: whatIfSentence(facts),
    actual: figures.whatIf.actual,
    baselines: figures.whatIf.baselines.map((baseline) => baselineOf(baseline, facts)),
    projects: projectChoices(figures.projects, folders),
    notes: notes(facts),
  };
}

function nameOf(format: Format): (outlier: ListedOutlier) => string {
  return ({ day, title, session }) => {
    if (day !== null) return format.localDay(day);
    const own = oneLine(title ?? '');
    return own === '' ? titleText({ title, sid: session ?? '' }) : l10n.t('“{0}”', own);
  };
}

function rowOf(outlier: ListedOutlier, { format }: AnomaliesInputs): AnomalyRow {
  const { session, title, project, message, day, nano, z, reason, moment } = outlier;
  return {
    sid: session ?? '',
    message: message ?? '',
    day: day ?? '',
    name: day === null ? titleText({ title, sid: session ?? '' }) : format.localDay(day),
    project: project === null ? '' : projectName(project),
    at: moment,
    nano,
    z,
    zText: `${z > 0 ? '+' : '−'}${format.number(Math.abs(z), 1)}`,
    reason: reasonText(reason, format),
  };
}

function cards(facts: AnomaliesInputs): PanelCard[] {
  const { figures, format, question } = facts;
  const { now, high, low, median, bounds, forecast, whatIf } = figures;
  const money = (nano: number): string => format.brief(format.convert(Math.round(nano), now));
  const last = forecast.horizons.at(-1);
  const [cheapest] = [...whatIf.baselines].sort((a, b) => a.nano - b.nano);
  const list: (PanelCard | false)[] = [
    {
      id: 'outliers',
      label: l10n.t('Outliers'),
      figure: format.count(high + low),
      detail: l10n.t('{0} high, {1} low', format.count(high), format.count(low)),
    },
    median !== undefined && {
      id: 'median',
      label: l10n.t('Median'),
      figure: money(median),
      detail: thingsText(facts),
    },
    bounds !== undefined && {
      id: 'threshold',
      label: l10n.t('Threshold'),
      figure: money(bounds.high),
      detail: l10n.t('a score of {0}', format.number(figures.threshold, 1)),
    },
    last !== undefined && {
      id: 'ahead',
      label: l10n.t('Next {0} days', question.horizon),
      figure: money(last.nano),
      detail:
        last.band === undefined
          ? l10n.t('{0} a day at this pace', money(forecast.rate))
          : l10n.t('{0}–{1} in 19 of 20 cases', money(last.band.low), money(last.band.high)),
    },
    cheapest !== undefined &&
      whatIf.messages > 0 && {
        id: 'cheapest',
        label: l10n.t('With {0}', cheapest.model.replace(/^claude-/, '')),
        figure: money(cheapest.nano),
        detail: savingsText(cheapest.savings, facts),
      },
  ];
  return list.filter((card) => card !== false);
}

function thingsText({ figures, question, format }: AnomaliesInputs): string {
  const count = format.count(figures.count);
  switch (question.by) {
    case 'session':
      return l10n.t('{0} sessions', count);
    case 'message':
      return l10n.t('{0} messages', count);
    case 'day':
      return l10n.t('{0} days', count);
  }
}

function chartTitle({ question }: AnomaliesInputs): string {
  switch (question.by) {
    case 'session':
      return l10n.t('Cost of sessions');
    case 'message':
      return l10n.t('Cost of messages');
    case 'day':
      return l10n.t('Cost of days');
  }
}

/** What is drawn, and how much of it where it is too much. */
function chartSentence(facts: AnomaliesInputs): string {
  const { figures, format } = facts;
  const { median, bounds, points, more, outliers, count, now, high, low, leftOut } = figures;
  const money = (nano: number): string => format.money(Math.round(nano), now);
  const levels =
    median === undefined || bounds === undefined
      ? ''
      : l10n.t('The median is {0}, the threshold {1}.', money(median), money(bounds.high));
  const drawn = points.length + more.length + outliers.length;
  const thinned =
    drawn < count - leftOut
      ? l10n.t(
          '{0} of {1} are drawn: the dearest and the cheapest of each moment; of {2} outliers the farthest are named.',
          format.count(drawn),
          format.count(count),
          format.count(high + low),
        )
      : '';
  return [levels, thinned].filter(Boolean).join(' ');
}

function estimatorText({ figures, question }: AnomaliesInputs): string {
  const scored = {
    mad: l10n.t('Scored by the median absolute deviation (modified z-score).'),
    'mean-deviation': l10n.t(
      'Scored by the mean absolute deviation, as more than half of the values are equal.',
    ),
    none: '',
  }[figures.estimator];
  const log = question.log
    ? l10n.t('Logarithms are compared: factors rather than differences.')
    : '';
  return [scored, log].filter(Boolean).join(' ');
}

/** Spend up to now as a rising line, and on from there. */
function forecastOf({ now, forecast: { days, horizons } }: AnomaliesFigures): {
  spent: ForecastPoint[];
  forecast: ForecastPoint[];
} {
  let sum = 0;
  const before = days.map((nano, index): ForecastPoint => {
    sum += nano;
    return { at: now - (days.length - 1 - index) * dayMs, nano: sum, low: null, high: null };
  });
  const start = { at: now - days.length * dayMs, nano: 0, low: null, high: null };
  const after = horizons.map(
    ({ days: length, nano, band }): ForecastPoint => ({
      at: now + length * dayMs,
      nano: sum + nano,
      low: band === undefined ? null : sum + band.low,
      high: band === undefined ? null : sum + band.high,
    }),
  );
  return {
    spent: [start, ...before],
    forecast: [{ at: now, nano: sum, low: sum, high: sum }, ...after],
  };
}

function forecastSentence({ figures, question, format }: AnomaliesInputs): string {
  const { forecast, now } = figures;
  const last = forecast.horizons.at(-1);
  if (last === undefined || forecast.rate === 0) return l10n.t('Nothing was spent lately.');
  const money = (nano: number): string => format.money(Math.round(nano), now);
  const days = format.number(forecast.rateDays, Number.isInteger(forecast.rateDays) ? 0 : 1);
  return last.band === undefined
    ? l10n.t(
        '{0} in the next {1} days at the rate of the last {2}.',
        money(last.nano),
        question.horizon,
        days,
      )
    : l10n.t(
        '{0} in the next {1} days at the rate of the last {2}, {3}–{4} in about 19 of 20 cases.',
        money(last.nano),
        question.horizon,
        days,
        money(last.band.low),
        money(last.band.high),
      );
}

function savingsText(savings: number, { figures, format }: AnomaliesInputs): string {
  const amount = format.money(Math.abs(Math.round(savings)), figures.now);
  if (savings === 0) return l10n.t('the same');
  return savings < 0 ? l10n.t('{0} less', amount) : l10n.t('{0} more', amount);
}

function whatIfSentence({ figures, format }: AnomaliesInputs): string {
  const { whatIf, now } = figures;
  if (whatIf.messages === 0) return l10n.t('There are no priced messages in this period.');
  return l10n.t(
    'The tokens of {0} messages cost {1}. With another model they would have cost what its bar says; it would not have used the same ones.',
    format.count(whatIf.messages),
    format.money(whatIf.actual, now),
  );
}

function baselineOf(
  { model, nano, savings }: AnomaliesFigures['whatIf']['baselines'][number],
  facts: AnomaliesInputs,
): BaselineRow {
  return { model, nano, savings, said: savingsText(savings, facts) };
}

function notes({ figures, question, format, demo }: AnomaliesInputs): string[] {
  const { leftOut, unpricedMessages, catalogueDate } = figures;
  return [
    ...(leftOut > 0 ? [l10n.t('{0} without any cost were left out.', format.count(leftOut))] : []),
    ...(question.by === 'message' ? [l10n.t('Background belongs to no message.')] : []),
    ...(unpricedMessages > 0
      ? [
          l10n.t(
            '{0} messages have no price: they are in no figure.',
            format.count(unpricedMessages),
          ),
        ]
      : []),
    ...panelNotes({ demo, catalogueDate, unpriced: [], lower: 0 }, format),
  ];
}
