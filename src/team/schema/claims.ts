/**
 * Which machine sends a session's day. A folder that several machines read (mounted into a container, a home
 * they share) has the same sessions on each: whoever asks first has it, by a keyed hash of the session's id, which
 * nobody can guess who has not the session. Members reach the table by the function alone.
 */
export const claims = `
CREATE TABLE outlay.session_day (
  day date NOT NULL, session bigint NOT NULL,
  machine int NOT NULL REFERENCES outlay.machine (id) ON DELETE CASCADE,
  PRIMARY KEY (day, session)
);
CREATE INDEX session_day_machine ON outlay.session_day (machine, day);
ALTER TABLE outlay.session_day ENABLE ROW LEVEL SECURITY;

-- Takes what nobody has yet; answers with what of it is this machine's.
CREATE FUNCTION outlay.claim_sessions(p_machine int, p_days date[], p_sessions bigint[])
RETURNS TABLE (day date, session bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM outlay.machine m WHERE m.id = p_machine AND m.member = outlay.me()) THEN
    RAISE EXCEPTION 'no machine of this member' USING ERRCODE = '42501';
  END IF;
  IF cardinality(p_days) > 5000 OR cardinality(p_days) <> cardinality(p_sessions) THEN
    RAISE EXCEPTION 'at most 5000 sessions are asked for at once' USING ERRCODE = 'OL003';
  END IF;
  -- In one order: machines that ask for the same wait for each other.
  INSERT INTO outlay.session_day (day, session, machine)
    SELECT DISTINCT a.day, a.session, p_machine FROM unnest(p_days, p_sessions) AS a(day, session)
    WHERE a.day BETWEEN DATE '2020-01-01' AND current_date + 40
    ORDER BY a.day, a.session
    ON CONFLICT ON CONSTRAINT session_day_pkey DO NOTHING;
  IF EXISTS (SELECT FROM outlay.session_day s WHERE s.machine = p_machine AND s.day = ANY (p_days)
    GROUP BY s.day HAVING count(*) > 20000) THEN
    RAISE EXCEPTION 'a day of a machine has at most 20000 sessions' USING ERRCODE = 'OL003';
  END IF;
  RETURN QUERY SELECT s.day, s.session FROM outlay.session_day s
    JOIN unnest(p_days, p_sessions) AS a(day, session) ON a.day = s.day AND a.session = s.session
    WHERE s.machine = p_machine;
END $$;

-- What a machine has claimed of days from one on.
CREATE FUNCTION outlay.claimed_sessions(p_machine int, p_from date)
RETURNS TABLE (day date, session bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.day, s.session FROM outlay.session_day s JOIN outlay.machine m ON m.id = s.machine
  WHERE s.machine = p_machine AND m.member = outlay.me() AND s.day >= p_from
$$;

-- Gives claims back: whoever asks next has them.
CREATE FUNCTION outlay.release_sessions(p_machine int, p_days date[], p_sessions bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM outlay.session_day s
  USING unnest(p_days, p_sessions) AS a(day, session), outlay.machine m
  WHERE s.day = a.day AND s.session = a.session AND s.machine = p_machine
    AND m.id = p_machine AND m.member = outlay.me()
$$;
REVOKE ALL ON FUNCTION outlay.claim_sessions, outlay.claimed_sessions, outlay.release_sessions FROM PUBLIC;
`;

export const claimRights = `
DO $do$ DECLARE members text := (SELECT role FROM outlay.team); BEGIN
  EXECUTE format('GRANT EXECUTE ON FUNCTION outlay.claim_sessions, outlay.claimed_sessions,
    outlay.release_sessions TO %I', members);
END $do$;
`;
