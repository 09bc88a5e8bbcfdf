import { createHmac } from 'node:crypto';
import type { TeamPolicy } from '../dataFolder/team/membership.ts';
import { dayMs, dayOf } from '../model/calendar.ts';
import { memoize } from '../model/memoize.ts';
import type { ReportContext } from '../query/context.ts';
import { Names } from '../query/names.ts';
import { backgroundRows } from '../store/query/background.ts';
import { spendRows } from '../store/query/spendRows.ts';
import { downsampledUpTo } from '../store/retention/downsampleState.ts';
import { lastPart } from '../text/paths.ts';
import { clip, plainText } from '../text/plainText.ts';
import { type Sends, sessionDays } from './claims.ts';
import { longestName, mostOfRow, mostRows, type SumColumn, sumColumns } from './schema/columns.ts';

/** What tells rows of a day apart. Days are YYYY-MM-DD. */
export interface TeamKey {
  /** The day it was where the member is. */
  readonly local_day: string;
  /** The last part of its folder's path, or a hash of it; '' for none. */
  readonly project: string;
  /** '' for what no message explains. */
  readonly model: string;
  readonly agent: string;
  /** '' unless the team's policy lets branches out. */
  readonly branch: string;
}

/** One row as it leaves the machine: names and sums, nothing else. */
export type TeamRow = TeamKey & Readonly<Record<SumColumn, number>>;

/** The days of a machine, each with its rows. */
export interface TeamDays {
  /** By UTC day; one without rows is one without spend. */
  readonly days: ReadonlyMap<string, readonly TeamRow[]>;
  /** The first day the store knows of: nothing is said of days before it. */
  readonly from: string;
  /** Days before it have been summed up in the store: sent once, they stay as they were. '' where none is. */
  readonly summedUpBefore: string;
  /** Days before it stand in the first of their month. */
  readonly inMonthsBefore: string;
  /** By which prices and policy these are. */
  readonly of: string;
}

/**
 * Sums what the store has by what a team may know. `since`: only days from this UTC day on; `sends`: only days of
 * sessions this machine sends. Sessions of other hosts are theirs to send.
 */
export function teamDays(
  context: ReportContext,
  policy: TeamPolicy,
  since = '',
  sends: Sends = () => true,
): TeamDays {
  const { db, reader, zone, book } = context;
  const first = reader.firstAt() ?? context.now;
  const names = new Names(context);
  const span = since === '' ? undefined : { from: Date.parse(since), to: Number.MAX_SAFE_INTEGER };
  const rows = spendRows(db, span, ['bucket', 'session', 'agent', 'model', 'facet']);
  names.prefetch(rows, ['session', 'agent', 'model']);
  const days = new Map<string, Map<string, Growing>>();
  const localDayOf = memoize((slot: number) => dayOf(slot * slotMs, zone));
  const add = (at: number, key: Omit<TeamKey, 'local_day'>, sums: Partial<Growing>): void => {
    const day = new Date(at).toISOString().slice(0, 10);
    const local_day = localDayOf(Math.floor(at / slotMs));
    const id = [local_day, key.project, key.model, key.agent, key.branch].join('\0');
    const own = days.get(day) ?? new Map<string, Growing>();
    days.set(day, own);
    const row = own.get(id) ?? { local_day, ...key, ...nothing };
    own.set(id, row);
    for (const name of sumColumns) row[name] = Math.min(row[name] + (sums[name] ?? 0), mostOfRow);
  };
  const projectOf = memoize((session: number) => projectName(names.project(session), policy));
  const sessionDayOf = sessionDays(policy);
  const isSent = (session: number, at: number): boolean => {
    const one = sessionDayOf(names.place(session).sid, at);
    return one !== undefined && sends(one);
  };
  for (const row of rows) {
    if (!isSent(row.session, row.at)) continue;
    add(
      row.at,
      {
        project: projectOf(row.session),
        model: plainName(names.word(row.model), longestName.model),
        agent: plainName(names.agentType(row.agent), longestName.agent),
        branch: policy.branches ? plainName(names.facet(row).branch, longestName.branch) : '',
      },
      {
        messages: row.messages,
        lower: row.lower,
        unpriced: row.unpriced,
        input: row.input,
        output: row.output,
        write5m: row.cacheWrite5m,
        write1h: row.cacheWrite1h,
        cache_read: row.cacheRead,
        searches: row.webSearches,
        nano: row.nano,
      },
    );
  }
  for (const { session, at, nano } of backgroundRows(db, span)) {
    if (!isSent(session, at)) continue;
    const key = { project: projectOf(session), model: '', agent: 'main', branch: '' };
    add(at, key, { nano, background: nano });
  }
  const summedUp = downsampledUpTo(db);
  return {
    days: new Map([...days].map(([day, own]) => [day, bounded([...own.values()])])),
    from: new Date(first).toISOString().slice(0, 10),
    summedUpBefore: dayFrom(summedUp.messages),
    inMonthsBefore: dayFrom(summedUp.days),
    of: kindOfDays(book.revision, policy),
  };
}

/** What days are by: others have to be looked at anew, each of them. */
export function kindOfDays(prices: string, policy: TeamPolicy): string {
  const { projects, branches, salt } = policy;
  return [prices, projects, branches, salt, 'sessions once'].join(' ');
}

/** The first whole UTC day from a moment on; '' for 0. */
export function dayFrom(at: number): string {
  return at === 0 ? '' : new Date(at + dayMs - 1).toISOString().slice(0, 10);
}

const slotMs = 900_000;

type Growing = { -readonly [K in keyof TeamRow]: TeamRow[K] };

const nothing = Object.fromEntries(sumColumns.map((name) => [name, 0])) as Record<
  SumColumn,
  number
>;

/** More rows than a ledger takes become one for each local day, project and model, then for each local day. */
export function bounded(rows: readonly Growing[]): TeamRow[] {
  if (rows.length <= mostRows) return [...rows];
  const merged = merge(rows, (row) => ({ ...row, agent: 'several', branch: '' }));
  if (merged.length <= mostRows) return merged;
  return merge(merged, (row) => ({ ...row, project: '', agent: 'several', model: 'several' }));
}

function merge(rows: readonly TeamRow[], change: (row: TeamRow) => TeamRow): Growing[] {
  const groups = Map.groupBy(rows.map(change), ({ local_day, project, model }) =>
    [local_day, project, model].join('\0'),
  );
  return [...groups.values()].map((group) => {
    const sum: Growing = { ...group[0]!, ...nothing };
    for (const row of group) {
      for (const name of sumColumns) sum[name] = Math.min(sum[name] + row[name], mostOfRow);
    }
    return sum;
  });
}

/** A project as others may see it: never the path it lies at. */
export function projectName(path: string, { projects, salt }: TeamPolicy): string {
  const name = plainName(lastPart(path), longestName.project);
  if (projects === 'name' || name === '') return name;
  return `#${createHmac('sha256', salt).update(name).digest('hex').slice(0, 16)}`;
}

/** One plain line without what PostgreSQL's text cannot hold. */
export function plainName(text: string, length: number): string {
  return clip(plainText(text).replaceAll('\0', ''), length).toWellFormed();
}
