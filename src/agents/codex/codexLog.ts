import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { AgentLog, LogFile, MessagePart, RecordLocation, Root } from '../agentLog.ts';
import { readExcerpt } from '../excerpt.ts';
import { defaultRoots, discover, isRolloutPath, mayHold, recognizes, rootAt } from './codexHome.ts';
import { outlineOf, saidIn } from './conversation.ts';
import { readRollout, rolloutMessages, threadOf } from './readRollout.ts';

/**
 * The rollouts of OpenAI's Codex (terminal, editor extension and desktop app write the same):
 * `sessions/<year>/<month>/<day>/rollout-<time>-<thread>.jsonl`, and those in `archived_sessions`.
 */
export const codexLog: AgentLog = {
  name: 'codex',
  product: 'Codex',
  defaultRoots,
  recognizes,
  rootAt,
  discover,
  mayHold,
  kindOf: (path) => (isRolloutPath(path) ? 'transcript' : undefined),
  locationOf: (_root, path) => threadOf(path),
  transcriptOf: (path) => path,
  readMeta: () => undefined,
  metadataBeside: () => [],
  readChunks: ({ path: home }, path, bookmark, chunkBytes) =>
    readRollout(home, path, bookmark, chunkBytes),
  messageLines: ({ path: home }, path) => rolloutMessages(home, path),
  // It keeps them until a person archives or deletes them.
  cleanupDays: () => undefined,
  clientPrices: () => [],
  // It leaves no note of the processes that run.
  runningSessions: () => [],
  runningAgents: () => [],
  sessionFiles: (root, sessionId) => filesOfSession(root, sessionId),
  findRecord: (path, { messageId }) => Promise.resolve(findRequest(path, messageId)),
  readMessageText: (path, { messageId }) => Promise.resolve(textOf(path, messageId)),
  readOutline: (path, before) => Promise.resolve(outlineOf(path, statSync(path).size, before)),
  readExcerpt,
  promptTexts: (path) => promptsIn(path),
};

/** The rollout of a thread: of those it started, which stand in files of their own, nothing tells but themselves. */
function filesOfSession(root: Root, sessionId: string): LogFile[] {
  if (!/^[\w-]+$/.test(sessionId)) return [];
  return discover(root).files.filter(({ path }) => basename(path).includes(sessionId));
}

function findRequest(path: string, messageId: string): RecordLocation | undefined {
  for (const { id, place } of saidIn(path)) if (id === messageId) return place;
  return undefined;
}

function textOf(path: string, messageId: string): MessagePart[] | undefined {
  for (const { id, prompt, parts } of saidIn(path)) {
    if (id !== messageId) continue;
    return prompt === ''
      ? [...parts]
      : [{ kind: 'text', name: '', text: prompt, left: 0 }, ...parts];
  }
  return undefined;
}

function promptsIn(path: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const { turn, prompt } of saidIn(path)) {
    if (prompt !== '' && !found.has(turn)) found.set(turn, prompt);
  }
  return found;
}
