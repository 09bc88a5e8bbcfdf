/**
 * The one place that knows the webview UI toolkit: registers the controls in use. Whoever replaces
 * the toolkit changes this file and nothing else.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
} from '@vscode/webview-ui-toolkit';
import { el } from './dom.ts';
import { type IconName, icon } from './icons.ts';

provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeDropdown(), vsCodeOption());

/** A button. The primary one of a view is the only one of its kind there. */
export function button(
  label: string,
  onClick: () => void,
  look: 'primary' | 'secondary' = 'secondary',
): HTMLElement {
  const made = el('vscode-button', { appearance: look }, label);
  made.addEventListener('click', onClick);
  return made;
}

/** A button with a drawing on it, whose words are its name and stand in its tooltip. */
export function iconButton(label: string, drawing: IconName, onClick: () => void): HTMLElement {
  const words = el('span', { class: 'unseen' }, label);
  const made = el(
    'vscode-button',
    { 'aria-label': label, appearance: 'icon', title: label },
    icon(drawing),
    words,
  );
  made.addEventListener('click', onClick);
  return made;
}

/** A choice of one of a few; `onChoose` gets the value. */
export function dropdown<T extends string>(
  label: string,
  options: readonly { readonly value: T; readonly label: string }[],
  chosen: T,
  onChoose: (value: T) => void,
): HTMLElement {
  const id = `choice-${++choices}`;
  const list = el(
    'vscode-dropdown',
    { id, 'aria-label': label },
    ...options.map((option) => el('vscode-option', { value: option.value }, option.label)),
  ) as HTMLElement & { value: string };
  // The toolkit knows its options a moment later.
  queueMicrotask(() => {
    list.value = chosen;
  });
  list.addEventListener('change', () => {
    const value = options.find((option) => option.value === list.value)?.value;
    if (value !== undefined) onChoose(value);
  });
  return el('div', { class: 'choice' }, el('label', { for: id }, label), list);
}

let choices = 0;
