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
import { addDays, ageOf, dayOf, firstMoment } from '../../model/calendar.ts';
import type { ListedSession } from '../../store/query/sessionList.ts';
import type { AgentSums } from '../../store/query/storeReader.ts';
import { DisposableStore } from '../core/disposables.ts';
import type { Spend, SpendModel } from '../core/spendModel.ts';
import { findsNothing, storeProblem } from '../core/storeState.ts';
import { directoriesInWindow } from '../core/windowScope.ts';
import { type Format, formatOf } from '../text/format.ts';
import { arrange, isFiltering, noFilter, type SessionGroup } from './arrange.ts';
import { SessionsMemory } from './listState.ts';
import { askFilter, chooseGrouping, chooseOrder } from './pickers.ts';
import { SessionsModel } from './sessionsModel.ts';
import { describeNode, type ItemText, itemOf, tooltipOf } from './treeItems.ts';
import { type PartNode, partsOf, type SessionNode, type SessionsNode } from './treeNodes.ts';

/** Sessions a list shows before "Show more", and how many more each time. */
const pageSize = 100;

/** Totals of groups follow their sessions at most this often. */
const groupRestMs = 2_000;

/** The tree follows at most this often: a commit may come every few milliseconds. */
const restMs = 100;
const moreCommand = 'outlay.showMoreSessions';
const rootKey = '';

/** What VS Code was last told of a session, and what that was made from. */
interface ToldSession {
  readonly session: ListedSession;
  readonly live: boolean;
  /** The age as it is written; a live session has none. */
  readonly age: string;
  readonly format: Format;
  readonly text: string;
}

/** The tree of sessions: live ones first, their figures as they are spent. */
export class SessionsView implements TreeDataProvider<SessionsNode>, Disposable {
  readonly #changed = new EventEmitter<SessionsNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #owned = new DisposableStore();
  readonly #spend: SpendModel;
  readonly #list: SessionsModel;
  readonly #memory: SessionsMemory;
  readonly #view: TreeView<SessionsNode>;
  #groups: readonly SessionGroup[] = [];
  readonly #groupNodes = new Map<string, SessionsNode & { kind: 'group' }>();
  readonly #sessionNodes = new Map<string, SessionNode>();
  /** Sessions of the groups that have had a node so far. */
  #grouped = 0;
  /** How many children each list shows, where that is more than a page. */
  readonly #limits = new Map<string, number>();
  /** What VS Code was last told: the children of each list, and the text of each item. */
  readonly #toldLists = new Map<string, string>();
  readonly #toldGroups = new Map<string, string>();
  readonly #toldSessions = new Map<string, ToldSession>();
  #groupTimer: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #updatedAt = 0;
  #state = '';

