import { existsSync, rmSync } from 'node:fs';
import { emptyBatch, emptySessionRecords } from '../../src/agents/batch.ts';
import { freshState } from '../../src/agents/claude/parse/parserState.ts';
import { dayMs } from '../../src/model/calendar.ts';
import type { MessageLine, SessionRecords, TranscriptChunk } from '../../src/model/records.ts';
import { openForReading, openForWriting } from '../../src/store/connection/openStore.ts';
import { currentVersion, schemaState } from '../../src/store/schema/migrations.ts';
import { soleWriter } from '../lib/ingest.ts';

const models = ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5'];

/** Fills a store with made-up messages over a year, as the writer would; one of this schema is kept. */
export function fillStore(file: string, messages: number, endMs: number, perSession = 200): void {
  if (isOfThisSchema(file)) return;
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
  const { db } = openForWriting(file);
  const writer = soleWriter(db);
  const sessions = Math.ceil(messages / perSession);
  for (let first = 0; first < sessions; first += 25) {
    const items = [];
    for (let n = first; n < Math.min(first + 25, sessions); n++) {
      const start = endMs - 365 * dayMs + Math.floor((n / sessions) * 364.9 * dayMs);
      items.push({
        file: { path: `/made-up/${n}.jsonl`, root: '/made-up', mtimeMs: start },
        chunk: session(n, start, perSession),
      });
    }
    writer.ingest(items);
  }
  writer.setMeta('priceRevision', writer.priceRevision);
  db.close();
}

/** Whether there is a store that no program has to migrate first, which would be measured as well. */
export function isOfThisSchema(file: string): boolean {
  if (!existsSync(file)) return false;
  const db = openForReading(file);
  if (db === undefined) return false;
  try {
    return schemaState(db).version === currentVersion();
  } finally {
    db.close();
  }
}

/** Adds one message to the end of a session of such a store, in a transaction of its own. */
export function addMessage(file: string, sid: string, i: number): void {
  const { db } = openForWriting(file);
  const writer = soleWriter(db);
  const n = Number(sid.replace('session-', ''));
  const known = db
    .prepare('SELECT max(last_at) AS at FROM session WHERE sid = ?')
    .get<{ at: number }>(sid);
  const at = (known?.at ?? 0) + 1000;
  const batch = emptyBatch();
  batch.sessions.push({ ...emptySessionRecords(sid), firstAt: at, lastAt: at });
  batch.messages.push(message(sid, n, i, at, ''));
  const bookmark = { offset: 1000 + i, state: freshState(), inode: String(n), head: 'x' };
  const start = writer.files.find(`/made-up/${n}.jsonl`)?.bookmark?.offset ?? 0;
  const chunk = { batch, start, bookmark, size: 1000 + i, restarted: false, done: true };
  const path = `/made-up/${n}.jsonl`;
  writer.ingest([{ file: { path, root: '/made-up', mtimeMs: at }, chunk }]);
  db.close();
}

function session(n: number, start: number, count: number): TranscriptChunk {
  const batch = emptyBatch();
  const sessionId = `session-${String(n).padStart(6, '0')}`;
  const cwd = `/home/dev/project-${n % 40}`;
  const trace: SessionRecords = {
    ...emptySessionRecords(sessionId),
    firstAt: start,
    lastAt: start + count * 20_000,
    cwd,
    cwdAt: start,
    cwdSidechain: false,
  };
  for (let i = 0; i < count; i++) {
    trace.uuidHashes.push(n * count + i);
    trace.uuidTimes.push(start + i * 20_000);
    batch.messages.push(message(sessionId, n, i, start + i * 20_000, cwd));
  }
  batch.sessions.push(trace);
  batch.titles.push({ sessionId, kind: 'ai', at: start, offset: 0, text: `Session ${n}` });
  const bookmark = { offset: 1000, state: freshState(), inode: String(n), head: 'x' };
  return { batch, start: 0, bookmark, size: 1000, restarted: false, done: true };
}

function message(sessionId: string, n: number, i: number, at: number, cwd: string): MessageLine {
  const agent = i % 10 === 9 ? `agent-${n}-${i % 3}` : '';
  return {
    messageId: `msg_${n}_${i}_${(n * 7919 + i * 104_729) % 1_000_003}`,
    requestId: `req_${(n * 15_485_863 + i * 32_452_843) % 2_038_074_743}`,
    sessionId,
    agentId: agent,
    progress: false,
    sidechain: agent !== '',
    at,
    model: models[(n + i) % 3]!,
    usage: {
      input: i,
      output: 300 + ((n * i) % 900),
      cacheWrite5m: 0,
      cacheWrite1h: 2000,
      cacheRead: 40_000 + i * 100,
      webSearches: 0,
    },
    parts: [],
    iterations: [],
    incomplete: false,
    uuidHash: 0,
    requestSessionId: '',
    speed: 'standard',
    geo: 'not_available',
    tier: 'standard',
    cacheRequested: '',
    requestedModel: '',
    stopReason: 'tool_use',
    cacheSplit: true,
    tools: toolsOf(n + i),
    promptId: `prompt-${n}-${Math.floor(i / 10)}`,
    branch: n % 3 === 0 ? 'main' : `feature-${n % 50}`,
    cwd,
    version: '2.1.330',
    entrypoint: 'cli',
    effort: 'high',
    attribution: {},
    durationMs: 4000,
    error: '',
  };
}

/** Mostly one call, sometimes none or several, as Claude Code makes them. */
function toolsOf(seed: number): string[] {
  const names = ['Bash', 'Read', 'Edit', 'Grep', 'Write', 'Glob'];
  if (seed % 7 === 0) return [];
  const one = names[seed % names.length]!;
  return seed % 11 === 0 ? [one, names[(seed * 5) % names.length]!, 'Read'] : [one];
}
