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

/** The index of each field in a scan's `Spans`. */
export const TYPE = recordKeys.indexOf('type');
export const UUID = recordKeys.indexOf('uuid');
export const TIME = recordKeys.indexOf('timestamp');
export const SESSION = recordKeys.indexOf('sessionId');
export const SIDECHAIN = recordKeys.indexOf('isSidechain');
export const AGENT = recordKeys.indexOf('agentId');
export const CWD = recordKeys.indexOf('cwd');
export const BRANCH = recordKeys.indexOf('gitBranch');
export const VERSION = recordKeys.indexOf('version');
export const ENTRYPOINT = recordKeys.indexOf('entrypoint');
export const DATA = recordKeys.indexOf('data');
export const MESSAGE = recordKeys.indexOf('message');
export const TOOL_RESULT = recordKeys.indexOf('toolUseResult');
export const PROMPT = recordKeys.indexOf('promptId');
export const META = recordKeys.indexOf('isMeta');
export const COMPACT = recordKeys.indexOf('isCompactSummary');
export const SUBTYPE = recordKeys.indexOf('subtype');

/** One record's common fields, decoded once. */
export interface RecordHead {
  readonly at: number;
  readonly uuid: string;
  readonly sessionId: string;
  readonly sidechain: boolean;
  readonly agentId: string;
  readonly offset: number;
}
