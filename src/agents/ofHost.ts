import { hashText } from '../model/hash53.ts';
import { type SessionRecords, sessionKey, type TranscriptChunk } from '../model/records.ts';

/**
 * A chunk as one of another host: its sessions are apart from those of the same ids elsewhere. So are its
 * records: which of two sessions a record is the own of is decided among those of one host. Identities of
 * messages stay, since by them a message that was read on several ways counts once.
 */
export function ofHost(chunk: TranscriptChunk, host: string): TranscriptChunk {
  const { batch } = chunk;
  const moved = <T extends { readonly sessionId: string }>(one: T): T => ({
    ...one,
    sessionId: sessionKey(one.sessionId, host),
  });
  const apart = (hash: number): number => hashText(`${hash} ${host}`);
  const records = (one: SessionRecords): SessionRecords => ({
    ...moved(one),
    uuidHashes: one.uuidHashes.map(apart),
  });
  return {
    ...chunk,
    batch: {
      ...batch,
      messages: batch.messages.map((line) => ({
        ...moved(line),
        requestSessionId: sessionKey(line.requestSessionId, host),
      })),
      sessions: batch.sessions.map(records),
      costStates: batch.costStates.map(moved),
      events: batch.events.map(moved),
      titles: batch.titles.map(moved),
      summaries: batch.summaries.map((one) => ({ ...one, leaf: apart(one.leaf) })),
      agents: batch.agents.map(moved),
      spawns: batch.spawns.map(moved),
      pullRequests: batch.pullRequests.map(moved),
      rejected: batch.rejected.map(moved),
      ...(batch.background !== undefined && { background: batch.background.map(moved) }),
    },
  };
}
