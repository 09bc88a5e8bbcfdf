import type { Membership } from '../../dataFolder/team/membership.ts';
import type { Pool } from '../../dataFolder/team/poolFile.ts';
import type { UtcDays } from '../../model/calendar.ts';
import { dayMs, daySpan, monthSpan, type TimeSpan, weekSpan } from '../../model/calendar.ts';
import { HumanError } from '../../model/errors.ts';
import { largestOf } from '../../model/lists.ts';
import { count } from '../../query/context.ts';
import type { LedgerRows } from '../ledger.ts';
import { type ExportKey, exportColumns, type MemberSpend } from '../questions.ts';
import { type SumColumn, sumColumns } from '../schema/columns.ts';
import type { FirestoreDatabase } from './database.ts';
import { type Call, type CallOrigin, callCollection, readCall } from './layout.ts';
import { type MachineState, machinesOf } from './machines.ts';
import { type PoolBudget, readTeam } from './team.ts';

/** Most calls a question reads: each is a document, and is billed as one. */
export const mostRead = 200_000;

/** Who sends and what they spent, from the documents of the machines: one read each, whatever they have sent. */
export async function membersOf(database: FirestoreDatabase): Promise<MemberSpend[]> {
  const { budgets } = await readTeam(database);
  const machines = await machinesOf(database);
  const periods = periodsAt(database.now);
  const byMember = Map.groupBy(machines, ({ member }) => member);
  const members = [...byMember].map(([name, own]): MemberSpend => {
    const pushed = own.flatMap((machine) => machine.pushed?.getTime() ?? []);
    const spent = { day: 0, week: 0, month: 0 };
    for (const { period, span } of periods) spent[period] = spentIn(own, span);
    const shares = periods.flatMap(({ period }) => {
      const budget = budgetOf(budgets, 'member', name, period);
      return budget === undefined ? [] : spent[period] / budget.nano;
    });
    return {
      ...{ name, admin: false, groups: [], machines: own.length, ...spent },
      pushedAt: pushed.length === 0 ? null : largestOf(pushed, 0),
      share: shares.length === 0 ? null : largestOf(shares, 0),
    };
  });
  return members.sort(
    (a, b) => (b.share ?? -1) - (a.share ?? -1) || b.month - a.month || (a.name < b.name ? -1 : 1),
  );
}

/**
 * How the team's budgets stand, for a machine: what all have spent and what its member has, in this day, week and
 * month of UTC by the service's clock. What others have sent counts, what they have not sent yet does not.
 */
export function poolsOf(
  machines: readonly MachineState[],
  budgets: readonly PoolBudget[],
  { member, machineName }: Pick<Membership, 'member' | 'machineName'>,
  now: number,
): Pool[] {
  const mine = machines.filter((each) => each.member === member);
  const own = mine.filter(({ machine }) => machine === machineName);
  const whose = [
    ['team', '', machines],
    ['member', member, mine],
  ] as const;
  return whose.flatMap(([scope, name, some]) =>
    periodsAt(now).map(({ period, span }): Pool => {
      const budget = budgetOf(budgets, scope, name, period);
      return {
        ...{ scope, name, period, ...span },
        spent: spentIn(some, span),
        own: spentIn(own, span),
        budget: budget && { nano: budget.nano, ladder: budget.ladder, action: budget.action },
      };
    }),
  );
}

/** The budget that holds: a member's own in the place of the one each has. */
function budgetOf(
  budgets: readonly PoolBudget[],
  scope: PoolBudget['scope'],
  name: string,
  period: PoolBudget['period'],
): PoolBudget | undefined {
  const some = budgets.filter((each) => each.scope === scope && each.period === period);
  return some.find((each) => each.name === name) ?? some.find((each) => each.name === '');
}

function periodsAt(now: number) {
  return [
    { period: 'day', span: daySpan(now, 'UTC') },
    { period: 'week', span: weekSpan(now, 'UTC', 1) },
    { period: 'month', span: monthSpan(now, 'UTC') },
  ] as const;
}

function spentIn(machines: readonly MachineState[], span: TimeSpan): number {
  const [first, behind] = [dayAt(span.from), dayAt(span.to)];
  return sum(
    machines.flatMap(({ days }) =>
      Object.entries(days)
        .filter(([day]) => day >= first && day < behind)
        .map(([, { nano }]) => nano),
    ),
  );
}

/**
 * Rows as PostgreSQL's ledger has them, and their sums, made of the calls of some days: whoever sends the same to
 * either reads the same from both. What other tools wrote in this layout counts, and belongs to no member.
 */
