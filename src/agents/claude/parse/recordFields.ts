import { KeySet } from './jsonScanner.ts';

/** The top-level fields of a record that the scanner looks for. */
export const recordKeys = new KeySet([
  'type',
  'uuid',
  'timestamp',
  'sessionId',
  'isSidechain',
  'agentId',
  'cwd',
  'gitBranch',
  'version',
  'entrypoint',
  'data',
  'message',
  'toolUseResult',
  'promptId',
  'isMeta',
  'isCompactSummary',
  'subtype',
] as const);

/** Index of each value's start in the span array; its end is the next element. */
export const [TYPE, UUID, TIME, SESSION, SIDECHAIN, AGENT, CWD, BRANCH, VERSION] = [
  0, 2, 4, 6, 8, 10, 12, 14, 16,
] as const;
export const [ENTRYPOINT, DATA, MESSAGE, TOOL_RESULT, PROMPT, META, COMPACT, SUBTYPE] = [
  18, 20, 22, 24, 26, 28, 30, 32,
] as const;

/** One record's common fields, decoded once. */
export interface RecordHead {
  readonly at: number;
  readonly uuid: string;
  readonly sessionId: string;
  readonly sidechain: boolean;
  readonly agentId: string;
  readonly offset: number;
}
