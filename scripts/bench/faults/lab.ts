/** What the harnesses share: a throw-away machine, processes on it, and what must hold afterwards. */
import { copyFileSync, existsSync, globSync, mkdirSync, rmSync, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../../src/platform/sqlite/open.ts';
import { openForReading } from '../../../src/store/connection/openStore.ts';
import { filesOfStore } from '../../../src/store/connection/storeFiles.ts';
import { bundleChild, Life } from '../../../test/lib/crashLife.ts';
import { difference, dumpStore } from '../../../test/lib/dumpStore.ts';
import { type Random, random } from '../../../test/lib/random.ts';
import { writeWorld } from '../../../test/lib/schedule.ts';
import { expectedSets, unpackSet } from '../../../test/lib/transcriptSets.ts';
import { largeWorld } from '../../../test/lib/world.ts';
import { Findings } from './findings.ts';

export interface LabOptions {
  /** Folder with the bundles that are attacked. */
  readonly dist: string;
  /** A folder that is emptied. */
  readonly folder: string;
  readonly seed: number;
  /** How long attacks go on; one round is made in any case. */
  readonly ms: number;
  /** Happenings in a made-up world, and in proportion what else there is to read. */
  readonly size: number;
  /** How often a thing is killed before it may be done. */
  readonly kills: number;
}

/** Nothing that is asked of a terminal takes so long. */
const hungMs = 60_000;
/** A window must end within this time: its thread is given two seconds, and two more to be ended. */
const windowEndMs = 8000;

/** A process is killed after at most so many changes to a store's files. */
const mostChanges = 60;

/** So many faults are enough to look into. */
const enough = 5;

export class Lab {
  readonly options: LabOptions;
  readonly dice: Random;
  readonly found = new Findings();
  readonly #until: number;
  #machines = 0;

  constructor(options: LabOptions) {
    this.options = options;
    this.dice = random(options.seed);
    this.#until = Date.now() + options.ms;
    rmSync(options.folder, { recursive: true, force: true });
    mkdirSync(options.folder, { recursive: true });
    bundleChild(this.editor, 'scripts/bench/faults/editor.ts');
  }

  /** The bundled `editor.ts`. */
  get editor(): string {
    return join(this.options.folder, 'editor.cjs');
  }

  get hasTime(): boolean {
    return Date.now() < this.#until;
  }

  /** Says how long one round goes on: while there is time, but neither shorter nor longer than so. */
  atLeast(shortestMs: number, longestMs: number): () => boolean {
    const started = Date.now();
    return () => {
      const passed = Date.now() - started;
      return passed < shortestMs || (this.hasTime && passed < longestMs);
    };
  }

  /** Repeats a round, each on a machine of its own, as long as there is time; what a round throws fell. */
  async rounds(round: (machine: Machine, number: number) => Promise<void>): Promise<Findings> {
    do {
      const machine = new Machine(this, join(this.options.folder, `machine-${++this.#machines}`));
      const before = this.found.fell.length;
      try {
        await round(machine, this.#machines - 1);
      } catch (error) {
        this.found.fell.push(`round ${this.#machines}: ${(error as Error).stack}`);
      } finally {
        await machine.end();
      }
      if (this.found.fell.length === before) {
        rmSync(machine.folder, { recursive: true, force: true, maxRetries: 5 });
      } else this.found.notes.push(`kept: ${machine.folder}`);
    } while (this.hasTime && this.found.fell.length < enough);
    return this.found;
  }
}

/** A home, a data folder, transcripts and a store that nothing else uses. */
export class Machine {
  readonly lab: Lab;
  readonly folder: string;
  readonly store: string;
  /** Configuration directories of Claude Code. */
  roots: string[] = [];
  /** Variables beside the harmless ones. */
  env: Record<string, string> = {};
  readonly #lives = new Set<Life>();

  constructor(lab: Lab, folder: string) {
    this.lab = lab;
    this.folder = folder;
    this.store = join(folder, 'store', 'outlay.db');
    for (const name of ['home', 'data', 'store'])
      mkdirSync(join(folder, name), { recursive: true });
  }

  /** Writes transcripts: a world no two of which are alike, and a real set, any without one named. */
  writeTranscripts(named?: string): void {
    const { dice, options } = this.lab;
    writeWorld(this.folder, largeWorld(dice.below(2 ** 31), options.size));
    this.roots = ['a', 'b'].map((name) => join(this.folder, name));
    for (const root of this.roots) mkdirSync(join(root, 'projects'), { recursive: true });
    const set = named ?? dice.pick(Object.keys(expectedSets));
    this.roots.push(join(this.folder, set));
    unpackSet(set, this.roots.at(-1)!);
  }

  /** Every transcript there is, in an order that does not depend on the disk. */
  get transcripts(): string[] {
    return this.roots.flatMap((root) => globSync(join(root, 'projects/**/*.jsonl'))).sort();
  }

  /** Starts the terminal's command on these transcripts. */
  terminal(args: readonly string[], store = this.store): Life {
    const dirs = this.roots.flatMap((root) => ['--config-dir', root]);
    const cli = join(this.lab.options.dist, 'cli.cjs');
    return this.#start(cli, [...args, ...dirs, '--store', store]);
  }

  /** Runs it to its end; throws when it fails, hangs or complains. Returns what it said. */
  async outlay(args: readonly string[], store = this.store): Promise<string> {
    const life = this.terminal(args, store);
    const hung = (await life.endWithin(hungMs)) === 'killed';
    this.#lives.delete(life);
    if (hung || life.errors !== '') {
      throw new Error(`outlay ${args.join(' ')} ${hung ? 'hung' : `said: ${life.errors}`}`);
    }
    return life.said;
  }

  /** Opens a window: the indexing thread in a process that keeps it running. */
  window(): Life {
    const config = {
      ...{ storeFile: this.store, mode: 'watch', role: 'editor', configDirs: this.roots },
      ...{ rootsSetting: [], env: {}, home: join(this.folder, 'home'), priceOverrides: {} },
      ...{ storeTitles: true, polling: 'never', paused: false },
    };
    return this.#startEditor('watch', config);
  }

  /** What the editor's command to back up or move a store does. */
  copy(from: string, to: string, replace: boolean): Life {
    return this.#startEditor('copy', { kind: 'copy', from, to, replace });
  }

  /** Closes a window; it must have had no trouble and must end. */
  async close(window: Life): Promise<string | undefined> {
    const how = await window.stop(windowEndMs);
    this.#lives.delete(window);
    if (how === 'killed') return 'it did not end';
    return window.errors === '' ? undefined : window.errors;
  }

  #startEditor(role: string, task: object): Life {
    const thread = join(this.lab.options.dist, 'indexer.cjs');
    return this.#start(this.lab.editor, [role, thread, JSON.stringify(task)]);
  }

  #start(script: string, args: readonly string[]): Life {
    const kept = [
      'PATH',
      'SYSTEMROOT',
      'NODE_OPTIONS',
      'OUTLAY_CLOCK_OFFSET',
      'NODE_COMPILE_CACHE',
    ];
    const life = new Life(script, args, {
      ...Object.fromEntries(kept.map((name) => [name, process.env[name] ?? ''])),
      HOME: join(this.folder, 'home'),
      USERPROFILE: join(this.folder, 'home'),
      OUTLAY_DATA_DIR: join(this.folder, 'data'),
      TZ: 'UTC',
      ...this.env,
    });
    this.#lives.add(life);
    return life;
  }

  /** Ends what still runs, whatever became of it. */
  async end(): Promise<void> {
    for (const life of this.#lives) await life.kill().catch(() => 'failed');
    this.#lives.clear();
  }

  /** What a store says that reads everything in one go, undisturbed, and how long that takes. */
  async readInOneGo(): Promise<{ readonly dump: string; readonly ms: number }> {
    const store = join(this.folder, 'reference', 'outlay.db');
    const started = Date.now();
    await this.outlay(['index'], store);
    return { ms: Date.now() - started, dump: dumpOf(store) };
  }
}

/** Everything a store says, as text; throws where SQLite finds a fault in it. */
export function dumpOf(store: string): string {
  const db = openForReading(store);
  if (db === undefined) throw new Error(`there is no store ${store}`);
  try {
    const verdict = Object.values(db.prepare('PRAGMA integrity_check').get() ?? {})[0];
    if (verdict !== 'ok') throw new Error(`integrity_check of ${store}: ${verdict}`);
    return dumpStore(db);
  } finally {
    db.close();
  }
}

/** In what two dumps differ; undefined for nothing. */
export function unlike(actual: string, expected: string): string | undefined {
  return actual === expected ? undefined : `\n${difference(actual, expected)}`;
}

/** Files beside a store that Outlay does not know, that nobody will remove, or that others may read. */
export function leftovers(store: string): string | undefined {
  const known = new Map(filesOfStore(store).map((file) => [file.path, file]));
  const problems = globSync(join(dirname(store), '*')).flatMap((path) => {
    const kind = known.get(path)?.kind ?? 'unknown';
    if (['unknown', 'unfinished', 'damaged'].includes(kind)) return [`${path} is ${kind}`];
    const isOpen = process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
    return isOpen ? [`${path} may be read by others`] : [];
  });
  return problems.length === 0 ? undefined : problems.join('; ');
}

/** Puts a closed store in the place of another. */
export function placeStore(from: string, to: string): void {
  for (const path of globSync(`${to}*`)) rmSync(path);
  copyFileSync(from, to);
}

/**
 * A moment to kill a process that was just started: after any time, or after so many changes to the
 * files of a store, which come thickest where it matters.
 */
export async function moment(dice: Random, ms: number, store: string): Promise<void> {
  if (dice.oneIn(3)) return void (await sleep(dice.below(ms)));
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = 1 + dice.below(mostChanges);
  mkdirSync(dirname(store), { recursive: true });
  const watcher = watch(dirname(store), () => {
    left -= 1;
    if (left === 0) resolve();
  });
  const late = setTimeout(resolve, ms);
  await promise;
  clearTimeout(late);
  watcher.close();
}

/** What a killed process left, looked at in a copy: who comes next has to recover the store itself. */
export function peek(machine: Machine): { readonly version: number; readonly writer: number } {
  const copy = join(machine.folder, 'peek.db');
  try {
    placeStore(machine.store, copy);
    if (existsSync(`${machine.store}-wal`)) copyFileSync(`${machine.store}-wal`, `${copy}-wal`);
    const db = openDatabase(copy);
    try {
      const version = Number(db.pragma('user_version'));
      const lease = version > 0 && db.prepare('SELECT pid FROM lease').get<{ pid: number }>();
      return { version, writer: lease ? lease.pid : 0 };
    } finally {
      db.close();
    }
  } catch {
    // There is none yet, or a rival wrote while it was copied.
    return { version: 0, writer: 0 };
  }
}
