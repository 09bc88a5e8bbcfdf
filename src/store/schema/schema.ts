/**
 * The store's tables. Strings that many rows repeat (models, branches, paths, prompt ids) are
 * interned in `word` and referenced by number; word 0 is the empty string. Times are UTC
 * milliseconds, money nano-dollars. `spend_*` are rollups maintained by the transaction that
 * changes messages.
 */
export const schemaV1 = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- One process writes: the holder of this row until it expires or dies.
CREATE TABLE lease (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  holder TEXT NOT NULL, pid INTEGER NOT NULL, host TEXT NOT NULL, role TEXT NOT NULL,
  since INTEGER NOT NULL, expires INTEGER NOT NULL
) STRICT;

CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO word VALUES (0, '');

-- A transcript and how far it has been read. offset and everything before it commit together.
CREATE TABLE file (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  root INTEGER NOT NULL,
  size INTEGER NOT NULL, mtime INTEGER NOT NULL,
  inode TEXT NOT NULL, head TEXT NOT NULL,
  offset INTEGER NOT NULL, state TEXT NOT NULL,
  lines INTEGER NOT NULL, gone INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE rejected (
  file INTEGER NOT NULL, reason TEXT NOT NULL,
  count INTEGER NOT NULL, lines TEXT NOT NULL,
  PRIMARY KEY (file, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  sid TEXT NOT NULL UNIQUE,
  root INTEGER NOT NULL,
  first_at INTEGER, last_at INTEGER,
  anonymous_at INTEGER, own_at INTEGER,
  related INTEGER NOT NULL DEFAULT 0,
  cwd INTEGER NOT NULL DEFAULT 0, cwd_at INTEGER, cwd_sidechain INTEGER NOT NULL DEFAULT 1,
  branch INTEGER NOT NULL DEFAULT 0, branch_at INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 0, version_at INTEGER NOT NULL DEFAULT 0,
  entrypoint INTEGER NOT NULL DEFAULT 0,
  written_at INTEGER NOT NULL DEFAULT 0,
  client_total REAL, client_at INTEGER, reconciled INTEGER NOT NULL DEFAULT 0,
  background INTEGER NOT NULL DEFAULT 0, unconfirmed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX session_last ON session (last_at);

CREATE TABLE title (
  session INTEGER NOT NULL, kind TEXT NOT NULL,
  at INTEGER NOT NULL, offset INTEGER NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (session, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE agent (
  id INTEGER PRIMARY KEY,
  session INTEGER NOT NULL, aid TEXT NOT NULL,
  type TEXT NOT NULL DEFAULT '', tool_use TEXT NOT NULL DEFAULT '',
  parent TEXT NOT NULL DEFAULT '', worktree TEXT NOT NULL DEFAULT '',
  model TEXT NOT NULL DEFAULT '', depth INTEGER,
  UNIQUE (session, aid)
) STRICT;
CREATE TABLE spawn (
  session INTEGER NOT NULL, tool_use TEXT NOT NULL, type TEXT NOT NULL,
  PRIMARY KEY (session, tool_use)
) STRICT, WITHOUT ROWID;

-- Which records stand in which session: packed for most, one by one for sessions that share some.
CREATE TABLE trace (id INTEGER PRIMARY KEY, session INTEGER NOT NULL, records BLOB NOT NULL) STRICT;
CREATE INDEX trace_session ON trace (session);
CREATE TABLE shared_trace (
  uuid INTEGER NOT NULL, session INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (uuid, session)
) STRICT, WITHOUT ROWID;
CREATE INDEX shared_trace_session ON shared_trace (session, at);
CREATE TABLE kin (
  session INTEGER NOT NULL, other INTEGER NOT NULL, PRIMARY KEY (session, other)
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  mid TEXT NOT NULL, rid TEXT NOT NULL,
  session INTEGER NOT NULL, agent INTEGER NOT NULL, standing INTEGER NOT NULL,
  at INTEGER NOT NULL,
  counted INTEGER NOT NULL, ended INTEGER NOT NULL, in_main INTEGER NOT NULL,
  progress INTEGER NOT NULL, sidechain INTEGER NOT NULL,
  model INTEGER NOT NULL, traits INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL,
  write5m INTEGER NOT NULL, write1h INTEGER NOT NULL,
  cache_read INTEGER NOT NULL, searches INTEGER NOT NULL,
  parts TEXT,
  stop INTEGER NOT NULL, cache_split INTEGER NOT NULL, tools INTEGER NOT NULL,
  prompt INTEGER NOT NULL, branch INTEGER NOT NULL, cwd INTEGER NOT NULL,
  version INTEGER NOT NULL, entrypoint INTEGER NOT NULL, effort INTEGER NOT NULL,
  attribution INTEGER NOT NULL, duration INTEGER, error INTEGER NOT NULL,
  model_id INTEGER NOT NULL, price_row INTEGER NOT NULL, priced INTEGER NOT NULL,
  nano INTEGER NOT NULL, declined INTEGER NOT NULL,
  UNIQUE (mid, rid)
) STRICT;
CREATE INDEX message_session ON message (session, at);
CREATE INDEX message_at ON message (at, nano);

-- Messages that stand in several sessions, one row for each.
CREATE TABLE place (
  message INTEGER NOT NULL, session INTEGER NOT NULL,
  agent INTEGER NOT NULL, standing INTEGER NOT NULL,
  PRIMARY KEY (message, session)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_session ON place (session);

CREATE TABLE spend_bucket (
  bucket INTEGER NOT NULL, session INTEGER NOT NULL, agent INTEGER NOT NULL, model INTEGER NOT NULL,
  messages INTEGER NOT NULL, lower INTEGER NOT NULL, unpriced INTEGER NOT NULL, client INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL, write5m INTEGER NOT NULL, write1h INTEGER NOT NULL,
  cache_read INTEGER NOT NULL, searches INTEGER NOT NULL, nano INTEGER NOT NULL,
  PRIMARY KEY (bucket, session, agent, model)
) STRICT, WITHOUT ROWID;
CREATE TABLE spend_total (
  session INTEGER NOT NULL, agent INTEGER NOT NULL, model INTEGER NOT NULL,
  messages INTEGER NOT NULL, lower INTEGER NOT NULL, unpriced INTEGER NOT NULL, client INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL, write5m INTEGER NOT NULL, write1h INTEGER NOT NULL,
  cache_read INTEGER NOT NULL, searches INTEGER NOT NULL, nano INTEGER NOT NULL,
  PRIMARY KEY (session, agent, model)
) STRICT, WITHOUT ROWID;

-- Claude Code's own running totals, as written, and what of them no message explains.
CREATE TABLE cost_state (
  session INTEGER NOT NULL, file INTEGER NOT NULL, offset INTEGER NOT NULL,
  at INTEGER NOT NULL, total REAL NOT NULL, models TEXT NOT NULL, unknown INTEGER NOT NULL,
  PRIMARY KEY (session, file, offset)
) STRICT, WITHOUT ROWID;
CREATE TABLE background (
  session INTEGER NOT NULL, at INTEGER NOT NULL, nano INTEGER NOT NULL,
  PRIMARY KEY (session, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX background_at ON background (at);

CREATE TABLE event (
  key TEXT NOT NULL, session INTEGER NOT NULL, kind TEXT NOT NULL,
  at INTEGER NOT NULL, agent INTEGER NOT NULL, code INTEGER NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (key, session, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_session ON event (session, at);
CREATE TABLE pull_request (
  session INTEGER NOT NULL, url TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (session, url)
) STRICT, WITHOUT ROWID;

-- Git root of each directory sessions started in, NULL where there is none (any more).
CREATE TABLE project (
  cwd INTEGER PRIMARY KEY, git_root TEXT, checked_at INTEGER NOT NULL
) STRICT;

-- Last run and result of each background job.
CREATE TABLE job (
  name TEXT PRIMARY KEY, started_at INTEGER NOT NULL, finished_at INTEGER, result TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;

/**
 * Rollups get two more key columns: `facet` (price row, branch, effort, attribution) and the
 * answered prompt, which with the agent identifies the run. Both are rebuilt from the messages,
 * whose parts count for their own models.
 */
export const schemaV2 = `
CREATE TABLE facet (
  id INTEGER PRIMARY KEY,
  price_row INTEGER NOT NULL, branch INTEGER NOT NULL,
  effort INTEGER NOT NULL, attribution INTEGER NOT NULL,
  UNIQUE (price_row, branch, effort, attribution)
) STRICT;

CREATE TEMP TABLE piece AS
  SELECT m.at / 900000 AS bucket, m.session, m.agent, m.model_id AS model, m.price_row, m.branch,
    m.effort, m.attribution, CASE m.sidechain WHEN 1 THEN 0 ELSE m.prompt END AS prompt,
    1 AS messages, 1 - m.ended AS lower, m.priced = 0 AS unpriced, m.priced = 2 AS client,
    m.input, m.output, m.write5m, m.write1h, m.cache_read, m.searches,
    m.nano - coalesce((SELECT sum(json_extract(p.value, '$.nano')) FROM json_each(m.parts) p
      WHERE json_extract(p.value, '$.kind') <> 'declined'), 0) AS nano
  FROM message m WHERE m.counted = 1;
INSERT OR IGNORE INTO word (text)
  SELECT DISTINCT json_extract(p.value, '$.row') FROM message m, json_each(m.parts) p
  WHERE m.counted = 1 AND m.parts IS NOT NULL;
INSERT INTO piece
  SELECT m.at / 900000, m.session, m.agent,
    (SELECT id FROM word WHERE text = json_extract(p.value, '$.model')),
    (SELECT id FROM word WHERE text = json_extract(p.value, '$.row')),
    m.branch, m.effort, m.attribution, CASE m.sidechain WHEN 1 THEN 0 ELSE m.prompt END, 0, 0, 0, 0,
    json_extract(p.value, '$.usage.input'), json_extract(p.value, '$.usage.output'),
    json_extract(p.value, '$.usage.cacheWrite5m'), json_extract(p.value, '$.usage.cacheWrite1h'),
    json_extract(p.value, '$.usage.cacheRead'), json_extract(p.value, '$.usage.webSearches'),
    json_extract(p.value, '$.nano')
  FROM message m, json_each(m.parts) p
  WHERE m.counted = 1 AND m.parts IS NOT NULL AND json_extract(p.value, '$.kind') <> 'declined';
INSERT INTO facet (price_row, branch, effort, attribution)
  SELECT DISTINCT price_row, branch, effort, attribution FROM piece;

DROP TABLE spend_bucket;
DROP TABLE spend_total;
CREATE TABLE spend_bucket (
  bucket INTEGER NOT NULL, session INTEGER NOT NULL, agent INTEGER NOT NULL, model INTEGER NOT NULL,
  facet INTEGER NOT NULL, prompt INTEGER NOT NULL,
  messages INTEGER NOT NULL, lower INTEGER NOT NULL, unpriced INTEGER NOT NULL, client INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL, write5m INTEGER NOT NULL, write1h INTEGER NOT NULL,
  cache_read INTEGER NOT NULL, searches INTEGER NOT NULL, nano INTEGER NOT NULL,
  PRIMARY KEY (bucket, session, agent, model, facet, prompt)
) STRICT, WITHOUT ROWID;
CREATE TABLE spend_total (
  session INTEGER NOT NULL, agent INTEGER NOT NULL, model INTEGER NOT NULL, facet INTEGER NOT NULL,
  messages INTEGER NOT NULL, lower INTEGER NOT NULL, unpriced INTEGER NOT NULL, client INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL, write5m INTEGER NOT NULL, write1h INTEGER NOT NULL,
  cache_read INTEGER NOT NULL, searches INTEGER NOT NULL, nano INTEGER NOT NULL,
  PRIMARY KEY (session, agent, model, facet)
) STRICT, WITHOUT ROWID;
INSERT INTO spend_bucket
  SELECT bucket, session, agent, model, f.id, prompt, sum(messages), sum(lower), sum(unpriced),
    sum(client), sum(input), sum(output), sum(write5m), sum(write1h), sum(cache_read),
    sum(searches), sum(nano)
  FROM piece JOIN facet f USING (price_row, branch, effort, attribution)
  GROUP BY bucket, session, agent, model, f.id, prompt;
INSERT INTO spend_total
  SELECT session, agent, model, facet, sum(messages), sum(lower), sum(unpriced), sum(client),
    sum(input), sum(output), sum(write5m), sum(write1h), sum(cache_read), sum(searches), sum(nano)
  FROM spend_bucket GROUP BY session, agent, model, facet;
DROP TABLE piece;
CREATE INDEX event_at ON event (at);
`;

/** Retention: tombstones of downsampled messages. */
export const schemaV3 = `
-- A message that was summed up: hashes of its ids keep it from being counted again, time and money
-- are what Claude Code's totals are held against. model and weight only where it took a share of one.
CREATE TABLE thinned (
  id INTEGER PRIMARY KEY,
  mid INTEGER NOT NULL, rid INTEGER NOT NULL,
  session INTEGER NOT NULL, at INTEGER NOT NULL,
  counted INTEGER NOT NULL, in_main INTEGER NOT NULL, sidechain INTEGER NOT NULL,
  nano INTEGER NOT NULL, model INTEGER NOT NULL, weight REAL NOT NULL
) STRICT;
CREATE UNIQUE INDEX thinned_identity ON thinned (mid, rid);
CREATE INDEX thinned_session ON thinned (session, at);

-- Those that stand in several sessions, one row for each.
CREATE TABLE thinned_place (
  thinned INTEGER NOT NULL, session INTEGER NOT NULL,
  PRIMARY KEY (thinned, session)
) STRICT, WITHOUT ROWID;
CREATE INDEX thinned_place_session ON thinned_place (session);
`;

/**
 * One row per quarter of an hour: questions without a dimension read some thousands of rows for a
 * year.
 */
export const schemaV5 = `
CREATE TABLE spend_slot (
  bucket INTEGER PRIMARY KEY,
  messages INTEGER NOT NULL, lower INTEGER NOT NULL, unpriced INTEGER NOT NULL, client INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL, write5m INTEGER NOT NULL, write1h INTEGER NOT NULL,
  cache_read INTEGER NOT NULL, searches INTEGER NOT NULL, nano INTEGER NOT NULL
) STRICT;
INSERT INTO spend_slot
  SELECT bucket, sum(messages), sum(lower), sum(unpriced), sum(client), sum(input), sum(output),
    sum(write5m), sum(write1h), sum(cache_read), sum(searches), sum(nano)
  FROM spend_bucket GROUP BY bucket;
`;

/** Covering index: what each message cost is answered without reading the table. */
export const schemaV4 = `
DROP INDEX message_at;
CREATE INDEX message_at ON message (at, counted, priced, nano);
`;

/**
 * Rollup by model and quarter of an hour, for breakdowns by model that need no session. The model
 * leads the key, so that the distinct models are found by a skip scan.
 */
export const schemaV6 = `
CREATE TABLE spend_model (
  model INTEGER NOT NULL, bucket INTEGER NOT NULL,
  messages INTEGER NOT NULL, lower INTEGER NOT NULL, unpriced INTEGER NOT NULL, client INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL, write5m INTEGER NOT NULL, write1h INTEGER NOT NULL,
  cache_read INTEGER NOT NULL, searches INTEGER NOT NULL, nano INTEGER NOT NULL,
  PRIMARY KEY (model, bucket)
) STRICT, WITHOUT ROWID;
INSERT INTO spend_model
  SELECT model, bucket, sum(messages), sum(lower), sum(unpriced), sum(client), sum(input), sum(output),
    sum(write5m), sum(write1h), sum(cache_read), sum(searches), sum(nano)
  FROM spend_bucket GROUP BY model, bucket;
`;

/**
 * Identity of responses by request, uuid and input side (see `responses.ts`), the iterations that
 * long-prompt bands are judged by, counts that could not be read, and beside a person's own prices
 * what Claude Code's list price comes to (`list_nano`, null where that is the same). What stands in transcripts is
 * read again from the start; what does not is kept as it was.
 */
export const schemaV7 = `
CREATE TABLE message_7 (
  id INTEGER PRIMARY KEY,
  mid TEXT NOT NULL, rid TEXT NOT NULL,
  session INTEGER NOT NULL, agent INTEGER NOT NULL, standing INTEGER NOT NULL,
  at INTEGER NOT NULL,
  counted INTEGER NOT NULL, ended INTEGER NOT NULL, in_main INTEGER NOT NULL,
  progress INTEGER NOT NULL, sidechain INTEGER NOT NULL,
  model INTEGER NOT NULL, traits INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL,
  write5m INTEGER NOT NULL, write1h INTEGER NOT NULL,
  cache_read INTEGER NOT NULL, searches INTEGER NOT NULL,
  parts TEXT,
  stop INTEGER NOT NULL, cache_split INTEGER NOT NULL, tools INTEGER NOT NULL,
  prompt INTEGER NOT NULL, branch INTEGER NOT NULL, cwd INTEGER NOT NULL,
  version INTEGER NOT NULL, entrypoint INTEGER NOT NULL, effort INTEGER NOT NULL,
  attribution INTEGER NOT NULL, duration INTEGER, error INTEGER NOT NULL,
  model_id INTEGER NOT NULL, price_row INTEGER NOT NULL, priced INTEGER NOT NULL,
  nano INTEGER NOT NULL, declined INTEGER NOT NULL,
  side TEXT NOT NULL DEFAULT '',
  identity INTEGER NOT NULL DEFAULT 0,
  lines BLOB,
  requester INTEGER NOT NULL DEFAULT 0,
  incomplete INTEGER NOT NULL DEFAULT 0,
  iterations TEXT, band TEXT,
  listed INTEGER NOT NULL DEFAULT 1,
  list_nano INTEGER,
  UNIQUE (mid, rid, side)
) STRICT;
INSERT INTO message_7 SELECT *, '', 2, NULL, 0, 0, NULL, NULL, priced = 1, NULL FROM message;
DROP TABLE message;
ALTER TABLE message_7 RENAME TO message;
CREATE INDEX message_session ON message (session, at);
CREATE INDEX message_at ON message (at, counted, priced, nano);

-- Lines whose spend may be missing, by session id (a word) and quarter of an hour.
CREATE TABLE loss (
  file INTEGER NOT NULL, sid INTEGER NOT NULL, bucket INTEGER NOT NULL, reason TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (file, sid, bucket, reason)
) STRICT, WITHOUT ROWID;

-- States of the variants of message ids that have several (see responses.ts).
CREATE TABLE variant (
  mid TEXT NOT NULL, rid TEXT NOT NULL, side TEXT NOT NULL, legacy INTEGER NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (mid, rid, side, legacy)
) STRICT, WITHOUT ROWID;

-- A tombstone for each variant; original is the one of its response, side -1 what no schema before knew.
ALTER TABLE thinned ADD COLUMN side INTEGER NOT NULL DEFAULT -1;
ALTER TABLE thinned ADD COLUMN original INTEGER;
ALTER TABLE thinned ADD COLUMN list_nano INTEGER;
DROP INDEX thinned_identity;
CREATE UNIQUE INDEX thinned_identity ON thinned (mid, rid, side);

-- The last summary of each leaf, by the hash of its uuid (see summaryTable.ts). searched: records stored
-- before it have been looked through.
CREATE TABLE summary (
  leaf INTEGER PRIMARY KEY,
  at INTEGER NOT NULL, offset INTEGER NOT NULL, text TEXT NOT NULL, searched INTEGER NOT NULL
) STRICT;

ALTER TABLE cost_state ADD COLUMN started INTEGER NOT NULL DEFAULT 0;

UPDATE message SET mid = mid || '@' || at WHERE mid LIKE 'uuid:%';
UPDATE title SET at = CASE kind WHEN 'prompt' THEN 9007199254740991 ELSE -1 END
  WHERE kind IN ('prompt', 'summary');
DELETE FROM rejected WHERE file IN (SELECT id FROM file WHERE gone = 0);
UPDATE file SET size = -1, mtime = -1, head = '', offset = 0, lines = 0 WHERE gone = 0;
`;

/**
 * Costs by model without reading the table, and the few messages with a declined attempt without looking
 * at all others.
 */
export const schemaV8 = `
DROP INDEX message_at;
CREATE INDEX message_at ON message (at, counted, priced, nano, model_id);
CREATE INDEX message_declined ON message (at) WHERE instr(parts, '"kind":"declined"') > 0;
`;

/**
 * Exact mode: requests as Claude Code's telemetry tells of them, and what of background spend they
 * itemise. `sid` is a session id (a word): whose transcript has not been read yet has no number.
 */
export const schemaV9 = `
CREATE TABLE request_event (
  sid INTEGER NOT NULL,
  -- Hash of all that was told: told again it is the same row.
  key INTEGER NOT NULL,
  rid TEXT NOT NULL, at INTEGER NOT NULL, sequence INTEGER NOT NULL,
  model INTEGER NOT NULL, source INTEGER NOT NULL, agent INTEGER NOT NULL, prompt INTEGER NOT NULL,
  nano INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL,
  write5m INTEGER NOT NULL, write1h INTEGER NOT NULL, cache_read INTEGER NOT NULL,
  duration INTEGER, first_token INTEGER,
  attempts INTEGER NOT NULL, failed INTEGER NOT NULL, status INTEGER NOT NULL,
  PRIMARY KEY (sid, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_event_at ON request_event (at);

-- What of background is known one by one; the rest of it no request explains.
CREATE TABLE background_item (
  session INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL,
  requests INTEGER NOT NULL, nano INTEGER NOT NULL,
  PRIMARY KEY (session, at, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX background_item_at ON background_item (at);

-- Whether the list had a price: what a request cost beyond a share of a total is no difference.
ALTER TABLE thinned ADD COLUMN listed INTEGER NOT NULL DEFAULT 1;
UPDATE thinned SET listed = 0 WHERE model <> 0;
`;

/** What is kept of requests whose messages have been downsampled: all that background depends on. */
export const schemaV10 = `
CREATE TABLE thinned_request (
  sid INTEGER NOT NULL,
  key INTEGER NOT NULL,
  -- Hash of the request's id.
  rid INTEGER NOT NULL,
  at INTEGER NOT NULL, nano INTEGER NOT NULL, source INTEGER NOT NULL, model INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  PRIMARY KEY (sid, key)
) STRICT, WITHOUT ROWID;
`;

/** What metrics tell of background in sum, and the tokens of Claude Code's totals by model. */
export const schemaV11 = `
CREATE TABLE told_sum (
  sid INTEGER NOT NULL,
  -- Hash of all that was told: told again it is the same row.
  key INTEGER NOT NULL,
  series INTEGER NOT NULL,
  started INTEGER NOT NULL, at INTEGER NOT NULL, nano INTEGER NOT NULL, cumulative INTEGER NOT NULL,
  PRIMARY KEY (sid, key)
) STRICT, WITHOUT ROWID;

-- JSON; '' where they were not read.
ALTER TABLE cost_state ADD COLUMN tokens TEXT NOT NULL DEFAULT '';
`;

/**
 * Agents that write the same spend down in several places: of how many requests a message is the sum, and which
 * place it was counted from (`countSources`); of a session the best that was seen, 0 for none. And what the vendor
 * counted for a message in credits of its own, billionths, null where that is not said.
 */
export const schemaV12 = `
ALTER TABLE message ADD COLUMN requests INTEGER NOT NULL DEFAULT 1;
ALTER TABLE message ADD COLUMN source INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN credits INTEGER;
ALTER TABLE session ADD COLUMN source INTEGER NOT NULL DEFAULT 0;
`;

/**
 * Sessions of other hosts: which host one ran on (a word; 0 for this machine), and what of its background that
 * host said, as it cannot be reconciled here. How much of a message's output went into reasoning, null where
 * that is not said. And the few messages that were recovered from a counter (`countSources.counter`), without looking
 * at all others; of how many requests such a one is the sum, `requests` says with 0, nobody knows. And the model (a
 * word) that a failed request asked for, 0 where that is not said.
 */
export const schemaV13 = `
ALTER TABLE session ADD COLUMN host INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN reasoning INTEGER;
ALTER TABLE event ADD COLUMN model INTEGER NOT NULL DEFAULT 0;
CREATE INDEX message_recovered ON message (at) WHERE source = 5;
CREATE TABLE told_background (
  session INTEGER PRIMARY KEY,
  -- Time of the session's last record when it was said.
  last_at INTEGER NOT NULL,
  -- JSON: [[at, nano], ...], and their sum.
  amounts TEXT NOT NULL, nano INTEGER NOT NULL
) STRICT;
`;
