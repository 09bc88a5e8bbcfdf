/**
 * A window of the editor as a process: a supervisor and its indexing thread, asked by messages of the
 * parent process. It ends by itself once it is stopped; what keeps it alive then is an orphan.
 */
import type { Worker } from 'node:worker_threads';
import { IndexerSupervisor } from '../../../src/watchers/thread/supervisor.ts';
import type { FromWindow, ToWindow } from './messages.ts';

const times = { firstWait: 20, longestWait: 50, sound: 60_000, patience: 60_000, look: 5000 };

/** Indexing threads that have not ended, the newest last. */
const threads: Worker[] = [];
const killed = new Set<Worker>();
/** Of the last thread that was not killed. */
let exitCode = 0;
process.on('worker', (worker: Worker) => {
  threads.push(worker);
  worker.once('exit', (code) => {
    threads.splice(threads.indexOf(worker), 1);
    if (!killed.has(worker)) exitCode = code;
  });
});

const tell = (message: FromWindow): void => void process.send?.(message);
const supervisor = new IndexerSupervisor(
  {
    message: (message) => tell({ type: 'said', message }),
    ended: (error) => tell({ type: 'ended', text: error.stack ?? error.message }),
  },
  times,
);

process.on('message', async (message: ToWindow) => {
  switch (message.type) {
    case 'configure':
      for (const config of message.configs) supervisor.configure(config);
      break;
    case 'killThread':
      for (const thread of [...threads]) {
        killed.add(thread);
        await thread.terminate();
      }
      tell({ type: 'killed' });
      break;
    case 'stop':
      await supervisor.stop();
      tell({ type: 'stopped', exitCode, threads: threads.length });
      process.disconnect();
      break;
    default:
      supervisor[message.type]();
  }
});
// A test that is gone needs no windows.
process.on('disconnect', () => setTimeout(() => process.exit(7), 10_000).unref());
