import { l10n, type QuickPickItem, window } from 'vscode';
import type { Grouping, Order, SessionFilter } from './arrange.ts';

interface Choice<T> extends QuickPickItem {
  readonly value: T;
}

/** Asks how sessions are grouped; undefined when the answer is none. */
export async function chooseGrouping(current: Grouping): Promise<Grouping | undefined> {
  const items: Choice<Grouping>[] = [
    { value: 'project', label: l10n.t('By project') },
    { value: 'day', label: l10n.t('By day'), description: l10n.t('of the last message') },
    { value: 'none', label: l10n.t('No Grouping') },
  ];
  return choose(items, current, l10n.t('Group sessions'));
}

/** Asks how sessions are ordered; live ones always come first. */
export async function chooseOrder(current: Order): Promise<Order | undefined> {
  const items: Choice<Order>[] = [
    { value: 'recent', label: l10n.t('Last active first') },
    { value: 'cost', label: l10n.t('Most expensive first') },
    { value: 'title', label: l10n.t('By title') },
  ];
  return choose(items, current, l10n.t('Sort sessions'));
}

async function choose<T>(
  items: readonly Choice<T>[],
  current: T,
  title: string,
): Promise<T | undefined> {
  const marked = items.map((item) =>
    item.value === current ? { ...item, label: `$(check) ${item.label}` } : item,
  );
  return (await window.showQuickPick(marked, { title }))?.value;
}

/** What a filter may ask besides words. */
type Condition = 'live' | 'today' | 'week' | 'month' | 'here';

/**
 * Asks for the filter in one quick pick: the words are what is typed, the conditions are ticked.
 * Undefined when it is left with Escape.
 */
export function askFilter(current: SessionFilter): Promise<SessionFilter | undefined> {
  const pick = window.createQuickPick<Choice<Condition>>();
  const item = (value: Condition, label: string): Choice<Condition> => ({
    value,
    label,
    // What is typed is for the sessions, not for this list.
    alwaysShow: true,
  });
  pick.title = l10n.t('Filter sessions');
  pick.placeholder = l10n.t('Search title, project, branch, model or ID; select conditions below');
  pick.canSelectMany = true;
  pick.items = [
    item('live', l10n.t('Live')),
    item('today', l10n.t('Active today')),
    item('week', l10n.t('Active in the last 7 days')),
    item('month', l10n.t('Active in the last 30 days')),
    item('here', l10n.t('Started in this workspace')),
  ];
  pick.value = current.text;
  pick.selectedItems = pick.items.filter(({ value }) => holds(current, value));
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      const ticked = new Set(pick.selectedItems.map(({ value }) => value));
      resolve({
        text: pick.value.trim(),
        liveOnly: ticked.has('live'),
        days: ticked.has('today') ? 1 : ticked.has('week') ? 7 : ticked.has('month') ? 30 : 0,
        hereOnly: ticked.has('here'),
      });
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

function holds(filter: SessionFilter, condition: Condition): boolean {
  switch (condition) {
    case 'live':
      return filter.liveOnly;
    case 'today':
      return filter.days === 1;
    case 'week':
      return filter.days === 7;
    case 'month':
      return filter.days === 30;
    case 'here':
      return filter.hereOnly;
  }
}
