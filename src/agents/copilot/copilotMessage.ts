import {
  attributionOf,
  type CountSource,
  emptyMessage,
  type MessageLine,
  unnamedModel,
} from '../../model/records.ts';
import { noUsage, type Usage } from '../../model/tokens.ts';
import { type Json, tokenCount } from '../json.ts';

/** Token counts as Copilot writes them: what was read from and written to the cache is inside input. */
export interface CopilotCounts {
  readonly input: number;
  readonly output: number;
  readonly read: number;
  readonly written: number;
  /** Inside output. */
  readonly reasoning: number;
  /** One of them was no whole number from 0 up and stands as 0. */
  readonly odd: boolean;
}

/** Reads counts by the names of their fields, the first that is there of each; what is absent is 0. */
export function readCounts(
  record: Json,
  names: Readonly<Record<'input' | 'output' | 'read' | 'written' | 'reasoning', readonly string[]>>,
): CopilotCounts {
  let odd = false;
  const count = (fields: readonly string[]): number => {
    const value = fields.map((name) => record[name]).find((each) => each != null);
    if (value === undefined) return 0;
    const read = tokenCount(value);
    odd ||= read === undefined;
    return read ?? 0;
  };
  const input = count(names.input);
  const output = count(names.output);
  const read = count(names.read);
  const written = count(names.written);
  const reasoning = Math.min(count(names.reasoning), output);
  return { input, output, read, written, reasoning, odd };
}

export function isNothing({ input, output, read, written }: CopilotCounts): boolean {
  return input + output + read + written === 0;
}

/** The counts as disjoint classes. */
function usageOf({ input, output, read, written }: CopilotCounts): Usage {
  const cacheRead = Math.min(read, input);
  const cacheWrite5m = Math.min(written, input - cacheRead);
  return { ...noUsage, input: input - cacheRead - cacheWrite5m, cacheRead, cacheWrite5m, output };
}

/** Credits as the terminal agent writes them: where they are not known they stand as 0. */
export function creditsIn(value: unknown): number | null {
  return tokenCount(value) || null;
}

/** A request, or a sum of several, as Copilot wrote it down. */
export interface CopilotSpend {
  readonly id: string;
  readonly session: string;
  /** '' for the main agent. */
  readonly agent: string;
  readonly at: number;
  readonly model: string;
  readonly counts: CopilotCounts;
  readonly countedFrom: CountSource;
  /** 1 but for a sum; 0 where it does not say of how many. */
  readonly requests: number;
  readonly prompt: string;
  readonly tools: readonly string[];
  readonly cwd: string;
  readonly branch: string;
  readonly version: string;
  readonly effort: string;
  readonly durationMs: number | null;
  /** AI credits that were counted, billionths; null where that is not said, as for models of one's own provider. */
  readonly nanoCredits: number | null;
  /** Who answered; absent where that is not said. */
  readonly provider?: string;
}

/** What was spent as the record of a message. */
export function copilotMessage(spend: CopilotSpend): MessageLine {
  const { id, agent, counts, requests } = spend;
  return {
    ...emptyMessage,
    messageId: id,
    requestId: id,
    sessionId: spend.session,
    agentId: agent,
    sidechain: agent !== '',
    at: spend.at,
    model: spend.model || unnamedModel,
    usage: usageOf(counts),
    incomplete: counts.odd,
    stopReason: 'end',
    tools: spend.tools,
    promptId: spend.prompt,
    branch: spend.branch,
    cwd: spend.cwd,
    version: spend.version,
    effort: spend.effort,
    durationMs: spend.durationMs,
    // Only GitHub counts credits. Who answers where neither is said, is in no log.
    attribution: attributionOf(spend.provider ?? (spend.nanoCredits ? 'github' : '')),
    countedFrom: spend.countedFrom,
    ...(requests !== 1 && { requests }),
    ...(spend.nanoCredits !== null && { nanoCredits: spend.nanoCredits }),
    ...(counts.reasoning > 0 && { reasoning: counts.reasoning }),
  };
}
