import { basename } from 'node:path';
import {
  type AgentLog,
  type LogFile,
  type MessagePart,
  type Root,
  regularFileAt,
  type WantedRecord,
} from '../agentLog.ts';
import { bareLog } from '../bareLog.ts';
import { readExcerpt } from '../excerpt.ts';
import { defaultRoots, discover, isRolloutPath, mayHold, recognizes, rootAt } from './codexHome.ts';
import { promptsIn, readOutline, type Said, saidIn } from './conversation.ts';
import { readRollout, rolloutMessages, threadOf } from './readRollout.ts';

/**
 * The rollouts of OpenAI's Codex (terminal, editor extension and desktop app write the same):
 * `sessions/<year>/<month>/<day>/rollout-<time>-<thread>.jsonl`, and those in `archived_sessions`.
 */
export const codexLog: AgentLog = {
  ...bareLog,
  name: 'codex',
  product: 'Codex',
  homeVariable: 'CODEX_HOME',
  resumeCommand: (id) => `codex resume ${id}`,
  defaultRoots,
  recognizes,
  rootAt,
  discover,
  mayHold,
  kindOf: (path) => (isRolloutPath(path) ? 'transcript' : undefined),
  fileAt: regularFileAt,
  locationOf: (_root, path) => threadOf(path),
  transcriptOf: (path) => path,
  readChunks: ({ path: home }, path, bookmark, chunkBytes) =>
    readRollout(home, path, bookmark, chunkBytes),
  messageLines: ({ path: home }, path) => rolloutMessages(home, path),
  // It keeps them until a person archives or deletes them.
  cleanupDays: () => undefined,
  sessionFiles,
  findRecord,
  readMessageText,
  readOutline,
  readExcerpt,
  promptTexts: promptsIn,
};

/** The rollout of a thread: of those it started, which stand in files of their own, nothing tells but themselves. */
function sessionFiles(root: Root, sessionId: string): LogFile[] {
  if (!/^[\w-]+$/.test(sessionId)) return [];
  return discover(root).files.filter(({ path }) => basename(path).includes(sessionId));
}

async function findRecord(path: string, { messageId }: WantedRecord) {
  return (await saidBy(path, messageId))?.place;
}

async function readMessageText(path: string, { messageId }: WantedRecord) {
  const said = await saidBy(path, messageId);
  if (said === undefined) return undefined;
  const { prompt, parts } = said;
  const asked: MessagePart[] =
    prompt === '' ? [] : [{ kind: 'text', name: '', text: prompt, left: 0 }];
  return [...asked, ...parts];
}

async function saidBy(path: string, messageId: string): Promise<Said | undefined> {
  for await (const said of saidIn(path)) if (said.id === messageId) return said;
  return undefined;
}
