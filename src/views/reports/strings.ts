import { l10n } from 'vscode';
import type { ReportDefinition } from '../../reports/document/definition.ts';

/** What reports are called in the editor's language; the bundle has the titles of the registry. */
export function reportTitle({ title, editorTitle = title }: ReportDefinition): string {
  return l10n.t(editorTitle);
}

/** What a choice of a report is about. */
export function optionTitle(name: string): string {
  const titles: Readonly<Record<string, () => string>> = {
    by: () => l10n.t('Broken down by'),
    'then-by': () => l10n.t('And inside that by'),
    sort: () => l10n.t('Order'),
  };
  return titles[name]?.() ?? name;
}

/** A value of a choice. */
export function choiceLabel(value: string): string {
  const labels: Readonly<Record<string, () => string>> = {
    agent: () => l10n.t('Agent'),
    model: () => l10n.t('Model'),
    tier: () => l10n.t('Tier'),
    project: () => l10n.t('Project'),
    group: () => l10n.t('Group'),
    account: () => l10n.t('Account'),
    branch: () => l10n.t('Branch'),
    session: () => l10n.t('Session'),
    task: () => l10n.t('Task'),
    day: () => l10n.t('Day'),
    week: () => l10n.t('Week'),
    month: () => l10n.t('Month'),
    hour: () => l10n.t('Hour'),
    tool: () => l10n.t('Tool'),
    mcp: () => l10n.t('MCP server'),
    plugin: () => l10n.t('Plugin'),
    skill: () => l10n.t('Skill'),
    hook: () => l10n.t('Hook'),
    workflow: () => l10n.t('Workflow'),
    effort: () => l10n.t('Effort'),
    tag: () => l10n.t('Tag'),
    class: () => l10n.t('Token class'),
    message: () => l10n.t('Message'),
    time: () => l10n.t('Latest first'),
    cost: () => l10n.t('Most expensive first'),
  };
  return labels[value]?.() ?? value;
}

/** A period, in words. */
export function periodLabel(period: string): string {
  const labels: Readonly<Record<string, () => string>> = {
    today: () => l10n.t('Today'),
    week: () => l10n.t('This week'),
    month: () => l10n.t('This month'),
    '7d': () => l10n.t('Last 7 days'),
    '30d': () => l10n.t('Last 30 days'),
    all: () => l10n.t('All time'),
  };
  return labels[period]?.() ?? period;
}
