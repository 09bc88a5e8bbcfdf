import type { AgentLog } from '../agentLog.ts';
import { readAgentMeta } from './agentMeta.ts';
import { discover, isAgentMeta, isTranscript, placeOf } from './discover.ts';
import { readExcerpt } from './read/excerpt.ts';
import { findRecord } from './read/findRecord.ts';
import { readMessageText } from './read/messageText.ts';
import { promptTexts } from './read/promptTexts.ts';
import { readChunks } from './read/readChunks.ts';
import { isConfigDirectory, rootAt, usualPlaces } from './roots.ts';
import { runningSessions } from './runningSessions.ts';

/** The transcripts of Claude Code: `projects/<project>/<session>.jsonl` and what stands below. */
export const claudeLog: AgentLog = {
  name: 'claude',
  usualPlaces,
  recognizes: isConfigDirectory,
  rootAt,
  discover: ({ logFolder }) => discover(logFolder),
  kindOf(name) {
    if (isTranscript(name)) return 'transcript';
    return isAgentMeta(name) ? 'meta' : undefined;
  },
  placeOf: ({ logFolder }, path) => placeOf(logFolder, path),
  transcriptOf: (metaPath) => metaPath.replace(/\.meta\.json$/, '.jsonl'),
  readMeta: ({ logFolder }, metaPath) => readAgentMeta(metaPath, placeOf(logFolder, metaPath)),
  factsBeside({ logFolder }, path) {
    if (placeOf(logFolder, path).agentId === '') return [];
    const meta = path.replace(/\.jsonl$/, '.meta.json');
    const fact = readAgentMeta(meta, placeOf(logFolder, meta));
    return fact === undefined ? [] : [fact];
  },
  readChunks: ({ logFolder }, path, bookmark, chunkBytes) =>
    readChunks(path, placeOf(logFolder, path), bookmark, chunkBytes),
  runningSessions: (directory) => runningSessions([directory]),
  findRecord,
  readMessageText,
  readExcerpt,
  promptTexts,
};
