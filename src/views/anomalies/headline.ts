import { l10n } from 'vscode';
import type { ListedOutlier } from '../../panels/anomalies.ts';
import type { PanelAround, PanelButton } from '../../protocol/shared.ts';
import { capitalized } from '../text/capitalized.ts';
import { classLabel } from '../text/tokenClassLabels.ts';
import type { AnomaliesInputs } from './inputs.ts';

/** How many stand out of how many, how much more than usual that is, why, and what helps. */
export function anomaliesHeadline(
  facts: AnomaliesInputs,
): Pick<PanelAround, 'answer' | 'lead' | 'acts'> {
  const { figures, format, question } = facts;
  const { count, high, low, status, median, now } = figures;
  const all = format.count(count);
  const apart = high + low;
  const allTime: PanelButton[] =
    question.period === 'all'
      ? [{ label: l10n.t('Dashboard'), act: { kind: 'do', action: 'openDashboard' } }]
      : [{ label: l10n.t('Show All Time'), act: { kind: 'ask', changes: { period: 'all' } } }];
  if (count === 0) {
    return {
      answer: l10n.t('There is nothing to compare in this period'),
      lead: '',
      acts: allTime,
    };
  }
  if (status === 'insufficient') {
    return {
      answer: l10n.t('There is too little to compare'),
      lead: l10n.t('It takes at least three to say what is usual.'),
      acts: allTime,
    };
  }
  if (apart === 0) {
    const usual = format.money(Math.round(median ?? 0), now);
    return { answer: nothingApart(facts, all), lead: l10n.t('{0} is usual.', usual), acts: [] };
  }
  return {
    answer: someApart(facts, format.count(apart), all),
    lead: [together(facts), mainReason(facts)].filter(Boolean).join(' '),
    acts: [{ label: l10n.t('See What to Do'), act: { kind: 'do', action: 'showInsights' } }],
  };
}

function nothingApart({ question }: AnomaliesInputs, all: string): string {
  switch (question.by) {
    case 'session':
      return l10n.t('None of {0} sessions stands out', all);
    case 'message':
      return l10n.t('None of {0} messages stands out', all);
    case 'day':
      return l10n.t('None of {0} days stands out', all);
  }
}

function someApart({ question }: AnomaliesInputs, some: string, all: string): string {
  const one = some === '1';
  switch (question.by) {
    case 'session':
      return one
        ? l10n.t('1 of {0} sessions stands out', all)
        : l10n.t('{0} of {1} sessions stand out', some, all);
    case 'message':
      return one
        ? l10n.t('1 of {0} messages stands out', all)
        : l10n.t('{0} of {1} messages stand out', some, all);
    case 'day':
      return one
        ? l10n.t('1 of {0} days stands out', all)
        : l10n.t('{0} of {1} days stand out', some, all);
  }
}

/** What those that cost more than usual cost more than as many usual ones; all of them have to be listed. */
function together({ figures, format }: AnomaliesInputs): string {
  const { high, median, now } = figures;
  const above = figures.outliers.filter(({ z }) => z > 0);
  if (median === undefined || above.length === 0 || above.length < high) return '';
  const sum = above.reduce((total, { nano }) => total + nano, 0);
  const more = format.money(Math.round(sum - above.length * median), now);
  return above.length === 1
    ? l10n.t('It cost {0} more than a usual one.', more)
    : l10n.t('Together they cost {0} more than {1} usual ones.', more, format.count(above.length));
}

/** What most of those above had as their greatest part. */
function mainReason({ figures }: AnomaliesInputs): string {
  const above = figures.outliers.filter(({ z }) => z > 0);
  const names = above.map(topClassName).filter((name) => name !== '');
  const counts = Map.groupBy(names, (name) => name);
  const [top] = [...counts.values()].sort((a, b) => b.length - a.length);
  if (top === undefined || top.length * 2 <= above.length) return '';
  return l10n.t('{0} is most of it.', capitalized(classLabel(top[0]!)));
}

function topClassName({ reason }: ListedOutlier): string {
  if (reason === undefined || reason.kind === 'day') return '';
  return reason.topClass?.name ?? '';
}
