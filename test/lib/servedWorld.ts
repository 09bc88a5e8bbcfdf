import { mkdirSync, writeFileSync } from 'node:fs';
import type { Hono } from 'hono';
import type { AnalysisThread } from '../../src/analysisThread/client.ts';
import { runChange } from '../../src/analysisThread/servedChange.ts';
import { runServed } from '../../src/analysisThread/servedTask.ts';
import type { TaskOrigin } from '../../src/analysisThread/taskContext.ts';
import { readConfig } from '../../src/dataFolder/readConfig.ts';
import { newToken } from '../../src/platform/loopback.ts';
import { Access } from '../../src/serve/http/access.ts';
import { servedApp } from '../../src/serve/http/app.ts';
import { CommitLog } from '../../src/serve/live/commitLog.ts';
import { Questions } from '../../src/serve/questions.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { ingestAll } from './ingest.ts';
import { type TempDir, tempDir } from './tempDir.ts';

/** The moment it is. */
export const servedNow = Date.parse('2026-11-24T12:00:00Z');

/** The worker's part, on this thread. */
export const ownThread: Pick<AnalysisThread, 'ask'> = {
  ask: (async (question: Parameters<AnalysisThread['ask']>[0]) => {
    if (question.type === 'served') {
      return { id: 0, type: 'served', result: runServed(question.task) };
    }
    if (question.type !== 'change') throw new Error('Nothing else is asked.');
    runChange(question.task);
    return { id: 0, type: 'change' };
  }) as AnalysisThread['ask'],
};

/** A server without a port over a store of its own; requests are made by calling it. */
export class ServedWorld implements Disposable {
  readonly dir: TempDir = tempDir('outlay-serve');
  readonly token = newToken();
  readonly log = new CommitLog();
  readonly faults: unknown[] = [];
  readonly app: Hono;

  /** `lines`: transcripts by session. */
  constructor(lines: Readonly<Record<string, readonly object[]>>, interval = 0) {
    mkdirSync(this.dir.at('projects', 'p'), { recursive: true });
    for (const [session, records] of Object.entries(lines)) {
      const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
      writeFileSync(this.dir.at('projects', 'p', `${session}.jsonl`), text);
    }
    const { db } = openForWriting(this.dir.at('data', 'outlay.db'));
    ingestAll(db, this.dir.path);
    db.close();
    this.app = servedApp({
      questions: new Questions(ownThread, () => this.origin, interval),
      log: this.log,
      version: '1.2.3',
      access: new Access({ token: this.token, hosts: ['forwarded.example'] }),
      alertSettings: () => ({ alerts: this.origin.settings.alerts, problems: [] }),
      health: () => ({ version: '1.2.3' }),
      fault: (error) => this.faults.push(error),
    });
  }

  /** As the terminal finds it out. */
  get origin(): TaskOrigin {
    const { settings } = readConfig(this.dir.at('data', 'config.json'));
    return {
      storeFile: this.dir.at('data', 'outlay.db'),
      dataFolder: this.dir.at('data'),
      keptFolder: this.dir.at('data'),
      settings: { ...settings, zone: 'UTC' },
      clientModels: [],
      now: servedNow,
      home: this.dir.path,
      problems: [],
      folders: [],
    };
  }

  /** A request of somebody who may ask; headers that are undefined are left out. */
  async ask(
    path: string,
    {
      headers = {},
      ...rest
    }: Omit<RequestInit, 'headers'> & {
      readonly headers?: Readonly<Record<string, string | undefined>>;
    } = {},
  ): Promise<Response> {
    const all = { host: '127.0.0.1:8080', authorization: `Bearer ${this.token}`, ...headers };
    const given = Object.entries(all).filter(([, value]) => value !== undefined);
    return await this.app.request(`http://127.0.0.1:8080${path}`, {
      ...rest,
      headers: given as [string, string][],
    });
  }

  /** A body that is put as JSON. */
  put(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const all = { 'content-type': 'application/json', ...headers };
    return this.ask(path, { method: 'PUT', body: text, headers: all });
  }

  [Symbol.dispose](): void {
    this.dir[Symbol.dispose]();
  }
}
