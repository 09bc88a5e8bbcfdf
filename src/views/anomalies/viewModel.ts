import { l10n } from 'vscode';
import type { ListedOutlier } from '../../panels/anomalies.ts';
import type { AnomaliesData, AnomalyRow } from '../../protocol/anomalies.ts';
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
  return {
    ...anomaliesHeadline(facts),
    live,
    at: now,
    cards: [],
    chartTitle: chartTitle(facts),
    chartSentence: chartSentence(facts),
    from: span.from,
    to: Math.min(span.to, now + 1),
    median: median ?? null,
    low: bounds?.low ?? null,
    high: bounds?.high ?? null,
    points: figures.points.map(pair),
    more: figures.more.map(pair),
    listTitle: l10n.t('What stands out, and why'),
    rows,
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

function rowOf(outlier: ListedOutlier, { figures, format, question }: AnomaliesInputs): AnomalyRow {
  const { session, title, project, message, day, nano, reason, moment } = outlier;
  const place = project === null ? '' : projectName(project);
  const when = question.by === 'message' ? format.dateTime(moment) : format.shortDay(moment);
  return {
    sid: session ?? '',
    message: message ?? '',
    day: day ?? '',
    name: day === null ? titleText({ title, sid: session ?? '' }) : format.localDay(day),
    project: place,
    at: moment,
    nano,
    where: day !== null ? '' : place === '' ? when : l10n.t('{0}, {1}', place, when),
    factor: factorText(nano, figures.median, format),
    reason: reasonText(reason, format),
    act: actText(question.by),
  };
}

/** How many usual ones something has cost. */
function factorText(nano: number, median: number | undefined, format: Format): string {
  if (median === undefined || median <= 0) return '';
  const factor = nano / median;
  if (factor < 0.1) return '';
  return l10n.t('{0}× usual', format.number(factor, factor < 10 ? 1 : 0));
}

function actText(by: AnomaliesInputs['question']['by']): string {
  switch (by) {
    case 'session':
      return l10n.t('Show the Session');
    case 'message':
      return l10n.t('Show the Message');
    case 'day':
      return l10n.t('Show the Day');
  }
}

function chartTitle({ question }: AnomaliesInputs): string {
  switch (question.by) {
    case 'session':
      return l10n.t('Cost of each session');
    case 'message':
      return l10n.t('Cost of each message');
    case 'day':
      return l10n.t('Cost of each day');
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
      : l10n.t('{0} is usual, up to {1}.', money(median), money(bounds.high));
  const drawn = points.length + more.length + outliers.length;
  const thinned =
    drawn < count - leftOut
      ? l10n.t(
          '{0} of {1} are shown: the most and the least expensive at each moment; of the {2} that stand out, the farthest are named.',
          format.count(drawn),
          format.count(count),
          format.count(high + low),
        )
      : '';
  return [levels, thinned].filter(Boolean).join(' ');
}

/** From where on something stands out. */
function levelText({ figures, question, format }: AnomaliesInputs): string {
  const { bounds, now } = figures;
  if (bounds === undefined) return '';
  const from = format.money(Math.round(bounds.high), now);
  switch (question.by) {
    case 'session':
      return l10n.t('A session stands out above {0}.', from);
    case 'message':
      return l10n.t('A message stands out above {0}.', from);
    case 'day':
      return l10n.t('A day stands out above {0}.', from);
  }
}

function notes(facts: AnomaliesInputs): string[] {
  const { figures, question, format, demo } = facts;
  const { leftOut, unpricedMessages, catalogueDate } = figures;
  return [
    ...[levelText(facts)].filter(Boolean),
    ...(question.log ? [l10n.t('Compares ratios rather than differences.')] : []),
    ...(leftOut > 0
      ? [l10n.t('Left out, since they cost nothing: {0}.', format.count(leftOut))]
      : []),
    ...(question.by === 'message' ? [l10n.t('Claude Code’s overhead belongs to no message.')] : []),
    ...(unpricedMessages > 0
      ? [
          unpricedMessages === 1
            ? l10n.t('1 message has no price and is not counted.')
            : l10n.t(
                '{0} messages have no price and are not counted.',
                format.count(unpricedMessages),
              ),
        ]
      : []),
    ...panelNotes({ demo, catalogueDate, unpriced: [], lower: 0 }, format),
  ];
}
