import type { SessionRecords, TranscriptBatch } from '../../../model/records.ts';

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
