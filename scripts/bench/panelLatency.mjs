/**
 * How long the panels of a real VS Code take on a store of a million messages, read from the page.
 *
 *     npm run bench:panels [-- --write] [--rounds N] [--appends N]     --write: into docs/latency.md
 *
 * From the command to the first paint of the dashboard, beside an empty panel in the same window; the
 * figures alone, on the thread that makes them; and from a line appended to a transcript to the panel
 * that is open. Fails when a promise is not kept or an append never appears.
 */
import { copyFile, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build } from '../../esbuild.mjs';
import { Dice } from '../../src/demo/dice.ts';
import { fillStore, isOfThisSchema } from '../../test/bench/bigStore.ts';
import { requireNode24 } from '../shared/node24.mjs';
import { scratch } from '../shared/paths.mjs';
import { until } from '../shared/retry.ts';
import { openWorkbench } from '../vscode/page.mjs';
import { asCommand, Growing, machine, requireHeld, table, writeMeasured } from './latency.mjs';
import { held } from './measure.mjs';
import { panelFigures, spread } from './panelFigures.mjs';

requireNode24();

/** The dashboard may take this much longer than an empty panel. */
const promisedPaintMs = 150;
const promisedAppendMs = 300;
/** An append not seen after this long is lost: the sweep must not be what finds it. */
const lostMs = 5000;
/** A line costs five dollars: figures of more than a thousand are shown without cents. */
const lineNano = 5_000_000_000;
/** Older than this, the made-up messages are no longer in the periods panels show. */
const freshMs = 24 * 3_600_000;

const ms = (value) => (value === undefined ? '–' : `${Math.round(value)} ms`);

/** A store of a million messages that end about now, for this run alone. */
async function prepareStore(file) {
  const kept = path.join(scratch, 'bench/panels.db');
  const made = await stat(kept).catch(() => undefined);
  const isOld = made === undefined || Date.now() - made.birthtimeMs > freshMs;
  if (isOld || !isOfThisSchema(kept)) {
    console.log('Making a store of a million messages…');
    const part = `${kept}.part`;
    await mkdir(path.dirname(kept), { recursive: true });
    for (const old of [kept, part]) await rm(old, { force: true });
    fillStore(part, 1_000_000, Date.now(), 100);
    await copyFile(part, kept);
    await rm(part);
  }
  await copyFile(kept, file);
}

/**
 * Notes, in every webview that comes from now on, when one of these elements was first painted: it was
 * there when a frame was to be drawn, and that frame has been drawn. Returns a function that waits for
 * the time since a moment.
 */
async function watchPaint(page, selectors) {
  const seen = [];
  await page.exposeFunction('outlayPainted', (name, at) => seen.push({ name, at }));
  await page.addInitScript((wanted) => {
    const left = new Map(Object.entries(wanted));
    // A panel's page is written into a frame within a webview's own, which is the one that lasts.
    const has = (selector) =>
      [...document.querySelectorAll('iframe')].some(
        (frame) => (frame.contentDocument?.querySelector(selector) ?? null) !== null,
      );
    const look = () => {
      for (const [name, selector] of left) {
        if (!has(selector)) continue;
        left.delete(name);
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => window.outlayPainted(name, Date.now());
        port2.postMessage(0);
      }
      if (left.size > 0) requestAnimationFrame(look);
    };
    // Only pages of webviews are looked at: the window's own has better things to do.
    if (window !== window.top) requestAnimationFrame(look);
  }, selectors);
  return (name, since) =>
    until(`${name} is painted`, () => {
      const found = seen.find((one) => one.name === name && one.at >= since);
      return found && found.at - since;
    });
}

/** What is painted first of each, and the first figures of the dashboard. */
const painted = { empty: '.painted', dashboard: '.skeleton', figures: '.dashboard .card' };
const commands = {
  empty: 'outlay-test-driver.openEmptyPanel',
  dashboard: 'outlay.openDashboard',
};

/** Opens both kinds of panel in turns. */
async function measurePaint(workbench, rounds) {
  const paintOf = await watchPaint(workbench.page, painted);
  const open = async (name) => {
    const started = await workbench.startCommand(commands[name]);
    const took = await paintOf(name, started);
    if (name === 'dashboard') times.figures.push(await paintOf('figures', started));
    await workbench.executeCommand('workbench.action.closeAllEditors');
    await workbench.page.locator('iframe.webview').first().waitFor({ state: 'detached' });
    await sleep(500);
    return took;
  };
  const times = { empty: [], dashboard: [], figures: [] };
  // The first panel of a window loads VS Code's own part of it; the first dashboard starts a thread.
  const first = { empty: await open('empty'), dashboard: await open('dashboard') };
  first.figures = times.figures.pop();
  for (let round = 0; round < rounds; round++) {
    const names = round % 2 === 0 ? ['empty', 'dashboard'] : ['dashboard', 'empty'];
    for (const name of names) times[name].push(await open(name));
  }
  const medians = { empty: spread(times.empty)[0], dashboard: spread(times.dashboard)[0] };
  return { first, times, difference: medians.dashboard - medians.empty };
}

/** The frame of a webview that has this element. */
const frameOf = ({ page }, selector) =>
  until(`a page has ${selector}`, async () => {
    for (const frame of page.frames()) {
      const count = await frame.locator(selector).count();
      if (count > 0) return frame;
    }
    return undefined;
  });

