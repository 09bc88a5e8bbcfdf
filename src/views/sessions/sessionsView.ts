import { isDeepStrictEqual } from 'node:util';
import {
  commands,
  type Disposable,
  EventEmitter,
  type ExtensionContext,
  type LogOutputChannel,
  l10n,
  type TreeDataProvider,
  type TreeItem,
  type TreeView,
  window,
} from 'vscode';
import { addDays, dayOf, firstMoment } from '../../model/calendar.ts';
import type { ListedSession } from '../../store/query/sessionList.ts';
import type { AgentSums } from '../../store/query/storeReader.ts';
import { inBackground } from '../core/background.ts';
import { DisposableStore } from '../core/disposables.ts';
import { nextTurn } from '../core/nextTurn.ts';
import type { Spend } from '../core/spend.ts';
import type { SpendModel } from '../core/spendModel.ts';
import { findsNothing, storeProblem } from '../core/storeState.ts';
import { Throttle } from '../core/throttle.ts';
import { directoriesInWindow } from '../core/windowScope.ts';
import { formatOf } from '../text/format.ts';
import { isFiltering, noFilter } from './arrange.ts';
import { GuardMarks } from './guardMarks.ts';
import { SessionsMemory } from './listState.ts';
import { askFilter, chooseGrouping, chooseOrder } from './pickers.ts';
import { SessionsModel } from './sessionsModel.ts';
import { nodeId, SessionsTree, type TextContext } from './sessionsTree.ts';
import { describeNode, itemOf, tooltipOf } from './treeItems.ts';
import { type PartNode, partsOf, type SessionNode, type SessionsNode } from './treeNodes.ts';

/** Totals of groups follow their sessions this long afterwards, and at most this often. */
const groupThrottleMs = 2_000;

/** The tree follows at most this often: a commit may come every few milliseconds. */
const throttleMs = 100;
const moreCommand = 'outlay.showMoreSessions';

/** The tree of sessions: live ones first, their figures as they are spent. */
export class SessionsView implements TreeDataProvider<SessionsNode>, Disposable {
  readonly #changed = new EventEmitter<SessionsNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #owned = new DisposableStore();
  readonly #spend: SpendModel;
  readonly #list: SessionsModel;
  readonly #guard: GuardMarks;
  readonly #memory: SessionsMemory;
  readonly #view: TreeView<SessionsNode>;
  readonly #tree = new SessionsTree();
  readonly #throttle = new Throttle(throttleMs, () => this.#update());
  #groupThrottle: NodeJS.Timeout | undefined;
  #context: TextContext | undefined;
  /** What context keys, message and badge were last set from. */
  #shownState: object | undefined;

