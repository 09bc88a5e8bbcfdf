import type { AgentMetadata, SessionRecords, TranscriptBatch } from '../model/records.ts';

/** A batch nothing has been added to. */
export function emptyBatch(): TranscriptBatch {
  return {
    messages: [],
    sessions: [],
    costStates: [],
    events: [],
    titles: [],
    summaries: [],
    agents: [],
    spawns: [],
    pullRequests: [],
    rejected: [],
    lines: 0,
  };
}

/** Facts about an agent of which none is known; session and agent are to be named. */
export const emptyAgentMetadata: Omit<AgentMetadata, 'sessionId' | 'agentId'> = {
  type: '',
  toolUseId: '',
  parentAgentId: '',
  worktree: '',
  model: '',
  depth: null,
};

/** A trace of a session of which no record has been seen: each field yields to any record's. */
export function emptySessionRecords(sessionId: string): SessionRecords {
  return {
    sessionId,
    firstAt: Number.POSITIVE_INFINITY,
    lastAt: 0,
    anonymousAt: Number.POSITIVE_INFINITY,
    uuidHashes: [],
    uuidTimes: [],
    cwd: '',
    cwdAt: Number.POSITIVE_INFINITY,
    cwdSidechain: true,
    branch: '',
    branchAt: 0,
    version: '',
    versionAt: 0,
    entrypoint: '',
  };
}
