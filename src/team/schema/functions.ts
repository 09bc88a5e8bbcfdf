import { keyColumns, sumColumns } from './columns.ts';

const values = [...sumColumns, 'catalogue'];
const isSame = keyColumns.map((name) => `r.${name} = s.${name}`).join(' AND ');
const keyTypes = keyColumns.map((name) => `${name} ${name === 'local_day' ? 'date' : 'text'}`);
const sumTypes = sumColumns.map((name) => `${name} bigint`);

/** What members and admins call. Each checks who asks; none trusts what it is given. */
export const functions = `
-- A day's partition is made when its first row comes. Clocks may lie, but not by decades.
CREATE FUNCTION outlay.ensure_month(p_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  partition text := 'spend_' || to_char(p_day, 'YYYYMM');
  begins date := date_trunc('month', p_day)::date;
BEGIN
  IF outlay.me() IS NULL THEN RAISE EXCEPTION 'no member' USING ERRCODE = '42501'; END IF;
  IF p_day IS NULL OR p_day < DATE '2020-01-01' OR p_day > current_date + 40 THEN
    RAISE EXCEPTION 'the ledger keeps no such day' USING ERRCODE = 'OL001';
  END IF;
  IF p_day < (SELECT closed_before FROM outlay.team) THEN
    RAISE EXCEPTION 'the ledger is closed for this day' USING ERRCODE = 'OL004';
  END IF;
  IF to_regclass('outlay.' || partition) IS NOT NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtext('outlay.ensure_month'));
  -- From the table: what to_regclass knows may be of before the lock.
  IF EXISTS (SELECT FROM pg_class WHERE relname = partition AND relnamespace = 'outlay'::regnamespace)
  THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE outlay.%I (LIKE outlay.spend INCLUDING ALL)', partition);
  EXECUTE format('ALTER TABLE outlay.%I ENABLE ROW LEVEL SECURITY', partition);
  EXECUTE format('ALTER TABLE outlay.spend ATTACH PARTITION outlay.%I FOR VALUES FROM (%L) TO (%L)',
    partition, begins, (begins + interval '1 month')::date);
END $$;

-- Takes the sums a member's day has a part in, and will have, in one order: uploads that meet wait for each
-- other, where each of their triggers by itself would lock them in another.
CREATE FUNCTION outlay.hold_sums(p_machine int, p_day date, p_rows jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT FROM outlay.project_day t WHERE t.day = p_day AND (t.project, t.model) IN (
    SELECT s.project, s.model FROM outlay.spend s
      WHERE s.member = outlay.me() AND s.day = p_day AND s.machine = p_machine
    UNION SELECT r.project, r.model FROM jsonb_to_recordset(p_rows) AS r(project text, model text))
  ORDER BY t.project, t.model FOR UPDATE
$$;

-- Puts the state of a day in the place of an earlier one; answers with the revision that now stands.
-- With the rights of who calls: row-level security says whose rows may change.
CREATE FUNCTION outlay.put_day(
  p_machine int, p_day date, p_revision bigint, p_catalogue date, p_rows jsonb
) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE mine int := outlay.me();
BEGIN
  PERFORM outlay.ensure_month(p_day);
  INSERT INTO outlay.upload AS u (member, machine, day, revision)
    VALUES (mine, p_machine, p_day, p_revision)
    ON CONFLICT (member, machine, day) DO UPDATE
      SET revision = excluded.revision, received_at = now() WHERE u.revision < excluded.revision;
  IF NOT FOUND THEN
    RETURN (SELECT revision FROM outlay.upload
      WHERE member = mine AND machine = p_machine AND day = p_day);
  END IF;
  PERFORM outlay.hold_sums(p_machine, p_day, p_rows);
  DELETE FROM outlay.spend s
    WHERE s.member = mine AND s.day = p_day AND s.machine = p_machine AND NOT EXISTS (
      SELECT FROM jsonb_to_recordset(p_rows) AS r(${keyTypes.join(', ')}) WHERE ${isSame});
  INSERT INTO outlay.spend AS s (member, day, machine, ${[...keyColumns, ...values].join(', ')}, revision)
    SELECT mine, p_day, p_machine, ${[...keyColumns, ...sumColumns].map((name) => `r.${name}`).join(', ')},
      p_catalogue, p_revision
    FROM jsonb_to_recordset(p_rows) AS r(${[...keyTypes, ...sumTypes].join(', ')})
    ON CONFLICT (member, day, machine, ${keyColumns.join(', ')}) DO UPDATE
      SET ${[...values, 'revision'].map((name) => `${name} = excluded.${name}`).join(', ')}
      WHERE (${sumColumns.map((name) => `s.${name}`).join(', ')})
        IS DISTINCT FROM (${sumColumns.map((name) => `excluded.${name}`).join(', ')});
  RETURN p_revision;
END $$;

-- Makes a data folder known as a machine of who asks, or finds it again. Null where another folder has the
-- name, unless it is to be taken over.
CREATE FUNCTION outlay.join_machine(p_name text, p_instance uuid, p_zone text, p_take_over boolean)
RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE mine int := outlay.me(); found outlay.machine;
BEGIN
  IF mine IS NULL THEN RAISE EXCEPTION 'no member' USING ERRCODE = '42501'; END IF;
  SELECT * INTO found FROM outlay.machine WHERE member = mine AND name = p_name FOR UPDATE;
  IF found.id IS NOT NULL THEN
    IF found.instance <> p_instance AND NOT p_take_over THEN RETURN NULL; END IF;
    UPDATE outlay.machine SET instance = p_instance, zone = p_zone WHERE id = found.id;
    RETURN found.id;
  END IF;
  IF (SELECT count(*) FROM outlay.machine WHERE member = mine) >= 50 THEN
    RAISE EXCEPTION 'a member has at most 50 machines' USING ERRCODE = 'OL003';
  END IF;
  INSERT INTO outlay.machine (member, name, instance, zone)
    VALUES (mine, p_name, p_instance, p_zone) RETURNING id INTO found.id;
  RETURN found.id;
END $$;

-- Notes that a machine has sent all it had.
CREATE FUNCTION outlay.pushed(p_machine int) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE outlay.machine SET pushed_at = now() WHERE id = p_machine AND member = outlay.me()
$$;

-- Takes a machine of who asks out of the ledger with all it has sent, or all of theirs (null).
CREATE FUNCTION outlay.forget_machine(p_machine int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE mine int := outlay.me(); gone bigint;
BEGIN
  DELETE FROM outlay.spend WHERE member = mine AND (p_machine IS NULL OR machine = p_machine);
  GET DIAGNOSTICS gone = ROW_COUNT;
  DELETE FROM outlay.machine WHERE member = mine AND (p_machine IS NULL OR id = p_machine);
  RETURN gone;
END $$;

-- Nobody but the functions below calls it: it checks nothing.
CREATE FUNCTION outlay.make_login(p_login text, p_verifier text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('CREATE ROLE %I LOGIN CONNECTION LIMIT 20 PASSWORD %L', p_login, p_verifier);
  EXECUTE format('GRANT %I TO %I', (SELECT role FROM outlay.team), p_login);
END $$;

-- Adds a member with a login of their own; the password comes as a SCRAM verifier only, never as itself.
CREATE FUNCTION outlay.add_member(p_name text, p_admin boolean, p_verifier text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE members text := (SELECT role FROM outlay.team); new_login text := members || '_' || p_name;
BEGIN
  PERFORM outlay.require_admin('adds members');
  PERFORM outlay.require_verifier(p_verifier);
  INSERT INTO outlay.member (name, login, admin) VALUES (p_name, new_login, p_admin);
  PERFORM outlay.make_login(new_login, p_verifier);
  RETURN new_login;
END $$;

-- A new password for who has lost the invitation; who was removed gets a login again.
CREATE FUNCTION outlay.renew_member(p_name text, p_verifier text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE known text := (SELECT login FROM outlay.member WHERE name = p_name);
BEGIN
  PERFORM outlay.require_admin('renews members');
  PERFORM outlay.require_verifier(p_verifier);
  IF known IS NOT NULL AND to_regrole(quote_ident(known)) IS NOT NULL THEN
    EXECUTE format('ALTER ROLE %I PASSWORD %L', known, p_verifier);
  ELSIF known IS NOT NULL THEN
    PERFORM outlay.make_login(known, p_verifier);
  END IF;
  RETURN known;
END $$;

-- Removes a member: their login at once, and what they have sent if that is asked for, too. What stays
-- belongs to nobody who can log in.
CREATE FUNCTION outlay.remove_member(p_name text, p_delete boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE gone outlay.member;
BEGIN
  PERFORM outlay.require_admin('removes members');
  SELECT * INTO gone FROM outlay.member WHERE name = p_name FOR UPDATE;
  IF gone.id IS NULL THEN RETURN false; END IF;
  IF to_regrole(quote_ident(gone.login)) IS NOT NULL THEN
    EXECUTE format('DROP ROLE %I', gone.login);
  END IF;
  IF p_delete THEN
    DELETE FROM outlay.spend WHERE member = gone.id;
    DELETE FROM outlay.member WHERE id = gone.id;
  ELSE
    UPDATE outlay.member SET admin = false WHERE id = gone.id;
    DELETE FROM outlay.member_group WHERE member = gone.id;
  END IF;
  RETURN true;
END $$;

-- The groups a member is in, in the place of those before.
CREATE FUNCTION outlay.set_groups(p_name text, p_groups text[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE who int := (SELECT id FROM outlay.member WHERE name = p_name);
BEGIN
  PERFORM outlay.require_admin('sets groups');
  IF who IS NULL THEN RETURN false; END IF;
  DELETE FROM outlay.member_group WHERE member = who AND NOT (name = ANY (p_groups));
  INSERT INTO outlay.member_group (member, name) SELECT DISTINCT who, unnest(p_groups)
    ON CONFLICT DO NOTHING;
  RETURN true;
END $$;

CREATE FUNCTION outlay.set_policy(p_projects text, p_branches boolean, p_visible text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM outlay.require_admin('sets the policy');
  UPDATE outlay.team SET projects = coalesce(p_projects, projects),
    branches = coalesce(p_branches, branches), visible = coalesce(p_visible, visible);
END $$;

-- The database role of all members, made once by who makes the ledger.
CREATE FUNCTION outlay.make_role() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('CREATE ROLE %I NOLOGIN', (SELECT role FROM outlay.team));
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I',
    current_database(), (SELECT role FROM outlay.team));
END $$;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA outlay FROM PUBLIC;
`;

/** Who may change the team: its admins, and who made the ledger. */
export const administration = `
CREATE FUNCTION outlay.is_owner_or_admin() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT outlay.is_admin() OR pg_has_role(session_user,
    (SELECT nspowner FROM pg_namespace WHERE nspname = 'outlay'), 'MEMBER')
$$;

-- Refuses what only they may do; p_what says what, such as 'adds members'.
CREATE FUNCTION outlay.require_admin(p_what text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT outlay.is_owner_or_admin() THEN
    RAISE EXCEPTION 'only an admin %', p_what USING ERRCODE = '42501';
  END IF;
END $$;

-- Refuses a password that comes as itself.
CREATE FUNCTION outlay.require_verifier(p_verifier text) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF p_verifier !~ '^SCRAM-SHA-256[$]' THEN
    RAISE EXCEPTION 'a password is no verifier' USING ERRCODE = '22023';
  END IF;
END $$;
`;
