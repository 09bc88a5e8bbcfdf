import { mostRows, sumColumns } from './columns.ts';

const columns = sumColumns.join(', ');
const summed = sumColumns.map((name) => `sum(${name})::bigint`).join(', ');
const added = ['entries', ...sumColumns].map((name) => `${name} = t.${name} + excluded.${name}`);
const negated = sumColumns.map((name) => `-${name} AS ${name}`).join(', ');

/** Statements that add what `delta` holds to one roll-up; in one order, so that two uploads wait and do not lock. */
function addTo(table: string, key: string, delta: string): string {
  return `
  INSERT INTO outlay.${table} AS t (${key}, entries, ${columns})
    SELECT ${key}, sum(entries)::bigint, ${summed} FROM (${delta}) delta
    GROUP BY ${key} ORDER BY ${key}
  ON CONFLICT (${key}) DO UPDATE SET ${added.join(', ')};
  DELETE FROM outlay.${table} t USING (SELECT DISTINCT ${key} FROM (${delta}) delta) touched
    WHERE t.entries = 0 AND ${key
      .split(', ')
      .map((name) => `t.${name} = touched.${name}`)
      .join(' AND ')};`;
}

function keep(event: 'insert' | 'update' | 'delete', transitions: string, delta: string): string {
  const checks = event === 'delete' ? '' : isAllowed;
  return `
CREATE FUNCTION outlay.after_${event}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN${checks}${addTo('project_day', 'day, project, model', delta)}${addTo('member_day', 'member, day', delta)}${addTo('member_month', 'member, month', delta)}
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION outlay.after_${event}() FROM PUBLIC;
CREATE TRIGGER after_${event} AFTER ${event.toUpperCase()} ON outlay.spend
  REFERENCING ${transitions} FOR EACH STATEMENT EXECUTE FUNCTION outlay.after_${event}();`;
}

/** What the team's policy says of names holds for every row, however it came in. */
const isAllowed = `
  IF EXISTS (SELECT FROM come, outlay.team t WHERE
    (t.projects = 'hash' AND come.project !~ '^(#[0-9a-f]{16})?$') OR (NOT t.branches AND come.branch <> ''))
  THEN RAISE EXCEPTION 'names are sent that the policy of the team keeps back' USING ERRCODE = 'OL002';
  END IF;
  IF EXISTS (SELECT FROM (SELECT DISTINCT member, day, machine FROM come) touched WHERE
    (SELECT count(*) FROM outlay.spend s WHERE s.member = touched.member AND s.day = touched.day
       AND s.machine = touched.machine) > ${mostRows})
  THEN RAISE EXCEPTION 'a day has more than ${mostRows} rows' USING ERRCODE = 'OL003';
  END IF;`;

const month = "date_trunc('month', day)::date AS month";
const plus = (table: string): string =>
  `SELECT member, day, ${month}, project, model, 1 AS entries, ${columns} FROM ${table}`;
const minus = (table: string): string =>
  `SELECT member, day, ${month}, project, model, -1 AS entries, ${negated} FROM ${table}`;

/** Roll-ups follow every change of \`spend\` in its own transaction, whoever makes it. */
export const rollups = [
  keep('insert', 'NEW TABLE AS come', plus('come')),
  keep(
    'update',
    'OLD TABLE AS gone NEW TABLE AS come',
    `${plus('come')} UNION ALL ${minus('gone')}`,
  ),
  keep('delete', 'OLD TABLE AS gone', minus('gone')),
].join('\n');
