import { l10n } from 'vscode';
import type { AnomaliesInputs } from './inputs.ts';

/** How many stand out of how many, and the farthest of them. */
export function anomaliesHeadline(facts: AnomaliesInputs): string {
  const { figures, format } = facts;
  const { count, high, low, status, median, now } = figures;
  if (count === 0) return l10n.t('There is nothing to compare in this period.');
  const all = format.count(count);
  if (status === 'insufficient') {
    return l10n.t('There is too little to compare: {0}. It takes at least three.', all);
  }
  const apart = high + low;
  if (apart === 0) {
    return l10n.t(
      '{0} The median is {1}.',
      nothingApart(facts, all),
      format.money(Math.round(median ?? 0), now),
    );
  }
  return [someApart(facts, format.count(apart), all), farthest(facts)].filter(Boolean).join(' ');
}

function nothingApart({ question }: AnomaliesInputs, all: string): string {
  switch (question.by) {
    case 'session':
      return l10n.t('None of {0} sessions stands out.', all);
    case 'message':
      return l10n.t('None of {0} messages stands out.', all);
    case 'day':
      return l10n.t('None of {0} days stands out.', all);
  }
}

function someApart({ question }: AnomaliesInputs, some: string, all: string): string {
  const one = some === '1';
  switch (question.by) {
    case 'session':
      return one
        ? l10n.t('1 of {0} sessions stands out.', all)
        : l10n.t('{0} of {1} sessions stand out.', some, all);
    case 'message':
      return one
        ? l10n.t('1 of {0} messages stands out.', all)
        : l10n.t('{0} of {1} messages stand out.', some, all);
    case 'day':
      return one
        ? l10n.t('1 of {0} days stands out.', all)
        : l10n.t('{0} of {1} days stand out.', some, all);
  }
}

/** The one that stands out most, beside the median. */
function farthest({ figures, format, names }: AnomaliesInputs): string {
  const [first] = figures.outliers;
  const { median, now } = figures;
  if (first === undefined || median === undefined) return '';
  const cost = format.money(first.nano, now);
  const factor = median > 0 ? first.nano / median : 0;
  const name = names(first);
  if (factor < 2) return l10n.t('Farthest from the others: {0}, {1}.', name, cost);
  const times = format.number(factor, factor < 10 ? 1 : 0);
  return l10n.t('Farthest from the others: {0}, {1}, {2} times the median.', name, cost, times);
}
