import { wholeShares } from '../../model/numbers.ts';
import type { ListedSession } from '../../store/query/sessionList.ts';
import type { AgentSums } from '../../store/query/storeReader.ts';
import type { SessionGroup } from './arrange.ts';

/** Sessions of one project or one day. */
export interface GroupNode {
  readonly kind: 'group';
  readonly key: string;
  /** Its sessions are shown from the start. */
  readonly open: boolean;
  group: SessionGroup;
}

/** One session. The node stays the same object while the session changes. */
export interface SessionNode {
  readonly kind: 'session';
  readonly sid: string;
  session: ListedSession;
}

/** Where a session's money went: its main thread, a subagent, or background. */
export interface PartNode {
  readonly kind: 'part';
  readonly sid: string;
  readonly agentId: string;
  readonly part: 'main' | 'agent' | 'background';
  /** The agent's type, `main` for a main thread but a teammate's; '' for background. */
  readonly type: string;
  readonly model: string;
  readonly nano: number;
  /** Of the session's total, in whole percents that add up; undefined where that is nothing. */
  readonly share: number | undefined;
  readonly messages: number;
  readonly lower: number;
  readonly unpriced: number;
  /** For the rate of a display currency. */
  readonly at: number;
}

/** Stands for what a page left out; a click shows the next page. */
export interface MoreNode {
  readonly kind: 'more';
  /** Key of the list that goes on. */
  readonly list: string;
  readonly left: number;
}

export type SessionsNode = GroupNode | SessionNode | PartNode | MoreNode;

/** What a session's total is made of, in the order it is shown: main thread, subagents, background. */
export function partsOf(session: ListedSession, agents: readonly AgentSums[]): PartNode[] {
  const total = session.nano + session.background;
  const node = (
    part: PartNode['part'],
    agentId: string,
    nano: number,
    more: Partial<PartNode> = {},
  ): PartNode => ({
    kind: 'part',
    sid: session.sid,
    agentId,
    part,
    type: '',
    model: '',
    nano,
    share: undefined,
    messages: 0,
    lower: 0,
    unpriced: 0,
    at: session.endedAt,
    ...more,
  });
  const nodes = [...Map.groupBy(agents, ({ agentId }) => agentId)].map(([agentId, rows]) => {
    const sum = (key: 'nano' | 'messages' | 'lower' | 'unpriced'): number =>
      rows.reduce((total, row) => total + row[key], 0);
    const dearest = rows.reduce((a, b) => (b.nano > a.nano ? b : a));
    return node(agentId === '' ? 'main' : 'agent', agentId, sum('nano'), {
      type: dearest.type,
      model: dearest.model,
      messages: sum('messages'),
      lower: sum('lower'),
      unpriced: sum('unpriced'),
    });
  });
  nodes.sort((a, b) => Number(b.part === 'main') - Number(a.part === 'main') || b.nano - a.nano);
  if (session.background > 0) nodes.push(node('background', '', session.background));
  if (total <= 0) return nodes;
  const shares = wholeShares(nodes.map(({ nano }) => nano));
  return nodes.map((one, index) => ({ ...one, share: shares[index] || one.nano / total }));
}
