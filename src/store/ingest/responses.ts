import { appendAll } from '../../model/lists.ts';
import { compareLines, keyText, type MergedMessage, merge, type VariantKey } from './merge.ts';

/** A variant of a message id; `legacy` when a schema before 7 wrote it and no line of it was read since. */
export interface Variant extends VariantKey {
  readonly state: MergedMessage;
  readonly legacy: boolean;
}

/** Variants that are one response. */
export interface Response extends VariantKey {
  readonly members: readonly Variant[];
  /** The join of its members. */
  readonly state: MergedMessage;
  /** A side chain that repeats a response of the main thread. */
  readonly replay: boolean;
}

/** A response in the making. */
interface Group {
  readonly members: Variant[];
  /** Has a record with a request id. */
  readonly requested: boolean;
}

/**
 * Which records of one message id are one response. Message ids alone are too coarse (proxies give
 * every response the same one) and ids of requests too fine (some lines of a response lack it):
 *
 * - Records of one request are one response, those of two requests are two.
 * - A record without a request id belongs to the response it shares a uuid or its input side with.
 * - A placeholder, whose input side is empty, belongs to the next response of its session, else to
 *   its last; of placeholders of several requests only the nearest may.
 * - A side chain with the input side of a main-thread response repeats it, whatever its request.
 *
 * A pure function of the set of variants: each choice is made by content, never by order.
 */
export function formResponses(variants: readonly Variant[]): Response[] {
  const sorted = [...variants].sort(
    (a, b) => compare(keyText(a), keyText(b)) || Number(a.legacy) - Number(b.legacy),
  );
  const groups: Group[] = [];
  const placeholders: Group[] = [];
  for (const [rid, members] of Map.groupBy(sorted, ({ rid }) => rid)) {
    if (rid !== '') {
      const group = { members, requested: true };
      (sidesOf(group).size > 0 ? groups : placeholders).push(group);
      continue;
    }
    const sent = members.filter(({ state }) => state.sides.length > 0);
    const empty = members.filter(({ state }) => state.sides.length === 0);
    for (const some of connected(sent)) groups.push({ members: some, requested: false });
    for (const some of connected(empty)) placeholders.push({ members: some, requested: false });
  }
  const formed = placePlaceholders(attach(groups), placeholders);
  const original = formed.filter(inMain).map(sidesOf);
  const inMainThread = new Set(original.flatMap((sides) => (sides.size > 0 ? [...sides] : [''])));
  return formed.map((group) => responseOf(group, inMainThread));
}

/** Groups without a request id join the request they share a line or an input side with. */
function attach(groups: readonly Group[]): Group[] {
  const requested = groups.filter((group) => group.requested);
  // Judged by the records of the requests alone, so that the order of joining makes no difference.
  const byLine = indexed(requested, linesOf);
  const bySide = indexed(requested, sidesOf);
  return join(
    requested,
    groups.filter((group) => !group.requested),
    (group) => {
      const sessions = sessionsOf(group);
      return [
        ...found(byLine, linesOf(group)).map((at) => ({ at, rank: 0 })),
        ...found(bySide, sidesOf(group)).map((at) => ({
          at,
          rank: overlap(sessions, sessionsOf(requested[at]!)) ? 1 : 2,
        })),
      ];
    },
  );
}

/** Placeholders join a response they share a line with, else the next of their session, else the one before. */
function placePlaceholders(formed: readonly Group[], placeholders: readonly Group[]): Group[] {
  const byLine = indexed(formed, linesOf);
  const bySession = indexed(formed, sessionsOf);
  const joined = join(formed, placeholders, (placeholder) => {
    const since = keptAt(placeholder);
    const candidates = [
      ...found(byLine, linesOf(placeholder)).map((at) => ({ at, rank: -1 })),
      ...found(bySession, sessionsOf(placeholder)).map((at) => {
        const later = keptAt(formed[at]!) - since;
        return { at, rank: later >= 0 ? later : afterAllLater - later };
      }),
    ];
    return candidates.filter(({ at }) => !(placeholder.requested && formed[at]!.requested));
  });
  const alone = joined.slice(formed.length);
  return [...joined.slice(0, formed.length), ...attachEmpty(alone)];
}

/** Of placeholders alone, those without a request id join the one of their line or session. */
function attachEmpty(alone: readonly Group[]): Group[] {
  const requested = alone.filter((group) => group.requested);
  const byLine = indexed(requested, linesOf);
  const bySession = indexed(requested, sessionsOf);
  return join(
    requested,
    alone.filter((group) => !group.requested),
    (group) => [
      ...found(byLine, linesOf(group)).map((at) => ({ at, rank: 0 })),
      ...found(bySession, sessionsOf(group)).map((at) => ({ at, rank: 1 })),
    ],
  );
}

/** Milliseconds beyond any between two responses: ranks what came before after all that came later. */
const afterAllLater = 2 ** 52;

interface Candidate {
  /** Which of the groups to join. */
  readonly at: number;
  readonly rank: number;
}

