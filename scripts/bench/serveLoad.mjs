/**
 * Load on `outlay serve`, on a store of a million messages: 200 listeners of /stream while 1,000 lines a second
 * arrive, and summaries asked for all the time (autocannon). What memory comes to is measured behind a warm-up.
 * Writes the section of docs/serve.md.
 *
 *     node esbuild.mjs --production && npm run bench:serve [-- --messages 1000000 --seconds 60]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { fillStore } from '../../test/bench/bigStore.ts';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot } from '../shared/paths.mjs';
import { longestWaitMs, until } from '../shared/retry.ts';
import { machine, table } from './latency.mjs';

const listeners = 200;
const linesASecond = 1000;
/** Transcripts that grow at once. */
const transcripts = 10;
/** Summaries asked for in a second. */
const questionsASecond = 40;
/** What 95 of 100 summaries should not take longer than, milliseconds. */
const slowest = 50;
/** The heaps of the threads grow into the load first. */
const warmUpSeconds = 30;
/** What memory may come to in the last quarter of the time, as a multiple of the first. */
const mostGrowth = 1.1;

requireNode24();
const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '60' },
    section: { type: 'boolean', default: true },
    /** Said behind the machine. */
    note: { type: 'string', default: '' },
  },
  allowNegative: true,
});
const messages = Number(values.messages);
const seconds = Number(values.seconds);

const folder = inRoot('.vscode-test/bench/serve');
const configDir = path.join(folder, 'config');
const projects = path.join(configDir, 'projects/-tmp-shop');
for (const name of ['config', 'data', 'home']) {
  rmSync(path.join(folder, name), { recursive: true, force: true });
}
mkdirSync(projects, { recursive: true });
mkdirSync(path.join(folder, 'home'), { recursive: true });
const store = path.join(folder, `${messages}.db`);
for (const end of ['', '-wal', '-shm']) rmSync(store + end, { force: true });
fillStore(store, messages, Date.now());

let written = 0;
/** Lines for one transcript, each a message of its own. */
function lines(transcript, count) {
  const sessionId = `7d0f8f0e-5c0b-4f5e-9a54-2b1f0c6f1a${String(transcript).padStart(2, '0')}`;
  let block = '';
  for (let i = 0; i < count; i += 1) {
    written += 1;
    const record = {
      type: 'assistant',
      uuid: `00000000-0000-4000-8000-0000${String(written).padStart(8, '0')}`,
      ...{ sessionId, timestamp: new Date().toISOString(), cwd: '/tmp/shop', isSidechain: false },
      requestId: `req_${written}`,
      message: {
        ...{ id: `msg_${written}`, type: 'message', role: 'assistant', model: 'claude-opus-5-5' },
        content: [{ type: 'text', text: 'x'.repeat(300) }],
        ...{ stop_reason: 'end_turn', usage: { input_tokens: 10, output_tokens: 50 } },
      },
    };
    block += `${JSON.stringify(record)}\n`;
  }
  appendFileSync(path.join(projects, `${sessionId}.jsonl`), block);
}

