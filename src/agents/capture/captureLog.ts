import { callFileDays } from '../../model/capture/callRecord.ts';
import { type AgentLog, type RecordLocation, regularFileAt } from '../agentLog.ts';
import { bareLog } from '../bareLog.ts';
import { readExcerpt } from '../excerpt.ts';
import { parseObject, text } from '../json.ts';
import { LineReader } from '../lineReader.ts';
import { linesOfFile } from '../wholeFile.ts';
import { type CallFileState, CallParser } from './callParser.ts';
import {
  defaultRoots,
  discover,
  isCallFile,
  recognizes,
  rootAt,
  sessionOfFile,
} from './captureHome.ts';

const reader = new LineReader(() => Buffer.allocUnsafe(1024 * 1024));

/**
 * Calls that programs write down themselves, with `outlay/capture`: a line each, in files of the process that made
 * them. A run of a program is a session, whom it made a call for an agent, and a correlation what a prompt is elsewhere:
 * with its session and agent a run.
 */
export const captureLog: AgentLog = {
  ...bareLog,
  name: 'capture',
  product: 'API calls',
  isOfPrograms: true,
  homeVariable: 'OUTLAY_CAPTURE_DIR',
  // A program is started again by whoever started it.
  resumeCommand: () => undefined,
  defaultRoots,
  recognizes,
  rootAt,
  discover,
  mayHold: ({ logFolder }, folder) => folder === logFolder,
  kindOf: (path) => (isCallFile(path) ? 'transcript' : undefined),
  fileAt: regularFileAt,
  locationOf: (_root, path) => ({ sessionId: sessionOfFile(path), agentId: '' }),
  transcriptOf: (path) => path,
  readChunks: (_root, path, bookmark, chunkBytes) =>
    reader.read(
      path,
      (state) => new CallParser(sessionOfFile(path), state as CallFileState | undefined),
      bookmark,
      chunkBytes,
    ),
  messageLines: (_root, path) => reader.messages(path, new CallParser(sessionOfFile(path))),
  cleanupDays: () => callFileDays,
  sessionFiles: (root, sessionId) =>
    discover(root).files.filter(({ path }) => sessionOfFile(path) === sessionId),
  findRecord: async (path, { messageId }) => placeOf(path, messageId),
  // No prompt and no answer is ever written down.
  readMessageText: async (path, { messageId }) =>
    (await placeOf(path, messageId)) === undefined ? undefined : [],
  readOutline: async () => ({ offset: 0, asked: '', task: '', messages: new Map() }),
  readExcerpt,
  promptTexts: () => new Map(),
};

async function placeOf(path: string, id: string): Promise<RecordLocation | undefined> {
  let line = -1;
  for await (const { bytes, start, stop } of linesOfFile(path)) {
    line++;
    const found = parseObject(bytes.toString('utf8', start, stop));
    if (found !== undefined && text(found.id) === id) {
      return { line, offset: start, length: stop - start };
    }
  }
  return undefined;
}
