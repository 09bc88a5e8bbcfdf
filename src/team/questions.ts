import type { Ledger } from './connection.ts';
import { sumColumns } from './schema/columns.ts';

/** A member as the team's policy shows them to who asks. Money in nano-dollars, in UTC periods. */
export interface MemberSpend {
  readonly name: string;
  readonly admin: boolean;
  readonly groups: readonly string[];
  readonly machines: number;
  /** UTC milliseconds; null where nothing was sent yet. */
  readonly pushedAt: number | null;
  readonly day: number;
  readonly week: number;
  readonly month: number;
  /** The fullest of the budgets of members that hold for them, as a share; null without one. */
  readonly share: number | null;
}

/** Every member who asks may see, the fullest budget first. */
export async function memberSpends(ledger: Ledger): Promise<MemberSpend[]> {
  const rows = await ledger.query<Record<string, string | number | boolean | string[] | null>>(
    `WITH span AS (SELECT period, starts, ends FROM outlay.periods()),
     spent AS (
       SELECT d.member, p.period, sum(d.nano) AS nano FROM outlay.member_day d
         JOIN span p ON d.day >= p.starts AND d.day < p.ends
         WHERE d.day >= (SELECT min(starts) FROM span) GROUP BY d.member, p.period)
     SELECT m.name, m.admin,
       coalesce((SELECT array_agg(g.name ORDER BY g.name) FROM outlay.member_group g WHERE g.member = m.id), '{}') AS groups,
       (SELECT count(*)::int FROM outlay.machine x WHERE x.member = m.id) AS machines,
       (SELECT extract(epoch FROM max(x.pushed_at)) * 1000 FROM outlay.machine x WHERE x.member = m.id) AS pushed,
       coalesce((SELECT nano FROM spent s WHERE s.member = m.id AND s.period = 'day'), 0) AS day,
       coalesce((SELECT nano FROM spent s WHERE s.member = m.id AND s.period = 'week'), 0) AS week,
       coalesce((SELECT nano FROM spent s WHERE s.member = m.id AND s.period = 'month'), 0) AS month,
       (SELECT max(coalesce(s.nano, 0) / l.nano) FROM (
          SELECT DISTINCT ON (b.period) b.period, b.nano FROM outlay.pool b
          WHERE b.scope = 'member' AND b.name IN ('', m.name) ORDER BY b.period, b.name DESC) l
        LEFT JOIN spent s ON s.member = m.id AND s.period = l.period) AS share
     FROM outlay.member m ORDER BY share DESC NULLS LAST, month DESC, m.name`,
  );
  return rows.map((row) => ({
    name: String(row.name),
    admin: row.admin === true,
    groups: row.groups as string[],
    machines: Number(row.machines),
    pushedAt: row.pushed === null ? null : Math.round(Number(row.pushed)),
    day: Number(row.day),
    week: Number(row.week),
    month: Number(row.month),
    share: row.share === null ? null : Number(row.share),
  }));
}

/** How an export splits what it holds. */
export const exportKeys = ['row', 'member', 'project', 'model', 'day'] as const;
export type ExportKey = (typeof exportKeys)[number];

/** Most rows of one export. */
export const mostExported = 200_000;

const splits: Readonly<Record<ExportKey, readonly string[]>> = {
  row: [
    'member',
    'machine',
    'day',
    'local_day',
    'project',
    'model',
    'agent',
    'branch',
    'catalogue',
  ],
  member: ['member'],
  project: ['project'],
  model: ['model'],
  day: ['day'],
};

/** Columns an export has before its sums. */
export function exportColumns(by: ExportKey): readonly string[] {
  return splits[by];
}

/**
 * What stands in the ledger of some UTC days (the last not included), as far as who asks may see it: rows
 * as they were sent, or sums. Totals of projects, models and days are the team's where the policy shows them
 * to who asks, else their own.
 */
export async function exportRows(
  ledger: Ledger,
  by: ExportKey,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<Readonly<Record<string, string>>[]> {
  const sums = sumColumns.map((name) => `sum(${name})::text AS ${name}`).join(', ');
  const single = sumColumns.map((name) => `s.${name}::text`).join(', ');
  const within = 'day >= $1::date AND day < $2::date';
  if (by === 'row') {
    return ledger.query(
      `SELECT m.name AS member, x.name AS machine, s.day::text, s.local_day::text, s.project, s.model, s.agent,
         s.branch, s.catalogue::text, ${single}
       FROM outlay.spend s JOIN outlay.member m ON m.id = s.member JOIN outlay.machine x ON x.id = s.machine
       WHERE s.day >= $1::date AND s.day < $2::date
       ORDER BY s.day, m.name, x.name, s.local_day, s.project, s.model, s.agent, s.branch LIMIT $3::int`,
      [from, to, mostExported + 1],
    );
  }
  if (by === 'member') {
    return ledger.query(
      `SELECT m.name AS member, ${sums} FROM outlay.member_day d JOIN outlay.member m ON m.id = d.member
       WHERE ${within} GROUP BY m.name ORDER BY sum(nano) DESC, m.name`,
      [from, to],
    );
  }
  const [seen] = await ledger.query<{ totals: boolean }>("SELECT outlay.sees('totals') AS totals");
  const table = seen!.totals ? 'project_day' : 'spend';
  const [key] = splits[by];
  const order = by === 'day' ? 'day' : `sum(nano) DESC, ${key}`;
  return ledger.query(
    `SELECT ${key}::text AS ${key}, ${sums} FROM outlay.${table}
     WHERE ${within} GROUP BY ${key} ORDER BY ${order}`,
    [from, to],
  );
}
