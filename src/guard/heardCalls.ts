import type { HookInput } from './hookInput.ts';
import type { SessionState } from './sessionState.ts';

/** Which calls of tools the guard's server was asked about, and which it was not. */

/** The tool that starts agents; it had another name. */
const spawningTools = new Set(['Agent', 'Task']);

/** Whether it is about a call that starts an agent: those are left to the process. */
export function spawns({ call }: HookInput): boolean {
  return call !== undefined && spawningTools.has(call.name);
}

/** Calls the server was asked about, and whose batch has not ended. `isServer`: it is asked now. */
export function heardAfter(
  { heard }: SessionState,
  { event, call, calls }: HookInput,
  isServer: boolean,
): readonly string[] {
  if (event === 'PostToolBatch') return heard.filter((id) => calls.every((each) => each.id !== id));
  return isServer && call !== undefined ? [...heard, call.id] : heard;
}

/**
 * Calls of a batch that ends which nobody was asked about. A call that never was one, with an input no
 * tool takes, is not asked about by Claude Code.
 */
export function unheardIn({ heard }: SessionState, { calls }: HookInput): number {
  return calls.filter(
    ({ id, name, response }) =>
      id !== '' &&
      !spawningTools.has(name) &&
      !heard.includes(id) &&
      response?.startsWith('"<tool_use_error>') !== true,
  ).length;
}

/** So many of them, in words. */
export function unheardText(count: number): string {
  return `Outlay: the guard's server was not asked about ${count === 1 ? 'a call' : `${count} calls`} of a tool. What is refused before a prompt, an agent and the next request still is. "outlay guard status" says more.`;
}
