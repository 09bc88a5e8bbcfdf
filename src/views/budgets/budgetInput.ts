import {
  ConfigurationTarget,
  l10n,
  type QuickPickItem,
  QuickPickItemKind,
  window,
  workspace,
} from 'vscode';
import { budgetChoices, daysAbove } from '../../analysis/budgets/suggestions.ts';
import { type DailySpend, dailySpend } from '../../analysis/spend/spendPoints.ts';
import { parseDollars } from '../../model/amount.ts';
import { addDays, dayOf, firstMoment, type Zone } from '../../model/calendar.ts';
import { usdToNano } from '../../model/money.ts';
import type { StoreReader } from '../../store/query/storeReader.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { type Format, formatOf } from '../text/format.ts';

/** So many days, today included, are looked back on. */
const lookBackDays = 30;

interface Choice extends QuickPickItem {
  /** Dollars, 0 for none, or 'other' for an amount that is typed. */
  readonly dollars?: number | 'other';
}

/** Asks for the daily budget, with what was spent as a measure, and writes it to the settings. */
export async function setDailyBudget(model: SpendModel): Promise<void> {
  const { settings } = model.spend;
  const now = Date.now();
  const days = model.reader === undefined ? [] : spendOfDays(model.reader, settings.zone, now);
  const current = settings.dailyBudgetUsd;
  const picked = await window.showQuickPick(choices(days, current, formatOf(settings), now), {
    title: l10n.t('Daily budget for Claude Code, over all projects'),
    placeHolder: measure(dailySpend(days), formatOf(settings)),
  });
  if (picked?.dollars === undefined) return;
  const dollars = picked.dollars === 'other' ? await askAmount(current) : picked.dollars;
  if (dollars === undefined) return;
  const config = workspace.getConfiguration('outlay');
  await config.update('budget.dailyUsd', dollars || undefined, ConfigurationTarget.Global);
}

/** Nano-dollars of each of the last days, today last. */
function spendOfDays(reader: StoreReader, zone: Zone, now: number): number[] {
  const today = dayOf(now, zone);
  return Array.from({ length: lookBackDays }, (_, index) => {
    const day = addDays(today, index + 1 - lookBackDays);
    const span = { from: firstMoment(day, zone), to: firstMoment(addDays(day, 1), zone) };
    return reader.spend(span, undefined).nano + reader.background(span, undefined);
  });
}

function measure({ active, average }: DailySpend, format: Format): string {
  if (active === 0) return l10n.t('Nothing was spent in the last {0} days', lookBackDays);
  const money = format.dollars(average);
  return active === 1
    ? l10n.t('1 day of the last {0} had spend: {1}', lookBackDays, money)
    : l10n.t('{0} days of the last {1} had spend, {2} on average', active, lookBackDays, money);
}

function choices(
  days: readonly number[],
  current: number | undefined,
  format: Format,
  now: number,
): Choice[] {
  const { twice, all } = budgetChoices(dailySpend(days).average);
  const amounts = current === undefined || all.includes(current) ? all : [...all, current];
  const items = amounts
    .toSorted((a, b) => a - b)
    .map((dollars): Choice => {
      const nano = usdToNano(dollars);
      const notes: string[] = [];
      const converted = format.money(nano, now);
      if (converted !== format.dollars(nano)) notes.push(converted);
      if (dollars === current) notes.push(l10n.t('your budget now'));
      if (dollars === twice) notes.push(l10n.t('about twice your average day'));
      if (days.some((spent) => spent > 0)) notes.push(aboveText(daysAbove(days, nano)));
      const mark = dollars === current ? '$(check) ' : '';
      return {
        label: mark + format.dollars(nano),
        description: notes.join(' · '),
        dollars,
      };
    });
  const others: Choice[] = [{ label: `$(edit) ${l10n.t('Other amount…')}`, dollars: 'other' }];
  if (current !== undefined) {
    others.push({ label: `$(circle-slash) ${l10n.t('No daily budget')}`, dollars: 0 });
  }
  return [...items, { label: '', kind: QuickPickItemKind.Separator }, ...others];
}

function aboveText(count: number): string {
  if (count === 0) return l10n.t('no day of the last {0} was above it', lookBackDays);
  return count === 1
    ? l10n.t('1 day of the last {0} was above it', lookBackDays)
    : l10n.t('{0} days of the last {1} were above it', count, lookBackDays);
}

async function askAmount(current: number | undefined): Promise<number | undefined> {
  const answer = await window.showInputBox({
    title: l10n.t('Daily budget for Claude Code, over all projects'),
    prompt: l10n.t('US dollars a day. 0: no daily budget.'),
    value: current === undefined ? '' : String(current),
    validateInput: (value) =>
      parseDollars(value) === undefined
        ? l10n.t('Write dollars and cents, such as 50 or 12.50, up to a million.')
        : undefined,
  });
  return answer === undefined ? undefined : parseDollars(answer);
}
