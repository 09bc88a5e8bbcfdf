import type { Row, SqlDatabase } from '../../src/platform/sqlite/types.ts';
import { sumColumns } from '../../src/store/schema/rollupTables.ts';

/**
 * Everything logical in a store as canonical text, one fact a line: numbers of sessions, agents,
 * words and files become what they stand for. Left out is what may differ between two stores that
 * say the same: row numbers, modification times, inodes, bookmarks, how traces are packed, the count of commits, jobs,
 * and agents of which nothing is known but that a discarded copy named them.
 */
export function dumpStore(db: SqlDatabase): string {
  return Object.entries(views)
    .flatMap(([name, sql]) => {
      const lines = db
        .prepare(sql)
        .all<Row>()
        .map((row) => `${name} ${JSON.stringify(row)}`);
      return lines.sort();
    })
    .join('\n');
}

const word = (column: string): string =>
  `(SELECT text FROM word WHERE id = ${column}) AS ${column.replace(/^\w+\./, '')}`;
const words = (...columns: string[]): string => columns.map(word).join(', ');
const facet = words('f.price_row', 'f.branch', 'f.effort', 'f.attribution');
const sums = sumColumns.map((name) => `s.${name}`).join(', ');

const views = {
  session: `SELECT sid, ${words('root', 'cwd', 'branch', 'version', 'entrypoint', 'host')},
      first_at, last_at, anonymous_at, own_at, related, source, cwd_at, cwd_sidechain, branch_at, version_at,
      client_total, client_at, reconciled, background, unconfirmed FROM session`,
  title: 'SELECT sid, kind, at, text FROM title JOIN session s ON s.id = title.session',
  summary: 'SELECT leaf, at, text FROM summary',
  agent: `SELECT sid, aid, type, tool_use, parent, worktree, model, depth
      FROM agent a JOIN session s ON s.id = a.session
      WHERE type || tool_use || parent || worktree || model <> '' OR depth IS NOT NULL
        OR EXISTS (SELECT 1 FROM message WHERE agent = a.id)
        OR EXISTS (SELECT 1 FROM place WHERE agent = a.id)
        OR EXISTS (SELECT 1 FROM event WHERE agent = a.id)`,
  spawn: 'SELECT sid, tool_use, type FROM spawn JOIN session s ON s.id = spawn.session',
  message: `SELECT mid, rid, side, identity, hex(lines) AS lines, incomplete, iterations, band, listed, list_nano,
      ${word('requester')}, sid, aid, standing, at, counted, ended, in_main, progress, sidechain,
      ${words('m.model', 'traits', 'stop', 'tools', 'prompt', 'm.branch', 'm.cwd', 'm.version')},
      ${words('m.entrypoint', 'effort', 'attribution', 'error', 'model_id', 'price_row')},
      input, output, write5m, write1h, cache_read, searches, parts, cache_split, duration, priced,
      nano, declined, requests, m.source, credits, reasoning
      FROM message m JOIN session s ON s.id = m.session JOIN agent a ON a.id = m.agent`,
  variant: 'SELECT mid, rid, side, legacy, state FROM variant',
  place: `SELECT mid, rid, side, sid, aid, p.standing FROM place p JOIN message m ON m.id = p.message
      JOIN session s ON s.id = p.session JOIN agent a ON a.id = p.agent`,
  thinned: `SELECT mid, rid, side, original IS NULL AS first, list_nano, sid, at, counted, in_main, sidechain, nano, ${word('t.model')}, weight
      FROM thinned t JOIN session s ON s.id = t.session`,
  thinned_place: `SELECT mid, rid, side, sid FROM thinned_place p JOIN thinned t ON t.id = p.thinned
      JOIN session s ON s.id = p.session`,
  shared_trace: `SELECT uuid, sid, at FROM shared_trace t JOIN session s ON s.id = t.session`,
  spend_bucket: `SELECT bucket, sid, aid, ${words('s.model', 's.prompt')}, ${facet}, ${sums}
      FROM spend_bucket s JOIN session ON session.id = s.session JOIN agent a ON a.id = s.agent
      JOIN facet f ON f.id = s.facet`,
  spend_total: `SELECT sid, aid, ${word('s.model')}, ${facet}, ${sums} FROM spend_total s
      JOIN session ON session.id = s.session JOIN agent a ON a.id = s.agent
      JOIN facet f ON f.id = s.facet`,
  spend_slot: `SELECT bucket, ${sums} FROM spend_slot s`,
  spend_model: `SELECT bucket, ${word('s.model')}, ${sums} FROM spend_model s`,
  cost_state: `SELECT sid, path, c.offset, at, total, models, unknown, started, tokens FROM cost_state c
      JOIN session s ON s.id = c.session JOIN file f ON f.id = c.file`,
  background: 'SELECT sid, at, nano FROM background b JOIN session s ON s.id = b.session',
  background_item:
    'SELECT sid, at, kind, requests, nano FROM background_item b JOIN session s ON s.id = b.session',
  request_event: `SELECT ${word('e.sid')}, key, rid, at, sequence, ${words('e.model', 'e.source', 'e.agent', 'e.prompt')},
      nano, input, output, write5m, write1h, cache_read, duration, first_token, attempts, failed, status
      FROM request_event e`,
  thinned_request: `SELECT ${word('e.sid')}, key, rid, at, nano, ${words('e.source', 'e.model')}, failed
      FROM thinned_request e`,
  told_sum: `SELECT ${word('t.sid')}, key, series, started, at, nano, cumulative FROM told_sum t`,
  event: `SELECT key, sid, kind, at, aid, ${word('code')}, count FROM event e
      JOIN session s ON s.id = e.session JOIN agent a ON a.id = e.agent`,
  pull_request: 'SELECT sid, url, at FROM pull_request p JOIN session s ON s.id = p.session',
  file: `SELECT path, ${word('file.root')}, lines, gone FROM file`,
  loss: `SELECT path, ${word('l.sid')}, bucket, reason, l.count FROM loss l
      JOIN file f ON f.id = l.file`,
  rejected: 'SELECT path, reason, count, r.lines FROM rejected r JOIN file f ON f.id = r.file',
} as const;

/** The first lines in which two dumps differ, for a message a person can use. */
export function difference(actual: string, expected: string): string {
  const a = new Set(actual.split('\n'));
  const e = new Set(expected.split('\n'));
  const lines = [
    ...[...a].filter((line) => !e.has(line)).map((line) => `+ ${line}`),
    ...[...e].filter((line) => !a.has(line)).map((line) => `- ${line}`),
  ];
  return lines.slice(0, 12).join('\n');
}

/**
 * A dump without which sessions are compared record by record: which are is decided by what they were
 * once thought to have in common; nor sessions of which nothing is known but a title.
 */
export function comparable(dump: string): string {
  return dump
    .split('\n')
    .filter((line) => !/^shared_trace |^session .*"last_at":null|^title .*"at":-1,/.test(line))
    .map((line) => line.replace(/"related":[01],/, ''))
    .join('\n');
}
