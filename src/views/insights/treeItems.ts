import { l10n, MarkdownString, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import { isBuiltIn } from '../../insights/agentFiles.ts';
import { usdToNano } from '../../model/money.ts';
import type {
  InsightJson,
  OutcomePeriodJson,
  TakenJson,
} from '../../reports/insights/optimizeJson.ts';
import type { Format } from '../text/format.ts';
import { escapeMarkdown } from '../text/markdown.ts';
import { modelName, oneLine } from '../text/names.ts';
import { agentLabel, coverageText, evidenceTexts, insightAdvice, insightTitle } from './strings.ts';
import { type InsightsNode, insightNodeId, type LineNode } from './treeNodes.ts';

/** What an item says, before VS Code draws it. */
export interface InsightText {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  /** What menus ask: see `contextOf`. */
  readonly context: string;
}

const icons: Readonly<Record<InsightJson['kind'], string>> = {
  'small-runs': 'arrow-down',
  'top-tier': 'layers',
  'cache-share': 'database',
  'tiny-agents': 'group-by-ref-type',
  'context-bloat': 'archive',
  'first-prefix': 'book',
  failures: 'warning',
  effort: 'dashboard',
  deterministic: 'tools',
};

/** The words of an item. The same node and format give the same text. */
export function describeInsight(node: InsightsNode, format: Format): InsightText {
  switch (node.kind) {
    case 'insight':
      return {
        label: insightTitle(node.insight, format),
        description: [savingText(node.insight, format), ...stateTexts(node.insight, format)].join(
          ' · ',
        ),
        icon: icons[node.insight.kind] ?? 'lightbulb',
        context: contextOf(node.insight),
      };
    case 'taken':
      return {
        label: l10n.t('{0} now uses {1}', agentLabel(node.taken.agent), short(node.taken.model)),
        description: l10n.t(
          '{0} → {1} a day · measured',
          money(node.taken.before.perDayUsd, format),
          money(node.taken.after.perDayUsd, format),
        ),
        icon: 'check',
        context: 'taken.undo.outcome',
      };
    case 'group':
      return {
        label: node.group === 'taken' ? l10n.t('Advice followed') : l10n.t('Dismissed and snoozed'),
        description: format.count(node.children.length),
        icon: node.group === 'taken' ? 'checklist' : 'eye-closed',
        context: 'group',
      };
    case 'line':
      return { label: node.label, description: node.value, icon: node.icon, context: 'line' };
  }
}

/** `insight` and what can be done with it: apply, configure, failures, hide, restore, outcome. */
export function contextOf({ state, action }: InsightJson): string {
  if (state === 'dismissed' || state === 'snoozed') return 'insight.restore';
  const words = ['insight'];
  if (action.kind === 'agent-model') {
    words.push(isBuiltIn(action.agent) ? 'configure' : 'apply');
  }
  if (action.kind === 'view-failures') words.push('failures');
  if (state === 'applied') words.push('undo');
  return [...words, 'hide', 'outcome'].join('.');
}

/** The item VS Code shows. Its tooltip comes when somebody asks for it. */
export function insightItem(node: InsightsNode, text: InsightText): TreeItem {
  const { None, Collapsed, Expanded } = TreeItemCollapsibleState;
  const state = node.kind === 'line' ? None : node.kind === 'group' ? Expanded : Collapsed;
  const item = new TreeItem(text.label, state);
  item.id = insightNodeId(node);
  item.description = text.description;
  item.contextValue = text.context;
  if (text.icon !== '') item.iconPath = new ThemeIcon(text.icon);
  const spoken = [text.label, text.description].filter(Boolean).join(', ');
  item.accessibilityInformation = { label: spoken };
  return item;
}

type Saving = Pick<InsightJson, 'savingsPerMonthUsd' | 'basis'>;

/** What it would save a month, and whether that was measured or estimated. */
export function savingText(saving: Saving, format: Format): string {
  return [amountText(saving, format), basisWord(saving)].join(' · ');
}

function amountText({ savingsPerMonthUsd: saves }: Saving, format: Format): string {
  if (saves === null) return l10n.t('savings not known');
  const now = Date.now();
  const low = format.convert(usdToNano(saves.low), now);
  const range = format.moneyRange(low, format.convert(usdToNano(saves.high), now));
  return low === 0 ? l10n.t('up to {0} a month', range) : l10n.t('{0} a month', range);
}

function basisWord({ basis }: Saving): string {
  return basis === 'measured' ? l10n.t('measured') : l10n.t('estimated');
}

function stateTexts({ state, snoozedUntil, outcome }: InsightJson, format: Format): string[] {
  const words: string[] = [];
  if (state === 'dismissed') words.push(l10n.t('dismissed'));
  if (state === 'snoozed' && snoozedUntil !== null) {
    words.push(l10n.t('snoozed until {0}', format.day(Date.parse(snoozedUntil))));
  }
  if (state === 'applied') words.push(l10n.t('applied'));
  return [...words, ...outcomeTexts(outcome)];
}

function outcomeTexts(outcome: InsightJson['outcome']): string[] {
  switch (outcome) {
    case 'success':
      return [l10n.t('it worked')];
    case 'escalated':
      return [l10n.t('a more capable model was needed')];
    case 'failure':
      return [l10n.t('it did not work')];
    case null:
      return [];
  }
}

/** The lines below an item: what it saves, what says so, how much was looked at, what to do. */
export function linesOf(node: InsightsNode, format: Format): LineNode[] {
  if (node.kind === 'insight') return insightLines(node.insight, format);
  return node.kind === 'taken' ? takenLines(node.taken, format) : [];
}

function insightLines(insight: InsightJson, format: Format): LineNode[] {
  const { currentPerMonthUsd: now } = insight;
  const texts = [
    // The basis comes first: a side bar is narrow, and no saving is to be seen without it.
    {
      label: l10n.t('Saves ({0})', basisWord(insight)),
      value: amountText(insight, format),
      icon: '',
    },
    ...(now === null
      ? []
      : [
          {
            label: l10n.t('Costs now'),
            value: l10n.t('{0} a month', money(now, format)),
            icon: '',
          },
        ]),
    ...evidenceTexts(insight, format).map((text) => ({ ...text, icon: '' })),
    { label: l10n.t('Examined'), value: coverageText(insight, format), icon: '' },
    { label: insightAdvice(insight), value: '', icon: 'lightbulb' },
  ];
  return numbered(insight.id, texts);
}

function takenLines(taken: TakenJson, format: Format): LineNode[] {
  const { before, after, outcome, appliedAt } = taken;
  const texts = [
    { label: l10n.t('Before'), value: stretchText(before, format), icon: '' },
    { label: l10n.t('Since then'), value: stretchText(after, format), icon: '' },
    ...(appliedAt === null
      ? []
      : [{ label: l10n.t('Applied'), value: format.dateTime(Date.parse(appliedAt)), icon: '' }]),
    ...outcomeTexts(outcome).map((value) => ({ label: l10n.t('Outcome'), value, icon: '' })),
    {
      label: l10n.t('Spend is measured over all runs of the agent; why it changed is not known.'),
      value: '',
      icon: 'info',
    },
  ];
  return numbered(taken.id, texts);
}

function numbered(id: string, texts: readonly Omit<LineNode, 'kind' | 'id'>[]): LineNode[] {
  return texts.map((text, index) => ({ kind: 'line', id: `${id}:${index}`, ...text }));
}

function stretchText({ days, runs, usd, perRunUsd }: OutcomePeriodJson, format: Format): string {
  const length = format.number(days, days < 10 ? 1 : 0);
  const spent = money(usd, format);
  return perRunUsd === null
    ? l10n.t('{0} in {1} days, no runs', spent, length)
    : l10n.t(
        '{0} in {1} days, {2} runs at {3} each',
        spent,
        length,
        format.count(runs),
        money(perRunUsd, format),
      );
}

function money(usd: number, format: Format): string {
  return format.money(usdToNano(usd), Date.now());
}

function short(model: string): string {
  return modelName(oneLine(model, 60));
}

/** What an item says on hover: everything below it, and what limits it. Text, never links. */
export function insightTooltip(node: InsightsNode, format: Format): MarkdownString {
  const markdown = new MarkdownString(tooltipText(node, format));
  markdown.isTrusted = false;
  markdown.supportHtml = false;
  return markdown;
}

function tooltipText(node: InsightsNode, format: Format): string {
  const { label, description } = describeInsight(node, format);
  const title = `**${escapeMarkdown(label)}**`;
  if (node.kind === 'group') return escapeMarkdown(label);
  if (node.kind === 'line') return escapeMarkdown([label, description].filter(Boolean).join(': '));
  const lines = linesOf(node, format).map(({ label: name, value }) =>
    escapeMarkdown(value === '' ? name : `${name}: ${value}`),
  );
  const limits = node.kind === 'insight' ? [escapeMarkdown(basisText(node.insight))] : [];
  return [title, lines.join('  \n'), ...limits].join('\n\n');
}

function basisText({ basis }: InsightJson): string {
  return basis === 'measured'
    ? l10n.t(
        'Measured: the cost of those runs. Only part of it could be saved; how much is not known.',
      )
    : l10n.t(
        'Estimated from the same tokens at other prices or cache lifetimes. Another model would use different tokens and do different work.',
      );
}
