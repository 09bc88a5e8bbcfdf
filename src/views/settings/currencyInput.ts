import {
  ConfigurationTarget,
  env,
  l10n,
  type QuickPickItem,
  QuickPickItemKind,
  window,
  workspace,
} from 'vscode';
import { parseNumber } from '../../model/amount.ts';
import { dayOf } from '../../model/calendar.ts';
import { rateAt } from '../../model/currency.ts';
import { isObject } from '../../model/objects.ts';
import { readSettings } from '../core/settingsModel.ts';

/** Offered before all others. */
const common = ['EUR', 'GBP', 'JPY', 'CNY', 'INR', 'KRW', 'CAD', 'AUD', 'CHF', 'BRL', 'MXN', 'PLN'];

interface CurrencyChoice extends QuickPickItem {
  /** ISO 4217 code. */
  readonly code?: string;
}

/**
 * Asks which currency figures are shown in and what a US dollar is worth in it, and writes that
 * under today's date: rates of earlier days stay, and so do the figures of those days.
 */
export async function setCurrency(): Promise<void> {
  const { currency, zone } = readSettings().settings;
  const picked = await window.showQuickPick(choices(currency.code), {
    title: l10n.t('Display currency'),
    placeHolder: l10n.t('Outlay never looks up rates: enter what one US dollar is worth'),
    matchOnDescription: true,
  });
  if (picked?.code === undefined) return;
  if (picked.code === 'USD') {
    if (currency.rates.length < 2 || (await confirmRemoval(currency.code))) await save(undefined);
    return;
  }
  const now = Date.now();
  const same = picked.code === currency.code;
  const rate = await askRate(picked.code, same ? rateAt(currency, now) : undefined);
  if (rate === undefined) return;
  // Rates of another currency say nothing about this one.
  const earlier = same ? writtenRates() : {};
  await save({ code: picked.code, rates: { ...earlier, [dayOf(now, zone)]: rate } });
}

function choices(current: string): CurrencyChoice[] {
  const names = new Intl.DisplayNames([env.language, 'en'], { type: 'currency' });
  const item = (code: string): CurrencyChoice => ({
    label: code === current ? `$(check) ${code}` : code,
    description: names.of(code) ?? '',
    code,
  });
  const dollars: CurrencyChoice[] =
    current === 'USD' ? [] : [{ label: `$(discard) ${l10n.t('Back to US dollars')}`, code: 'USD' }];
  const others = Intl.supportedValuesOf('currency').filter(
    (code) => code !== 'USD' && !common.includes(code),
  );
  return [
    ...dollars,
    ...common.map(item),
    { label: l10n.t('More currencies'), kind: QuickPickItemKind.Separator },
    ...others.map(item),
  ];
}

async function confirmRemoval(code: string): Promise<boolean> {
  const remove = l10n.t('Remove the Rates');
  const picked = await window.showWarningMessage(
    l10n.t('Show US dollars again?'),
    {
      modal: true,
      detail: l10n.t('Your dated rates for {0} are removed from the settings.', code),
    },
    remove,
  );
  return picked === remove;
}

async function askRate(code: string, known: number | undefined): Promise<number | undefined> {
  const answer = await window.showInputBox({
    title: l10n.t('How many {0} is 1 US dollar worth from today?', code),
    prompt: l10n.t(
      'Earlier days keep the rate of their day. Budgets and prices stay in US dollars.',
    ),
    value: known === undefined ? '' : String(known),
    validateInput: (value) =>
      rateOf(value) === undefined ? l10n.t('Enter a number above 0, such as 0.92') : undefined,
  });
  return answer === undefined ? undefined : rateOf(answer);
}

function rateOf(text: string): number | undefined {
  const rate = parseNumber(text);
  return rate !== undefined && rate > 0 && rate <= 1e7 ? rate : undefined;
}

/** The user's dated rates as they stand in the settings. */
function writtenRates(): Readonly<Record<string, unknown>> {
  const value = workspace.getConfiguration('outlay').inspect<unknown>('currency')?.globalValue;
  return isObject(value) && isObject(value.rates) ? value.rates : {};
}

async function save(currency: { code: string; rates: object } | undefined): Promise<void> {
  const config = workspace.getConfiguration('outlay');
  await config.update('currency', currency, ConfigurationTarget.Global);
}
