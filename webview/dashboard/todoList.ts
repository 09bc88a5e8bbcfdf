import type { DashboardTodo } from '../../src/protocol/dashboard.ts';
import { exportMenu } from '../shared/charts/chartSection.ts';
import { button } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import { fill } from '../shared/fill.ts';
import type { DashboardShown, DashboardTools } from './shown.ts';

/** What to do, the evidence, what it saves, and the one thing that can be done at once. */
export function todoList({ data, words }: DashboardShown, tools: DashboardTools): HTMLElement[] {
  const { todo } = data;
  const title = el(
    'div',
    { class: 'bar-title' },
    el('h2', {}, words.todo),
    el('span', { class: 'quiet small grow' }, words.todoHint),
    ...(todo === null || todo.length === 0
      ? []
      : [button(words.showInsights, () => tools.act('showInsights'))]),
  );
  if (todo === null || todo.length === 0) {
    const text = todo === null ? words.lookingForTodo : words.noTodo;
    return [title, el('p', { class: 'quiet' }, text)];
  }
  return [title, el('ul', { class: 'todo' }, ...todo.map((one) => item(one)))];

  function item(one: DashboardTodo): HTMLElement {
    const { id, title: task, evidence, saving, basis, verb, verbLabel } = one;
    const act = button(verbLabel, () => tools.insight(id, verb));
    act.setAttribute('aria-label', `${verbLabel} ${task}`);
    const later = [
      { label: words.snooze, run: () => tools.insight(id, 'snooze') },
      { label: words.dismiss, run: () => tools.insight(id, 'dismiss') },
    ];
    return el(
      'li',
      { 'data-key': id },
      el(
        'div',
        { class: 'what' },
        el('p', { class: 'task' }, task),
        el('p', { class: 'quiet small' }, evidence),
      ),
      el(
        'p',
        { class: 'saving' },
        el('span', { class: 'amount' }, saving),
        el('span', { class: 'quiet small' }, ` ${basis}`),
      ),
      el('div', { class: 'tools' }, act, exportMenu(fill(words.moreTodo, task), later, 'more')),
    );
  }
}