function firstOfLowestRank(candidates: readonly Candidate[]): Candidate | undefined {
  return candidates.reduce<Candidate | undefined>((best, next) => {
    if (best === undefined || next.rank < best.rank) return next;
    return next.rank === best.rank && next.at < best.at ? next : best;
  }, undefined);
}

/**
 * The groups, each with what joins it, then what joins none: each the first of its lowest rank. Of
 * several requests that would join one group only the nearest does: two requests are two responses.
 */
function join(
  groups: readonly Group[],
  others: readonly Group[],
  candidatesOf: (group: Group) => readonly Candidate[],
): Group[] {
  const joined = groups.map((group) => ({ ...group, members: [...group.members] }));
  const alone: Group[] = [];
  const choices = others.map((other) => ({ other, best: firstOfLowestRank(candidatesOf(other)) }));
  const nearest = new Map<number, (typeof choices)[number]>();
  for (const choice of choices) {
    if (choice.best === undefined || !choice.other.requested) continue;
    const rival = nearest.get(choice.best.at)?.best;
    if (rival === undefined || choice.best.rank < rival.rank) nearest.set(choice.best.at, choice);
  }
  for (const choice of choices) {
    const { other, best } = choice;
    const joins = best !== undefined && (!other.requested || nearest.get(best.at) === choice);
    if (joins) appendAll(joined[best.at]!.members, other.members);
    else alone.push(other);
  }
  return [...joined, ...alone];
}

/** Positions of the groups by what they have. */
function indexed<T>(
  groups: readonly Group[],
  valuesOf: (group: Group) => ReadonlySet<T>,
): ReadonlyMap<T, readonly number[]> {
  const index = new Map<T, number[]>();
  groups.forEach((group, at) => {
    for (const value of valuesOf(group)) {
      const list = index.get(value);
      if (list === undefined) index.set(value, [at]);
      else list.push(at);
    }
  });
  return index;
}

function found<T>(index: ReadonlyMap<T, readonly number[]>, values: ReadonlySet<T>): number[] {
  return [...values].flatMap((value) => index.get(value) ?? []);
}

/** Connected components of variants that have a line or their key in common. */
function connected(variants: readonly Variant[]): Variant[][] {
  const componentOf = new Map<string | number, Variant[]>();
  for (const variant of variants) {
    const names = [keyText(variant), ...variant.state.lines];
    const near = new Set(names.flatMap((name) => componentOf.get(name) ?? []));
    const component = [...near, variant];
    const inComponent = component.flatMap((member) => [keyText(member), ...member.state.lines]);
    for (const name of inComponent) componentOf.set(name, component);
  }
  return [...new Set(componentOf.values())];
}

function responseOf(group: Group, inMainThread: ReadonlySet<string>): Response {
  const members = [...group.members].sort(
    // A request's key names the response; else the first input side.
    (a, b) =>
      compare(b.rid, a.rid) ||
      compare(keyText(a), keyText(b)) ||
      Number(a.legacy) - Number(b.legacy),
  );
  const { rid, side } = members[0]!;
  const sides = sidesOf(group);
  const repeated = sides.size > 0 ? overlap(sides, inMainThread) : inMainThread.has('');
  return { rid, side, members, state: joined(members), replay: repeated && !inMain(group) };
}

/** The join of variants. Of equal records the one that was read by this schema is kept. */
function joined(members: readonly Variant[]): MergedMessage {
  const fresh = members.filter(({ legacy }) => !legacy);
  const legacy = members.filter((member) => member.legacy);
  const state = [...fresh, ...legacy].map((member) => member.state).reduce(merge);
  if (fresh.length === 0 || legacy.length === 0) return state;
  const kept = fresh.map((member) => member.state.kept).reduce(better);
  const old = legacy.map((member) => member.state.kept).reduce(better);
  // What schema 6 did not keep makes the same record look different.
  const same = kept.at === old.at && kept.usage.output === old.usage.output;
  return same ? { ...state, kept } : state;
}

function better(a: MergedMessage['kept'], b: MergedMessage['kept']): MergedMessage['kept'] {
  return compareLines(a, b) <= 0 ? a : b;
}

function sidesOf({ members }: Group): ReadonlySet<string> {
  return new Set(members.flatMap(({ state }) => state.sides));
}

function sessionsOf({ members }: Group): ReadonlySet<string> {
  return new Set(members.flatMap(({ state }) => [...state.occurrences.keys()]));
}

function keptAt({ members }: Group): number {
  return members.map(({ state }) => state.kept).reduce(better).at;
}

function inMain({ members }: Group): boolean {
  return members.some(({ state }) => state.inMain);
}

function linesOf({ members }: Group): ReadonlySet<number> {
  return new Set(members.flatMap(({ state }) => state.lines));
}

/** Whether two sessions that have these variants may have a response in common. */
export function mayJoin(a: Variant, b: Variant): boolean {
  if (a.rid !== '' && b.rid !== '') return a.rid === b.rid;
  return common(a.state.lines, b.state.lines) || common(a.state.sides, b.state.sides);
}

function common<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.some((item) => b.includes(item));
}

function overlap<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  for (const item of a) if (b.has(item)) return true;
  return false;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
