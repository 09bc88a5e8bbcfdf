/** Records of worlds that are written by hand: see `examples.ts`. */
import { afterNoon, assistant, noonMs } from './parseLines.ts';
import type { WorldFile } from './world.ts';

export function file(path: string, ...records: object[]): WorldFile {
  const content = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  return { root: 'a', path: `p/${path}`, content: Buffer.from(content) };
}

/** One line of a response. */
export function response(
  id: string,
  at: number,
  message: object = {},
  record: object = {},
): object {
  return assistant(
    { id, ...message },
    { uuid: `u-${id}`, requestId: `r-${id}`, timestamp: afterNoon(at), ...record },
  );
}

export function costState(
  sessionId: string,
  totalCostUSD: number,
  models: Record<string, number> = {},
  started?: number,
): object {
  const startTime = started === undefined ? undefined : noonMs + started;
  const modelUsage = Object.fromEntries(
    Object.entries(models).map(([model, costUSD]) => [model, { costUSD }]),
  );
  return { type: 'cost-state', sessionId, totalCostUSD, startTime, modelUsage };
}

/** A dated record without a uuid: always the session's own. */
export function queue(sessionId: string, at: number): object {
  return { type: 'queue-operation', sessionId, timestamp: afterNoon(at) };
}

export const own = (sessionId: string): object => ({ sessionId });
/** A response of a model without a price. */
export const unknown = { model: 'made-up-model', usage: { output_tokens: 10 } };
