import type { Attribution } from '../../../model/records.ts';
import { attributionOf, errorCode } from './attribution.ts';
import { type ToolCall, toolCallsIn } from './toolCalls.ts';
import { isJsonObject, type ReadUsage, readUsage, text } from './usage.ts';

/** What is read of an assistant's record; a text is '' where the record says none. */
export interface AssistantRecord {
  readonly messageId: string;
  readonly requestId: string;
  readonly requestSessionId: string;
  readonly model: string;
  /** `none` where the message has no usage at all. */
  readonly usage: ReadUsage | 'nothing' | 'unreadable' | 'none';
  readonly stopReason: string;
  readonly tools: readonly ToolCall[];
  readonly cacheRequested: string;
  /** As the record says it, whichever model answered. */
  readonly requestedModel: string;
  readonly branch: string;
  readonly cwd: string;
  readonly version: string;
  readonly entrypoint: string;
  readonly effort: string;
  readonly attribution: Attribution;
  /** Status or code of an API error, or ''. */
  readonly error: string;
  readonly isApiError: boolean;
}

/** A parsed record and its message; `workflow` as the transcript's place says. */
export function parsedAssistant(
  record: Record<string, unknown>,
  message: Record<string, unknown>,
  workflow: string,
): AssistantRecord {
  const model = text(message.model);
  return {
    messageId: text(message.id),
    requestId: text(record.requestId),
    requestSessionId: text(record.requestSessionId),
    model,
    usage: parsedUsage(message.usage, model),
    stopReason: text(message.stop_reason),
    tools: toolCallsIn(message.content),
    cacheRequested: text(record.promptCacheRequested),
    requestedModel: text(record.requestedModel),
    branch: text(record.gitBranch),
    cwd: text(record.cwd),
    version: text(record.version),
    entrypoint: text(record.entrypoint),
    // The effort of this turn may differ from that of the session, which `effort` says.
    effort: text(record.perTurnEffort) || text(record.effort),
    attribution: attributionOf(record, workflow),
    error: errorCode(record),
    isApiError: record.isApiErrorMessage === true,
  };
}

function parsedUsage(raw: unknown, model: string): AssistantRecord['usage'] {
  if (raw === undefined || raw === null) return 'none';
  return isJsonObject(raw) ? readUsage(raw, model) : 'unreadable';
}
