import { ConfigurationTarget, commands, type QuickPickItem, window, workspace } from 'vscode';
import { parsePriceOverrides } from '../pricing/parseOverrides.ts';
import { amountOf } from './budgetInput.ts';
import type { SpendModel } from './spendModel.ts';

interface Choice extends QuickPickItem {
  readonly kindOfPrice: 'rates' | 'local' | 'settings';
}

const choices: readonly Choice[] = [
  {
    label: 'Enter rates…',
    description: 'US dollars per million tokens',
    kindOfPrice: 'rates',
  },
  {
    label: 'It runs on my own machine',
    description: '$0, as a price of its own',
    kindOfPrice: 'local',
  },
  {
    label: 'Edit all prices in the settings',
    kindOfPrice: 'settings',
  },
];

/** Gives an unpriced model a price: asks for its rates, or makes it local at $0. */
export async function setPrice(model: SpendModel, argument: unknown): Promise<void> {
  const name = typeof argument === 'string' ? argument : await pickModel(model);
  if (name === undefined) return;
  const choice = await window.showQuickPick(choices, { title: `Price of ${name}` });
  if (choice === undefined) return;
  if (choice.kindOfPrice === 'local') await save(name, { local: true });
  else if (choice.kindOfPrice === 'rates') {
    const rates = await askRates(name);
    if (rates !== undefined) await save(name, rates);
  } else {
    await commands.executeCommand('workbench.action.openSettings', 'outlay.prices.overrides');
  }
}

async function pickModel(model: SpendModel): Promise<string | undefined> {
  const unpriced = model.unpricedModels();
  if (unpriced.length === 0) {
    return window.showInputBox({
      title: 'Set a price for a model',
      prompt: 'Every message has a price. To change one, write the model as transcripts name it.',
      placeHolder: 'claude-opus-5-5',
    });
  }
  const items = unpriced.map(({ model: label, messages }) => ({
    label,
    description: `${messages} ${messages === 1 ? 'message' : 'messages'}`,
  }));
  return (await window.showQuickPick(items, { title: 'Unpriced models' }))?.label;
}

async function askRates(name: string): Promise<Record<string, number> | undefined> {
  const input = await askRate(
    name,
    'input',
    1,
    'Writing to the cache will cost 1.25 (5 minutes) and 2 times (1 hour) this, reading 0.1 times, unless the settings say otherwise.',
  );
  if (input === undefined) return undefined;
  const output = await askRate(name, 'output', 2, 'Thinking counts as output.');
  return output === undefined ? undefined : { input, output };
}

async function askRate(
  name: string,
  what: string,
  step: number,
  prompt: string,
): Promise<number | undefined> {
  const answer = await window.showInputBox({
    title: `${name}: US dollars per million ${what} tokens (${step}/2)`,
    prompt,
    validateInput: (value) =>
      amountOf(value) === undefined ? 'Write a number, such as 3 or 0.25' : undefined,
  });
  return answer === undefined ? undefined : amountOf(answer);
}

async function save(name: string, entry: Record<string, number | boolean>): Promise<void> {
  const config = workspace.getConfiguration('outlay');
  const known = config.get<{ models?: Record<string, unknown> }>('prices.overrides') ?? {};
  const overrides = { ...known, models: { ...known.models, [name]: entry } };
  const { problems } = parsePriceOverrides(overrides);
  const refused = problems.find((problem) => problem.includes(JSON.stringify(name)));
  if (refused !== undefined) {
    await window.showErrorMessage(`Outlay: ${refused}`);
    return;
  }
  await config.update('prices.overrides', overrides, ConfigurationTarget.Global);
}