  constructor(spend: SpendModel, context: ExtensionContext, log: LogOutputChannel) {
    this.#spend = spend;
    this.#list = this.#owned.add(new SessionsModel(spend, log));
    this.#memory = new SessionsMemory(context);
    this.#view = this.#owned.add(
      window.createTreeView<SessionsNode>('outlay.sessions', {
        treeDataProvider: this,
        showCollapseAll: true,
      }),
    );
    this.#owned.add(this.#changed);
    this.#owned.add(this.#view.onDidChangeVisibility(({ visible }) => this.#setVisible(visible)));
    this.#owned.add(this.#list.onDidChange(() => this.#updateSoon()));
    this.#owned.add(spend.onDidChange((now) => this.#showState(now)));
    this.#owned.add(
      commands.registerCommand(moreCommand, (node: SessionsNode) => this.#showMore(node)),
    );
    this.#setVisible(this.#view.visible);
    this.#showState(spend.spend);
  }

  /** A session as the list knows it; undefined while it is not read. */
  find(sid: string): ListedSession | undefined {
    return this.#list.byId(sid);
  }

  async chooseGrouping(): Promise<void> {
    const grouping = await chooseGrouping(this.#memory.grouping);
    if (grouping === undefined) return;
    this.#memory.grouping = grouping;
    this.#rearranged();
  }

  async chooseOrder(): Promise<void> {
    const order = await chooseOrder(this.#memory.order);
    if (order === undefined) return;
    this.#memory.order = order;
    this.#rearranged();
  }

  async askFilter(): Promise<void> {
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
    if (node === undefined) {
      const list =
        this.#memory.grouping === 'none'
          ? this.#page(rootKey, this.#groups[0]?.sessions ?? [])
          : this.#groups.map((group) => this.#groupNode(group));
      return this.#tell(rootKey, list);
    }
    if (node.kind === 'group') {
      const group = this.#groups.find(({ key }) => key === node.key);
      return this.#tell(listKey(node), this.#page(listKey(node), group?.sessions ?? []));
    }
    return node.kind === 'session' ? this.#parts(node) : [];
  }

  getTreeItem(node: SessionsNode): TreeItem {
    const text = this.#describe(node);
    if (node.kind === 'group') this.#toldGroups.set(node.key, JSON.stringify(text));
    if (node.kind === 'session') this.#toldSessions.set(node.sid, this.#toldOf(node, text));
    const item = itemOf(node, text, nodeId(node));
    if (node.kind === 'more') {
      item.command = { command: moreCommand, title: text.label, arguments: [node] };
    }
    return item;
  }

  resolveTreeItem(item: TreeItem, node: SessionsNode): TreeItem {
    const { settings } = this.#spend.spend;
    item.tooltip = tooltipOf(node, formatOf(settings), Date.now());
    return item;
  }

  getParent(node: SessionsNode): SessionsNode | undefined {
    if (node.kind === 'part') return this.#sessionNodes.get(node.sid);
    if (node.kind !== 'session' || this.#memory.grouping === 'none') return undefined;
    const group = this.#groups.find(({ sessions }) => sessions.some(({ sid }) => sid === node.sid));
    return group && this.#groupNode(group);
  }

  /** Selects a session in the tree, where it is listed. */
  async reveal(sid: string): Promise<void> {
    const node = this.#sessionNodes.get(sid);
    if (node !== undefined && this.#view.visible) await this.#view.reveal(node, { focus: false });
  }

  #setVisible(visible: boolean): void {
    this.#list.setActive(visible);
    if (visible) this.#update();
  }

  /** At once after a rest, else as soon as the rest is over. */
  #updateSoon(): void {
    if (!this.#view.visible || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#updatedAt + restMs - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#update();
    }, wait);
  }

  /** Looks what has changed since VS Code was told, and tells it no more than that. */
  #update(): void {
    if (!this.#view.visible) return;
    this.#arrange();
    if (this.#listChanged(rootKey, this.#rootIds())) {
      this.#changed.fire(undefined);
    } else {
      for (const group of this.#groups) {
        const node = this.#groupNodes.get(group.key);
        if (this.#memory.grouping === 'none' || node === undefined) continue;
        const ids = this.#idsOf(this.#page(listKey(node), group.sessions));
        if (this.#toldLists.has(listKey(node)) && this.#listChanged(listKey(node), ids)) {
          this.#changed.fire(node);
        }
      }
      this.#tellSessions();
      this.#groupTimer ??= setTimeout(() => this.#tellGroups(), groupRestMs);
    }
    this.#showState(this.#spend.spend);
    this.#updatedAt = Date.now();
  }

  #tellSessions(): void {
    const now = Date.now();
    for (const { sessions } of this.#groups) {
      for (const session of sessions) {
        const node = this.#sessionNodes.get(session.sid);
        if (node !== undefined && this.#sessionChanged(node, now)) this.#changed.fire(node);
      }
    }
  }

  /** Thousands may be on the list: words are made anew only where something they say may differ. */
  #sessionChanged(node: SessionNode, now: number): boolean {
    const told = this.#toldSessions.get(node.sid);
    if (told === undefined) return false;
    const { session } = node;
    const live = this.#list.isLive(session, now);
    const same =
      told.session === session &&
      told.live === live &&
      told.format === formatOf(this.#spend.spend.settings) &&
      (live || told.age === ageText(session, now));
    if (same) return false;
    const fresh = this.#toldOf(node, this.#describe(node));
    this.#toldSessions.set(node.sid, fresh);
    return fresh.text !== told.text;
  }

  #toldOf(node: SessionNode, text: ItemText): ToldSession {
    const { session } = node;
    const now = Date.now();
    return {
      session,
      live: this.#list.isLive(session, now),
      age: ageText(session, now),
      format: formatOf(this.#spend.spend.settings),
      text: JSON.stringify(text),
    };
  }

  #tellGroups(): void {
    this.#groupTimer = undefined;
    for (const node of this.#groupNodes.values()) {
      const told = this.#toldGroups.get(node.key);
      if (told === undefined) continue;
      const text = JSON.stringify(this.#describe(node));
      if (told !== text) this.#changed.fire(node);
    }
  }

  #listChanged(key: string, ids: string): boolean {
    return this.#toldLists.get(key) !== ids;
  }

  #rootIds(): string {
    if (this.#memory.grouping === 'none') {
      return this.#idsOf(this.#page(rootKey, this.#groups[0]?.sessions ?? []));
    }
    return this.#idsOf(this.#groups.map((group) => this.#groupNode(group)));
  }

  #idsOf(nodes: readonly SessionsNode[]): string {
    return nodes.map(nodeId).join('\n');
  }

  #tell(key: string, nodes: SessionsNode[]): SessionsNode[] {
    this.#toldLists.set(key, this.#idsOf(nodes));
    return nodes;
  }

  #arrange(): void {
    const { settings } = this.#spend.spend;
    const { grouping, order, filter, excluded } = this.#memory;
    const now = Date.now();
    const firstDay = addDays(dayOf(now, settings.zone), 1 - Math.max(1, filter.days));
    const here = filter.hereOnly
      ? directoriesInWindow(this.#spend.reader?.projects() ?? [])
      : ([] as string[]);
    this.#groups = arrange(this.#list.sessions, {
      grouping,
      order,
      filter,
      excluded,
      since: firstMoment(firstDay, settings.zone),
      here: new Set(here),
      zone: settings.zone,
      isLive: (session) => this.#list.isLive(session, now),
    });
    for (const { sessions } of this.#groups) {
      for (const session of sessions) {
        const node = this.#sessionNodes.get(session.sid);
        if (node !== undefined) node.session = session;
      }
    }
    for (const group of this.#groups) {
      const node = this.#groupNodes.get(group.key);
      if (node !== undefined) node.group = group;
    }
  }

  #groupNode(group: SessionGroup): SessionsNode & { kind: 'group' } {
    const known = this.#groupNodes.get(group.key);
    if (known !== undefined) return known;
    // VS Code asks for the items of every open group at once: a page of them is enough to begin with.
    const open = group.live || this.#grouped < pageSize;
    this.#grouped += group.sessions.length;
    const node = { kind: 'group', key: group.key, open, group } as const;
    this.#groupNodes.set(group.key, node);
    return node;
  }

  #sessionNode(session: ListedSession): SessionNode {
    const known = this.#sessionNodes.get(session.sid);
    if (known !== undefined) return known;
    const node: SessionNode = { kind: 'session', sid: session.sid, session };
    this.#sessionNodes.set(session.sid, node);
    return node;
  }

  #page(list: string, sessions: readonly ListedSession[]): SessionsNode[] {
    const limit = this.#limits.get(list) ?? pageSize;
    const nodes: SessionsNode[] = sessions
      .slice(0, limit)
      .map((session) => this.#sessionNode(session));
    const left = sessions.length - nodes.length;
    if (left > 0) nodes.push({ kind: 'more', list, left });
    return nodes;
  }

  #showMore(node: SessionsNode): void {
    if (node?.kind !== 'more') return;
    this.#limits.set(node.list, (this.#limits.get(node.list) ?? pageSize) + pageSize);
    const group = [...this.#groupNodes.values()].find((one) => listKey(one) === node.list);
    this.#changed.fire(group);
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

  #describe(node: SessionsNode): ItemText {
    const { settings } = this.#spend.spend;
    const now = Date.now();
    return describeNode(node, {
      format: formatOf(settings),
      now,
      today: dayOf(now, settings.zone),
      grouping: this.#memory.grouping,
      isLive: (session) => this.#list.isLive(session, now),
    });
  }

  /** The arrangement has changed: everything is told anew, from the first page. */
  #rearranged(): void {
    this.#limits.clear();
    this.#groupNodes.clear();
    this.#grouped = 0;
    this.#toldLists.clear();
    this.#arrange();
    this.#changed.fire(undefined);
    this.#showState(this.#spend.spend);
  }

  /** Welcome view, message and badge. */
  #showState(spend: Spend): void {
    const listed = this.#groups.reduce((sum, { sessions }) => sum + sessions.length, 0);
    const problem = storeProblem(spend);
    const { filter, excluded } = this.#memory;
    const paused = spend.indexer.kind === 'paused';
    const welcome = this.#welcome(spend, listed);
    const message = listed === 0 ? undefined : this.#message(spend, listed);
    const { overview } = spend;
    const others = overview?.otherBudgets.filter(({ here }) => here) ?? [];
    const over = [overview?.dailyBudget, overview?.monthlyBudget, ...others].filter(
      (budget) => budget?.level === 'stop',
    ).length;
    const state = { welcome, message, over, paused, problem, filter, hidden: excluded.size };
    const text = JSON.stringify({ ...state, demo: spend.demo });
    if (text === this.#state) return;
    this.#state = text;
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
      const words = filterWords(this.#memory.filter);
      const [some, all] = [format.count(listed), format.count(this.#list.size)];
      parts.push(l10n.t('Filter: {0}. {1} of {2} sessions.', words, some, all));
    }
    return parts.length === 0 ? undefined : parts.join(' ');
  }

  dispose(): void {
    clearTimeout(this.#groupTimer);
    clearTimeout(this.#timer);
    this.#owned.dispose();
  }
}

/** A filter in words, as the view's message and its quick pick say it. */
function filterWords(filter: typeof noFilter): string {
  return [
    ...(filter.text === '' ? [] : [l10n.t('"{0}"', filter.text)]),
    ...(filter.liveOnly ? [l10n.t('live')] : []),
    ...(filter.days === 1 ? [l10n.t('active today')] : []),
    ...(filter.days > 1 ? [l10n.t('active in the last {0} days', String(filter.days))] : []),
    ...(filter.hereOnly ? [l10n.t('this workspace')] : []),
  ].join(', ');
}

function setContext(key: string, value: unknown): void {
  void commands.executeCommand('setContext', key, value);
}

function listKey(node: SessionsNode & { kind: 'group' }): string {
  return `group:${node.key}`;
}

function ageText(session: ListedSession, now: number): string {
  const { unit, count } = ageOf(now - session.endedAt);
  return `${count} ${unit}`;
}

/** An id that stays with its item: VS Code keeps what is expanded and selected by it. */
function nodeId(node: SessionsNode): string {
  switch (node.kind) {
    case 'group':
      return listKey(node);
    case 'session':
      return `session:${node.sid}`;
    case 'part':
      return `part:${node.sid}:${node.part}:${node.agentId}`;
    case 'more':
      return `more:${node.list}:${node.left}`;
  }
}