  constructor(spend: SpendModel, context: ExtensionContext, log: LogOutputChannel) {
    this.#spend = spend;
    this.#list = this.#owned.add(new SessionsModel(spend, log));
    this.#guard = this.#owned.add(new GuardMarks(spend, log));
    this.#memory = new SessionsMemory(context);
    this.#view = this.#owned.add(
      window.createTreeView<SessionsNode>('outlay.sessions', {
        treeDataProvider: this,
        showCollapseAll: true,
      }),
    );
    this.#owned.add(this.#changed);
    this.#owned.add(this.#view.onDidChangeVisibility(({ visible }) => this.#setVisible(visible)));
    this.#owned.add(
      this.#list.onDidChange(() => {
        if (this.#view.visible) this.#throttle.request();
      }),
    );
    this.#owned.add(this.#guard.onDidChange(() => this.#throttle.request()));
    this.#owned.add(spend.onDidChange((now) => this.#showState(now)));
    this.#owned.add(
      commands.registerCommand(moreCommand, (node: SessionsNode) => this.#showMore(node)),
    );
    this.#owned.add(
      nextTurn(() => {
        this.#setVisible(this.#view.visible);
        this.#showState(spend.spend);
      }),
    );
  }

  /** A session as the list knows it; undefined while it is not read. */
  find(sid: string): ListedSession | undefined {
    return this.#list.byId(sid);
  }

  /** What is about to change is in sight; that it is not any more, VS Code tells a moment later. */
  async #show(): Promise<void> {
    await commands.executeCommand('outlay.sessions.focus');
  }

  async chooseGrouping(): Promise<void> {
    await this.#show();
    const grouping = await chooseGrouping(this.#memory.grouping);
    if (grouping === undefined) return;
    this.#memory.grouping = grouping;
    this.#rearranged();
  }

  async chooseOrder(): Promise<void> {
    await this.#show();
    const order = await chooseOrder(this.#memory.order);
    if (order === undefined) return;
    this.#memory.order = order;
    this.#rearranged();
  }

  async askFilter(): Promise<void> {
    await this.#show();
    const filter = await askFilter(this.#memory.filter);
    if (filter === undefined) return;
    this.#memory.filter = filter;
    this.#rearranged();
  }

  clearFilter(): void {
    this.#memory.filter = noFilter;
    this.#rearranged();
  }

  /** Takes a session off the list; its spend still counts everywhere else. */
  exclude(item: unknown): void {
    const node = item as SessionNode | undefined;
    if (node?.kind !== 'session') return;
    this.#memory.exclude(node.sid);
    this.#rearranged();
  }

  showExcluded(): void {
    this.#memory.includeAll();
    this.#rearranged();
  }

  getChildren(node?: SessionsNode): SessionsNode[] {
    if (node === undefined || node.kind === 'group') return this.#tree.children(node);
    return node.kind === 'session' ? this.#parts(node) : [];
  }

  getTreeItem(node: SessionsNode): TreeItem {
    const context = this.#textContext();
    const text = context.describe(node);
    this.#tree.sent(node, text, context);
    const item = itemOf(node, text, nodeId(node));
    if (node.kind === 'more') {
      item.command = { command: moreCommand, title: text.label, arguments: [node] };
    }
    return item;
  }

  resolveTreeItem(item: TreeItem, node: SessionsNode): TreeItem {
    const { settings } = this.#spend.spend;
    const unguarded = node.kind === 'session' ? this.#guard.reasonOf(node.sid) : undefined;
    item.tooltip = tooltipOf(node, formatOf(settings), Date.now(), unguarded);
    return item;
  }

  getParent(node: SessionsNode): SessionsNode | undefined {
    if (node.kind === 'part') return this.#tree.sessionNode(node.sid);
    return node.kind === 'session' ? this.#tree.groupOf(node.sid) : undefined;
  }

  /** Selects a session in the tree, where it is listed. */
  async reveal(sid: string): Promise<void> {
    const node = this.#tree.sessionNode(sid);
    if (node !== undefined && this.#view.visible) await this.#view.reveal(node, { focus: false });
  }

  #setVisible(visible: boolean): void {
    this.#list.setActive(visible);
    this.#guard.setActive(visible);
    if (visible) this.#update();
  }

  /** Fires for what differs from what VS Code was last sent, and for no more than that. */
  #update(): void {
    if (!this.#view.visible) return;
    this.#context = undefined;
    this.#arrange();
    const changes = this.#tree.changes(this.#textContext());
    for (const node of changes) this.#changed.fire(node);
    if (!changes.includes(undefined)) {
      this.#groupThrottle ??= setTimeout(() => this.#updateGroups(), groupThrottleMs);
    }
    this.#showState(this.#spend.spend);
    this.#throttle.ran();
  }

  #updateGroups(): void {
    this.#groupThrottle = undefined;
    for (const node of this.#tree.groupChanges(this.#textContext())) this.#changed.fire(node);
  }

  #arrange(): void {
    const { settings } = this.#spend.spend;
    const { grouping, order, filter, excluded } = this.#memory;
    const now = Date.now();
    const firstDay = addDays(dayOf(now, settings.zone), 1 - Math.max(1, filter.days));
    const here = filter.hereOnly
      ? directoriesInWindow(this.#spend.reader?.projects() ?? [])
      : ([] as string[]);
    this.#tree.arrange(this.#list.sessions, {
      grouping,
      order,
      filter,
      excluded,
      since: firstMoment(firstDay, settings.zone),
      here: new Set(here),
      zone: settings.zone,
      isLive: (session) => this.#list.isLive(session, now),
    });
  }

  #showMore(node: SessionsNode): void {
    if (node?.kind === 'more') this.#changed.fire(this.#tree.showMore(node.list));
  }

  #parts(node: SessionNode): PartNode[] {
    let agents: readonly AgentSums[] = [];
    try {
      agents = this.#spend.reader?.agents(node.session.id) ?? [];
    } catch {
      // The store cannot be asked just now: the state says so, and the next commit asks again.
    }
    return partsOf(node.session, agents);
  }

  /** Made once a turn: VS Code asks for the items of a whole page in one. */
  #textContext(): TextContext {
    if (this.#context === undefined) {
      this.#context = this.#newTextContext();
      setImmediate(() => {
        this.#context = undefined;
      });
    }
    return this.#context;
  }

  #newTextContext(): TextContext {
    const { settings } = this.#spend.spend;
    const now = Date.now();
    const others = this.#products();
    const context = {
      format: formatOf(settings),
      now,
      today: dayOf(now, settings.zone),
      grouping: this.#memory.grouping,
      isLive: (session: ListedSession) => this.#list.isLive(session, now),
      unguarded: ({ sid }: ListedSession) => this.#guard.reasonOf(sid),
      otherProduct: ({ root }: ListedSession) => others.get(root) ?? '',
    };
    return { ...context, describe: (node) => describeNode(node, context) };
  }

  /** Products other than Claude Code, by the roots they write below; none while the store is not there. */
  #products(): ReadonlyMap<string, string> {
    try {
      return this.#spend.reader?.products() ?? new Map();
    } catch {
      // The state says what is wrong with the store.
      return new Map();
    }
  }

  /** The arrangement has changed: VS Code asks for everything again, from the first page. */
  #rearranged(): void {
    this.#context = undefined;
    this.#tree.reset();
    this.#arrange();
    this.#changed.fire(undefined);
    this.#showState(this.#spend.spend);
  }

  /** Welcome view, message and badge. */
  #showState(spend: Spend): void {
    const listed = this.#tree.groups.reduce((sum, { sessions }) => sum + sessions.length, 0);
    const problem = storeProblem(spend);
    const { filter, excluded } = this.#memory;
    const paused = spend.indexer.kind === 'paused';
    const welcome = this.#welcome(spend, listed);
    const message = listed === 0 ? undefined : this.#message(spend, listed);
    const { overview } = spend;
    const over = (overview?.budgets ?? []).filter(
      ({ here, state, entry }) =>
        here && state.level === 'stop' && entry.override?.pausedUntil === undefined,
    ).length;
    const state = {
      welcome,
      message,
      over,
      paused,
      problem,
      filter,
      hidden: excluded.size,
      demo: spend.demo,
    };
    if (isDeepStrictEqual(state, this.#shownState)) return;
    this.#shownState = state;
    this.#view.message = message as string;
    this.#view.badge =
      over === 0
        ? undefined
        : {
            value: over,
            tooltip:
              over === 1
                ? l10n.t('A budget is used up')
                : l10n.t('{0} budgets are used up', String(over)),
          };
    setContext('outlay.state', welcome);
    setContext('outlay.paused', paused);
    setContext('outlay.filtered', isFiltering(filter));
    setContext('outlay.hasExcluded', excluded.size > 0);
  }

  #welcome(spend: Spend, listed: number): string {
    if (listed > 0) return 'sessions';
    if (storeProblem(spend) !== '') return 'unavailable';
    if (this.#list.size > 0) return 'filtered';
    if (spend.indexer.kind === 'paused') return 'paused';
    return findsNothing(spend) ? 'none' : 'loading';
  }

  #message(spend: Spend, listed: number): string | undefined {
    const problem = storeProblem(spend);
    if (problem !== '') return l10n.t('Store unavailable: {0}', problem);
    const parts: string[] = [];
    if (spend.demo) parts.push(l10n.t('Demo: made-up sessions.'));
    if (spend.indexer.kind === 'paused') {
      parts.push(l10n.t('Paused: what is new is not read until you resume.'));
    }
    if (isFiltering(this.#memory.filter)) {
      const format = formatOf(spend.settings);
      const words = filterText(this.#memory.filter);
      const [some, all] = [format.count(listed), format.count(this.#list.size)];
      parts.push(l10n.t('Filter: {0}. {1} of {2} sessions.', words, some, all));
    }
    return parts.length === 0 ? undefined : parts.join(' ');
  }

  dispose(): void {
    clearTimeout(this.#groupThrottle);
    this.#throttle.dispose();
    this.#owned.dispose();
  }
}

/** A filter in words, as the view's message and its quick pick say it. */
function filterText(filter: typeof noFilter): string {
  return [
    ...(filter.text === '' ? [] : [l10n.t('"{0}"', filter.text)]),
    ...(filter.liveOnly ? [l10n.t('live')] : []),
    ...(filter.days === 1 ? [l10n.t('active today')] : []),
    ...(filter.days > 1 ? [l10n.t('active in the last {0} days', String(filter.days))] : []),
    ...(filter.hereOnly ? [l10n.t('this workspace')] : []),
  ].join(', ');
}

function setContext(key: string, value: unknown): void {
  inBackground(commands.executeCommand('setContext', key, value));
}
