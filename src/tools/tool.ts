import type * as z from 'zod/mini';
import type { RawOptions } from '../query/question.ts';
import type { ToolName } from './toolNames.ts';

/** What a tool was called with, read and checked. */
export type ToolInput = Readonly<Record<string, unknown>>;

/** A question an agent may ask: what it is called, takes and answers. */
export interface Tool {
  readonly name: ToolName;
  /** For people. */
  readonly title: string;
  /** For the model: when to call it, and what comes back. */
  readonly description: string;
  readonly input: z.ZodMiniType<ToolInput>;
  /** The report that answers, by name, and how it is asked. */
  readonly report: string;
  readonly raw: (input: ToolInput) => RawOptions;
  /** Shape of the report's JSON; null where there is no data. */
  readonly output: z.ZodMiniType;
  /** The command that answers the same, without its options. */
  readonly sameAs: string;
}
