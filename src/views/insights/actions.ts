import { l10n, type QuickPickItem, window } from 'vscode';
import {
  decide,
  decisions,
  type LedgerEntry,
  type OutcomeResult,
} from '../../dataFolder/insightFile.ts';
import { dayMs } from '../../model/calendar.ts';
import type { InsightJson } from '../../reports/insights/optimizeJson.ts';
import { inBackground } from '../core/background.ts';
import type { SpendModel } from '../core/spendModel.ts';
import type { Reports } from '../reports/reports.ts';
import { errorText } from '../text/errorText.ts';
import { formatOf } from '../text/format.ts';
import { plainUiText } from '../text/plainUiText.ts';
import type { InsightChanges } from './agentChanges.ts';
import type { InsightsModel } from './insightsModel.ts';
import type { InsightsView } from './insightsView.ts';
import { insightTitle } from './strings.ts';
import { describeInsight, savingText } from './treeItems.ts';
import { isHidden } from './treeNodes.ts';

/** What actions work with. */
export interface InsightParts {
  readonly model: InsightsModel;
  readonly view: InsightsView;
  readonly changes: InsightChanges;
}

/**
 * What can be done with an insight. Each action takes what its caller has: an item of the tree, an id,
 * or nothing, and then asks.
 */
export class InsightActions {
  readonly #model: SpendModel;
  readonly #insights: InsightParts;
  readonly #reports: Reports;

  constructor(model: SpendModel, insights: InsightParts, reports: Reports) {
    this.#model = model;
    this.#insights = insights;
    this.#reports = reports;
  }

  /** Shows the change an insight proposes, and makes it if confirmed. */
  async apply(item: unknown): Promise<void> {
    const insight = await this.#insight(item, changesModel);
    if (insight?.action.kind === 'agent-model') {
      await this.#insights.changes.apply(insight.id, insight.action);
    }
  }

  /** Puts back the file that was changed. */
  async undo(item: unknown): Promise<void> {
    const id = idOf(item) ?? (await this.#pickTaken());
    if (id !== undefined) this.#insights.changes.undo(id);
  }

  /** Lists the runs in which something went wrong. */
  async showFailures(item: unknown): Promise<void> {
    const insight = await this.#insight(item, ({ action }) => action.kind === 'view-failures');
    if (insight?.action.kind !== 'view-failures') return;
    const options = { agent: insight.action.agent, failures: true };
    await this.#reports.show('optimize', { options });
  }

  async dismiss(item: unknown): Promise<void> {
    const insight = await this.#insight(item, (each) => !isHidden(each));
    if (insight !== undefined) await this.decide(insight.id, decisions.dismiss(Date.now()));
  }

  async snooze(item: unknown): Promise<void> {
    const insight = await this.#insight(item, (each) => !isHidden(each));
    const until = insight && (await this.#chooseEnd());
    if (insight === undefined || until === undefined) return;
    await this.decide(insight.id, decisions.snooze(until));
  }

  async restore(item: unknown): Promise<void> {
    const insight = await this.#insight(item, isHidden);
    if (insight !== undefined) await this.decide(insight.id, decisions.restore());
  }

  async recordOutcome(item: unknown): Promise<void> {
    const id = idOf(item) ?? (await this.#pickTaken());
    const result = id === undefined ? undefined : await chooseOutcome();
    if (id === undefined || result === undefined) return;
    await this.decide(id, decisions.outcome(result, Date.now()));
  }

  /** Writes a decision down; done when the list shows it. */
  async decide(id: string, decision: Partial<LedgerEntry>): Promise<void> {
    try {
      decide(this.#model.keptFolder, id, decision);
    } catch (error) {
      inBackground(window.showErrorMessage(plainUiText(errorText(error))));
      return;
    }
    await this.#insights.model.refresh();
  }

  async #chooseEnd(): Promise<number | undefined> {
    const now = Date.now();
    const format = formatOf(this.#model.spend.settings);
    const item = (label: string, days: number): QuickPickItem & { until: number } => {
      const until = now + days * dayMs;
      return { label, description: l10n.t('until {0}', format.day(until)), until };
    };
    const items = [
      item(l10n.t('A week'), 7),
      item(l10n.t('A month'), 30),
      item(l10n.t('Three months'), 90),
    ];
    const title = l10n.t('Snooze for how long?');
    return (await window.showQuickPick(items, { title }))?.until;
  }

  /** The insight an argument stands for; without one it is asked for, among those that fit. */
  async #insight(
    item: unknown,
    fits: (insight: InsightJson) => boolean,
  ): Promise<InsightJson | undefined> {
    if (this.#insights.model.current.report === undefined) await this.#insights.model.refresh();
    const id = idOf(item);
    const { listed } = this.#insights.view;
    if (id !== undefined) {
      const known = listed.find((each) => each.id === id);
      if (known === undefined) {
        inBackground(window.showInformationMessage(l10n.t('This insight no longer exists.')));
      }
      return known;
    }
    const format = formatOf(this.#model.spend.settings);
    const items = listed.filter(fits).map((insight) => ({
      label: plainUiText(insightTitle(insight, format)),
      description: savingText(insight, format),
      insight,
    }));
    return (await pickOne(items))?.insight;
  }

  async #pickTaken(): Promise<string | undefined> {
    if (this.#insights.model.current.report === undefined) await this.#insights.model.refresh();
    const format = formatOf(this.#model.spend.settings);
    const items = this.#insights.view.taken.map((taken) => {
      const { label, description } = describeInsight({ kind: 'taken', taken }, format);
      return { label: plainUiText(label), description, id: taken.id };
    });
    return (await pickOne(items))?.id;
  }
}

function changesModel({ action, state }: InsightJson): boolean {
  return action.kind === 'agent-model' && state === 'open';
}

async function pickOne<T extends QuickPickItem>(items: readonly T[]): Promise<T | undefined> {
  if (items.length === 0) {
    inBackground(window.showInformationMessage(l10n.t('There is no insight this applies to.')));
    return undefined;
  }
  return window.showQuickPick(items, { title: l10n.t('Which insight?') });
}

async function chooseOutcome(): Promise<OutcomeResult | undefined> {
  const items: (QuickPickItem & { result: OutcomeResult })[] = [
    { label: l10n.t('It worked'), result: 'success' },
    { label: l10n.t('A more capable model was needed'), result: 'escalated' },
    { label: l10n.t('It did not work'), result: 'failure' },
  ];
  return (await window.showQuickPick(items, { title: l10n.t('What was the outcome?') }))?.result;
}

/** The id of an item of the tree, or the id itself. */
function idOf(item: unknown): string | undefined {
  if (typeof item === 'string') return item;
  const node = item as { insight?: { id?: unknown }; taken?: { id?: unknown } } | undefined;
  const id = node?.insight?.id ?? node?.taken?.id;
  return typeof id === 'string' ? id : undefined;
}
