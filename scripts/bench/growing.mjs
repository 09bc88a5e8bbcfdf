/**
 * The indexing thread as an editor runs it, without the editor: many sessions that grow at once, and none that
 * does beside many transcripts. Also run by itself:
 *
 *     node scripts/bench/growing.mjs [--seconds N] [--bundle FILE]     prints JSON
 */
import { appendFileSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { percentile } from '../../src/analysis/statistics/percentile.ts';
import { readOverview } from '../../src/budgets/overview.ts';
import { openForReading } from '../../src/store/connection/openStore.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { IndexerClient } from '../../src/watchers/thread/client.ts';
import { scratch } from '../shared/paths.mjs';
import { factor, held, megabytes, ms, row, timed } from './measure.mjs';

const transcriptOf = (folder, session) =>
  path.join(folder, 'claude/projects/-home-dev', `${session}.jsonl`);

/** A response of one session, as Claude Code writes it, with a tool's output of some kilobytes before it. */
function lines(session, number, at = Date.now()) {
  const timestamp = new Date(at).toISOString();
  const own = { sessionId: session, timestamp, cwd: '/home/dev/shop', version: '2.1.330' };
  const answer = {
    ...{
      type: 'assistant',
      uuid: `${session}-${number}`,
      requestId: `r-${session}-${number}`,
      ...own,
    },
    message: {
      ...{ id: `m-${session}-${number}`, model: 'claude-opus-5-5', stop_reason: 'end_turn' },
      content: [{ type: 'text', text: 'x'.repeat(500) }],
      usage: { input_tokens: 3, output_tokens: 100, cache_read_input_tokens: 50_000 },
    },
  };
  return `${JSON.stringify(answer)}\n`;
}

/** Starts an indexing thread on a folder; `said` gets its messages. Resolves once it watches. */
async function watching(folder, bundle, said) {
  let client;
  await new Promise((resolve, reject) => {
    client = new IndexerClient(
      (message) => {
        if (message.type === 'caughtUp') resolve();
        else said(message);
      },
      reject,
      bundle,
    );
    client.configure({
      storeFile: path.join(folder, 'outlay.db'),
      ...{ mode: 'watch', role: 'editor', configDirs: [path.join(folder, 'claude')] },
      ...{ rootsSetting: [], env: {}, home: folder, priceOverrides: {}, storeTitles: true },
      ...{ polling: 'never', paused: false },
    });
  });
  return client;
}

function freshFolder(name) {
  const folder = path.join(scratch, 'bench', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, 'claude/projects/-home-dev'), { recursive: true });
  return folder;
}

/**
 * Sessions that grow at once: how long each line takes until the figures of the status bar have it, how many
 * are lost, and what memory the process has in the first and the last quarter of the time.
 */
async function growingSessions(bundle, { sessions = 200, perSecond = 1000, seconds = 60 } = {}) {
  const folder = freshFolder('growing');
  const names = Array.from({ length: sessions }, (_, i) => `session-${i}`);
  for (const name of names) writeFileSync(transcriptOf(folder, name), lines(name, 0));
  const waiting = new Map(names.map((name) => [name, []]));
  const times = [];
  let reader;
  const look = () => {
    reader ??= new StoreReader(openForReading(path.join(folder, 'outlay.db')));
    readOverview(reader, { now: Date.now(), zone: 'UTC', weekStart: 1 });
    const seen = performance.now();
    const counts = reader.db
      .prepare(
        'SELECT sid, sum(messages) AS n FROM spend_total JOIN session s ON s.id = session GROUP BY sid',
      )
      .all();
    for (const { sid, n } of counts) {
      const list = waiting.get(sid);
      while (list.length > 0 && list[0].number < n) times.push(seen - list.shift().at);
    }
  };
  // As the status bar does: what is committed while figures are read is read at once after them.
  let isDue = false;
  const client = await watching(folder, bundle, (message) => {
    if (message.type !== 'committed' || isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      look();
    });
  });
  const written = new Map(names.map((name) => [name, 1]));
  const memory = [];
  const started = performance.now();
  let count = 0;
  while (performance.now() - started < seconds * 1000) {
    const due = Math.floor(((performance.now() - started) / 1000) * perSecond);
    for (; count < due; count++) {
      const name = names[(count * 7919) % sessions];
      const number = written.get(name);
      written.set(name, number + 1);
      appendFileSync(transcriptOf(folder, name), lines(name, number));
      waiting.get(name).push({ number, at: performance.now() });
    }
    memory.push(process.memoryUsage.rss());
    await sleep(5);
  }
  await sleep(3000);
  look();
  const lost = [...waiting.values()].reduce((sum, list) => sum + list.length, 0);
  await client.stop();
  reader.db.close();
  times.sort((a, b) => a - b);
  const quarter = Math.floor(memory.length / 4);
  const most = (list) => Math.max(...list) / 1024 / 1024;
  return {
    lines: count,
    lost,
    median: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    firstMb: most(memory.slice(0, quarter)),
    lastMb: most(memory.slice(-quarter)),
  };
}

/** Processor time of a process that watches transcripts none of which changes, in milliseconds. */
async function quietTranscripts(bundle, { transcripts = 10_000, seconds = 60 } = {}) {
  const folder = freshFolder('quiet');
  const dayAgo = Date.now() - 86_400_000;
  for (let i = 0; i < transcripts; i++) {
    const name = `quiet-${i}`;
    writeFileSync(transcriptOf(folder, name), lines(name, 0, dayAgo));
    // What was written lately is looked at more often.
    utimesSync(transcriptOf(folder, name), dayAgo / 1000, dayAgo / 1000);
  }
  const client = await watching(folder, bundle, () => {});
  await sleep(5000);
  const before = process.cpuUsage();
  await sleep(seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  await client.stop();
  rmSync(folder, { recursive: true, force: true });
  return ((user + system) / 1000) * (60 / seconds);
}

/** What must hold of both. */
export function growingTargets({ lost, p95, firstMb, lastMb }, quietMs) {
  return [
    held(
      '200 sessions, 1,000 lines a second for a minute: lost',
      lost,
      0,
      (number) => `${number.toFixed(0)} lines`,
    ),
    held('the same: 95 of 100 lines in the figures of the status bar within', p95, 150),
    held('the same: memory at the end against the beginning', lastMb / firstMb, 1.1, factor),
    held('a quiet minute beside 10,000 transcripts: processor time', quietMs, 300),
  ];
}

/** The figures behind them that stand in no other row. */
export function growingRows({ median, lines: written, firstMb, lastMb }) {
  const memory = `memory ${megabytes(firstMb)}, at the end ${megabytes(lastMb)}`;
  return [
    row(
      '200 sessions that grow: a line into the figures of the status bar',
      ms(median),
      `${written} lines, ${memory}`,
    ),
  ];
}

/** Both, in a process that has done nothing before: its memory and its processor time are what is measured. */
export function growingAlone(bundle) {
  const { stdout } = timed(process.execPath, [import.meta.filename, '--bundle', bundle]);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: { seconds: { type: 'string', default: '60' }, bundle: { type: 'string' } },
  });
  const seconds = Number(values.seconds);
  const quiet = await quietTranscripts(values.bundle, { seconds });
  const growing = await growingSessions(values.bundle, { seconds });
  console.log(JSON.stringify({ growing, quiet }));
}
