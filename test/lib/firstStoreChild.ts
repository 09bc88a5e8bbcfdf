/**
 * A process to be killed: builds the store that is not there yet at once, as a terminal command does, and
 * reads what is left in the ordinary way. Arguments: engine, store, milliseconds of building at most, then the
 * configuration directories.
 */
import type { Engine } from '../../src/platform/sqlite/open.ts';
import { Indexer } from '../../src/watchers/indexer.ts';
import type { FromIndexer } from '../../src/watchers/messages.ts';

const [engine, storeFile, mostMs, ...configDirs] = process.argv.slice(2) as [
  Engine,
  string,
  string,
  string,
];
let problem = '';
const indexer = new Indexer(
  {
    storeFile,
    mode: 'once',
    role: 'terminal',
    configDirs,
    rootsSetting: [],
    env: {},
    home: '/nowhere',
    priceOverrides: {},
    storeTitles: true,
    polling: 'never',
    paused: false,
    engine,
    firstStore: { leastBytes: 0, mostMs: Number(mostMs) },
  },
  (message: FromIndexer) => {
    if (message.type === 'state') process.stdout.write(`${message.state.kind}\n`);
    if (message.type === 'state' && message.state.kind === 'unavailable') {
      problem = message.state.reason;
    }
  },
);

async function run(): Promise<void> {
  await indexer.start();
  await indexer.stop();
  if (problem === '') return;
  process.stderr.write(problem);
  process.exitCode = 1;
}

void run();
