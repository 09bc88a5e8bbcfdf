import { l10n } from 'vscode';
import type { DashboardDetails } from '../../panels/dashboard.ts';
import type { Next } from '../../panels/parts/yardsticks.ts';
import type { DashboardNext, DashboardOutlook } from '../../protocol/dashboard.ts';
import type { DashboardInputs } from './inputs.ts';
import { nameOf } from './labels.ts';

/** What other models would have cost, and what comes next. */
export function outlookOf(
  { whatIf, next }: NonNullable<DashboardDetails['outlook']>,
  facts: DashboardInputs,
): DashboardOutlook {
  const { figures, format } = facts;
  const money = (nano: number): string => format.money(Math.round(nano), figures.now);
  const farthest = next.reduce((most, { nano, band }) => Math.max(most, band?.high ?? nano), 1);
  return {
    paid: whatIf.actual,
    whatIf: [...whatIf.baselines]
      // What has no price for some of it cannot be compared.
      .filter(({ leftOut }) => leftOut < whatIf.messages)
      .sort((a, b) => a.nano - b.nano)
      .map(({ model, nano }) => ({
        name: nameOf(model, 'model'),
        nano,
        difference:
          nano === whatIf.actual
            ? '±0'
            : nano < whatIf.actual
              ? l10n.t('−{0}', money(whatIf.actual - nano))
              : l10n.t('+{0}', money(nano - whatIf.actual)),
      })),
    next: next.map((each) => nextOf(each, farthest, facts)),
  };
}

function nextOf(
  { kind, days, from, nano, band }: Next,
  farthest: number,
  { figures, format }: DashboardInputs,
): DashboardNext {
  const about = (amount: number): string => format.aboutMoney(amount, figures.now);
  return {
    name:
      kind === 'month'
        ? format.monthName(from)
        : l10n.t('Next {0} days', format.count(Math.round(days))),
    likely: about(nano),
    range: band === undefined ? '' : format.aboutMoneyRange(band.low, band.high, figures.now),
    strip: {
      whole: farthest * 1.05,
      filled: 0,
      tick: null,
      likely: nano,
      low: band?.low ?? null,
      high: band?.high ?? null,
    },
  };
}
