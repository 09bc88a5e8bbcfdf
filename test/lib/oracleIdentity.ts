/** The oracle on which records are one response. */
import { type Response, tokensOf } from './oracleRecords.ts';

/** Whether two records of one message id are one response by themselves. */
export function areOne(a: Response, b: Response): boolean {
  if (a.rid !== '' && b.rid !== '') return a.rid === b.rid;
  return (a.uuid !== '' && a.uuid === b.uuid) || (a.sent !== '' && a.sent === b.sent);
}

/** Records that hang together by a relation, over any number of others. */
export function components(list: readonly Response[]): Response[][] {
  const left = new Set(list);
  const found: Response[][] = [];
  for (const first of left) {
    const component = [first];
    left.delete(first);
    for (const one of component) {
      for (const other of left) {
        if (!areOne(one, other)) continue;
        component.push(other);
        left.delete(other);
      }
    }
    found.push(component);
  }
  return found;
}

interface Candidate {
  readonly group: Response[];
  readonly rank: readonly (number | string)[];
}

function firstOf(candidates: readonly Candidate[]): Candidate | undefined {
  return [...candidates].sort((a, b) => {
    const at = a.rank.findIndex((value, i) => value !== b.rank[i]);
    return at < 0 ? 0 : a.rank[at]! < b.rank[at]! ? -1 : 1;
  })[0];
}

function least(candidates: readonly Candidate[]): Response[] | undefined {
  return firstOf(candidates)?.group;
}

/**
 * Names the responses among the records of one message id. Requests stand for themselves; what has
 * no request id joins the request of its uuid, else of its input side, its own session's before
 * another's; where nothing was sent, the next response of its session, else the last one. Of several
 * requests that sent nothing only the nearest joins a response without one.
 */
export function identify(records: readonly Response[]): void {
  const named = (group: readonly Response[]): string =>
    group.find(({ rid }) => rid !== '')?.rid ?? '';
  const wasSent = (group: readonly Response[]): boolean => group.some(({ sent }) => sent !== '');
  const meet = (a: readonly Response[], b: readonly Response[], what: keyof Response): boolean =>
    a.some((one) => b.some((other) => one[what] !== '' && one[what] === other[what]));
  const requests = components(records.filter(({ rid }) => rid !== ''));
  const others = records.filter(({ rid }) => rid === '');
  const nameOf = (group: readonly Response[]): string => named(group) || `\0${sideOf(group)}`;
  const joins: [from: Response[], to: Response[]][] = [];

  const sides = components(others.filter(({ sent }) => sent !== ''));
  const sentRequests = requests.filter(wasSent);
  const formed = [...sentRequests];
  for (const side of sides) {
    const to = least(
      sentRequests.flatMap((group): Candidate[] => {
        if (meet(side, group, 'uuid')) return [{ group, rank: [0, named(group)] }];
        if (!meet(side, group, 'sent')) return [];
        return [{ group, rank: [meet(side, group, 'session') ? 1 : 2, named(group)] }];
      }),
    );
    if (to === undefined) formed.push(side);
    else joins.push([side, to]);
  }
  // Empty ones look at what has been formed so far, in all of its records.
  const whole = new Map(
    formed.map((group) => [
      group,
      [...group, ...joins.filter(([, to]) => to === group).flatMap(([from]) => from)],
    ]),
  );
  const empty = [
    ...requests.filter((group) => !wasSent(group)),
    ...emptyBySession(others.filter(({ sent }) => sent === '')),
  ];
  const alone: Response[][] = [];
  const wishes = empty.map((group) => {
    const at = best(group).at;
    const wish = firstOf(
      formed.flatMap((candidate): Candidate[] => {
        const all = whole.get(candidate)!;
        if (named(group) !== '' && named(all) !== '') return [];
        const name = nameOf(all);
        const unnamed = named(all) === '' ? 1 : 0;
        if (meet(group, all, 'uuid')) return [{ group: candidate, rank: [0, 0, 0, unnamed, name] }];
        if (!meet(group, all, 'session')) return [];
        const later = best(all).at - at;
        return [
          { group: candidate, rank: [1, later >= 0 ? 0 : 1, Math.abs(later), unnamed, name] },
        ];
      }),
    );
    return { group, wish };
  });
  for (const { group, wish } of wishes) {
    const rivals = wishes.filter(
      (one) => one.wish?.group === wish?.group && named(one.group) !== '',
    );
    const nearest = firstOf(
      rivals.map((one) => ({
        group: one.group,
        rank: [...(one.wish?.rank ?? []).slice(0, 3), named(one.group)],
      })),
    );
    const mayJoin = named(group) === '' || nearest?.group === group;
    if (wish !== undefined && mayJoin) joins.push([group, wish.group]);
    else alone.push(group);
  }
  const aloneRequests = alone.filter((group) => named(group) !== '');
  for (const group of alone) {
    if (named(group) !== '') continue;
    const to = least(
      aloneRequests.flatMap((candidate): Candidate[] => {
        if (meet(group, candidate, 'uuid'))
          return [{ group: candidate, rank: [0, named(candidate)] }];
        if (!meet(group, candidate, 'session')) return [];
        return [{ group: candidate, rank: [1, named(candidate)] }];
      }),
    );
    if (to !== undefined) joins.push([group, to]);
  }
  const responses = [...formed, ...alone].filter(
    (group) => !joins.some(([from]) => from === group),
  );
  for (const group of responses) {
    const all = [...group, ...joins.filter(([, to]) => to === group).flatMap(([from]) => from)];
    const rid = named(all);
    const key = rid === '' ? `${all[0]!.mid}  ${sideOf(all)}` : `${all[0]!.mid} ${rid} `;
    for (const record of all) record.key = key;
  }
}

/** Records that sent nothing and name no request: those of a session, and those of one line. */
function emptyBySession(records: readonly Response[]): Response[][] {
  const sessions = [...Map.groupBy(records, ({ session }) => session).values()];
  const found: Response[][] = [];
  for (const session of sessions) {
    const near = found.filter((group) =>
      group.some((one) => session.some((other) => one.uuid !== '' && one.uuid === other.uuid)),
    );
    for (const group of near) found.splice(found.indexOf(group), 1);
    found.push([...near.flat(), ...session]);
  }
  return found;
}

/** The first input side of records without a request id; where nothing was sent, their session. */
export function sideOf(group: readonly Response[]): string {
  return group.map(({ sent, session }) => sent || `@${session}`).sort()[0]!;
}

/** The record of a response that is kept. */
export function best(group: readonly Response[]): Response {
  const total = ({ usage }: Response): number =>
    tokensOf(usage)
      .slice(0, 5)
      .reduce((sum, count) => sum + count, 0);
  return [...group].sort(
    (a, b) =>
      Number(a.sent === '') - Number(b.sent === '') ||
      Number(b.stopped) - Number(a.stopped) ||
      total(b) - total(a) ||
      Number(a.progress) - Number(b.progress) ||
      Number(a.side) - Number(b.side) ||
      a.at - b.at,
  )[0]!;
}
