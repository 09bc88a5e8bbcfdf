import type { DashboardInsight } from '../../src/protocol/dashboard.ts';
import { button } from '../shared/controls.ts';
import { el } from '../shared/dom.ts';
import type { DashboardShown, DashboardTools } from './shown.ts';

/** What could be saved, with what can be done about it. */
export function insightList({ data, words }: DashboardShown, tools: DashboardTools): HTMLElement[] {
  const title = el('h2', {}, words.insights);
  const { insights } = data;
  if (insights === null || insights.length === 0) {
    const text = insights === null ? words.lookingForInsights : words.noInsights;
    return [title, el('p', { class: 'quiet' }, text)];
  }
  const list = el('ul', { class: 'insights' }, ...insights.map((one) => item(one)));
  return [title, list, button(words.showInsights, () => tools.act('showInsights'))];

  function item({ id, title: text, saving, canApply }: DashboardInsight): HTMLElement {
    const act = (label: string, verb: 'apply' | 'dismiss'): HTMLElement =>
      button(label, () => tools.insight(id, verb), verb === 'apply' ? 'primary' : 'secondary');
    return el(
      'li',
      { 'data-key': id },
      el('p', {}, text, ' ', el('span', { class: 'quiet' }, saving)),
      el(
        'div',
        { class: 'actions' },
        ...(canApply ? [act(`${words.apply}…`, 'apply')] : []),
        act(words.dismiss, 'dismiss'),
      ),
    );
  }
}
