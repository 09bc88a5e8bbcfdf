import type { Choice } from '../../src/protocol/shared.ts';
import { dropdown } from './controls.ts';

/** What something is narrowed to, with the way to narrow it to nothing; '' is everything. */
export function filterChoice(
  label: string,
  everything: string,
  choices: readonly Choice[],
  chosen: string,
  onChoose: (value: string) => void,
): HTMLElement {
  const known = chosen === '' || choices.some(({ value }) => value === chosen);
  const own = known ? [] : [{ value: chosen, label: chosen }];
  const options = [{ value: '', label: everything }, ...choices, ...own];
  return dropdown(label, options, chosen, onChoose);
}

/** Whether there is something to choose: a choice of one is none, unless it is chosen. */
export function isChoice(choices: readonly Choice[], chosen: string): boolean {
  return choices.length > 1 || chosen !== '';
}
