/**
 * How long a line appended to a transcript takes into the text of the status bar of a real VS Code,
 * read from the page's DOM.
 *
 *     npm run bench:latency [-- --write] [--appends N]     --write: into docs/latency.md
 *
 * Fails when an append never appears, or when the 95th percentile is beyond what is promised.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from '../esbuild.mjs';
import { percentile } from '../src/analysis/percentile.ts';
import { Dice } from '../src/demo/dice.ts';
import { formatUsd } from '../src/model/money.ts';
import { requireNode24 } from './lib/node24.mjs';
import { openWorkbench } from './lib/page.mjs';
import { inRoot } from './lib/paths.mjs';

requireNode24();

const promisedMs = 150;
/** An append not seen after this long is lost: the sweep must not be what finds it. */
const lostMs = 5000;
/** Output tokens of Opus 5.5 for two cents, so that every line changes the text. */
const outputTokens = 1000;
const lineNano = 20_000_000;

/** A transcript that grows line by line. */
class Growing {
  /** Lines written, each a message of two cents. */
  lines = 0;
  #file;
  #sessionId = '7d0f8f0e-5c0b-4f5e-9a54-2b1f0c6f1a11';

  constructor(configDir) {
    const folder = path.join(configDir, 'projects/-tmp-shop');
    mkdirSync(folder, { recursive: true });
    this.#file = path.join(folder, `${this.#sessionId}.jsonl`);
  }

  #line() {
    const number = String(++this.lines).padStart(8, '0');
    const usage = { input_tokens: 0, output_tokens: outputTokens };
    const record = {
      type: 'assistant',
      uuid: `00000000-0000-4000-8000-0000${number}`,
      sessionId: this.#sessionId,
      timestamp: new Date().toISOString(),
      cwd: '/tmp/shop',
      isSidechain: false,
      requestId: `req_${number}`,
      message: {
        id: `msg_${number}`,
        type: 'message',
        role: 'assistant',
        model: 'claude-opus-5-5',
        content: [{ type: 'text', text: 'x'.repeat(600) }],
        stop_reason: 'end_turn',
        usage,
      },
    };
    return `${JSON.stringify(record)}\n`;
  }

  /** Appends a line; the time is the one before the write that completes it. */
  append() {
    const line = this.#line();
    const at = Date.now();
    appendFileSync(this.#file, line);
    return { at, nano: this.lines * lineNano };
  }

  /** Appends a line in two pieces. */
  async appendTorn(pauseMs) {
    const line = this.#line();
    appendFileSync(this.#file, line.slice(0, line.length / 2));
    await sleep(pauseMs);
    const at = Date.now();
    appendFileSync(this.#file, line.slice(line.length / 2));
    return { at, nano: this.lines * lineNano };
  }
}

const runs = {
  'one line': async (transcript) => [transcript.append()],
  'two lines within 50 ms': async (transcript, dice) => {
    const first = transcript.append();
    await sleep(dice.whole(1, 45));
    return [first, transcript.append()];
  },
  'a line torn in two': async (transcript, dice) => [
    await transcript.appendTorn(dice.whole(5, 60)),
  ],
};

/** Does one kind of append again and again, and says how long each took. */
async function measure(workbench, recorded, transcript, { appends, act, seed }) {
  const dice = new Dice(seed);
  const written = [];
  while (written.length < appends) {
    written.push(...(await act(transcript, dice)));
    await sleep(dice.whole(100, 400));
  }
  const last = formatUsd(written.at(-1).nano);
  await workbench.waitForStatus(last, { timeoutMs: lostMs }).catch(() => {});
  const texts = (await recorded()).map(({ text, at }) => ({ at, shown: shownNano(text) }));
  const times = [];
  let lost = 0;
  for (const { at, nano } of written) {
    // Where two lines come in one commit, the text goes on to the second figure at once.
    const seen = texts.find(({ shown }) => shown >= nano);
    if (seen === undefined || seen.at - at > lostMs) lost++;
    else times.push(seen.at - at);
  }
  times.sort((a, b) => a - b);
  return { appends: written.length, lost, times };
}

/** The figure of a status bar text, below a thousand dollars. */
function shownNano(text) {
  const usd = /\$(\d+(?:\.\d+)?)/.exec(text)?.[1];
  return usd === undefined ? 0 : Math.round(Number(usd) * 1e9);
}

function row(name, { appends, lost, times }) {
  const figures = [0.5, 0.95, 1].map((share) => `${percentile(times, share) ?? '–'} ms`);
  return [name, String(appends), ...figures, String(lost)];
}

const heading = ['appended', 'appends', 'p50', 'p95', 'max', 'lost'];

function table(rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');
}

async function writeTable(text) {
  const file = inRoot('docs/latency.md');
  const page = await readFile(file, 'utf8');
  const place = /(?<=<!-- table -->\n)[\s\S]*?(?=<!-- end of table -->)/;
  if (!place.test(page)) throw new Error('docs/latency.md has no place for the table.');
  await writeFile(file, page.replace(place, `${text}\n`));
}

async function main() {
  const { values } = parseArgs({
    options: {
      write: { type: 'boolean', default: false },
      appends: { type: 'string', default: '100' },
    },
  });
  await build();
  await using workbench = await openWorkbench();
  const transcript = new Growing(workbench.paths.claude);
  transcript.append();
  await workbench.waitForStatus(formatUsd(lineNano));
  const recorded = await workbench.recordStatus();
  const results = new Map();
  for (const [i, [name, act]] of Object.entries(runs).entries()) {
    const options = { appends: Number(values.appends), act, seed: 20_261_121 + i };
    results.set(name, await measure(workbench, recorded, transcript, options));
  }
  const text = table([...results].map(([name, result]) => row(name, result)));
  const day = new Date().toISOString().slice(0, 10);
  const machine = `${day}, ${cpus().length} cores, Node ${process.versions.node}`;
  console.log(`${text}\n\n${machine}`);
  if (values.write) await writeTable(`${text}\n\n${machine}.`);
  const all = [...results.values()];
  if (all.some(({ lost }) => lost > 0)) throw new Error('An append never appeared.');
  if (all.some(({ times }) => percentile(times, 0.95) > promisedMs)) {
    throw new Error(`The 95th percentile is beyond ${promisedMs} ms.`);
  }
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
