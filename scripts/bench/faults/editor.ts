/**
 * An editor without an editor: a process that does with the shipped thread what the extension does.
 * Arguments: `watch` or `copy`, the thread's bundle, a configuration or a task. Says each state on a
 * line, and on the other stream what a person would have to know; a window ends on SIGTERM.
 */
import { Worker } from 'node:worker_threads';
import type { FromIndexer } from '../../../src/watchers/messages.ts';
import { IndexerSupervisor } from '../../../src/watchers/thread/supervisor.ts';

const [role, thread, task] = process.argv.slice(2) as [string, string, string];

function tell(message: FromIndexer): void {
  if (message.type === 'state') {
    process.stdout.write(`${message.state.kind}\n`);
    if (message.state.kind === 'unavailable') console.error(message.state.reason);
  } else if (message.type === 'log' && message.level === 'error') console.error(message.text);
}

if (role === 'copy') {
  const worker = new Worker(thread, { workerData: { role: 'storeTask', task: JSON.parse(task) } });
  worker.on('message', ({ type, text }: { type: string; text?: string }) => {
    console.log(type);
    if (type === 'failed') console.error(text);
  });
} else {
  const supervisor = new IndexerSupervisor(
    { message: tell, ended: (error) => console.error(`the thread ended: ${error.message}`) },
    undefined,
    thread,
  );
  supervisor.configure(JSON.parse(task));
  const stays = setInterval(() => {}, 60_000);
  process.on('SIGTERM', () => {
    void supervisor.stop().then(() => clearInterval(stays));
  });
}
