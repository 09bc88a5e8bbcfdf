import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogLocation, Root } from '../../agents/agentLog.ts';
import { agentLog, knownRoot } from '../../agents/registry.ts';
import { sessionKey } from '../../model/records.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import type { ReportContext } from '../../query/context.ts';
import { openForWriting } from '../../store/connection/openStore.ts';
import { rootsKnown } from '../../store/query/knownNames.ts';
import { sessionsOfAgent } from '../../store/query/proof/related.ts';
import { keptRequests, requestEvents } from '../../store/query/requests/requestEvents.ts';
import { toldSums } from '../../store/query/requests/toldSums.ts';
import { StoreReader } from '../../store/query/storeReader.ts';
import { Writer } from '../../store/writer.ts';
import { Filler } from './filler.ts';

/** A transcript, and what became of it since the store read it. */
export interface CheckedFile extends LogLocation {
  readonly path: string;
  /** Ids of the sessions it is of: by its records, and by its path and the store. */
  readonly sessions: readonly string[];
  readonly root: Root;
  /** `grown`: it has more than the store has read, or the store has not read it at all. */
  readonly state: 'same' | 'grown' | 'gone' | 'unreadable';
}

/** What the transcripts that are there come to, read, merged and priced anew. */
export interface Recount extends Disposable {
  readonly db: SqlDatabase;
  readonly reader: StoreReader;
  readonly files: readonly CheckedFile[];
  /** Transcripts that could not be read, with why. */
  readonly unreadable: readonly string[];
}

/**
 * Reads transcripts into a store of its own, which is removed afterwards: all, or those of some
 * sessions. Nothing is taken from the store there is but which transcripts it has seen, and the requests that
 * telemetry told it of.
 */
export function recount(context: ReportContext, only: ReadonlySet<string> | undefined): Recount {
  const folder = mkdtempSync(join(tmpdir(), 'outlay-verify-'));
  const { db } = openForWriting(only === undefined ? join(folder, 'recount.db') : ':memory:');
  const dispose = (): void => {
    db.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const writer = new Writer(db, { book: context.book, storeTitles: false, assertWriter() {} });
    const filler = new Filler(writer);
    const unreadable: string[] = [];
    const files = transcripts(context, only).map((file): CheckedFile => {
      if (file.state === 'gone') return file;
      const sessions = new Set(file.sessions);
      const problem = filler.read(file, sessions);
      if (problem === undefined) return { ...file, sessions: [...sessions] };
      if (problem === 'ENOENT') return { ...file, state: 'gone' };
      unreadable.push(`${file.path} (${problem})`);
      return { ...file, state: 'unreadable' };
    });
    filler.flush();
    // No transcript has them; held against the transcripts anew they must itemise the same.
    writer.addRequests(requestEvents(context.db, only));
    writer.adoptRequests(keptRequests(context.db, only));
    writer.addSums(toldSums(context.db, only));
    return { db, reader: new StoreReader(db), files, unreadable, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Transcripts on disk, and those the store has read that are gone. */
function transcripts(
  context: ReportContext,
  only: ReadonlySet<string> | undefined,
): (CheckedFile & { readonly mtimeMs: number })[] {
  const { db, reader, accounts } = context;
  const known = reader.knownSizes();
  const roots = rootsKnown(db).filter((root) => accounts?.includes(root) !== false);
  const isWanted = ({ sessions }: Pick<CheckedFile, 'sessions'>): boolean =>
    // Whose sessions one without a name holds, only reading it tells.
    only === undefined || sessions.some((sid) => sid === '' || only.has(sid));
  const sids = new Set(reader.sessions().map(({ sid }) => sid));
  const placed = (root: Root, path: string): LogLocation & Pick<CheckedFile, 'sessions'> => {
    const { sessionId, agentId } = agentLog(root).locationOf(root, path);
    // In a flat folder nothing but its own id says whose an agent's file is.
    const own = agentId === '' || sids.has(sessionId) ? [] : sessionsOfAgent(db, agentId);
    const named = sessionKey(sessionId, root.host ?? '');
    return { sessionId, agentId, sessions: own.length > 0 ? own : [named] };
  };
  const hosts = reader.hosts();
  const places = new Map(
    roots.map((path) => {
      const host = hosts.get(path);
      return [path, host === undefined ? knownRoot(path) : { ...knownRoot(path), host }];
    }),
  );
  const found = [...places.values()].flatMap((root) => {
    if (!root.exists) return [];
    return agentLog(root)
      .discover(root)
      .files.map(({ path, size, mtimeMs }) => {
        const before = known.get(path);
        const state = before === undefined || size > before.size ? 'grown' : 'same';
        return { path, root, mtimeMs, state, ...placed(root, path) } as const;
      });
  });
  const there = new Set(found.map(({ path }) => path));
  const gone = reader.transcripts().flatMap(({ path, root: name }) => {
    const root = places.get(name);
    if (root === undefined || there.has(path) || existsSync(path)) return [];
    return [{ path, root, mtimeMs: 0, state: 'gone', ...placed(root, path) } as const];
  });
  return [...found, ...gone].filter(isWanted);
}
