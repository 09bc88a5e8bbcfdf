import { ConfigurationTarget, window, workspace } from 'vscode';

/** Asks for the daily budget and writes it to the user's settings. */
export async function setDailyBudget(): Promise<void> {
  const config = workspace.getConfiguration('outlay');
  const known = config.get<number>('budget.dailyUsd', 0);
  const answer = await window.showInputBox({
    title: 'Daily budget for Claude Code',
    prompt: 'US dollars a day, over all projects. 0 removes the budget.',
    value: known > 0 ? String(known) : '50',
    validateInput: (value) =>
      amountOf(value) === undefined ? 'Write a number, such as 50 or 12.50' : undefined,
  });
  const amount = answer === undefined ? undefined : amountOf(answer);
  if (amount === undefined) return;
  await config.update('budget.dailyUsd', amount, ConfigurationTarget.Global);
}

/** A non-negative number as people write it, a dollar sign allowed; undefined for anything else. */
export function amountOf(text: string): number | undefined {
  const plain = text
    .trim()
    .replace(/^\$\s*/, '')
    .replace(/\s*(usd|\$)$/i, '');
  if (!/^\d+([.,]\d+)?$/.test(plain)) return undefined;
  const amount = Number(plain.replace(',', '.'));
  return Number.isFinite(amount) && amount <= 1_000_000 ? amount : undefined;
}
