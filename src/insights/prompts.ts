import type { AgentLog } from '../agents/agentLog.ts';
import { agentLog, knownRoot } from '../agents/registry.ts';
import { type EditKind, editKindOf, type ReadPrompts } from '../analysis/insights/deterministic.ts';
import { largestOf } from '../model/lists.ts';
import { memoize } from '../model/memoize.ts';
import type { ReportContext } from '../query/context.ts';
import { wordTexts } from '../store/query/spendRows.ts';
import type { StoreReader } from '../store/query/storeReader.ts';
import type { FoundRun } from './runs.ts';

/** Bytes of transcripts read for their prompts, latest sessions first: about a second. */
const mostBytes = 200 * 1024 * 1024;

/**
 * What the prompts behind main-thread runs asked for, read from the transcripts that are still there.
 * The texts go nowhere: only what kind of work they ask for is kept.
 */
export function readPrompts({ db, reader }: ReportContext, runs: readonly FoundRun[]): ReadPrompts {
  const prompted = runs.filter(({ prompt }) => prompt !== 0);
  const files = mainTranscripts(reader);
  const kinds = new Map<string, EditKind>();
  let [read, bytes] = [0, 0];
  const latestFirst = [...Map.groupBy(prompted, ({ session }) => session)].sort(
    ([, a], [, b]) => latest(b) - latest(a),
  );
  for (const [session, own] of latestFirst) {
    const file = files.get(session);
    if (file === undefined || bytes + file.size > mostBytes) continue;
    bytes += file.size;
    const texts = file.log.promptTexts(file.path);
    const ids = wordTexts(
      db,
      own.map(({ prompt }) => prompt),
    );
    for (const { key, prompt } of own) {
      const text = texts.get(ids.get(prompt)!);
      if (text === undefined) continue;
      read++;
      const kind = editKindOf(text);
      if (kind !== undefined) kinds.set(key, kind);
    }
  }
  return { kinds, read, all: prompted.length };
}

interface MainTranscript {
  readonly path: string;
  readonly size: number;
  readonly log: AgentLog;
}

/** The transcripts of main threads, by session. */
function mainTranscripts(reader: StoreReader): Map<string, MainTranscript> {
  const rootOf = memoize(knownRoot);
  const found = new Map<string, MainTranscript>();
  for (const { path, root: directory, size } of reader.transcripts()) {
    const root = rootOf(directory);
    const log = agentLog(root);
    const { sessionId, agentId } = log.locationOf(root, path);
    if (agentId === '') found.set(sessionId, { path, size, log });
  }
  return found;
}

function latest(runs: readonly FoundRun[]): number {
  return largestOf(runs.map(({ startedAt }) => startedAt));
}
