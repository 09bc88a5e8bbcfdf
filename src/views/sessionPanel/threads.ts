import type { PanelMessage, PanelThread } from '../../protocol/session.ts';
import type { AgentSums } from '../../store/query/storeReader.ts';
import { oneLine } from '../text/names.ts';

/** What threads without a type of their own are called, in the editor's language. */
export interface ThreadStrings {
  readonly main: string;
  readonly subagent: string;
}

/** What is said of a thread beside its name. */
export interface ThreadSums {
  readonly messages: number;
  /** The model most was spent on; '' for none. */
  readonly model: string;
  /** Nano-dollars with those it started; undefined for the main thread and where there are none. */
  readonly withSubagents: number | undefined;
}

/**
 * The threads of a session: main thread first, then the subagents, most expensive first. `parents`:
 * who started each agent, of all the session has had. An agent that has spent nothing is one of
 * them only when it started one that has.
 */
export function sessionThreads(
  agents: readonly AgentSums[],
  parents: ReadonlyMap<string, string>,
  messages: readonly Pick<PanelMessage, 'agentId' | 'at'>[],
  words: ThreadStrings,
  detail: (thread: ThreadSums) => string,
): PanelThread[] {
  const spent = Map.groupBy(agents, ({ agentId }) => agentId);
  const known = new Set(['', ...spent.keys()]);
  for (const agentId of spent.keys()) {
    for (const ancestor of ancestors(agentId, parents)) known.add(ancestor);
  }
  const names = threadNames(known, spent, messages, words);
  const nanoOf = (agentId: string): number =>
    (spent.get(agentId) ?? []).reduce((sum, one) => sum + one.nano, 0);
  const below = new Map<string, number>();
  for (const agentId of known) {
    // What a subagent cost is of all that led to it, but the main thread: that is the session.
    for (const ancestor of ancestors(agentId, parents)) {
      below.set(ancestor, (below.get(ancestor) ?? 0) + nanoOf(agentId));
    }
  }
  return [...known]
    .map((agentId): PanelThread => {
      const own = spent.get(agentId) ?? [];
      const [parent = ''] = ancestors(agentId, parents);
      const messages = own.reduce((sum, one) => sum + one.messages, 0);
      const model = own.reduce(
        (a, b) => (b.nano > a.nano ? b : a),
        own[0] ?? { model: '', nano: 0 },
      );
      const others = below.get(agentId);
      return {
        agentId,
        name: names.get(agentId)!,
        hint: agentId === '' ? names.get('')! : `${names.get(agentId)} (${oneLine(agentId, 40)})`,
        parent,
        messages,
        nano: nanoOf(agentId),
        detail: detail({
          messages,
          model: model.model,
          withSubagents: others === undefined ? undefined : nanoOf(agentId) + others,
        }),
      };
    })
    .sort((a, b) => Number(b.agentId === '') - Number(a.agentId === '') || b.nano - a.nano);
}

/** Who started an agent, and who started that one, up to the main thread; a circle is none. */
function ancestors(agentId: string, parents: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (let at = parents.get(agentId) ?? ''; at !== ''; at = parents.get(at) ?? '') {
    if (at === agentId || found.includes(at) || !parents.has(at)) return [];
    found.push(at);
  }
  return found;
}

/** Agents by their type; where there are several of one, numbered as they began. */
function threadNames(
  agentIds: ReadonlySet<string>,
  spent: ReadonlyMap<string, readonly AgentSums[]>,
  messages: readonly Pick<PanelMessage, 'agentId' | 'at'>[],
  words: ThreadStrings,
): Map<string, string> {
  const begun = new Map<string, number>();
  for (const { agentId, at } of messages) {
    begun.set(agentId, Math.min(at, begun.get(agentId) ?? at));
  }
  const start = (agentId: string): number => begun.get(agentId) ?? 0;
  const ordered = [...agentIds].sort((a, b) => start(a) - start(b) || (a < b ? -1 : 1));
  const byType = Map.groupBy(ordered, (agentId) => {
    const type = oneLine(spent.get(agentId)?.[0]?.type ?? '', 60);
    // A teammate's main thread goes by their name.
    if (agentId === '') return type === 'main' ? words.main : type || words.main;
    return type || words.subagent;
  });
  return new Map(
    [...byType].flatMap(([type, own]) =>
      own.map((agentId, index) => [agentId, own.length === 1 ? type : `${type} ${index + 1}`]),
    ),
  );
}
