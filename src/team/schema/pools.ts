/**
 * Pooled budgets: what the team, a group of it, or each member may spend in a UTC day, week (from Monday) or
 * month. \`my_pools\` answers a member with every figure they are told, with a limit where one is set, and with
 * what their own machine has in it: that much of it a machine knows better itself.
 */
export const pools = `
CREATE TABLE outlay.pool (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scope text NOT NULL CHECK (scope IN ('team', 'group', 'member')),
  -- A group's or a member's; '' for the team, and for each member.
  name text NOT NULL CHECK (name = '' OR scope <> 'team'),
  period text NOT NULL CHECK (period IN ('day', 'week', 'month')),
  nano bigint NOT NULL CHECK (nano > 0),
  ladder text NOT NULL CHECK (ladder ~ '^[0-9./]{1,40}$'),
  action text NOT NULL CHECK (action IN ('notify', 'ask', 'halt-agents', 'block-prompts', 'stop')),
  set_at timestamptz NOT NULL DEFAULT now(),
  CHECK (name <> '' OR scope <> 'group'),
  UNIQUE (scope, name, period)
);
ALTER TABLE outlay.pool ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON outlay.pool FOR SELECT USING ((SELECT outlay.is_owner_or_admin())
  OR ((SELECT outlay.me()) IS NOT NULL AND (scope = 'team'
    OR (scope = 'group' AND EXISTS (SELECT FROM outlay.member_group g
      WHERE g.member = (SELECT outlay.me()) AND g.name = pool.name))
    OR (scope = 'member' AND (pool.name = ''
      OR pool.name = (SELECT m.name FROM outlay.member m WHERE m.id = (SELECT outlay.me())))))));

CREATE FUNCTION outlay.set_pool(
  p_scope text, p_name text, p_period text, p_nano bigint, p_ladder text, p_action text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM outlay.require_admin('sets pooled budgets');
  INSERT INTO outlay.pool AS p (scope, name, period, nano, ladder, action)
    VALUES (p_scope, p_name, p_period, p_nano, p_ladder, p_action)
    ON CONFLICT (scope, name, period) DO UPDATE
      SET nano = excluded.nano, ladder = excluded.ladder, action = excluded.action, set_at = now();
END $$;

CREATE FUNCTION outlay.remove_pool(p_scope text, p_name text, p_period text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM outlay.require_admin('removes pooled budgets');
  DELETE FROM outlay.pool WHERE scope = p_scope AND name = p_name AND period = p_period;
  RETURN FOUND;
END $$;

-- When the UTC periods of now begin and end, by the server's clock: the same for all members.
CREATE FUNCTION outlay.periods() RETURNS TABLE (period text, starts date, ends date)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT p, date_trunc(p, t)::date, (date_trunc(p, t) + ('1 ' || p)::interval)::date
  FROM unnest(ARRAY['day', 'week', 'month']) p, (SELECT now() AT TIME ZONE 'UTC' AS t) clock
$$;

CREATE FUNCTION outlay.my_pools(p_machine int) RETURNS TABLE (
  scope text, name text, period text, starts bigint, ends bigint,
  nano bigint, ladder text, action text, spent numeric, own numeric
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
  WITH me AS (SELECT m.id, m.name FROM outlay.member m WHERE m.id = outlay.me()),
  asked AS (
    SELECT 'team' AS scope, '' AS name, '' AS pool FROM me
    UNION ALL SELECT 'group', g.name, g.name FROM me JOIN outlay.member_group g ON g.member = me.id
    UNION ALL SELECT 'member', me.name, '' FROM me
  )
  SELECT a.scope, a.name, d.period,
    (extract(epoch FROM d.starts) * 1000)::bigint, (extract(epoch FROM d.ends) * 1000)::bigint,
    p.nano, p.ladder, p.action,
    coalesce(CASE a.scope
      WHEN 'team' THEN (SELECT sum(t.nano) FROM outlay.project_day t
        WHERE t.day >= d.starts AND t.day < d.ends)
      WHEN 'group' THEN (SELECT sum(t.nano) FROM outlay.member_group g
        JOIN outlay.member_day t ON t.member = g.member
        WHERE g.name = a.name AND t.day >= d.starts AND t.day < d.ends)
      ELSE (SELECT sum(t.nano) FROM outlay.member_day t
        WHERE t.member = (SELECT id FROM me) AND t.day >= d.starts AND t.day < d.ends)
      END, 0),
    coalesce((SELECT sum(s.nano) FROM outlay.spend s WHERE s.member = (SELECT id FROM me)
      AND s.machine = p_machine AND s.day >= d.starts AND s.day < d.ends), 0)
  FROM asked a CROSS JOIN outlay.periods() d
    LEFT JOIN LATERAL (SELECT q.nano, q.ladder, q.action FROM outlay.pool q
      WHERE q.scope = a.scope AND q.period = d.period AND q.name IN (a.name, a.pool)
      ORDER BY q.name DESC LIMIT 1) p ON true
  WHERE p.nano IS NOT NULL OR a.scope = 'member' OR outlay.sees('totals')
$$;
REVOKE ALL ON FUNCTION outlay.set_pool, outlay.remove_pool, outlay.periods, outlay.my_pools FROM PUBLIC;
`;

export const poolRights = `
DO $do$ DECLARE members text := (SELECT role FROM outlay.team); BEGIN
  EXECUTE format('GRANT SELECT ON outlay.pool TO %I', members);
  EXECUTE format('GRANT EXECUTE ON FUNCTION outlay.set_pool, outlay.remove_pool, outlay.periods,
    outlay.my_pools TO %I', members);
END $do$;
`;
