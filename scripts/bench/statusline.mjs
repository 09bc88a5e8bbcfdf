/**
 * How long the status line takes as a whole process, on a store of a million messages, and what the
 * refresh behind it takes.
 *
 *     node scripts/bench/statusline.mjs [--runs N]
 */
import { spawnSync } from 'node:child_process';
import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../../esbuild.mjs';
import { percentile } from '../../src/analysis/statistics/percentile.ts';
import { fillStore } from '../../test/bench/bigStore.ts';
import { requireNode24 } from '../shared/node24.mjs';
import { inRoot, scratch } from '../shared/paths.mjs';

requireNode24();
const { values } = parseArgs({ options: { runs: { type: 'string', default: '200' } } });
const runs = Number(values.runs);
const home = path.join(scratch, 'bench-statusline');
const data = path.join(home, 'data');
const product = path.join(home, 'product');
const now = Date.parse('2026-11-22T15:00:00Z');

await build({ production: true, outdir: path.join(product, 'dist') });
await cp(inRoot('package.json'), path.join(product, 'package.json'));
fillStore(path.join(data, 'outlay.db'), 1_000_000, now);
const config = { settings: { 'outlay.budget.dailyUsd': 50, 'outlay.budget.monthlyUsd': 500 } };
await writeFile(path.join(data, 'config.json'), JSON.stringify(config));
await writeFile(path.join(home, 'nothing.cjs'), '');

const env = {
  PATH: process.env.PATH,
  HOME: home,
  OUTLAY_DATA_DIR: data,
  OUTLAY_NOW: new Date(now).toISOString(),
  COLUMNS: '120',
};

function time(script, args, input = '') {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [script, ...args], { input, env });
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
  return performance.now() - started;
}

function row(name, times) {
  times.sort((a, b) => a - b);
  const [p50, p95] = [0.5, 0.95].map((p) => percentile(times, p).toFixed(0));
  console.log(`| ${name} | ${p50} ms | ${p95} ms |`);
}

/** Each message costs something, as a person who works has it. */
const input = (i) =>
  JSON.stringify({
    session_id: 'session-004999',
    workspace: { project_dir: '/home/dev/project-39' },
    cost: { total_cost_usd: 1 + i / 100, total_duration_ms: 60_000 },
    prompt_cache: { warm: true, caching_observed: true, expires_at: now / 1000 + 200 },
    context_window: { used_percentage: 38 },
  });

const dist = (name) => path.join(product, 'dist', name);
const each = (make) => Array.from({ length: runs }, (_, i) => make(i));
console.log('| whole process | p50 | p95 |\n| --- | --- | --- |');
row(
  'Node, doing nothing',
  each(() => time(path.join(home, 'nothing.cjs'), [])),
);
row(
  '`outlay statusline`',
  each((i) => time(dist('statusline.cjs'), ['statusline'], input(i))),
);
row(
  'the refresh behind it',
  each(() => 0)
    .slice(0, 20)
    .map(() => time(dist('cli.cjs'), ['statusline', '--refresh'])),
);
