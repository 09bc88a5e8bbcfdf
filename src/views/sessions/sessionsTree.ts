import type { UnguardedReason } from '../../guard/install/guardStatus.ts';
import { ageOf } from '../../model/calendar.ts';
import type { ListedSession } from '../../store/query/sessionList.ts';
import type { Format } from '../text/format.ts';
import { arrange, type ListQuestion, type SessionGroup } from './arrange.ts';
import type { ItemText } from './treeItems.ts';
import type { GroupNode, SessionNode, SessionsNode } from './treeNodes.ts';

/** Sessions a list shows before "Show more": VS Code asks for all of their items in one turn. */
const firstPage = 30;
/** How many more each time. */
const pageSize = 50;
const rootKey = '';

/** What the texts of items are made from, besides their nodes. */
export interface TextContext {
  /** UTC milliseconds. */
  readonly now: number;
  /** The same object for as long as figures are written the same. */
  readonly format: Format;
  readonly isLive: (session: ListedSession) => boolean;
  /** Why the guard does not see it, where it should. */
  readonly unguarded: (session: ListedSession) => UnguardedReason | undefined;
  readonly describe: (node: SessionsNode) => ItemText;
}

/** What VS Code was last sent of a session, and what that was made from. */
interface SentSession {
  readonly session: ListedSession;
  readonly live: boolean;
  readonly unguarded: UnguardedReason | undefined;
  /** The age as it is written. */
  readonly age: string;
  readonly format: Format;
  readonly text: ItemText;
}

/**
 * The nodes of the tree, and a diff: what of it differs from what VS Code was last sent. Nodes stay
 * the same objects while what they stand for changes.
 */
export class SessionsTree {
  #groups: readonly SessionGroup[] = [];
  #isFlat = false;
  readonly #groupNodes = new Map<string, GroupNode>();
  readonly #sessionNodes = new Map<string, SessionNode>();
  /** Sessions of the groups that have had a node so far. */
  #grouped = 0;
  /** How many children each list shows, where that is more than a page. */
  readonly #limits = new Map<string, number>();
  /** Last sent: the ids of each list's children, and the text of each item. */
  readonly #sentLists = new Map<string, readonly string[]>();
  readonly #sentGroups = new Map<string, ItemText>();
  readonly #sentSessions = new Map<string, SentSession>();

  get groups(): readonly SessionGroup[] {
    return this.#groups;
  }

  /** Takes the sessions there are now. */
  arrange(sessions: Iterable<ListedSession>, question: ListQuestion): void {
    this.#groups = arrange(sessions, question);
    this.#isFlat = question.grouping === 'none';
    for (const group of this.#groups) {
      for (const session of group.sessions) {
        const node = this.#sessionNodes.get(session.sid);
        if (node !== undefined) node.session = session;
      }
      const node = this.#groupNodes.get(group.key);
      if (node !== undefined) node.group = group;
    }
  }

  /** Forgets pages, groups and what was sent of lists: they are arranged in another way. */
  reset(): void {
    this.#limits.clear();
    this.#groupNodes.clear();
    this.#grouped = 0;
    this.#sentLists.clear();
  }

  /** The children of a group, or of the root, which VS Code is sent now. */
  children(node?: GroupNode): SessionsNode[] {
    const nodes = this.#childrenOf(node);
    this.#sentLists.set(listKey(node), nodes.map(nodeId));
    return nodes;
  }

  /** Notes the text of an item VS Code is sent now. */
  sent(node: SessionsNode, text: ItemText, context: TextContext): void {
    if (node.kind === 'group') this.#sentGroups.set(node.key, text);
    if (node.kind === 'session') this.#sentSessions.set(node.sid, sentOf(node, text, context));
  }

  /** The node of a session that has had one. */
  sessionNode(sid: string): SessionNode | undefined {
    return this.#sessionNodes.get(sid);
  }

