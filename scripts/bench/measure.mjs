/** What all benchmarks share: whole processes timed, medians, and figures as a table has them. */
import { spawnSync } from 'node:child_process';

/**
 * Runs a program and answers with its output and wall time in milliseconds; Outlay says itself what
 * processor time and memory it took.
 */
export function timed(program, args, env = {}) {
  const started = performance.now();
  const child = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1e9,
    env: { ...process.env, ...env },
  });
  const took = performance.now() - started;
  if (child.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${child.stderr}`);
  const used = /used (\d+) KB (\d+) ms/.exec(child.stderr) ?? [];
  const { stdout, stderr } = child;
  return { ms: took, stdout, stderr, peakMb: Number(used[1]) / 1024, cpuMs: Number(used[2]) };
}

/** Wall and processor time of a whole process and those it starts, in milliseconds, and its output. */
export function timedWhole(program, args, env = {}) {
  const run = timed('sh', ['-c', '"$@"; times >&2', 'sh', program, ...args], env);
  // The second line is of the processes that were started: user and system time.
  const lines = run.stderr
    .trim()
    .split('\n')
    .at(-1)
    .matchAll(/(\d+)m([\d.]+)s/g);
  const cpuMs = [...lines].reduce((sum, [, m, s]) => sum + (Number(m) * 60 + Number(s)) * 1000, 0);
  return { ...run, cpuMs };
}

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** A time as the table has it. */
export const ms = (number) => `${number < 10 ? number.toFixed(1) : number.toFixed(0)} ms`;
export const factor = (number) => `${number.toFixed(2)} ×`;
export const megabytes = (number) => `${number.toFixed(0)} MB`;

/** A figure with what it must not exceed; both as the table has them. */
export function held(what, value, most, text = ms) {
  const verdict = value <= most ? 'held' : '**missed**';
  return `| ${what} | ${text(value)} | ${text(most)} | ${verdict} |`;
}

/** A row of a table in Markdown. */
export const row = (...cells) => `| ${cells.join(' | ')} |`;
