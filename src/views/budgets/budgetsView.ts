import {
  commands,
  type Disposable,
  EventEmitter,
  type TreeDataProvider,
  type TreeItem,
  type TreeView,
  window,
} from 'vscode';
import { inBackground } from '../core/background.ts';
import { DisposableStore } from '../core/disposables.ts';
import { nextTurn } from '../core/nextTurn.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { storeProblem } from '../core/storeState.ts';
import { formatOf } from '../text/format.ts';
import { plainUiText } from '../text/plainUiText.ts';
import type { BudgetsModel } from './budgetsModel.ts';
import {
  type BudgetNode,
  budgetItem,
  budgetNodes,
  budgetTooltip,
  describeBudget,
} from './treeItems.ts';
import type { WordContext } from './words.ts';

const viewId = 'outlay.budgets';

/** The list of budgets: how much of each is left, and what comes of it. */
export class BudgetsView implements TreeDataProvider<BudgetNode>, Disposable {
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #owned = new DisposableStore();
  readonly #spend: SpendModel;
  readonly #budgets: BudgetsModel;
  readonly #view: TreeView<BudgetNode>;
  #nodes: readonly BudgetNode[] = [];
  /** What the items say; VS Code is told only when that is something else. */
  #said = '';
  #state = '';

  constructor(spend: SpendModel, budgets: BudgetsModel) {
    this.#spend = spend;
    this.#budgets = budgets;
    this.#view = this.#owned.add(
      window.createTreeView<BudgetNode>(viewId, { treeDataProvider: this }),
    );
    this.#owned.add(this.#changed);
    this.#owned.add(this.#view.onDidChangeVisibility(({ visible }) => budgets.setActive(visible)));
    this.#owned.add(budgets.onDidChange(() => this.#update()));
    this.#owned.add(spend.onDidChange(() => this.#showState()));
    this.#owned.add(
      nextTurn(() => {
        budgets.setActive(this.#view.visible);
        this.#showState();
      }),
    );
  }

  /** The items on the screen, for what names one. */
  get listed(): readonly BudgetNode[] {
    return this.#nodes;
  }

  getChildren(node?: BudgetNode): BudgetNode[] {
    return node === undefined ? [...this.#nodes] : [];
  }

  getTreeItem(node: BudgetNode): TreeItem {
    return budgetItem(node, describeBudget(node, this.#context()));
  }

  resolveTreeItem(item: TreeItem, node: BudgetNode): TreeItem {
    item.tooltip = budgetTooltip(node, this.#context());
    return item;
  }

  getParent(): undefined {
    return undefined;
  }

  #context(): WordContext {
    const { settings } = this.#spend.spend;
    const now = this.#budgets.current?.now ?? Date.now();
    return { format: formatOf(settings), now, zone: settings.zone };
  }

  #update(): void {
    const { current } = this.#budgets;
    const context = this.#context();
    this.#nodes = current === undefined ? [] : budgetNodes(current, context);
    const said = JSON.stringify(
      this.#nodes.map((node) => [node.key, describeBudget(node, context)]),
    );
    if (said !== this.#said) {
      this.#said = said;
      this.#changed.fire(undefined);
    }
    this.#showState();
  }

  /** Welcome view and message. Commits are frequent: only changes are sent. */
  #showState(): void {
    const problem = storeProblem(this.#spend.spend);
    const { current } = this.#budgets;
    const welcome =
      this.#nodes.length > 0
        ? 'budgets'
        : problem !== ''
          ? 'unavailable'
          : current === undefined
            ? 'loading'
            : 'none';
    const wrong = (current?.problems ?? []).filter((sentence) => sentence.includes('.outlay.json'));
    const message = wrong.length === 0 ? undefined : plainUiText(wrong[0]!);
    const state = JSON.stringify([welcome, message]);
    if (state === this.#state) return;
    this.#state = state;
    this.#view.message = message as string;
    inBackground(commands.executeCommand('setContext', 'outlay.budgetsState', welcome));
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
