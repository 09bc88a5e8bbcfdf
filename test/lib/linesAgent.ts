import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type AgentLog, logFile, type Root, regularFileAt } from '../../src/agents/agentLog.ts';
import { emptyBatch, emptySessionRecords } from '../../src/agents/batch.ts';
import {
  type Bookmark,
  emptyMessage,
  type MessageLine,
  type SessionRecords,
  type TranscriptChunk,
} from '../../src/model/records.ts';
import { noUsage } from '../../src/model/tokens.ts';

/**
 * A made-up agent for tests of the seam: a file of its log is `logs/<session>.log`, a line of it
 * `{"n": …, "t": seconds, "ai": model, "in": tokens, "out": tokens}`.
 */
export const linesAgent: AgentLog = {
  name: 'lines',
  homeVariable: undefined,
  resumeCommand: (id) => `lines ${id}`,
  product: 'Lines',
  defaultRoots: ({ home }) => ({ paths: [join(home, '.lines')], source: 'default' }),
  recognizes: (directory) => isDirectory(join(directory, 'logs')),
  rootAt(directory, source) {
    const logFolder = join(directory, 'logs');
    return { agent: 'lines', path: directory, logFolder, source, exists: isDirectory(logFolder) };
  },
  discover({ logFolder }) {
    const names = readdirSync(logFolder).filter((name) => name.endsWith('.log'));
    const paths = names.map((name) => join(logFolder, name));
    const files = paths.map((path) => logFile(path, statSync(path)));
    return { files, metaFiles: [], unreadable: [] };
  },
  mayHold: () => true,
  kindOf: (name) => (name.endsWith('.log') ? 'transcript' : undefined),
  fileAt: regularFileAt,
  locationOf: (_root, path) => ({ sessionId: basename(path, '.log'), agentId: '' }),
  transcriptOf: (path) => path,
  readMeta: () => undefined,
  metadataBeside: () => [],
  readChunks,
  *messageLines(root, path) {
    for (const { batch } of readChunks(root, path, undefined)) {
      yield* batch.messages.map((message, i) => ({ line: i + 1, offset: 0, message }));
    }
  },
  cleanupDays: () => undefined,
  clientPrices: () => [],
  runningAgents: () => [],
  sessionFiles: () => [],
  runningSessions: (directory) => [`runs in ${basename(directory)}`],
  findRecord: () => Promise.resolve(undefined),
  readMessageText: () => Promise.resolve(undefined),
  readOutline: () => Promise.resolve({ offset: 0, asked: '', task: '', messages: new Map() }),
  readExcerpt: () => Promise.resolve({ lines: [], wanted: 0 }),
  promptTexts: () => new Map(),
};

interface Line {
  readonly n: number;
  readonly t: number;
  readonly ai: string;
  readonly in: number;
  readonly out: number;
}

/** Its state is another one than Claude's: what the store keeps of it is the reader's business. */
interface State {
  readonly seen: number;
}

function* readChunks(
  _root: Root,
  path: string,
  bookmark: Bookmark | undefined,
): Generator<TranscriptChunk, void, void> {
  const { size, dev, ino } = statSync(path);
  const start = bookmark?.offset ?? 0;
  const state = (bookmark?.state ?? { seen: 0 }) as State;
  const text = readFrom(path, start, size);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = whole.split('\n').filter((line) => line !== '');
  const sessionId = basename(path, '.log');
  const messages = lines.map((line) => messageOf(JSON.parse(line) as Line, sessionId));
  const next: State = { seen: state.seen + lines.length };
  yield {
    batch: { ...emptyBatch(), messages, sessions: traceOf(messages), lines: lines.length },
    start,
    bookmark: {
      offset: start + Buffer.byteLength(whole),
      state: next,
      inode: `${dev}:${ino}`,
      head: '',
    },
    size,
    restarted: false,
    done: true,
  };
}

function readFrom(path: string, from: number, to: number): string {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(to - from);
    readSync(fd, bytes, 0, bytes.length, from);
    return bytes.toString('utf8');
  } finally {
    closeSync(fd);
  }
}

function messageOf(line: Line, sessionId: string): MessageLine {
  return {
    ...emptyMessage,
    messageId: `${sessionId}-${line.n}`,
    sessionId,
    at: line.t * 1000,
    model: line.ai,
    usage: { ...noUsage, input: line.in, output: line.out },
    stopReason: 'done',
  };
}

function traceOf(messages: readonly MessageLine[]): SessionRecords[] {
  const times = messages.map(({ at }) => at);
  const [first] = messages;
  if (first === undefined) return [];
  const [firstAt, lastAt] = [Math.min(...times), Math.max(...times)];
  return [{ ...emptySessionRecords(first.sessionId), firstAt, lastAt, anonymousAt: firstAt }];
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
