import { bareSession, hostOf } from '../../../model/records.ts';
import type { MergedMessage } from '../merge.ts';
import { formResponses, mayJoin, type Response, type Variant } from '../responses.ts';

/** The host whose transcripts records were read from: all occurrences of a variant are of one. */
export function hostOfRecords({ occurrences }: Pick<MergedMessage, 'occurrences'>): string {
  for (const key of occurrences.keys()) return hostOf(key);
  return '';
}

/** Which of two hosts keeps what both have: below 0 for the first. This machine ('') comes before all. */
export function compareHosts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/**
 * The responses of a message id, where its records may come from several hosts: of this machine, of folders
 * of others, of what they sent. Those of each host are formed by themselves, in the order of the hosts' names,
 * this machine's ('') first; one that any record of a host before it may be part of is that host's, and is left out. So
 * what another host says of a message changes nothing of what is known of it here, and it counts once.
 *
 * A pure function of the set of variants, as `formResponses` is. Two hosts never have a variant of the same key:
 * the first keeps it (see `Ownership`).
 */
export function responsesByHost(variants: readonly Variant[]): Response[] {
  const byHost = Map.groupBy(variants, ({ state }) => hostOfRecords(state));
  if (byHost.size < 2) return formResponses(variants);
  const hosts = [...byHost].sort(([a], [b]) => (a < b ? -1 : 1));
  const known = new Set<string | number>();
  return hosts.flatMap(([, own]) => {
    const formed = formResponses(own).filter(
      ({ members }) => !members.some((member) => namesOf(member).some((name) => known.has(name))),
    );
    for (const variant of own) for (const name of namesOf(variant)) known.add(name);
    return formed;
  });
}

/** What records of two hosts have in common where they are of one response. */
function namesOf({ rid, side, state }: Variant): (string | number)[] {
  const request = rid === '' ? [] : [`request ${rid}`];
  const placeholder = side.startsWith('@') ? [`@${bareSession(side.slice(1))}`] : [];
  return [...request, ...placeholder, ...state.sides, ...state.lines];
}

/** Sessions of one host that have changed variants, and others which may be one response with them. */
export function sharedBy(changed: ReadonlySet<Variant>, all: readonly Variant[]): string[][] {
  const index = new Map<string | number, Variant[]>();
  const namesOf = ({ rid, state }: Variant): (string | number)[] => [
    `request ${rid}`,
    ...state.sides,
    ...state.lines,
  ];
  for (const variant of all) {
    for (const name of namesOf(variant)) {
      const list = index.get(name);
      if (list === undefined) index.set(name, [variant]);
      else list.push(variant);
    }
  }
  const shared: string[][] = [];
  for (const one of changed) {
    const sids = new Set(one.state.occurrences.keys());
    for (const name of namesOf(one)) {
      if (name === 'request ') continue;
      for (const other of index.get(name) ?? []) {
        if (!mayJoin(one, other) || hostOfRecords(one.state) !== hostOfRecords(other.state))
          continue;
        for (const sid of other.state.occurrences.keys()) sids.add(sid);
      }
    }
    if (sids.size > 1) shared.push([...sids].sort());
  }
  return shared;
}
