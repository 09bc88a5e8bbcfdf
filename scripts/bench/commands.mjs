/** How long commands of the terminal take: above Node's own start, and on a store of a million messages. */
import { readOverview } from '../../src/budgets/overview.ts';
import { openForReading } from '../../src/store/connection/openStore.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { inRoot } from '../shared/paths.mjs';
import { held, median, ms, row, timed } from './measure.mjs';

/** How long commands take above Node's own start on a store that is up to date. */
export function startTimes(cli, on) {
  const of = (args) => median(Array.from({ length: 15 }, () => timed(process.execPath, args).ms));
  const node = of(['-e', '0']);
  return {
    node,
    version: of([cli, '--version']) - node,
    summary: of([cli, 'summary', ...on]) - node,
  };
}

export function startTargets({ version, summary }) {
  return [
    held('`outlay --version` above Node’s start', version, 25),
    held('`outlay summary`, index up to date, above Node’s start', summary, 90),
  ];
}

/** Figures behind the status bar on a store of a million messages. */
export function millionQueries(store, endMs) {
  const reader = new StoreReader(openForReading(store));
  const options = { now: endMs, zone: 'Europe/Berlin', weekStart: 1 };
  const questions = {
    'status bar and tooltip': () => readOverview(reader, options),
    'this month': () => reader.spend({ from: endMs - 22 * 86_400_000, to: endMs }, undefined),
    '50 latest sessions': () => reader.sessions(50),
    'all time by model': () => reader.byModel({ from: 0, to: 8.64e15 }, undefined),
  };
  const found = Object.entries(questions).map(([name, ask]) => {
    const runs = Array.from({ length: 21 }, () => {
      const started = performance.now();
      ask();
      return performance.now() - started;
    });
    return [name, median(runs)];
  });
  reader.close();
  return found;
}

export function queryTargets([[name, time]]) {
  return [held(`a million messages: ${name}`, time, 50)];
}

export const queryRows = (queries) =>
  queries.map(([name, time]) => row(`a million messages: ${name}`, ms(time), ''));

/** Reports of the terminal on that store, process start included. */
export function millionReports({ cli, store, endMs, rounds }) {
  const lines = {
    'nothing (process start)': ['--version'],
    report: ['report'],
    'report, all time': ['report', '--period', 'all'],
    breakdown: ['breakdown'],
    'breakdown, all time, two dimensions': [
      ...['breakdown', '--period', 'all', '--by', 'project', '--then-by', 'model'],
    ],
    'breakdown by tool, all time': ['breakdown', '--period', 'all', '--by', 'tool'],
    summary: ['summary'],
    sessions: ['sessions'],
    'anomalies among messages, all time': ['anomaly', '--by', 'message'],
    projection: ['projection'],
    'insights, 30 days': ['optimize'],
  };
  const env = { OUTLAY_NOW: new Date(endMs).toISOString() };
  const required = ['--require', inRoot('scripts/bench/sayUsed.cjs')];
  const found = Object.entries(lines).map(([name, line]) => {
    const args = line[0] === '--version' ? line : [...line, '--no-index', '--store', store];
    const runs = Array.from({ length: Math.max(5, rounds) }, () =>
      timed(process.execPath, [...required, cli, ...args], env),
    );
    return {
      name,
      ms: median(runs.map((run) => run.ms)),
      cpu: median(runs.map((run) => run.cpuMs)),
    };
  });
  const start = found[0].cpu;
  return found.map(({ name, ms: time, cpu }) => {
    const beyond = cpu === start ? '' : `, ${cpu - start} ms of it after process start`;
    return row(`a million messages, terminal: ${name}`, ms(time), `processor ${cpu} ms${beyond}`);
  });
}
