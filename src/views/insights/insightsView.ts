import {
  commands,
  type Disposable,
  EventEmitter,
  l10n,
  type TreeDataProvider,
  type TreeItem,
  type TreeView,
  window,
} from 'vscode';
import type { InsightJson, TakenJson } from '../../reports/insights/optimizeJson.ts';
import { inBackground } from '../core/background.ts';
import { DisposableStore } from '../core/disposables.ts';
import { nextTurn } from '../core/nextTurn.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { findsNothing, storeProblem } from '../core/storeState.ts';
import { type Format, formatOf } from '../text/format.ts';
import { plainUiText } from '../text/plainUiText.ts';
import type { InsightsModel } from './insightsModel.ts';
import { describeInsight, insightItem, insightTooltip, linesOf } from './treeItems.ts';
import { arrangeInsights, type InsightsNode, isHidden } from './treeNodes.ts';

const viewId = 'outlay.insights';

/** The tree of what could be saved, and of what came of advice that was taken. */
export class InsightsView implements TreeDataProvider<InsightsNode>, Disposable {
  readonly #changed = new EventEmitter<InsightsNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #owned = new DisposableStore();
  readonly #spend: SpendModel;
  readonly #insights: InsightsModel;
  readonly #view: TreeView<InsightsNode>;
  /** What is dismissed and snoozed is listed as well. */
  #withHidden = false;
  #nodes: readonly InsightsNode[] = [];
  /** What the nodes were made from. */
  #madeOf: readonly unknown[] = [];
  #asking: Promise<void> | undefined;
  #state = '';

  constructor(spend: SpendModel, insights: InsightsModel) {
    this.#spend = spend;
    this.#insights = insights;
    this.#view = this.#owned.add(
      window.createTreeView<InsightsNode>(viewId, {
        treeDataProvider: this,
        showCollapseAll: true,
      }),
    );
    this.#owned.add(this.#changed);
    this.#owned.add(
      this.#view.onDidChangeVisibility(({ visible }) => {
        insights.setActive(this, visible);
        this.#update();
      }),
    );
    this.#owned.add(insights.onDidChange(() => this.#update()));
    this.#owned.add(spend.onDidChange(() => this.#update()));
    this.#owned.add(
      nextTurn(() => {
        insights.setActive(this, this.#view.visible);
        this.#update();
      }),
    );
  }

  /** Insights as the report has them, those that are not listed included. */
  get listed(): readonly InsightJson[] {
    return this.#insights.current.report?.insights ?? [];
  }

  get taken(): readonly TakenJson[] {
    return this.#insights.current.report?.adviceTaken ?? [];
  }

  /** Lists what is dismissed and snoozed as well, or does not any more. */
  showHidden(shown: boolean): void {
    this.#withHidden = shown;
    this.#update();
  }

  getChildren(node?: InsightsNode): InsightsNode[] {
    if (node === undefined) return [...this.#nodes];
    return node.kind === 'group' ? [...node.children] : linesOf(node, this.#format);
  }

  getTreeItem(node: InsightsNode): TreeItem {
    return insightItem(node, describeInsight(node, this.#format));
  }

  resolveTreeItem(item: TreeItem, node: InsightsNode): TreeItem {
    item.tooltip = insightTooltip(node, this.#format);
    return item;
  }

  getParent(node: InsightsNode): InsightsNode | undefined {
    return this.#nodes.find(
      (one) => one.kind === 'group' && one.children.some((child) => child === node),
    );
  }

  get #format(): Format {
    return formatOf(this.#spend.spend.settings);
  }

  #update(): void {
    const { report } = this.#insights.current;
    const madeOf = [report, this.#withHidden, this.#format];
    if (madeOf.some((part, index) => part !== this.#madeOf[index])) {
      this.#madeOf = madeOf;
      this.#nodes = report === undefined ? [] : arrangeInsights(report, this.#withHidden);
      this.#changed.fire(undefined);
    }
    this.#showProgress();
    this.#showState();
  }

  #showProgress(): void {
    const { asking } = this.#insights;
    if (asking === this.#asking) return;
    this.#asking = asking;
    if (asking !== undefined) {
      inBackground(window.withProgress({ location: { viewId } }, () => asking));
    }
  }

  /** Welcome view, message and context keys. Commits are frequent: only changes are sent. */
  #showState(): void {
    const welcome = this.#welcome();
    const message = this.#message();
    const hidden = this.listed.some(isHidden);
    const state = JSON.stringify([welcome, message, hidden, this.#withHidden]);
    if (state === this.#state) return;
    this.#state = state;
    this.#view.message = message as string;
    this.#view.description = l10n.t('last 30 days');
    setContext('outlay.insightsState', welcome);
    setContext('outlay.hasHiddenInsights', hidden);
    setContext('outlay.hiddenInsightsShown', this.#withHidden);
  }

  #welcome(): string {
    const { spend } = this.#spend;
    const { report, empty, problem } = this.#insights.current;
    if (this.#nodes.length > 0) return 'insights';
    if (storeProblem(spend) !== '') return 'unavailable';
    if (problem !== '') return 'failed';
    if (findsNothing(spend)) return 'none';
    if (spend.indexer.kind === 'indexing') return 'reading';
    if (report === undefined) return 'loading';
    if (empty) return 'none';
    return this.listed.length > 0 ? 'hidden' : 'nothing';
  }

  #message(): string | undefined {
    const { spend } = this.#spend;
    if (this.#nodes.length === 0) return undefined;
    const problem = storeProblem(spend) || this.#insights.current.problem;
    const parts: string[] = [];
    if (problem !== '') parts.push(l10n.t('Not up to date: {0}', plainUiText(problem)));
    if (spend.demo) parts.push(l10n.t('Demo: made-up sessions.'));
    if (spend.indexer.kind === 'indexing') {
      parts.push(l10n.t('Transcripts are still being read: more may be found.'));
    }
    return parts.length === 0 ? undefined : parts.join(' ');
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

function setContext(key: string, value: unknown): void {
  inBackground(commands.executeCommand('setContext', key, value));
}
