import { l10n } from 'vscode';
import type { ReportDefinition } from '../../reports/document/definition.ts';
import { commandIds } from '../core/commandIds.ts';
import type { ReportGroup } from './offered.ts';

/** What reports are called in the editor's language; the bundle has the titles of the registry. */
export function reportTitle({ title, editorTitle = title }: ReportDefinition): string {
  return l10n.t(editorTitle);
}

/** The heading of some reports in the list of all. */
export function groupTitle(group: ReportGroup): string {
  const titles: Readonly<Record<ReportGroup, () => string>> = {
    spend: () => l10n.t('What was spent'),
    ahead: () => l10n.t('Forecasts'),
    reasons: () => l10n.t('What stands out'),
    others: () => l10n.t('Over time and machines'),
  };
  return titles[group]();
}

/** What a report answers, in a few words. */
export function reportAnswer(name: string): string {
  const answers: Readonly<Record<string, () => string>> = {
    report: () => l10n.t('totals by day, project, model and agent'),
    breakdown: () => l10n.t('one table, grouped as you choose'),
    history: () => l10n.t('day by day, week by week or month by month'),
    conversation: () => l10n.t('sessions with what they cost'),
    receipt: () => l10n.t('what a branch cost, between its commits'),
    activity: () => l10n.t('what was worked on last'),
    projection: () => l10n.t('what is next, and when a budget is used up'),
    counterfactual: () => l10n.t('the same work with other models'),
    optimize: () => l10n.t('what to change, and what it saves'),
    anomaly: () => l10n.t('sessions and messages that stand out'),
    verify: () => l10n.t('whether the figures are what the transcripts say'),
    burn: () => l10n.t('how fast you spend, now and before'),
    trend: () => l10n.t('how the summaries you saved have developed'),
    federation: () => l10n.t('what other machines reported'),
    'federation status': () => l10n.t('who is above the limit'),
  };
  return answers[name]?.() ?? '';
}

/** What a link to a panel says, by the panel's command. */
export function panelLabel(command: string): string | undefined {
  const labels: Readonly<Record<string, () => string>> = {
    [commandIds.openSession]: () => l10n.t('Open Session'),
    [commandIds.openDashboard]: () => l10n.t('Open Dashboard'),
    [commandIds.openBurn]: () => l10n.t('Open Burn Rate'),
    [commandIds.openAnomalies]: () => l10n.t('Open Anomalies'),
  };
  return labels[command]?.();
}

/** What a choice of a report is about. */
export function optionTitle(name: string): string {
  const titles: Readonly<Record<string, () => string>> = {
    by: () => l10n.t('By'),
    'then-by': () => l10n.t('Then by'),
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
