import { slotOf } from '../scan/shapes.ts';

/** The slots of a record's fields that are read of every type. */
export const TYPE = slotOf('type');
export const UUID = slotOf('uuid');
export const TIME = slotOf('timestamp');
export const SESSION = slotOf('sessionId');
export const SIDECHAIN = slotOf('isSidechain');
export const AGENT = slotOf('agentId');
export const CWD = slotOf('cwd');
export const BRANCH = slotOf('gitBranch');
export const VERSION = slotOf('version');
export const ENTRYPOINT = slotOf('entrypoint');
export const DATA_TYPE = slotOf('data.type');
export const PROMPT = slotOf('promptId');
export const META = slotOf('isMeta');
export const COMPACT = slotOf('isCompactSummary');
export const SUBTYPE = slotOf('subtype');

/** One record's common fields, decoded once. */
export interface RecordHead {
  readonly at: number;
  readonly uuid: string;
  readonly sessionId: string;
  readonly sidechain: boolean;
  readonly agentId: string;
  readonly offset: number;
}
