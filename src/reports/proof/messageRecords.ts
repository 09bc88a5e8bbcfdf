import { existsSync } from 'node:fs';
import type { LocatedMessage } from '../../agents/agentLog.ts';
import { agentLog, knownRoot } from '../../agents/registry.ts';
import type { MessageLine } from '../../model/records.ts';
import type { ReportContext } from '../../query/context.ts';
import {
  compareLines,
  keyOf,
  keyText,
  mergeLines,
  variantKeyOf,
} from '../../store/ingest/merge.ts';
import { formResponses, type Response } from '../../store/ingest/responses.ts';
import { type MessageCost, messageKey, sessionsOfMessage } from '../../store/query/messageCosts.ts';

/** A transcript a message may stand in, as the store knows it. */
export interface KnownTranscript {
  readonly path: string;
  /** Configuration directory it stands under. */
  readonly root: string;
}

/** A record of a message, where it stands, and what became of it. */
export interface MessageRecord extends Pick<LocatedMessage, 'line' | 'message'> {
  readonly path: string;
  /** The response it belongs to was counted from it. */
  readonly kept: boolean;
}

/** What transcripts say of a message. */
export interface MessageRecords {
  /** Its records, in the order they stand in their files. */
  readonly records: readonly MessageRecord[];
  /** The record that was kept, of equal ones that of its own session; undefined where no transcript has the message any more. */
  readonly kept: MessageRecord | undefined;
  /** Transcripts it may have stood in that are gone. */
  readonly gone: readonly string[];
  /** Those that cannot be read, with why. */
  readonly unreadable: readonly string[];
}

/** Reads a message's records from the transcripts that are still there, and merges them anew. */
export function recordsOf(
  context: ReportContext,
  sid: string,
  message: MessageCost,
): MessageRecords {
  const gone: string[] = [];
  const unreadable: string[] = [];
  const found: { path: string; located: LocatedMessage }[] = [];
  const look = ({ path, root }: KnownTranscript): void => {
    try {
      const place = knownRoot(root);
      for (const located of agentLog(place).messageLines(place, path)) {
        if (located.message.messageId === message.messageId) found.push({ path, located });
      }
    } catch (error) {
      unreadable.push(`${path} (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`);
    }
  };
  const near = transcriptsOf(context, sid, message);
  for (const transcript of near) {
    if (existsSync(transcript.path)) look(transcript);
    else gone.push(transcript.path);
  }
  if (found.length === 0 && gone.length === 0) {
    // Records may stand in a file that has another session's name.
    const known = new Set(near.map(({ path }) => path));
    const others = context.reader.transcripts().filter(({ path }) => !known.has(path));
    for (const transcript of others) if (existsSync(transcript.path)) look(transcript);
  }
  const response = responseOf(
    found.map(({ located }) => located.message),
    message,
  );
  if (response === undefined) return { records: [], kept: undefined, gone, unreadable };
  const own = found.filter(({ located }) => isOf(located.message, response));
  const equal = own.filter(
    ({ located }) => compareLines(located.message, response.state.kept) === 0,
  );
  const kept = equal.find(({ located }) => located.message.sessionId === sid) ?? equal[0];
  const recordAt = (each: (typeof own)[number]): MessageRecord => {
    const { line, message: record } = each.located;
    return { path: each.path, line, message: record, kept: each === kept };
  };
  return { records: own.map(recordAt), kept: kept && recordAt(kept), gone, unreadable };
}

/** Transcripts of the sessions a message stands in, and those of its agent wherever they are. */
function transcriptsOf(
  { db, reader }: ReportContext,
  sid: string,
  message: MessageCost,
): KnownTranscript[] {
  const sessions = new Set([sid, ...sessionsOfMessage(db, message)]);
  const roots = new Map<string, ReturnType<typeof knownRoot>>();
  return reader.transcripts().filter(({ path, root }) => {
    const place = roots.get(root) ?? knownRoot(root);
    roots.set(root, place);
    const { sessionId, agentId } = agentLog(place).locationOf(place, path);
    const isAgents = agentId !== '' && agentId === message.agentId;
    return sessionId === '' || sessions.has(sessionId) || isAgents;
  });
}

/** The response of these records that the store counts as this message. */
function responseOf(records: readonly MessageLine[], message: MessageCost): Response | undefined {
  const variants = mergeLines(records).flatMap(({ variants: some }) =>
    [...some.values()].map((state) => ({ ...keyOf(state), state, legacy: false })),
  );
  const responses = formResponses(variants);
  const mid = message.messageId;
  return (
    responses.find(({ rid, side }) => messageKey({ mid, rid, side }) === message.key) ??
    // A copy that is gone may have named the request.
    responses.find(({ state: { kept } }) => kept.at === message.at) ??
    responses[0]
  );
}

function isOf(record: MessageLine, { members }: Response): boolean {
  const key = keyText(variantKeyOf(record));
  return members.some((member) => keyText(member) === key);
}
