/**
 * Who may do what. A member is who is logged in (\`session_user\`, which nobody but a superuser changes);
 * rights are given to the role of all members, and row-level security says of which rows they are. Functions
 * that run as the ledger's owner find everything in \`pg_catalog\` or by its full name.
 */
export const rules = `
CREATE FUNCTION outlay.me() RETURNS int
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT id FROM outlay.member WHERE login = session_user
$$;
CREATE FUNCTION outlay.is_admin() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM outlay.member WHERE login = session_user AND admin)
$$;
-- Whether the person sees what is open to: 'totals' of the team, or single 'members'.
CREATE FUNCTION outlay.sees(what text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT outlay.me() IS NOT NULL AND (outlay.is_admin() OR
    EXISTS (SELECT FROM outlay.team WHERE visible = 'members' OR (what = 'totals' AND visible = 'totals')))
$$;

ALTER TABLE outlay.team ENABLE ROW LEVEL SECURITY;
ALTER TABLE outlay.member ENABLE ROW LEVEL SECURITY;
ALTER TABLE outlay.member_group ENABLE ROW LEVEL SECURITY;
ALTER TABLE outlay.machine ENABLE ROW LEVEL SECURITY;
ALTER TABLE outlay.upload ENABLE ROW LEVEL SECURITY;
ALTER TABLE outlay.spend ENABLE ROW LEVEL SECURITY;
ALTER TABLE outlay.project_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE outlay.member_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE outlay.member_month ENABLE ROW LEVEL SECURITY;

CREATE POLICY seen ON outlay.team FOR SELECT USING ((SELECT outlay.me()) IS NOT NULL);
CREATE POLICY seen ON outlay.member FOR SELECT
  USING (id = (SELECT outlay.me()) OR (SELECT outlay.sees('members')));
CREATE POLICY seen ON outlay.member_group FOR SELECT
  USING (member = (SELECT outlay.me()) OR (SELECT outlay.sees('members')));
CREATE POLICY seen ON outlay.machine FOR SELECT
  USING (member = (SELECT outlay.me()) OR (SELECT outlay.sees('members')));
CREATE POLICY own ON outlay.upload
  USING (member = (SELECT outlay.me())) WITH CHECK (member = (SELECT outlay.me()));
CREATE POLICY seen ON outlay.spend FOR SELECT
  USING (member = (SELECT outlay.me()) OR (SELECT outlay.sees('members')));
CREATE POLICY added ON outlay.spend FOR INSERT WITH CHECK (member = (SELECT outlay.me()));
CREATE POLICY changed ON outlay.spend FOR UPDATE
  USING (member = (SELECT outlay.me())) WITH CHECK (member = (SELECT outlay.me()));
CREATE POLICY removed ON outlay.spend FOR DELETE USING (member = (SELECT outlay.me()));
CREATE POLICY seen ON outlay.project_day FOR SELECT USING ((SELECT outlay.sees('totals')));
CREATE POLICY seen ON outlay.member_day FOR SELECT
  USING (member = (SELECT outlay.me()) OR (SELECT outlay.sees('members')));
CREATE POLICY seen ON outlay.member_month FOR SELECT
  USING (member = (SELECT outlay.me()) OR (SELECT outlay.sees('members')));
`;

/** Rights of members on what migration 1 makes; the role's name is the team's. */
export const rights = `
DO $do$ DECLARE members text := (SELECT role FROM outlay.team); BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA outlay TO %I', members);
  EXECUTE format('GRANT SELECT ON outlay.migration, outlay.team, outlay.member, outlay.member_group,
    outlay.machine, outlay.project_day, outlay.member_day, outlay.member_month TO %I', members);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON outlay.upload, outlay.spend TO %I', members);
  EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA outlay TO %I', members);
END $do$;
`;
