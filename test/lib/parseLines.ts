import { deepEqual } from 'node:assert/strict';
import { type TranscriptLocation, TranscriptParser } from '../../src/agents/claude/parse/parser.ts';
import { freshState, type ParserState } from '../../src/agents/claude/parse/parserState.ts';
import { lineRoom } from '../../src/agents/claude/scan/lineScanner.ts';
import { PlainScanner } from '../../src/agents/claude/scan/plainScanner.ts';
import { ScannedRecord } from '../../src/agents/claude/scan/scannedRecord.ts';
import type { TranscriptBatch } from '../../src/model/records.ts';

export const mainPlace: TranscriptLocation = {
  path: 'p/s1.jsonl',
  sessionId: 's1',
  agentId: '',
  workflow: '',
};
export const agentPlace: TranscriptLocation = {
  path: 'p/s1/subagents/agent-a1.jsonl',
  sessionId: 's1',
  agentId: 'a1',
  workflow: '',
};

/**
 * What a transcript of these lines says: objects are written as JSON, texts as they are. Both scanners must
 * say the same.
 */
export function parseLines(
  lines: readonly (object | string)[],
  place: TranscriptLocation = mainPlace,
): TranscriptBatch {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  const bytes = Buffer.from(`${text.join('\n')}\n`);
  return parseBytes(bytes, place);
}

/** The same of whole lines as bytes. */
export function parseBytes(
  bytes: Buffer,
  place: TranscriptLocation = mainPlace,
  before: ParserState = freshState(),
): TranscriptBatch {
  const plain = feed(bytes, place, before, new ScannedRecord(new PlainScanner()));
  const room = lineRoom();
  if (bytes.length > room.length) return plain;
  room.set(bytes);
  const batch = feed(room, place, before, undefined, bytes.length);
  deepEqual(batch, plain);
  return batch;
}

function feed(
  buf: Buffer,
  place: TranscriptLocation,
  before: ParserState,
  scanned: ScannedRecord | undefined,
  length = buf.length,
): TranscriptBatch {
  const parser = new TranscriptParser(place, before, scanned);
  parser.feed(buf, 0, length, 0);
  return parser.take();
}

export const noon = '2026-11-20T12:00:00.000Z';
export const noonMs = Date.UTC(2026, 10, 20, 12);

/** A moment some milliseconds after noon, as transcripts write it. */
export function afterNoon(ms: number): string {
  return new Date(noonMs + ms).toISOString();
}

/** An assistant record; `message` and `record` replace or add fields. */
export function assistant(message: object = {}, record: object = {}): object {
  return {
    type: 'assistant',
    uuid: 'u1',
    timestamp: noon,
    sessionId: 's1',
    requestId: 'req_1',
    message: {
      id: 'msg_1',
      model: 'claude-opus-4-8',
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 2 },
      content: [],
      ...message,
    },
    ...record,
  };
}

/** A user record with this content. */
export function user(content: unknown, record: object = {}): object {
  return {
    type: 'user',
    uuid: 'u0',
    timestamp: noon,
    sessionId: 's1',
    message: { role: 'user', content },
    ...record,
  };
}
