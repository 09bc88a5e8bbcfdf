import { basename } from 'node:path';
import type { Bookmark, TranscriptChunk } from '../../model/records.ts';
import { readRegular } from '../../platform/regularFile.ts';
import type { LocatedMessage, LogLocation } from '../agentLog.ts';
import { LineReader } from '../lineReader.ts';
import { linesIn } from '../wholeFile.ts';
import { rolloutPaths } from './codexHome.ts';
import { noCounts } from './counts.ts';
import { rolloutLine } from './rolloutLine.ts';
import { RolloutParser } from './rolloutParser.ts';
import type { RolloutState } from './rolloutState.ts';
import {
  type CounterEvent,
  FoundHistories,
  type HistoryReader,
  type RolloutHistory,
  type RolloutSkim,
  type ThreadHistories,
} from './threadHistories.ts';
import { threadInName } from './threadIds.ts';

/** Bytes of lines read at once. */
const roomBytes = 1024 * 1024;

/** Larger rollouts are not looked into for another one's sake. */
const largestHistory = 512 * 1024 * 1024;

const reader = new LineReader(() => Buffer.allocUnsafe(roomBytes));

/** Reads a rollout on from a bookmark, yielding a chunk about every `chunkBytes`. */
export function readRollout(
  home: string,
  path: string,
  bookmark: Bookmark | undefined,
  chunkBytes?: number,
): Generator<TranscriptChunk, void, void> {
  const histories = historiesBelow(home);
  const place = placeOf(path);
  return reader.read(
    path,
    (state) => new RolloutParser(place, state as RolloutState | undefined, histories),
    bookmark,
    chunkBytes,
  );
}

/** The requests of a rollout, read anew from its start, each with its place. */
export function rolloutMessages(home: string, path: string): Generator<LocatedMessage, void, void> {
  return reader.messages(path, rolloutParser(home, path));
}

/** A parser for a rollout from its start. */
export function rolloutParser(home: string, path: string): RolloutParser {
  return new RolloutParser(placeOf(path), undefined, historiesBelow(home));
}

/** What a rollout's name says: its thread, which may be an agent's of another session. */
export function threadOf(path: string): LogLocation {
  return { sessionId: placeOf(path).fallback, agentId: '' };
}

function placeOf(path: string): { path: string; fallback: string } {
  const name = basename(path);
  return { path, fallback: threadInName(name) || name.replace(/\.jsonl$/, '') };
}

const files: HistoryReader = { skim, read };

function historiesBelow(home: string): ThreadHistories {
  return new FoundHistories(() => rolloutPaths(home), files);
}

function read(path: string, histories: ThreadHistories): RolloutHistory {
  const counters: CounterEvent[] = [];
  const place = placeOf(path);
  const whole = new RolloutParser(place, undefined, histories, (event) => counters.push(event));
  // A history may need another one while it is read: each has a block of its own.
  const chunks = new LineReader(() => Buffer.allocUnsafe(roomBytes)).read(
    path,
    // A last line without its newline, which has a parser of its own, is no part of it.
    (state) =>
      state === undefined ? whole : new RolloutParser(place, state as RolloutState, histories),
    undefined,
  );
  for (const _ of chunks);
  return { own: whole.state.threads[0], counters };
}

function skim(path: string): RolloutSkim {
  let thread = '';
  let parent = '';
  const counters: Pick<CounterEvent, 'last' | 'total'>[] = [];
  for (const { bytes, start, stop } of linesIn(readRegular(path, largestHistory))) {
    const line = rolloutLine(bytes, start, stop);
    if (line?.kind === 'meta') {
      if (thread === '') ({ thread, parent } = line);
      else if (parent === '' && line.thread !== thread) parent = line.thread;
    } else if (line?.kind === 'count') {
      counters.push({ last: line.last?.counts ?? noCounts, total: line.total?.counts });
    }
  }
  return { thread, parent, counters };
}
