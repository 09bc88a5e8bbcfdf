/**
 * How long a line appended to a transcript takes into the text of the status bar of a real VS Code,
 * read from the page's DOM.
 *
 *     npm run bench:latency [-- --write] [--appends N]     --write: into docs/latency.md
 *
 * Fails when an append never appears, or when the 95th percentile is beyond what is promised.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from '../../esbuild.mjs';
import { percentile } from '../../src/analysis/statistics/percentile.ts';
import { Dice } from '../../src/demo/dice.ts';
import { formatUsd } from '../../src/model/money.ts';
import { requireNode24 } from '../shared/node24.mjs';
import { openWorkbench } from '../vscode/page.mjs';
import { asCommand, Growing, machine, requireHeld, table, writeMeasured } from './latency.mjs';
import { held } from './measure.mjs';

requireNode24();

const promisedMs = 150;
/** An append not seen after this long is lost: the sweep must not be what finds it. */
const lostMs = 5000;
/** A line costs two cents, so that every one changes the text. */
const lineNano = 20_000_000;

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

/** All kinds of append in one window of a real VS Code. */
export async function appendLatency(appends = 100) {
  await build();
  await using workbench = await openWorkbench();
  const transcript = new Growing(workbench.paths.claude, lineNano);
  transcript.append();
  await workbench.waitForStatus(formatUsd(lineNano));
  const recorded = await workbench.recordStatus();
  const results = new Map();
  for (const [i, [name, act]] of Object.entries(runs).entries()) {
    const options = { appends, act, seed: 20_261_121 + i };
    results.set(name, await measure(workbench, recorded, transcript, options));
  }
  return results;
}

/** What must hold of it. */
export function appendTargets(results) {
  return [...results].map(([name, { lost, times }]) =>
    held(
      `from the append to the text of the status bar, 95 of 100 within: ${name}`,
      lost > 0 ? Number.POSITIVE_INFINITY : percentile(times, 0.95),
      promisedMs,
    ),
  );
}

async function main() {
  const { values } = parseArgs({
    options: {
      write: { type: 'boolean', default: false },
      appends: { type: 'string', default: '100' },
    },
  });
  const results = await appendLatency(Number(values.appends));
  const rows = [...results].map(([name, result]) => row(name, result));
  const text = `${table([heading, ...rows])}\n\n${machine()}`;
  console.log(text);
  if (values.write) await writeMeasured('table', text);
  requireHeld(appendTargets(results));
}

await asCommand(import.meta.filename, main);
