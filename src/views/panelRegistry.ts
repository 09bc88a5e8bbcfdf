import {
  type Disposable,
  type LogOutputChannel,
  type Memento,
  type Uri,
  ViewColumn,
  type WebviewPanel,
  window,
} from 'vscode';
import { type DataPanelName, viewTypes } from '../protocol/panels.ts';
import { isObject } from '../protocol/shared.ts';
import { anomaliesPanel } from './anomalies/anomaliesPanel.ts';
import { budgetsPanel } from './budgets/budgetsPanel.ts';
import { burnPanel } from './burn/burnPanel.ts';
import { DisposableStore } from './core/disposables.ts';
import type { SpendModel } from './core/spendModel.ts';
import { dashboardPanel } from './dashboard/dashboardPanel.ts';
import type { InsightsModel } from './insights/insightsModel.ts';
import { DataPanel, type DataPanelKind } from './panels/dataPanel.ts';
import { panelHtml, panelIcon, panelOptions } from './panels/html.ts';

/** The one panel of a kind: opened, brought to the front, restored after a reload. */
export class SinglePanel<Data, Words, Question> implements Disposable {
  readonly #kind: DataPanelKind<Data, Words, Question>;
  readonly #model: SpendModel;
  readonly #memory: Memento;
  readonly #extension: Uri;
  readonly #log: LogOutputChannel;
  readonly #registration: Disposable;
  #shown: DataPanel<Data, Words, Question> | undefined;

  constructor(
    kind: DataPanelKind<Data, Words, Question>,
    model: SpendModel,
    memory: Memento,
    extension: Uri,
    log: LogOutputChannel,
  ) {
    this.#kind = kind;
    this.#model = model;
    this.#memory = memory;
    this.#extension = extension;
    this.#log = log;
    this.#registration = window.registerWebviewPanelSerializer(viewTypes[kind.name], {
      deserializeWebviewPanel: async (panel, state) => this.#restore(panel, state),
    });
  }

  /** Opens the panel or brings it to the front; with a question it shows the answer to that. */
  open(question?: unknown): void {
    const asked = this.#kind.isQuestion(question) ? question : undefined;
    if (this.#shown !== undefined) {
      this.#shown.panel.reveal();
      if (asked !== undefined) this.#shown.ask(asked);
      return;
    }
    const panel = window.createWebviewPanel(
      viewTypes[this.#kind.name],
      this.#kind.title(),
      ViewColumn.Active,
      panelOptions(this.#extension),
    );
    this.#adopt(panel, asked ?? this.#kind.question);
  }

  #restore(panel: WebviewPanel, state: unknown): void {
    if (this.#shown !== undefined) {
      panel.dispose();
      return;
    }
    panel.webview.options = panelOptions(this.#extension);
    const kept = isObject(state) ? state.question : undefined;
    this.#adopt(panel, this.#kind.isQuestion(kept) ? kept : this.#kind.question);
  }

  #adopt(panel: WebviewPanel, question: Question): void {
    panel.iconPath = panelIcon(this.#extension);
    const shown = new DataPanel(panel, this.#kind, question, this.#model, this.#memory, this.#log);
    this.#shown = shown;
    panel.onDidDispose(() => {
      if (this.#shown === shown) this.#shown = undefined;
      shown.dispose();
    });
    panel.webview.html = panelHtml(panel.webview, this.#extension, this.#kind.name);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#shown?.panel.dispose();
  }
}

/** The panels over the whole store. */
export class Panels implements Disposable {
  readonly #owned = new DisposableStore();
  readonly #panels: Readonly<Record<DataPanelName, { open(question?: unknown): void }>>;

  constructor(
    model: SpendModel,
    insights: InsightsModel,
    memory: Memento,
    extension: Uri,
    log: LogOutputChannel,
  ) {
    const add = <Data, Words, Question>(
      kind: DataPanelKind<Data, Words, Question>,
    ): SinglePanel<Data, Words, Question> =>
      this.#owned.add(new SinglePanel(kind, model, memory, extension, log));
    this.#panels = {
      dashboard: add(dashboardPanel(insights)),
      budgets: add(budgetsPanel),
      burn: add(burnPanel),
      anomalies: add(anomaliesPanel),
    };
  }

  /** Opens a panel or brings it to the front; with a question it shows the answer to that. */
  open(name: DataPanelName, question?: unknown): void {
    this.#panels[name].open(question);
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
