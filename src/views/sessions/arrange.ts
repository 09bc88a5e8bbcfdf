import { daysOf, type Zone } from '../../model/calendar.ts';
import { memoize } from '../../model/memoize.ts';
import { projectPath } from '../../query/projects.ts';
import type { ListedSession } from '../../store/query/sessionList.ts';
import { pathKey, systemIgnoresCase } from '../../text/paths.ts';

export const groupings = ['project', 'day', 'none'] as const;
export type Grouping = (typeof groupings)[number];
export const orders = ['recent', 'cost', 'title'] as const;
export type Order = (typeof orders)[number];

/** Which sessions are listed. All conditions hold together. */
export interface SessionFilter {
  /** Words that title, project, branch, model or id have in them; '' for any. */
  readonly text: string;
  readonly liveOnly: boolean;
  /** Last active in this many days, today counted; 0 for any time. */
  readonly days: number;
  /** Only sessions that started in this window's folders. */
  readonly hereOnly: boolean;
}

export const noFilter: SessionFilter = { text: '', liveOnly: false, days: 0, hereOnly: false };

export function isFiltering(filter: SessionFilter): boolean {
  return filter.text !== '' || filter.liveOnly || filter.days > 0 || filter.hereOnly;
}

/** What ordering and filtering need to know besides the sessions. */
export interface ListQuestion {
  readonly grouping: Grouping;
  readonly order: Order;
  readonly filter: SessionFilter;
  /** Sessions the user does not want to see, by id. */
  readonly excluded: ReadonlySet<string>;
  /** From the first of the filter's days on. */
  readonly since: number;
  /** Start directories that lie in this window's folders. */
  readonly here: ReadonlySet<string>;
  readonly zone: Zone;
  readonly isLive: (session: ListedSession) => boolean;
}

/** Sessions that belong together; without grouping there is one, with the key ''. */
export interface SessionGroup {
  /** A project's key, or a day (YYYY-MM-DD). */
  readonly key: string;
  /** A project's path as its latest session spells it; '' for other groups. */
  readonly path: string;
  readonly sessions: readonly ListedSession[];
  /** Nano-dollars, background included. */
  readonly total: number;
  readonly live: boolean;
}

/** What a person is shown and budgets count. Nano-dollars. */
export function totalOf(session: ListedSession): number {
  return session.nano + session.background;
}

/** The listed sessions in their groups: live ones first, then as ordered. */
export function arrange(
  sessions: Iterable<ListedSession>,
  question: ListQuestion,
  ignoreCase = systemIgnoresCase,
): readonly SessionGroup[] {
  const words = question.filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const listed: ListedSession[] = [];
  const live = new Set<ListedSession>();
  for (const session of sessions) {
    if (question.excluded.has(session.sid)) continue;
    const isLive = question.isLive(session);
    if (!matches(session, question, words, isLive)) continue;
    listed.push(session);
    if (isLive) live.add(session);
  }
  const compare = comparers[question.order];
  // Live sessions that answer by turns would change places with every answer.
  const compareLive = question.order === 'recent' ? byStart : compare;
  listed.sort((a, b) => {
    const [isLive, other] = [live.has(a), live.has(b)];
    if (isLive !== other) return isLive ? -1 : 1;
    return (isLive ? compareLive : compare)(a, b) || (a.sid < b.sid ? -1 : 1);
  });
  const groups = Map.groupBy(listed, keyOf(question, ignoreCase));
  const all = [...groups].map(([key, members]): SessionGroup => {
    const total = members.reduce((sum, session) => sum + totalOf(session), 0);
    const isLive = members.some((session) => live.has(session));
    const path = question.grouping === 'project' ? pathOf(members) : '';
    return { key, path, sessions: members, total, live: isLive };
  });
  if (question.grouping === 'day') return all.sort((a, b) => (a.key < b.key ? 1 : -1));
  // The sessions are in order, so groups are already by their first one.
  const byTotal = question.grouping === 'project' && question.order === 'cost';
  return byTotal ? all.sort((a, b) => b.total - a.total) : all;
}

function keyOf(
  { grouping, zone }: ListQuestion,
  ignoreCase: boolean,
): (session: ListedSession) => string {
  if (grouping === 'project') {
    const keyOfPath = memoize((path: string) => pathKey(path, ignoreCase));
    return (session) => keyOfPath(projectPath(session));
  }
  if (grouping === 'none') return () => '';
  const dayAt = daysOf(zone);
  return ({ endedAt }) => dayAt(endedAt);
}

/** One project's path, as the session that was active last spells it. */
function pathOf(sessions: readonly ListedSession[]): string {
  return projectPath(sessions.reduce((a, b) => (b.endedAt > a.endedAt ? b : a)));
}

const comparers: Readonly<Record<Order, (a: ListedSession, b: ListedSession) => number>> = {
  recent: (a, b) => b.endedAt - a.endedAt,
  cost: (a, b) => totalOf(b) - totalOf(a),
  title: (a, b) => collator.compare(a.title ?? a.sid, b.title ?? b.sid),
};

function byStart(a: ListedSession, b: ListedSession): number {
  return b.startedAt - a.startedAt;
}

const collator = new Intl.Collator();

function matches(
  session: ListedSession,
  { filter, since, here }: ListQuestion,
  words: readonly string[],
  isLive: boolean,
): boolean {
  if (filter.liveOnly && !isLive) return false;
  if (filter.days > 0 && session.endedAt < since) return false;
  if (filter.hereOnly && !here.has(session.cwd)) return false;
  if (words.length === 0) return true;
  const { title, branch, model, sid } = session;
  const text = [title ?? '', projectPath(session), branch, model, sid].join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}
