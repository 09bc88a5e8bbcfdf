import {
  type ChildProcessByStdio,
  type SpawnSyncOptions,
  spawn,
  spawnSync,
} from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type TempDir, tempDir } from '../lib/tempDir.ts';

/** The command as it is shipped. */
export const bundle = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');

/** The moment it is in a world, so that no test depends on when it runs. */
export const now = Date.parse('2026-11-24T12:00:00Z');

/** A clock that a run has moved is moved here too. */
const clock = Object.fromEntries(
  ['NODE_OPTIONS', 'OUTLAY_CLOCK_OFFSET'].map((name) => [name, process.env[name] ?? '']),
);

export interface CliResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A machine of its own: home, data folder and transcripts in a folder that goes away. */
export class CliWorld implements Disposable {
  readonly dir: TempDir = tempDir('outlay-cli');
  /** Environment variables beside the harmless ones of every run. */
  env: Record<string, string> = {};
  /** The folder commands are started in; the home without one. */
  cwd: string | undefined;

  /** The configuration directory most tests use. */
  get root(): string {
    return this.dir.at('config');
  }

  /** Writes a transcript; `lines` are objects or lines as they are. */
  transcript(name: string, lines: readonly unknown[], root: string = this.root): string {
    const file = join(root, 'projects', ...name.split('/'));
    mkdirSync(dirname(file), { recursive: true });
    const written = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    writeFileSync(file, `${written.join('\n')}\n`);
    return file;
  }

  /** Writes the mirrored settings. */
  settings(settings: Record<string, unknown>): void {
    this.dataFile('config.json', JSON.stringify({ revision: 1, settings }));
  }

  /** Writes a file into the data folder. */
  dataFile(name: string, content: string): string {
    mkdirSync(this.dir.at('data'), { recursive: true });
    writeFileSync(this.dir.at('data', name), content);
    return this.dir.at('data', name);
  }

  /** Runs the command in this world, without any configuration directory named. */
  run(...args: string[]): CliResult {
    return this.runWith({}, ...args);
  }

  /** The same with other streams, or as another user. */
  runWith(options: SpawnSyncOptions, ...args: string[]): CliResult {
    const result = spawnSync(process.execPath, [bundle, ...args], {
      ...this.surroundings(),
      ...options,
      encoding: 'utf8',
      timeout: 60_000,
      maxBuffer: 256 * 1024 * 1024,
    });
    return { code: result.status, out: result.stdout, err: result.stderr };
  }

  /** The same while this process goes on: for commands that talk to it. */
  async runBeside(...args: string[]): Promise<CliResult> {
    const child = this.start(...args);
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    if (child.exitCode === null) await once(child, 'exit');
    return { code: child.exitCode, out, err };
  }

  /** Starts the command; what it says is read by nobody yet. */
  start(...args: string[]): ChildProcessByStdio<Writable, Readable, Readable> {
    return spawn(process.execPath, [bundle, ...args], { ...this.surroundings(), stdio: 'pipe' });
  }

  /** Where commands are started, and with which variables. */
  surroundings(): { cwd: string; env: Record<string, string> } {
    mkdirSync(this.dir.at('home'), { recursive: true });
    return {
      cwd: this.cwd ?? this.dir.at('home'),
      env: {
        PATH: process.env.PATH ?? '',
        HOME: this.dir.at('home'),
        USERPROFILE: this.dir.at('home'),
        SYSTEMROOT: process.env.SYSTEMROOT ?? '',
        OUTLAY_DATA_DIR: this.dir.at('data'),
        TZ: 'UTC',
        OUTLAY_NOW: new Date(now).toISOString(),
        ...clock,
        ...this.env,
      },
    };
  }

  /** Runs the command on the usual configuration directory. */
  on(...args: string[]): CliResult {
    if (!existsSync(this.root)) mkdirSync(join(this.root, 'projects'), { recursive: true });
    return this.run(...args, '--config-dir', this.root);
  }

  /** The JSON of a command that must end well. */
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look into
  json(...args: string[]): any {
    const result = this.on(...args, '--json');
    if (result.code !== 0) throw new Error(`exit ${result.code}: ${result.err}`);
    return JSON.parse(result.out);
  }

  [Symbol.dispose](): void {
    this.dir[Symbol.dispose]();
  }
}

/** A usage as Claude Code writes it. */
export function usageOf(counts: {
  input?: number;
  output?: number;
  write5m?: number;
  write1h?: number;
  read?: number;
}): Record<string, unknown> {
  const { input = 0, output = 0, write5m = 0, write1h = 0, read = 0 } = counts;
  return {
    input_tokens: input,
    output_tokens: output,
    cache_creation_input_tokens: write5m + write1h,
    cache_read_input_tokens: read,
    cache_creation: { ephemeral_5m_input_tokens: write5m, ephemeral_1h_input_tokens: write1h },
  };
}

/** An assistant record; `more` replaces fields of the record. */
export function answerRecord(
  id: string,
  model: string,
  usage: Record<string, unknown>,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    type: 'assistant',
    uuid: `uuid-${id}`,
    sessionId: 'aaaaaaaa-0000-4000-8000-000000000001',
    timestamp: '2026-11-20T10:00:00.000Z',
    cwd: '/src/my.app',
    requestId: `req-${id}`,
    isSidechain: false,
    message: { id: `msg-${id}`, model, role: 'assistant', stop_reason: 'end_turn', usage },
    ...more,
  };
}

/** Claude Code's own running total. */
export function costState(total: number, sessionId: string): Record<string, unknown> {
  return { type: 'cost-state', sessionId, totalCostUSD: total, modelUsage: {} };
}
