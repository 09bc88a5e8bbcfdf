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
    `WITH span AS (
       SELECT min(starts) FILTER (WHERE period <> 'month') AS first,
         min(starts) FILTER (WHERE period = 'day') AS day, min(starts) FILTER (WHERE period = 'week') AS week,
         min(starts) FILTER (WHERE period = 'month') AS month, min(ends) AS ends
       FROM outlay.periods()),
     spent AS (
       SELECT d.member, sum(d.nano) FILTER (WHERE d.day >= span.day) AS day,
         sum(d.nano) FILTER (WHERE d.day >= span.week) AS week
       FROM outlay.member_day d, span WHERE d.day >= span.first AND d.day < span.ends GROUP BY d.member),
     grouped AS (
       SELECT member, array_agg(name ORDER BY name) AS names FROM outlay.member_group GROUP BY member),
     used AS (
       SELECT member, count(*)::int AS machines, max(pushed_at) AS pushed FROM outlay.machine GROUP BY member),
     budget AS MATERIALIZED (SELECT name, period, nano FROM outlay.pool WHERE scope = 'member')
     SELECT m.name, m.admin, coalesce(g.names, '{}') AS groups, coalesce(u.machines, 0) AS machines,
       extract(epoch FROM u.pushed) * 1000 AS pushed,
       coalesce(s.day, 0) AS day, coalesce(s.week, 0) AS week, coalesce(n.nano, 0) AS month,
       (SELECT max(coalesce(CASE b.period WHEN 'day' THEN s.day WHEN 'week' THEN s.week ELSE n.nano END, 0)::float8 / b.nano)
          FROM budget b WHERE b.name = m.name OR (b.name = '' AND NOT EXISTS (
            SELECT FROM budget o WHERE o.name = m.name AND o.period = b.period))) AS share
     FROM outlay.member m LEFT JOIN spent s ON s.member = m.id
       LEFT JOIN outlay.member_month n ON n.member = m.id AND n.month = (SELECT month FROM span)
       LEFT JOIN grouped g ON g.member = m.id
       LEFT JOIN used u ON u.member = m.id`,
  );
  const members = rows.map((row) => ({
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
  return members.sort(
    (a, b) => (b.share ?? -1) - (a.share ?? -1) || b.month - a.month || (a.name < b.name ? -1 : 1),
  );
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
  const [seen] = await ledger.query<{ totals: boolean; members: boolean }>(
    "SELECT outlay.sees('totals') AS totals, outlay.sees('members') AS members",
  );
  // The policy says the same of every row; said here, an index answers.
  const own = seen!.members ? 'TRUE' : 'member = outlay.me()';
  const ownRows = seen!.members ? 'TRUE' : 's.member = outlay.me()';
  if (by === 'row') {
    return ledger.query(
      `SELECT m.name AS member, x.name AS machine, s.day::text, s.local_day::text, s.project, s.model, s.agent,
         s.branch, s.catalogue::text, ${single}
       FROM outlay.spend s JOIN outlay.member m ON m.id = s.member JOIN outlay.machine x ON x.id = s.machine
       WHERE s.day >= $1::date AND s.day < $2::date AND ${ownRows}
       ORDER BY s.day, m.name, x.name, s.local_day, s.project, s.model, s.agent, s.branch LIMIT $3::int`,
      [from, to, mostExported + 1],
    );
  }
  if (by === 'member') {
    // Whole months are there as sums.
    const isMonths = from.endsWith('-01') && to.endsWith('-01');
    const [source, unit] = isMonths ? ['member_month', 'month'] : ['member_day', 'day'];
    const rows = await ledger.query<Record<string, string>>(
      `SELECT m.name AS member, s.* FROM (
         SELECT member AS id, ${sums} FROM outlay.${source}
         WHERE ${unit} >= $1::date AND ${unit} < $2::date AND ${own} GROUP BY member) s
       JOIN outlay.member m USING (id)`,
      [from, to],
    );
    return rows.sort((a, b) => Number(b.nano) - Number(a.nano) || (a.member! < b.member! ? -1 : 1));
  }
  const table = seen!.totals ? 'project_day' : 'spend';
  const whose = seen!.totals ? 'TRUE' : own;
  const [key] = splits[by];
  const order = by === 'day' ? 'day' : `sum(nano) DESC, ${key}`;
  return ledger.query(
    `SELECT ${key}::text AS ${key}, ${sums} FROM outlay.${table}
     WHERE ${within} AND ${whose} GROUP BY ${key} ORDER BY ${order}`,
    [from, to],
  );
}
