/**
 * For `npm run bench`, not for tests: how long the extension host's thread is held up while a tree
 * of 10,000 sessions is open and one of them grows, and while a long session is open as a panel.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { OutlayApi } from '../../src/extension.ts';
import { commandIds } from '../../src/views/core/commandIds.ts';
import { timings } from '../../src/views/core/timings.ts';
import { answer, append, transcriptFile } from './transcript.ts';

const appends = 50;
const everyMs = 200;
const longSession = 'bench-long';

/** Milliseconds: the longest the thread was not free, and what 99 of 100 looks at it stayed below. */
interface Held {
  readonly longest: number;
  readonly p99: number;
  /** The same in processor time, which other programs on the machine do not lengthen. */
  readonly longestCpu: number;
  /** Processor time of the host's own thread over it all. */
  readonly cpu: number;
}

async function heldWhile(work: () => Promise<void>): Promise<Held> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const before = cpuMs();
  let last = before;
  let longestCpu = 0;
  const ticks = setInterval(() => {
    const now = cpuMs();
    longestCpu = Math.max(longestCpu, now - last);
    last = now;
  }, 1);
  delay.enable();
  await work();
  delay.disable();
  clearInterval(ticks);
  return {
    longest: delay.max / 1e6,
    p99: delay.percentile(99) / 1e6,
    longestCpu,
    cpu: cpuMs() - before,
  };
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Writes a session of 10,000 messages and waits until it has been read. */
async function writeLong(api: OutlayApi): Promise<void> {
  const start = Date.now() - 10_000 * 5_000;
  const lines = Array.from({ length: 10_000 }, (_, n) =>
    answer({ id: `${longSession}-${n}`, session: longSession, at: start + n * 5_000 }),
  );
  append(transcriptFile('-home-dev-long', longSession), lines.join(''));
  const messages = (): number => api.parts.model.reader?.sessionById(longSession)?.messages ?? 0;
  while (messages() < lines.length) await sleep(100);
}

async function grow(session: string): Promise<void> {
  const file = transcriptFile('-home-dev-shop', session);
  for (let n = 0; n < appends; n++) {
    append(file, answer({ id: `${session}-${n}-${Date.now()}`, session }));
    await sleep(everyMs);
  }
}

if (process.env.OUTLAY_TEST_RUN === 'bench') {
  describe('the extension host’s thread', () => {
    const results: Record<string, Held | number> = {};
    let api: OutlayApi;

    before(async () => {
      const extension = vscode.extensions.getExtension<OutlayApi>('outlay.outlay');
      if (extension === undefined) throw new Error('Outlay is not there');
      api = await extension.activate();
      while (api.spend.indexer.kind !== 'watching') await sleep(50);
      const [activation] = performance.getEntriesByName(timings.activation);
      const [figure] = performance.getEntriesByName(timings.firstFigure);
      if (activation === undefined || figure === undefined) throw new Error('nothing was timed');
      results.activationMs = activation.duration;
      results.firstFigureMs = figure.startTime - activation.startTime;
      await writeLong(api);
    });

    after(() => {
      writeFileSync(process.env.OUTLAY_BENCH_RESULTS ?? '', JSON.stringify(results));
    });

    it('with nothing open', async () => {
      await vscode.commands.executeCommand('workbench.view.explorer');
      await sleep(5_000);
      results.hidden = await heldWhile(() => grow('bench-hidden'));
    });

    it('with the tree open', async () => {
      await vscode.commands.executeCommand('outlay.sessions.focus');
      results.opening = await heldWhile(() => sleep(5_000).then(() => undefined));
      results.tree = await heldWhile(() => grow('bench-tree'));
    });

    it('with a session of 10,000 messages open', async () => {
      await vscode.commands.executeCommand('workbench.view.explorer');
      results.openingPanel = await heldWhile(async () => {
        await vscode.commands.executeCommand(commandIds.openSession, longSession);
        await sleep(8_000);
      });
      results.panel = await heldWhile(() => grow(longSession));
    });
  });
}