const server = spawn(
  process.execPath,
  [inRoot('dist/cli.cjs'), ...['serve', '--port', '0', '--json', '--store', store]],
  {
    env: {
      ...process.env,
      ...{ HOME: path.join(folder, 'home'), OUTLAY_DATA_DIR: path.join(folder, 'data') },
      CLAUDE_CONFIG_DIR: configDir,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
process.on('exit', () => server.kill());
const [line] = await once(createInterface(server.stdout), 'line');
const { port, pid, tokenFile } = JSON.parse(line);
const headers = { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };

async function get(address, more = {}) {
  const asked = request({
    ...{ host: '127.0.0.1', port, path: address, agent: false },
    headers: { ...headers, ...more },
  });
  asked.end();
  const [response] = await once(asked, 'response');
  return response;
}

const getJson = async (address, more) => JSON.parse(await text(await get(address, more)));

/** A listener: how many commits it heard of, the last one, and whether one was missing between. */
async function listen() {
  const heard = { events: 0, revision: undefined, gaps: 0 };
  const response = await get('/stream');
  if (response.statusCode !== 200) throw new Error(`A listener got ${response.statusCode}.`);
  let rest = '';
  response.setEncoding('utf8').on('data', (part) => {
    const events = (rest + part).split('\n\n');
    rest = events.pop();
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data === undefined) continue;
      const { previous, revision } = JSON.parse(data);
      if (heard.revision !== undefined && previous !== heard.revision) heard.gaps += 1;
      heard.events += 1;
      heard.revision = revision;
    }
  });
  return heard;
}

/** Resident memory of the server, MB: its own, and what of the store's file is mapped, which others share. */
function memory() {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024;
  return { own: of('RssAnon'), mapped: of('RssFile') };
}

await getJson('/api/v1/usage/summary');
const all = [];
// A server answers 200 requests a second.
for (let i = 0; i < listeners; i += 50) {
  all.push(...(await Promise.all(Array.from({ length: Math.min(50, listeners - i) }, listen))));
  await sleep(500);
}
/** How long summaries took, asked for so long. */
async function askSummaries(seconds) {
  const question = {
    url: `http://127.0.0.1:${port}/api/v1/usage/summary`,
    authorization: headers.authorization,
    rate: questionsASecond,
    seconds,
  };
  const script = inRoot('scripts/bench/askSummaries.mjs');
  const asking = spawn(process.execPath, [script, JSON.stringify(question)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await text(asking.stdout));
}

const quiet = await askSummaries(10);
const loaded = warmUpSeconds + seconds;
const loud = askSummaries(loaded);
const memories = [];
const began = performance.now();
let done = 0;
while (performance.now() - began < loaded * 1000) {
  const due = Math.floor(((performance.now() - began) / 1000) * linesASecond);
  const share = Math.ceil((due - done) / transcripts);
  if (share > 0) {
    for (let i = 0; i < transcripts; i += 1) lines(i, share);
    done += share * transcripts;
  }
  if (performance.now() - began > warmUpSeconds * 1000) memories.push(memory());
  await sleep(50);
}
const asked = await loud;
let lacking = '';
await until(
  () => `all is told, within ${longestWaitMs} ms: ${lacking}`,
  async () => {
    const { behind, revision } = await getJson('/health');
    const late = all.filter((heard) => heard.revision !== revision);
    lacking = behind ? 'transcripts are still read' : `${late.length} listeners lack the last`;
    return !behind && late.length === 0;
  },
);
const total = await getJson('/api/v1/usage/summary', { 'cache-control': 'no-cache' });
const counted = Object.values(total.byModel).reduce((sum, each) => sum + each.messages, 0);
server.kill('SIGTERM');
await once(server, 'exit');

/** The middle of what was measured in each quarter of the time, MB. */
function quarters(kind) {
  return [0, 1, 2, 3].map((quarter) => {
    const [from, to] = [quarter, quarter + 1].map((n) => Math.floor((n * memories.length) / 4));
    const some = memories.slice(from, to).map((each) => each[kind]);
    return Math.round(some.sort((a, b) => a - b)[Math.floor(some.length / 2)]);
  });
}
const own = quarters('own');
const growth = own.at(-1) / own[0];
const ms = (value) => `${Math.round(value)} ms`;
/** A target, and whether it was met. */
const held = (value, most) => (value <= most ? 'met' : 'missed');
const rows = [
  ['what', 'measured'],
  ['listeners, and lines a second', `${listeners}, ${Math.round(done / loaded)}`],
  [
    'events each heard',
    `${Math.min(...all.map(({ events }) => events))} to ${Math.max(...all.map(({ events }) => events))}`,
  ],
  [
    'events missing between two, all listeners',
    String(all.reduce((sum, { gaps }) => sum + gaps, 0)),
  ],
  ['messages written and counted', `${written} and ${counted - messages}`],
  ['a summary before that: median, p95', `${ms(quiet.p50)}, ${ms(quiet.p95)}`],
  ['a summary while that goes on: median, p95', `${ms(asked.p50)}, ${ms(asked.p95)}`],
  [`target: p95 of at most ${slowest} ms`, held(asked.p95, slowest)],
  ['summaries asked for, failed', `${asked.asked}, ${asked.failed}`],
  [
    `own memory after ${warmUpSeconds} s of warm-up, median of each quarter of the time`,
    `${own.join(', ')} MB`,
  ],
  ['the last quarter beside the first', growth.toFixed(2)],
  [`target: at most ${mostGrowth}`, held(growth, mostGrowth)],
  ['pages of the store’s file in memory', `${quarters('mapped').join(', ')} MB`],
];
console.log(table(rows));
// What a machine that is busy otherwise measures is no answer.
const isLoad =
  done / loaded > 0.95 * linesASecond && asked.asked > 0.95 * questionsASecond * loaded;
if (!isLoad) console.log('The load was not reached: nothing is written down.');
if (values.section && isLoad) {
  const page = inRoot('docs/serve.md');
  const [begin, end] = ['<!-- load: written by `npm run bench:serve` -->', '<!-- /load -->'];
  const [before, rest] = readFileSync(page, 'utf8').split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error('The marks of the section are gone.');
  const facts = `${messages.toLocaleString('en')} messages in the store, ${seconds} s, ${machine()}${values.note}`;
  writeFileSync(page, `${before}${begin}\n\n${facts}\n\n${table(rows)}\n\n${end}${after}`);
}
