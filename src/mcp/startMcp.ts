import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { AnalysisThread } from '../analysisThread/client.ts';
import type { ServedTask } from '../analysisThread/servedTask.ts';
import type { TaskOrigin } from '../analysisThread/taskContext.ts';
import type { AskStore } from '../tools/answerTool.ts';
import type { WriteBudget } from '../tools/writeBudget.ts';
import { lineLimit } from './lineLimit.ts';
import { toolServer } from './toolServer.ts';

export interface McpOptions {
  readonly version: string;
  /** Brings the store up to date, as far as somebody may wait for it, and says where and how to ask. */
  readonly origin: () => Promise<TaskOrigin>;
  /** Sets and raises budgets, where that is switched on. */
  readonly write: WriteBudget | undefined;
  /** Says what went wrong, a sentence each; never on standard output. */
  readonly complain: (sentence: string) => void;
}

/** No request for these tools is longer. */
const mostLineBytes = 1024 * 1024;

/** Speaks MCP over standard input and output until the client closes them. */
export async function startMcp({ version, origin, write, complain }: McpOptions): Promise<void> {
  const thread = new AnalysisThread();
  const ask: AskStore = async (question) => {
    const task: ServedTask = { ...(await origin()), ...question };
    return (await thread.ask({ type: 'served', task })).result;
  };
  const lines = lineLimit(mostLineBytes, () =>
    complain(`A message of more than ${mostLineBytes} bytes was passed over.`),
  );
  const { server, idle } = toolServer({ version, ask, write });
  server.onerror = ({ message }) =>
    complain(`A message could not be used: ${message.split('\n')[0]}`);
  const ended = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error'] as const) {
      process.stdin.once(event, () => resolve());
    }
  });
  process.stdin.pipe(lines);
  await server.connect(new StdioServerTransport(lines));
  await ended;
  // Who asks and closes its end still reads the answers.
  await idle();
  await server.close();
  await thread.close();
}
