import { ConfigurationTarget, commands, l10n, type QuickPickItem, window, workspace } from 'vscode';
import { parseNumber } from '../../model/amount.ts';
import { isObject } from '../../model/objects.ts';
import { parsePriceOverrides } from '../../pricing/parseOverrides.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { formatOf } from '../text/format.ts';
import { plainUiText } from '../text/plainUiText.ts';

interface PriceChoice extends QuickPickItem {
  readonly kindOfPrice: 'rates' | 'local' | 'settings';
}

interface ModelChoice extends QuickPickItem {
  /** As transcripts name it. */
  readonly model: string;
}

/** Gives an unpriced model a price: asks for its rates, or makes it local at $0. */
export async function setPrice(model: SpendModel, argument: unknown): Promise<void> {
  const name = typeof argument === 'string' ? argument : await pickModel(model);
  if (name === undefined) return;
  const choice = await window.showQuickPick(priceChoices(), {
    title: l10n.t('Price of {0}', plainUiText(name)),
  });
  if (choice === undefined) return;
  if (choice.kindOfPrice === 'local') await save(name, { local: true });
  else if (choice.kindOfPrice === 'rates') {
    const rates = await askRates(name);
    if (rates !== undefined) await save(name, rates);
  } else {
    await commands.executeCommand('workbench.action.openSettings', '@id:outlay.prices.overrides');
  }
}

function priceChoices(): PriceChoice[] {
  return [
    {
      label: l10n.t('Enter rates…'),
      description: l10n.t('US dollars per million tokens'),
      kindOfPrice: 'rates',
    },
    {
      label: l10n.t('It runs on my own machine'),
      description: l10n.t('A price of your own of $0'),
      kindOfPrice: 'local',
    },
    { label: l10n.t('Edit all prices in the settings'), kindOfPrice: 'settings' },
  ];
}

async function pickModel(model: SpendModel): Promise<string | undefined> {
  const unpriced = model.unpricedModels();
  if (unpriced.length === 0) {
    return window.showInputBox({
      title: l10n.t('Set a price for a model'),
      prompt: l10n.t(
        'Every message has a price. To change one, enter the model’s name as it appears in transcripts.',
      ),
      placeHolder: 'claude-opus-5-5',
    });
  }
  const format = formatOf(model.spend.settings);
  const items = unpriced.map(
    ({ model: name, messages }): ModelChoice => ({
      label: plainUiText(name),
      description:
        messages === 1 ? l10n.t('1 message') : l10n.t('{0} messages', format.count(messages)),
      model: name,
    }),
  );
  return (await window.showQuickPick(items, { title: l10n.t('Models without a price') }))?.model;
}

async function askRates(name: string): Promise<Record<string, number> | undefined> {
  const shown = plainUiText(name);
  const input = await askRate(
    l10n.t('{0}: US dollars per million input tokens (1/2)', shown),
    l10n.t(
      'Cache writes will cost 1.25 times (5 minutes) or 2 times (1 hour) this price and cache reads 0.1 times, unless the settings say otherwise.',
    ),
  );
  if (input === undefined) return undefined;
  const output = await askRate(
    l10n.t('{0}: US dollars per million output tokens (2/2)', shown),
    l10n.t('Thinking counts as output.'),
  );
  return output === undefined ? undefined : { input, output };
}

async function askRate(title: string, prompt: string): Promise<number | undefined> {
  const answer = await window.showInputBox({
    title,
    prompt,
    validateInput: (value) =>
      parseNumber(value) === undefined ? l10n.t('Enter a number, such as 3 or 0.25') : undefined,
  });
  return answer === undefined ? undefined : parseNumber(answer);
}

async function save(name: string, entry: Record<string, number | boolean>): Promise<void> {
  const config = workspace.getConfiguration('outlay');
  const written = config.get<unknown>('prices.overrides');
  const known = isObject(written) ? written : {};
  const models = isObject(known.models) ? known.models : {};
  const overrides = { ...known, models: { ...models, [name]: entry } };
  const { problems } = parsePriceOverrides(overrides);
  const refused = problems.find((problem) => problem.includes(JSON.stringify(name)));
  if (refused !== undefined) {
    await window.showErrorMessage(
      l10n.t('Outlay cannot use this price: {0}', plainUiText(refused)),
    );
    return;
  }
  await config.update('prices.overrides', overrides, ConfigurationTarget.Global);
}
