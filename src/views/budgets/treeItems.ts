import { l10n, MarkdownString, ThemeColor, ThemeIcon, TreeItem } from 'vscode';
import { placeOf } from '../../dataFolder/budgetFile.ts';
import type { Level } from '../../model/level.ts';
import type { BudgetsFigures } from '../../panels/budgets.ts';
import type { BudgetOutlook } from '../../panels/parts/budgetForecasts.ts';
import { escapeMarkdown } from '../text/markdown.ts';
import { plainUiText } from '../text/plainUiText.ts';
import { textBar } from './bar.ts';
import { levelWords } from './levelWords.ts';
import {
  budgetId,
  budgetNames,
  coverText,
  exceptionTexts,
  isForetold,
  leftText,
  likelyText,
  ofLimitText,
  originText,
  outcomeText,
  timeLeftText,
  untilText,
  type WordContext,
} from './words.ts';

/** A budget in the tree, or one part of it. */
export interface BudgetNode {
  /** Stays with it: VS Code keeps the selection by it. */
  readonly key: string;
  /** Which budget commands are meant to change. */
  readonly id: string;
  readonly name: string;
  readonly outlook: BudgetOutlook;
}

/** What an item says, before VS Code draws it. */
export interface BudgetText {
  readonly label: string;
  readonly description: string;
  readonly spoken: string;
  readonly icon: string;
  readonly colour: string;
  /** `budget` and what can be done with it, as menus ask. */
  readonly context: string;
}

/** The budgets as a list, each with the name it has among the others. */
export function budgetNodes(figures: BudgetsFigures, context: WordContext): BudgetNode[] {
  const names = budgetNames(figures.budgets, context);
  return figures.budgets.map((outlook, index) => {
    const id = budgetId(outlook.entry);
    return { key: `${id}|${outlook.part}`, id, name: names[index]!, outlook };
  });
}

const icons: Readonly<Record<Level, readonly [icon: string, colour: string]>> = {
  ok: ['check', ''],
  info: ['check', ''],
  warning: ['warning', 'outlay.levelWarning'],
  critical: ['warning', 'outlay.levelWarning'],
  stop: ['error', 'outlay.levelError'],
};

/** The words of an item. */
export function describeBudget({ name, outlook }: BudgetNode, context: WordContext): BudgetText {
  const { entry, state } = outlook;
  const { override } = entry;
  const parts = [leftText(outlook, context.format)];
  const foretold = isForetold(outlook, context) || outlook.overSince !== undefined;
  const outcome = foretold ? outcomeText(outlook, context) : '';
  if (outcome !== '') parts.push(outcome);
  if (override?.pausedUntil !== undefined) {
    parts.push(l10n.t('paused until {0}', untilText(override.pausedUntil, context)));
  } else if (override?.raised !== undefined) {
    parts.push(l10n.t('raised until {0}', untilText(override.raised.until, context)));
  }
  // What is likely to run out asks for a look before its level does.
  const early =
    state.level === 'ok' || state.level === 'info' ? isForetold(outlook, context) : false;
  const [icon, colour] = icons[early ? 'warning' : state.level];
  const description = parts.join(', ');
  const label = plainUiText(name);
  return {
    label,
    description,
    spoken: [
      label,
      ofLimitText(outlook, context.format),
      ...parts,
      ...(outcome === '' ? [outcomeText(outlook, context)].filter(Boolean) : []),
    ].join(', '),
    icon: override?.pausedUntil === undefined ? icon : 'debug-pause',
    colour: override?.pausedUntil === undefined ? colour : '',
    context: contextOf(outlook),
  };
}

/** What can be done with a budget, for menus: its verbs as words. */
export function contextOf({ entry }: Pick<BudgetOutlook, 'entry'>): string {
  const { override, budget } = entry;
  const place = placeOf(entry);
  if (place === 'company') return 'companyBudget';
  const words = ['budget'];
  words.push(
    place === 'file' ? 'file' : place === 'environment' || place === 'team' ? 'variable' : 'own',
  );
  if (budget.unit.kind !== 'agents') words.push('raise');
  words.push(override?.pausedUntil === undefined ? 'pause' : 'paused');
  if (override?.pausedUntil !== undefined || override?.raised !== undefined) words.push('resume');
  return words.join('.');
}

/** The item VS Code shows. Its tooltip comes when somebody asks for it. */
export function budgetItem(node: BudgetNode, text: BudgetText): TreeItem {
  const item = new TreeItem(text.label);
  item.id = node.key;
  item.description = text.description;
  item.contextValue = text.context;
  item.iconPath =
    text.colour === ''
      ? new ThemeIcon(text.icon)
      : new ThemeIcon(text.icon, new ThemeColor(text.colour));
  item.accessibilityInformation = { label: text.spoken };
  return item;
}

/** What an item says on hover. Text, never links. */
export function budgetTooltip(node: BudgetNode, context: WordContext): MarkdownString {
  const markdown = new MarkdownString(tooltipText(node, context));
  markdown.isTrusted = false;
  markdown.supportHtml = false;
  return markdown;
}

/** The tooltip as Markdown: how far it is used, what comes of it, where it is set, what it does. */
export function tooltipText({ name, outlook }: BudgetNode, context: WordContext): string {
  const { entry, state } = outlook;
  const { format } = context;
  const share = state.spent / entry.budget.limit;
  const line = (parts: readonly string[]): string =>
    escapeMarkdown(parts.filter(Boolean).join(' · '));
  const exceptions = exceptionTexts(entry, context);
  return [
    `**${escapeMarkdown(name)}** ${line([coverText(outlook, context)])}`,
    `\`${textBar(share)}\` ${line([l10n.t('{0} used', format.percent(share)), ofLimitText(outlook, format)])}`,
    line([likelyText(outlook, format), outcomeText(outlook, context)]),
    line([timeLeftText(outlook, context)]),
    line(exceptions),
    line([originText(entry, format)]),
    levelWords(entry.budget, format)
      .map(({ at, what }) => `- ${line([l10n.t('{0}: {1}', at, what)])}`)
      .join('\n'),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}