/** Every figure a card takes from now on, with the time it stood in the DOM. */
async function recordFigure(frame, card) {
  await frame.evaluate((selector) => {
    const seen = [];
    const read = () => {
      const text = document.querySelector(selector)?.textContent ?? '';
      if (seen.at(-1)?.text !== text) seen.push({ text, at: Date.now() });
    };
    read();
    const options = { childList: true, subtree: true, characterData: true };
    new MutationObserver(read).observe(document.body, options);
    window.outlayFigures = seen;
  }, `[data-card="${card}"] .figure`);
  return async () =>
    (await frame.evaluate(() => window.outlayFigures)).map(({ text, at }) => ({
      at,
      nano: Math.round(Number(text.replaceAll(/[^\d.]/g, '')) * 1e9),
    }));
}

/** The panels a line is to appear in, with the card that changes by what the line costs. */
const livePanels = (sid) => [
  {
    name: 'dashboard',
    open: ['outlay.openDashboard'],
    selector: '.dashboard:has(.card)',
    card: 'cost',
  },
  {
    name: 'session',
    open: ['outlay.openSession', sid],
    selector: '.session:has(.card)',
    card: 'cost',
  },
  { name: 'burn', open: ['outlay.openBurn'], selector: '.burn:has(.card)', card: 'hour' },
];

/** Appends line after line while a panel is open, and says how long each took into its card. */
async function measureAppends(workbench, transcript, appends, panel) {
  const { name, open, selector, card } = panel;
  await workbench.executeCommand(...open);
  const frame = await frameOf(workbench, selector);
  await sleep(2000);
  const recorded = await recordFigure(frame, card);
  const before = (await recorded()).at(-1).nano - transcript.lines * lineNano;
  const dice = new Dice(20_261_124);
  const written = [];
  while (written.length < appends) {
    written.push(transcript.append());
    await sleep(dice.whole(700, 1500));
  }
  await sleep(lostMs / 2);
  const figures = await recorded();
  const times = [];
  for (const { at, nano } of written) {
    // Figures are rounded, and what is older than an hour leaves the last hour.
    const seen = figures.find((one) => one.at >= at && one.nano >= before + nano - lineNano / 2);
    if (seen !== undefined && seen.at - at <= lostMs) times.push(seen.at - at);
  }
  await workbench.executeCommand('workbench.action.closeAllEditors');
  return { name, times, lost: written.length - times.length };
}

function report({ paint, figures, live }, appends) {
  const { first, times, difference } = paint;
  const paintRow = (label, name) => [
    label,
    String(times[name].length),
    ms(first[name]),
    ...spread(times[name]).map(ms),
  ];
  return [
    table([
      ['from the command to the first paint', 'openings', 'first', 'p50', 'p95', 'max'],
      paintRow('an empty panel', 'empty'),
      paintRow('the dashboard', 'dashboard'),
      ['difference', '', ms(first.dashboard - first.empty), ms(difference), '', ''],
      paintRow('the dashboard’s first figures', 'figures'),
    ]),
    table([
      ['figures of a panel, on their thread', 'first', 'p50', 'max'],
      ...[...figures].map(([name, { first: one, later }]) => [
        name,
        ms(one),
        ms(later[0]),
        ms(later[2]),
      ]),
    ]),
    table([
      ['one line into the open panel', 'appends', 'p50', 'p95', 'max', 'lost'],
      ...live.map(({ name, times: took, lost }) => [
        name,
        String(appends),
        ...spread(took).map(ms),
        String(lost),
      ]),
    ]),
    machine(),
  ].join('\n\n');
}

/** The end of the last whole month: on the first days of one there is little to add up. */
function lastMonthsEnd() {
  const now = new Date();
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1) - 60_000;
}

/** All of it, in one window of a real VS Code. */
export async function panelLatency({ rounds = 15, appends = 30 } = {}) {
  await build({ production: true });
  const home = await mkdtemp(path.join(tmpdir(), 'outlay-panels-'));
  try {
    await mkdir(path.join(home, 'data'), { recursive: true });
    const store = path.join(home, 'data/outlay.db');
    await prepareStore(store);
    const figures = await panelFigures(store, path.join(home, 'data'), lastMonthsEnd());
    await using workbench = await openWorkbench({ home });
    await workbench.waitForStatus(/\$\d/);
    // Whatever the start has left to do is not part of an opening.
    await sleep(5000);
    const paint = await measurePaint(workbench, rounds);
    const transcript = new Growing(workbench.paths.claude, lineNano);
    transcript.append();
    await sleep(2000);
    const live = [];
    for (const panel of livePanels(transcript.sessionId)) {
      live.push(await measureAppends(workbench, transcript, appends, panel));
    }
    return { paint, figures, live };
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What must hold of it. */
export function panelTargets({ paint: { difference }, figures, live }) {
  return [
    held('the dashboard’s first paint above an empty panel’s', difference, promisedPaintMs),
    ...[...figures]
      .filter(([, { most }]) => most !== undefined)
      .map(([name, { later, most }]) =>
        held(`a million messages, figures: ${name}`, later[0], most),
      ),
    ...live.map(({ name, times, lost }) =>
      held(
        `a line into the open panel, 95 of 100 within: ${name}`,
        lost > 0 ? Number.POSITIVE_INFINITY : spread(times)[1],
        promisedAppendMs,
      ),
    ),
  ];
}

async function main() {
  const { values } = parseArgs({
    options: {
      write: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '15' },
      appends: { type: 'string', default: '30' },
    },
  });
  const appends = Number(values.appends);
  const measured = await panelLatency({ rounds: Number(values.rounds), appends });
  const text = report(measured, appends);
  console.log(text);
  if (values.write) await writeMeasured('panels', text);
  requireHeld(panelTargets(measured));
}

await asCommand(import.meta.filename, main);
