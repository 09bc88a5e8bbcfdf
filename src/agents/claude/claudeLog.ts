import { basename } from 'node:path';
import { usualProduct } from '../../model/records.ts';
import { type AgentLog, regularFileAt } from '../agentLog.ts';
import { readExcerpt } from '../excerpt.ts';
import { readAgentMeta } from './agentMeta.ts';
import { cleanupDays } from './cleanup.ts';
import { readClientPrices } from './clientPrices.ts';
import {
  discover,
  isAgentMeta,
  isTranscript,
  locationOf,
  mayHold,
  sessionFiles,
} from './discover.ts';
import { findRecord } from './read/findRecord.ts';
import { messageLines } from './read/messageLines.ts';
import { readMessageText } from './read/messageText.ts';
import { readOutline } from './read/outline.ts';
import { promptTexts } from './read/promptTexts.ts';
import { readChunks } from './read/readChunks.ts';
import { defaultRoots, isConfigDirectory, rootAt } from './roots.ts';
import { runningAgents, runningSessions } from './runningSessions.ts';

/** The transcripts of Claude Code: `projects/<project>/<session>.jsonl` and what stands below. */
export const claudeLog: AgentLog = {
  name: 'claude',
  product: usualProduct,
  homeVariable: 'CLAUDE_CONFIG_DIR',
  resumeCommand: (id) => `claude --resume ${id}`,
  defaultRoots: defaultRoots,
  recognizes: isConfigDirectory,
  rootAt,
  discover: ({ logFolder }) => discover(logFolder),
  mayHold: (_root, folder) => mayHold(basename(folder)),
  kindOf(path) {
    const name = basename(path);
    if (isTranscript(name)) return 'transcript';
    return isAgentMeta(name) ? 'meta' : undefined;
  },
  fileAt: regularFileAt,
  locationOf: ({ logFolder }, path) => locationOf(logFolder, path),
  transcriptOf: (metaPath) => metaPath.replace(/\.meta\.json$/, '.jsonl'),
  readMeta: ({ logFolder }, metaPath) => readAgentMeta(metaPath, locationOf(logFolder, metaPath)),
  metadataBeside({ logFolder }, path) {
    const place = locationOf(logFolder, path);
    if (place.agentId === '') return [];
    const fact = readAgentMeta(path.replace(/\.jsonl$/, '.meta.json'), place);
    return fact === undefined ? [] : [fact];
  },
  readChunks: ({ logFolder }, path, bookmark, chunkBytes) =>
    readChunks(path, locationOf(logFolder, path), bookmark, chunkBytes),
  messageLines: ({ logFolder }, path) => messageLines(path, locationOf(logFolder, path)),
  cleanupDays: ({ path }) => cleanupDays(path),
  clientPrices: (roots, { home }) => readClientPrices([...roots.map(({ path }) => path), home]),
  runningSessions: (directory) => runningSessions([directory]),
  runningAgents: (directory) => runningAgents(directory),
  sessionFiles: ({ logFolder }, sessionId) => sessionFiles(logFolder, sessionId),
  findRecord,
  readMessageText,
  readOutline,
  readExcerpt,
  promptTexts,
};
