import { window } from 'vscode';
import type { Format } from '../text/format.ts';
import { type LimitRule, limitProblem, readLimit } from './limitRules.ts';

/** Asks for a limit until it is one, or until nobody wants to write one. */
export async function askLimit(
  title: string,
  prompt: string,
  value: string,
  rule: LimitRule,
  format: Format,
): Promise<number | undefined> {
  const answer = await window.showInputBox({
    title,
    prompt,
    value,
    validateInput: (text) => limitProblem(text, rule, format),
  });
  return answer === undefined ? undefined : readLimit(answer, rule.unit);
}
