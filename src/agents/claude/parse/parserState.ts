import type { CostState } from '../../../model/records.ts';

/** What a reader must remember between two chunks of one file. Plain data, kept in the store. */
export interface ParserState {
  /** Lines behind, so that the next one is number `line + 1`. */
  line: number;
  /** Session of the last record, for lines that do not say theirs; older bookmarks lack it. */
  sessionId?: string;
  /** Latest timestamp of any record so far; 0 when none is dated. */
  lastAt: number;
  /** Prompt the next main-thread answer belongs to. */
  promptId: string;
  /** Timestamp of the last user record; 0 when none. */
  userAt: number;
  /** Names of recent tool calls by id, newest last, so that a failed result can name its tool. */
  tools: [id: string, name: string][];
  /** The last total, while nothing has followed it but what its own run broke off; else null. */
  openTotal: CostState | null;
}

export function freshState(): ParserState {
  return { line: 0, lastAt: 0, promptId: '', userAt: 0, tools: [], openTotal: null };
}
