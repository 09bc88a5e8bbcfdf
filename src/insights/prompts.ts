import { basename } from 'node:path';
import { promptTexts } from '../agents/claude/read/promptTexts.ts';
import { type EditKind, editKindOf, type ReadPrompts } from '../analysis/insights/deterministic.ts';
import type { ReportContext } from '../query/context.ts';
import { wordTexts } from '../store/query/spendRows.ts';
import type { FoundRun } from './runs.ts';

/** Bytes of transcripts read for their prompts, latest sessions first: about a second. */
const mostBytes = 200 * 1024 * 1024;

/**
 * What the prompts behind main-thread runs asked for, read from the transcripts that are still there.
 * The texts go nowhere: only what kind of work they ask for is kept.
 */
export function readPrompts({ db, reader }: ReportContext, runs: readonly FoundRun[]): ReadPrompts {
  const prompted = runs.filter(({ prompt }) => prompt !== 0);
  const files = new Map<string, { path: string; size: number }>();
  for (const [path, { size }] of reader.knownSizes()) {
    files.set(basename(path, '.jsonl'), { path, size });
  }
  const kinds = new Map<string, EditKind>();
  let [read, bytes] = [0, 0];
  const latestFirst = [...Map.groupBy(prompted, ({ session }) => session)].sort(
    ([, a], [, b]) => latest(b) - latest(a),
  );
  for (const [session, own] of latestFirst) {
    const file = files.get(session);
    if (file === undefined || bytes + file.size > mostBytes) continue;
    bytes += file.size;
    const texts = promptTexts(file.path);
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

function latest(runs: readonly FoundRun[]): number {
  return Math.max(...runs.map(({ startedAt }) => startedAt));
}
