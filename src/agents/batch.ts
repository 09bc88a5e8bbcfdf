import type { SessionRecords, TranscriptBatch } from '../model/records.ts';

/** A batch nothing has been added to. */
export function emptyBatch(): TranscriptBatch {
  return {
    messages: [],
    sessions: [],
    costStates: [],
    events: [],
    titles: [],
    agents: [],
    spawns: [],
    pullRequests: [],
    rejected: [],
    lines: 0,
  };
}

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