  /** The group a session is listed in; undefined in a flat list. */
  groupOf(sid: string): GroupNode | undefined {
    if (this.#isFlat) return undefined;
    const group = this.#groups.find(({ sessions }) => sessions.some((one) => one.sid === sid));
    return group && this.#groupNode(group);
  }

  /** Shows another page of a list; gives the list's node, undefined for the root. */
  showMore(list: string): GroupNode | undefined {
    this.#limits.set(list, this.#limitOf(list) + pageSize);
    return [...this.#groupNodes.values()].find((node) => listKey(node) === list);
  }

  /**
   * The nodes VS Code has to ask for again, their children included; `undefined` in the list is the
   * root, and then there is nothing else. Totals of groups are not looked at.
   */
  changes(context: TextContext): (SessionsNode | undefined)[] {
    if (this.#listDiffers(undefined)) return [undefined];
    const open = this.#isFlat ? [] : this.#groups.map(({ key }) => this.#groupNodes.get(key));
    const lists = open.filter(
      (node) => node !== undefined && this.#sentLists.has(listKey(node)) && this.#listDiffers(node),
    );
    const sessions = this.#groups
      .flatMap((group) => group.sessions)
      .map(({ sid }) => this.#sessionNodes.get(sid))
      .filter((node) => node !== undefined && this.#sessionDiffers(node, context));
    return [...lists, ...sessions];
  }

  /** The groups whose text differs from what was sent. */
  groupChanges({ describe }: TextContext): GroupNode[] {
    return [...this.#groupNodes.values()].filter((node) => {
      const sent = this.#sentGroups.get(node.key);
      return sent !== undefined && !isSameText(sent, describe(node));
    });
  }

  #listDiffers(node: GroupNode | undefined): boolean {
    const sent = this.#sentLists.get(listKey(node));
    const now = this.#childrenOf(node).map(nodeId);
    return sent?.length !== now.length || now.some((id, index) => id !== sent[index]);
  }

  /** Thousands may be on the list: texts are rebuilt only where something they say may differ. */
  #sessionDiffers(node: SessionNode, context: TextContext): boolean {
    const sent = this.#sentSessions.get(node.sid);
    if (sent === undefined) return false;
    const { session } = node;
    const live = context.isLive(session);
    const isSame =
      sent.session === session &&
      sent.live === live &&
      sent.unguarded === context.unguarded(session) &&
      sent.format === context.format &&
      // A live session has no age.
      (live || sent.age === ageText(session, context.now));
    if (isSame) return false;
    const text = context.describe(node);
    this.#sentSessions.set(node.sid, sentOf(node, text, context));
    return !isSameText(sent.text, text);
  }

  #childrenOf(node: GroupNode | undefined): SessionsNode[] {
    if (node === undefined && !this.#isFlat) {
      return this.#groups.map((group) => this.#groupNode(group));
    }
    const group =
      node === undefined ? this.#groups[0] : this.#groups.find(({ key }) => key === node.key);
    return this.#page(listKey(node), group?.sessions ?? []);
  }

  #page(list: string, sessions: readonly ListedSession[]): SessionsNode[] {
    const nodes: SessionsNode[] = sessions
      .slice(0, this.#limitOf(list))
      .map((session) => this.#nodeOf(session));
    const left = sessions.length - nodes.length;
    if (left > 0) nodes.push({ kind: 'more', list, left });
    return nodes;
  }

  #limitOf(list: string): number {
    return this.#limits.get(list) ?? firstPage;
  }

  #groupNode(group: SessionGroup): GroupNode {
    const known = this.#groupNodes.get(group.key);
    if (known !== undefined) return known;
    // VS Code asks for the items of every open group at once: a page of them is enough to begin with.
    const open = group.live || this.#grouped < firstPage;
    this.#grouped += group.sessions.length;
    const node: GroupNode = { kind: 'group', key: group.key, open, group };
    this.#groupNodes.set(group.key, node);
    return node;
  }

  #nodeOf(session: ListedSession): SessionNode {
    const known = this.#sessionNodes.get(session.sid);
    if (known !== undefined) return known;
    const node: SessionNode = { kind: 'session', sid: session.sid, session };
    this.#sessionNodes.set(session.sid, node);
    return node;
  }
}

function sentOf(
  { session }: SessionNode,
  text: ItemText,
  { isLive, unguarded, now, format }: TextContext,
): SentSession {
  return {
    session,
    live: isLive(session),
    unguarded: unguarded(session),
    age: ageText(session, now),
    format,
    text,
  };
}

function isSameText(a: ItemText, b: ItemText): boolean {
  return (Object.keys(a) as (keyof ItemText)[]).every((name) => a[name] === b[name]);
}

function ageText(session: ListedSession, now: number): string {
  const { unit, count } = ageOf(now - session.endedAt);
  return `${count} ${unit}`;
}

function listKey(node: GroupNode | undefined): string {
  return node === undefined ? rootKey : `group:${node.key}`;
}

/** An id that stays with its item: VS Code keeps what is expanded and selected by it. */
export function nodeId(node: SessionsNode): string {
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
