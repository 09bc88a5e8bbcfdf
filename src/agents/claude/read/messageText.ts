import { cut } from '../../../model/cut.ts';
import { openRegularFile } from '../../../platform/regularFile.ts';
import type { MessagePart, WantedRecord } from '../../agentLog.ts';
import { linesWith, needleOf, recordAt, writtenId } from './findRecord.ts';

/** Characters of one piece, and pieces of one response, that a person reads on a screen. */
const longestPart = 8_000;
const mostParts = 50;
/** A longer line is not parsed: that would hold up the thread for longer than a moment. */
const longestLine = 1024 * 1024;

/**
 * What a response says, read from its transcript: a line has one or several pieces of it, and a piece
 * may stand in several lines. Undefined when the transcript has no line of that response.
 */
export async function readMessageText(
  path: string,
  wanted: WantedRecord,
): Promise<MessagePart[] | undefined> {
  const id = writtenId(wanted);
  if (id === '') return undefined;
  const file = await openRegularFile(path);
  try {
    const parts = new Map<string, MessagePart>();
    let found = false;
    for await (const place of linesWith(file, needleOf(id))) {
      if (place.length > longestLine) {
        found = true;
        parts.set(`line ${place.line}`, { kind: 'text', name: '', text: '', left: place.length });
        continue;
      }
      const content = contentOf(await recordAt(file, place), id);
      if (content === undefined) continue;
      found = true;
      for (const block of content) {
        const part = partOf(block);
        if (part !== undefined) parts.set(`${part.kind} ${part.name} ${part.text}`, part);
      }
      if (parts.size >= mostParts) break;
    }
    return found ? [...parts.values()].slice(0, mostParts) : undefined;
  } finally {
    await file.close();
  }
}

interface LooseRecord {
  readonly type?: unknown;
  readonly uuid?: unknown;
  readonly message?: { readonly id?: unknown; readonly content?: unknown };
  readonly data?: { readonly message?: unknown };
}

/** The pieces a record has of the response; undefined when it is of another, or of none. */
function contentOf(value: unknown, id: string): readonly unknown[] | undefined {
  const record = value as LooseRecord | null | undefined;
  if (typeof record !== 'object' || record === null) return undefined;
  if (record.type === 'progress') return contentOf(record.data?.message, id);
  if (record.type !== 'assistant') return undefined;
  if (record.message?.id !== id && record.uuid !== id) return undefined;
  const { content } = record.message ?? {};
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? content : [];
}

interface LooseBlock {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly thinking?: unknown;
  readonly name?: unknown;
  readonly input?: unknown;
}

function partOf(value: unknown): MessagePart | undefined {
  const block = value as LooseBlock | null;
  if (typeof block !== 'object' || block === null) return undefined;
  switch (block.type) {
    case 'text':
      return written('text', '', block.text);
    case 'thinking':
      return written('thinking', '', block.thinking);
    case 'tool_use':
    case 'server_tool_use': {
      const name = typeof block.name === 'string' ? block.name : '';
      return written('tool', name, JSON.stringify(block.input ?? {}, undefined, 2));
    }
    default:
      return undefined;
  }
}

function written(kind: MessagePart['kind'], name: string, text: unknown): MessagePart | undefined {
  if (typeof text !== 'string' || text === '') return undefined;
  const kept = cut(text, longestPart);
  return { kind, name, text: kept, left: text.length - kept.length };
}
