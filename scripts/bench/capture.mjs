/**
 * What tracking adds to a call: both SDKs answer from memory, tracked and not, in turns.
 *
 *     npm run bench:capture
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { chatAnswer, chatChunks, messageAnswer, messageEvents } from '../../test/lib/modelApis.ts';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot } from '../shared/paths.mjs';
import { median } from './measure.mjs';

requireNode24();

const rounds = 2_000;
const warmUp = 500;
/** Milliseconds a call may take longer. */
const most = 0.2;

const folder = mkdtempSync(path.join(tmpdir(), 'outlay-capture-bench-'));
process.env.OUTLAY_CAPTURE_DIR = folder;
const { track, status } = await import(inRoot('dist/capture.cjs'));

/** A `fetch` that answers at once: JSON, or server-sent events where a stream is asked for. */
function answering(answer, events) {
  const lines = events.map(
    (event) => `event: ${event.type ?? ''}\ndata: ${JSON.stringify(event)}\n\n`,
  );
  const [json, stream] = [JSON.stringify(answer), lines.join('')];
  return async (_url, { body }) => {
    const isStream = JSON.parse(body).stream === true;
    const type = isStream ? 'text/event-stream' : 'application/json';
    return new Response(isStream ? stream : json, { headers: { 'content-type': type } });
  };
}

const messages = [{ role: 'user', content: 'Hello' }];
const chunk = chatChunks('c')[1];
const openai = new OpenAI({
  apiKey: 'k',
  fetch: answering(chatAnswer('c'), [...Array(100).fill(chunk), ...chatChunks('c').slice(2, -1)]),
});
const delta = messageEvents('m')[2];
const [start, block, , ...end] = messageEvents('m');
const claude = new Anthropic({
  apiKey: 'k',
  fetch: answering(messageAnswer('m'), [start, block, ...Array(100).fill(delta), ...end]),
});
const asks = { model: 'claude-sonnet-5-5', max_tokens: 9, messages };

async function drain(stream) {
  for await (const _ of stream);
}

const cases = [
  [
    'openai, chat',
    openai,
    (client) => client.chat.completions.create({ model: 'gpt-5.5', messages }),
  ],
  [
    'openai, stream of 100 chunks',
    openai,
    async (client) =>
      drain(await client.chat.completions.create({ model: 'gpt-5.5', messages, stream: true })),
  ],
  ['anthropic, message', claude, (client) => client.messages.create(asks)],
  [
    'anthropic, stream of 100 deltas',
    claude,
    async (client) => drain(await client.messages.create({ ...asks, stream: true })),
  ],
];

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const slowest = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)];
const shown = (ms) => `${(ms * 1000).toFixed(0).padStart(6)} µs`;

let slow = 0;
console.log(`${''.padEnd(34)}  plain  tracked    added (median), added (95 of 100)`);
for (const [name, client, call] of cases) {
  const tracked = track(client, { agent: 'bench', local: false });
  const [plain, watched] = [[], []];
  for (let round = -warmUp; round < rounds; round++) {
    const [a, b] = [await timed(() => call(client)), await timed(() => call(tracked))];
    if (round >= 0) {
      plain.push(a);
      watched.push(b);
    }
  }
  const added = median(watched) - median(plain);
  if (added > most) slow++;
  const tail = slowest(watched) - slowest(plain);
  console.log(
    `${name.padEnd(34)}${shown(median(plain))}${shown(median(watched))}${shown(added)}${shown(tail)}`,
  );
}
console.log(
  `${status().written} calls written, ${status().dropped} dropped. At most ${most} ms a call: ${slow === 0 ? 'held' : 'NOT HELD'}.`,
);
rmSync(folder, { recursive: true, force: true });
process.exitCode = slow === 0 ? 0 : 1;
