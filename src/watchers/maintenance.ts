import type { Root } from '../agents/agentLog.ts';
import { agentLog } from '../agents/registry.ts';
import type { AgentMetadata } from '../model/records.ts';
import { gitRootOf } from '../platform/gitRoot.ts';
import { backUp, backupEveryMs, lastBackupAt } from '../store/connection/backups.ts';
import { findDamage } from '../store/connection/openStore.ts';
import type { SqlDatabase, Statement } from '../store/driver/types.ts';
import type { Writer } from '../store/writer.ts';
import { whileBusy } from './retryBusy.ts';
import type { ScannedRoot } from './scanRoots.ts';

/** How long a repository that was found, or not found, is taken to be so. */
const projectFreshMs = 3_600_000;

/** The writer's background jobs. Each notes its last run and result for `doctor`. */
export class Maintenance {
  readonly #db: SqlDatabase;
  readonly #file: string;
  readonly #writer: Writer;
  readonly #log: (level: 'info' | 'warn' | 'error', text: string) => void;
  readonly #record: Statement;
  readonly #metaValue: Statement;
  readonly #staleProjects: Statement;
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
   * Checks a store whose last writer did not close it, and marks it as open. The damage when there is
   * some: nothing was written then, and the store is to be set aside.
   */
  async damageAfterUncleanEnd(): Promise<string | undefined> {
    if (this.meta('clean') === '0') {
      const started = Date.now();
      const damage = findDamage(this.#db);
      if (damage !== undefined) return damage;
      this.record('check', started, 'no damage after an unclean end');
    }
    await whileBusy(() => this.#writer.setMeta('clean', '0'));
    return undefined;
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
  async resolveProjects(): Promise<void> {
    const now = Date.now();
    const stale = this.#staleProjects.all<{ cwd: string }>(now - projectFreshMs);
    if (stale.length === 0) return;
    const roots = new Map(stale.map(({ cwd }) => [cwd, gitRootOf(cwd)]));
    await whileBusy(() => this.#writer.setProjects(roots, now));
  }

  async backUpIfDue(): Promise<void> {
    const now = new Date();
    // A store not a week old can be built again from its transcripts.
    const last =
      lastBackupAt(this.#file, now.getTime()) || Number(this.meta('createdAt') ?? now.getTime());
    if (this.#file === ':memory:' || now.getTime() - last < backupEveryMs) return;
    try {
      const path = await whileBusy(() => backUp(this.#db, this.#file, now));
      this.record('backup', now.getTime(), path);
    } catch (error) {
      this.#log('warn', `The weekly backup could not be written: ${String(error)}`);
      this.record('backup', now.getTime(), `failed: ${String(error)}`);
    }
  }

  /** Meta files that changed since they were last read. */
  newMetaFiles(scanned: readonly ScannedRoot[]): { root: Root; facts: AgentMetadata[] }[] {
    return scanned.map(({ root, metaFiles }) => {
      const facts: AgentMetadata[] = [];
      for (const { path, mtimeMs } of metaFiles) {
        if (this.#metaSeen.get(path) === mtimeMs) continue;
        const fact = agentLog(root).readMeta(root, path);
        if (fact === undefined) continue;
        this.#metaSeen.set(path, mtimeMs);
        facts.push(fact);
      }
      return { root, facts };
    });
  }
}
