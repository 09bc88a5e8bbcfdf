import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { until } from '../../scripts/shared/retry.ts';
import type { OutlayApi } from '../../src/extension.ts';

/** A transcript the tests of one run write into, below CLAUDE_CONFIG_DIR. */
export function transcriptFile(project: string, session: string): string {
  const file = join(process.env.CLAUDE_CONFIG_DIR ?? '', 'projects', project, `${session}.jsonl`);
  mkdirSync(dirname(file), { recursive: true });
  return file;
}

interface Answer {
  readonly id: string;
  readonly session: string;
  readonly cwd?: string;
  readonly model?: string;
  readonly output?: number;
  readonly stop?: string | null;
  /** UTC milliseconds; now when left out. */
  readonly at?: number;
}

/** A response's line as Claude Code writes it. */
export function answer({
  id,
  session,
  cwd,
  model,
  output = 1000,
  stop = 'end_turn',
  at = Date.now(),
}: Answer): string {
  return `${JSON.stringify({
    type: 'assistant',
    uuid: `uuid-${id}-${output}`,
    sessionId: session,
    timestamp: new Date(at).toISOString(),
    requestId: `req-${id}`,
    isSidechain: false,
    cwd: cwd ?? '/home/dev/shop',
    message: {
      id: `msg-${id}`,
      role: 'assistant',
      model: model ?? 'claude-opus-5-5',
      stop_reason: stop,
      content: [{ type: 'text', text: 'A reply.' }],
      usage: { input_tokens: 0, output_tokens: output },
    },
  })}\n`;
}

/** Dollars of 1,000 output tokens of Claude Opus 5.5, in nano-dollars. */
export const thousandOutputNano = 20_000_000;

export function append(file: string, text: string): void {
  appendFileSync(file, text);
}

/** Writes two answers, of two models, into a session of its own and waits until both are counted. */
export async function twoAnswers(api: OutlayApi, project: string, session: string): Promise<void> {
  await until('the indexer watches', () => api.spend.indexer.kind === 'watching');
  const messages = (): number => api.spend.overview?.today.sums.messages ?? 0;
  const before = messages();
  append(
    transcriptFile(project, session),
    answer({ id: `${session}-1`, session }) +
      answer({ id: `${session}-2`, session, model: 'claude-haiku-4-5' }),
  );
  await until('both are counted', () => messages() === before + 2);
}
