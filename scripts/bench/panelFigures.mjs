/** How long the thread that makes them takes for what panels show, on a store of a million messages. */
import { once } from 'node:events';
import { homedir } from 'node:os';
import { Worker } from 'node:worker_threads';
import { percentile } from '../../src/analysis/statistics/percentile.ts';
import { usualAnomalies } from '../../src/protocol/anomalies.ts';
import { usualBurn } from '../../src/protocol/burn.ts';
import { noFilters, usualDashboard } from '../../src/protocol/dashboard.ts';
import { defaultSettings } from '../../src/settings/settings.ts';
import { openForReading } from '../../src/store/connection/openStore.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { inRoot } from '../shared/paths.mjs';

/** Median, 95th percentile and maximum. */
export const spread = (times) => {
  const sorted = [...times].sort((a, b) => a - b);
  return [0.5, 0.95, 1].map((share) => percentile(sorted, share));
};

/** What is asked, with what its median may be at most, in milliseconds, where that is promised. */
function questionsOn(store) {
  const all = { ...usualDashboard, period: 'all' };
  const model = cheapestModel(store);
  return [
    ['dashboard’s head, this month', 'dashboardSummary', usualDashboard, 50],
    ['dashboard, this month', 'dashboard', usualDashboard, 120],
    ['dashboard, all time', 'dashboard', all, 800],
    [
      'dashboard, all time, of the cheapest model',
      'dashboardSummary',
      { ...all, filters: { ...noFilters, model } },
      150,
    ],
    ['burn', 'burn', usualBurn],
    ['anomalies, sessions of 30 days', 'anomalies', usualAnomalies],
    ['anomalies, all sessions', 'anomalies', { ...usualAnomalies, period: 'all' }],
    ['anomalies, all messages', 'anomalies', { ...usualAnomalies, period: 'all', by: 'message' }],
    ['insights, all time', 'optimize', { period: 'all' }, 1000],
  ];
}

/** The model that cost least of all: of its messages the most expensive ones are the last to be found. */
function cheapestModel(store) {
  const reader = new StoreReader(openForReading(store));
  try {
    const models = reader.byModel({ from: 0, to: 8.64e15 }, undefined);
    return models.reduce((a, b) => (b.nano < a.nano ? b : a)).model;
  } finally {
    reader.close();
  }
}

/**
 * Asks the thread as the extension does.
 * @param {string} store
 * @param {string} folder the data folder
 * @param {number} now when it is asked, UTC milliseconds
 * @returns {Promise<Map<string, { first: number, later: number[], most?: number }>>} milliseconds
 */
export async function panelFigures(store, folder, now) {
  const worker = new Worker(inRoot('dist/report.cjs'));
  let id = 0;
  const origin = {
    ...{ storeFile: store, dataFolder: folder, keptFolder: folder, home: homedir() },
    ...{ settings: defaultSettings(), problems: [], folders: [], clientModels: [] },
  };
  const ask = async (name, question) => {
    const task = { ...origin, now };
    const asked =
      name === 'optimize'
        ? { type: 'report', task: { ...task, name, raw: question, format: 'json' } }
        : { type: 'panel', task: { ...task, panel: name, question } };
    const started = performance.now();
    worker.postMessage({ ...asked, id: ++id });
    const [answer] = await once(worker, 'message');
    if (answer.type !== asked.type) throw new Error(`${name}: ${answer.text}`);
    return performance.now() - started;
  };
  const results = new Map();
  try {
    for (const [name, panel, question, most] of questionsOn(store)) {
      const times = [];
      for (let n = 0; n < 6; n++) times.push(await ask(panel, question));
      // The first of a kind compiles what the others use.
      results.set(name, { first: times[0], later: spread(times.slice(1)), most });
    }
  } finally {
    await worker.terminate();
  }
  return results;
}