export async function rowsOf(
  database: FirestoreDatabase,
  by: ExportKey,
  span: UtcDays,
): Promise<LedgerRows> {
  const keys = exportColumns(by);
  const groups = new Map<string, Group>();
  let foreign = 0;
  let unreadable = 0;
  for await (const call of callsOf(database, span)) {
    if (call === undefined) {
      unreadable += 1;
      continue;
    }
    if (call.member === '') foreign += 1;
    const names = namesOf(call);
    const id = keys.map((key) => (key === 'catalogue' ? '' : names[key])).join('\0');
    const group = groups.get(id) ?? { names, sums: { ...nothing } };
    // Calls of a day sent at different times may be by two catalogues: the later one is named.
    const isLater = names.catalogue! > group.names.catalogue!;
    groups.set(id, isLater ? { ...group, names } : group);
    for (const [column, amount] of Object.entries(sumsOf(call))) {
      group.sums[column as SumColumn] += amount;
    }
  }
  const rows = [...groups.values()].sort(by === 'row' ? byNames(keys) : bySpend(by)).map(
    ({ names, sums }) =>
      ({
        ...Object.fromEntries(keys.map((key) => [key, names[key] ?? ''])),
        ...Object.fromEntries(sumColumns.map((column) => [column, String(sums[column])])),
      }) as Record<string, string>,
  );
  const notes = [
    ...(foreign > 0
      ? [`${count(foreign, 'document')} of other programs: what they say they cost is in it.`]
      : []),
    ...(unreadable > 0
      ? [`${count(unreadable, 'document')} without a cost or of another form: not in it.`]
      : []),
  ];
  return { rows, notes };
}

interface Group {
  readonly names: Readonly<Record<string, string>>;
  readonly sums: Record<SumColumn, number>;
}

function namesOf(call: Call & CallOrigin): Record<string, string> {
  const { member, machine, localDay, project, model, agent, branch, catalogue } = call;
  const day = dayAt(call.at);
  return {
    ...{ member, machine, day, local_day: localDay, project, model, agent, branch },
    catalogue,
  };
}

function sumsOf(call: Call): Record<SumColumn, number> {
  const { messages, lower, unpriced, input, output, write5m, write1h, cacheRead, nano } = call;
  return {
    ...{ messages, lower, unpriced, input, output, write5m, write1h, nano },
    ...{ cache_read: cacheRead, searches: call.searches },
    background: call.kind === 'background' ? nano : 0,
  };
}

const nothing = Object.fromEntries(sumColumns.map((column) => [column, 0])) as Record<
  SumColumn,
  number
>;

/** As PostgreSQL's ledger orders them. */
const rowOrder = ['day', 'member', 'machine', 'local_day', 'project', 'model', 'agent', 'branch'];

function byNames(keys: readonly string[]): (a: Group, b: Group) => number {
  const order = [...rowOrder, ...keys];
  return (a, b) => {
    const key = order.find((each) => a.names[each] !== b.names[each]);
    return key === undefined ? 0 : a.names[key]! < b.names[key]! ? -1 : 1;
  };
}

function bySpend(key: ExportKey): (a: Group, b: Group) => number {
  const name = ({ names }: Group): string => names[key] ?? '';
  const byName = (a: Group, b: Group): number => (name(a) < name(b) ? -1 : 1);
  return key === 'day' ? byName : (a, b) => b.sums.nano - a.sums.nano || byName(a, b);
}

/** The calls of some days, a day at a time; undefined for a document that cannot be counted. */
async function* callsOf(
  database: FirestoreDatabase,
  { from, to }: UtcDays,
): AsyncGenerator<(Call & CallOrigin) | undefined, void, void> {
  const end = Date.parse(to);
  let left = mostRead;
  let at = Date.parse(from);
  while (at < end) {
    const next = Math.min(at + dayMs, end);
    const found = await between(database, at, next, left + 1);
    left -= found.length;
    if (left < 0) {
      throw new HumanError(
        'usage',
        `That is more than ${mostRead} documents. Ask for fewer days (--since, --until).`,
      );
    }
    for (const document of found) yield readCall(document);
    if (found.length > 0) {
      at = next;
      continue;
    }
    // Nothing that day: on to the next one that has something.
    const [first] = await between(database, next, end, 1);
    const { timestamp } = first?.fields ?? {};
    if (!(timestamp instanceof Date)) return;
    at = Math.floor(timestamp.getTime() / dayMs) * dayMs;
  }
}

function between(database: FirestoreDatabase, from: number, to: number, limit: number) {
  return database.query({
    collection: callCollection,
    where: [
      ['timestamp', 'GREATER_THAN_OR_EQUAL', new Date(from)],
      ['timestamp', 'LESS_THAN', new Date(to)],
    ],
    orderBy: 'timestamp',
    limit,
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function dayAt(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
