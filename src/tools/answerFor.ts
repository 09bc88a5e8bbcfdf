import { type AskStore, answerTool, failureText, type ToolAnswer } from './answerTool.ts';
import { tokenBounds } from './inputs.ts';
import { tools } from './registry.ts';
import type { ToolName } from './toolNames.ts';

/** How a tool is answered in an editor. */
interface Asked {
  readonly ask: AskStore;
  readonly signal: AbortSignal;
  /** Tokens there is room for, where that is known. */
  readonly room: number | undefined;
}

/** Calls a tool by its name. Throws an error of one sentence for whoever called. */
export async function answerFor(
  name: ToolName,
  given: object,
  { ask, signal, room }: Asked,
): Promise<ToolAnswer> {
  const tool = tools.find((each) => each.name === name)!;
  try {
    return await answerTool(tool, withinRoom(given, room), ask, signal);
  } catch (error) {
    throw new Error(failureText(error), { cause: error });
  }
}

/** No more tokens than there is room for, as far as an answer can be so small. */
function withinRoom(given: object, room: number | undefined): object {
  if (room === undefined || !(room < tokenBounds.most)) return given;
  const { max_tokens = tokenBounds.usual } = given as { max_tokens?: unknown };
  if (typeof max_tokens !== 'number') return given;
  return {
    ...given,
    max_tokens: Math.max(tokenBounds.least, Math.floor(Math.min(room, max_tokens))),
  };
}
