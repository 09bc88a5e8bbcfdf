import { statSync } from 'node:fs';
import type { Root } from '../agents/agentLog.ts';
import { agentLog, ofRoot } from '../agents/registry.ts';
import { dayMs } from '../model/calendar.ts';
import { messageOf } from '../model/errors.ts';
import type { AgentMetadata } from '../model/records.ts';
import { gitRootOf } from '../platform/gitRoot.ts';
import type { SqlDatabase, Statement } from '../platform/sqlite/types.ts';
import { backUp, backupEveryMs, lastBackupAt } from '../store/connection/backups.ts';
import { DamageError, findDamage } from '../store/connection/checkStore.ts';
import type { Writer } from '../store/writer.ts';
import { whileBusy } from './retryBusy.ts';
import type { ScannedRoot } from './scanRoots.ts';
import { runStoreTask } from './thread/storeTask.ts';

/** How long a repository that was found, or not found, is taken to be so. */
const projectFreshMs = 3_600_000;

/** Name of the check of the whole store. */
const checkJob = 'check';

/** A check of less takes no time anybody would notice. */
const worthAThreadBytes = 48 * 1024 * 1024;

/** The writer's background jobs. Each notes its last run and result for `doctor`. */
export class Maintenance {
  readonly #db: SqlDatabase;
  readonly #file: string;
  readonly #writer: Writer;
  readonly #log: (level: 'info' | 'warn' | 'error', text: string) => void;
  readonly #record: Statement;
  readonly #metaValue: Statement;
  readonly #staleProjects: Statement;
  readonly #finishedAt: Statement;
  #checking = false;
  /** Modification times of the meta files read so far. */
  readonly #metaSeen = new Map<string, number>();

  constructor(
    db: SqlDatabase,
    file: string,
    writer: Writer,
    log: (level: 'info' | 'warn' | 'error', text: string) => void,
  ) {
    this.#db = db;
    this.#file = file;
    this.#writer = writer;
    this.#log = log;
    this.#record = db.prepare('INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?)');
    this.#metaValue = db.prepare('SELECT value FROM meta WHERE key = ?');
    this.#finishedAt = db.prepare('SELECT finished_at AS at FROM job WHERE name = ?');
    this.#staleProjects = db.prepare(
      `SELECT DISTINCT w.text AS cwd FROM session s JOIN word w ON w.id = s.cwd
       LEFT JOIN project p ON p.cwd = s.cwd
       WHERE s.cwd <> 0 AND (p.checked_at IS NULL OR p.checked_at < ?)`,
    );
  }

  /** A value kept in the store. */
  meta(key: string): string | undefined {
    return this.#metaValue.get<{ value: string }>(key)?.value;
  }

  record(name: string, startedAt: number, result: string): void {
    this.#db.transaction(() => this.#record.run(name, startedAt, Date.now(), result));
  }

  /**
   * Checks a store whose last writer did not close it, and marks it as open. Throws a `DamageError` when
   * it is damaged: nothing was written then.
   */
  async checkAfterUncleanEnd(): Promise<void> {
    if (this.meta('clean') === '0') await this.#check('no damage after an unclean end');
    await whileBusy(() => this.#writer.setMeta('clean', '0'));
  }

  /** Checks the store once a day, as that does: nothing may read a damaged page for weeks. */
  async checkIfDue(signal: AbortSignal): Promise<void> {
    const last = this.#finishedAt.get<{ at: number }>(checkJob)?.at ?? this.#createdAt;
    if (this.#checking || Math.abs(Date.now() - last) < dayMs) return;
    this.#checking = true;
    try {
      await this.#check('no damage', signal);
    } finally {
      this.#checking = false;
    }
  }

  async #check(result: string, signal?: AbortSignal): Promise<void> {
    const started = Date.now();
    let damage: string | undefined;
    try {
      damage = await this.#findDamage(signal);
    } catch (error) {
      if (signal?.aborted) throw error;
      // Not known to be damaged: what cannot be read is met by whoever reads it.
      this.#log('warn', `The store could not be checked: ${messageOf(error)}`);
      this.record(checkJob, started, `failed: ${messageOf(error)}`);
      return;
    }
    if (damage !== undefined) throw new DamageError(damage);
    this.record(checkJob, started, result);
  }

  /** A large store on a thread of its own: the lease has to be kept meanwhile. A small one right here. */
  async #findDamage(signal?: AbortSignal): Promise<string | undefined> {
    const bytes = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes < worthAThreadBytes) return findDamage(this.#db);
    return runStoreTask<'check'>({ kind: 'check', file: this.#file }, signal && { signal });
  }

  get #createdAt(): number {
    return Number(this.meta('createdAt') ?? Date.now());
  }

  markClean(): void {
    this.#writer.setMeta('clean', '1');
  }

  /** Reprices everything when rates or overrides are not those of the last time. */
  async repriceIfChanged(): Promise<void> {
    const before = this.meta('priceRevision');
    if (before === this.#writer.priceRevision) return;
    const started = Date.now();
    const changed = await whileBusy(() => this.#writer.reprice());
    if (before === undefined) return;
    const words = `${changed} messages have another price`;
    this.record('reprice', started, words);
    this.#log('info', `Prices changed: ${words}`);
  }

  /** Finds the repository of every start directory that is new or was looked at long ago. */
  async resolveProjects(over: AbortSignal): Promise<void> {
    const now = Date.now();
    const stale = this.#staleProjects.all<{ cwd: string }>(now - projectFreshMs);
    if (stale.length === 0) return;
    const roots = new Map(stale.map(({ cwd }) => [cwd, gitRootOf(cwd)]));
    await whileBusy(() => this.#writer.setProjects(roots, now), over);
  }

  async backUpIfDue(over: AbortSignal): Promise<void> {
    const now = new Date();
    // A store not a week old can be built again from its transcripts.
    const last = lastBackupAt(this.#file, now.getTime()) || this.#createdAt;
    if (this.#file === ':memory:' || now.getTime() - last < backupEveryMs) return;
    // A damaged index is in no copy, which has its own.
    await this.#check('no damage before the weekly backup', over);
    try {
      const path = await whileBusy(() => backUp(this.#db, this.#file, now), over);
      this.record('backup', now.getTime(), path);
    } catch (error) {
      this.#log('warn', `The weekly backup could not be written: ${String(error)}`);
      this.record('backup', now.getTime(), `failed: ${String(error)}`);
    }
  }

  /**
   * Meta files that changed since they were last read here. `covered`: transcripts that were read with the
   * facts beside them since the roots were listed.
   */
  newMetaFiles(
    scanned: readonly ScannedRoot[],
    covered: ReadonlySet<string>,
  ): { root: Root; facts: AgentMetadata[] }[] {
    return scanned.map(({ root, metaFiles }) => {
      const agent = agentLog(root);
      const facts: AgentMetadata[] = [];
      for (const path of metaFiles) {
        if (covered.has(agent.transcriptOf(path))) continue;
        const mtimeMs = modifiedAt(path);
        if (mtimeMs === undefined || this.#metaSeen.get(path) === mtimeMs) continue;
        const fact = agent.readMeta(root, path);
        if (fact === undefined) continue;
        this.#metaSeen.set(path, mtimeMs);
        facts.push(ofRoot(root, fact));
      }
      return { root, facts };
    });
  }
}

/** When a file was changed last; undefined where that cannot be found out. */
function modifiedAt(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  } catch {
    return undefined;
  }
}
