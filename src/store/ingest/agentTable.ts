import type { AgentMetadata, SpawnRecord } from '../../model/records.ts';
import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';

/** Cache limit, in agents. */
const cached = 20_000;

/** Agents of each session: their surrogate keys and metadata. */
export class Agents {
  readonly #find: Statement;
  readonly #insert: Statement;
  readonly #aid: Statement;
  readonly #setMetadata: Statement;
  readonly #spawn: Statement;
  #ids = new Map<string, number>();

  constructor(db: SqlDatabase) {
    this.#find = db.prepare('SELECT id FROM agent WHERE session = ? AND aid = ?');
    this.#insert = db.prepare('INSERT INTO agent (session, aid) VALUES (?, ?)');
    this.#aid = db.prepare('SELECT aid FROM agent WHERE id = ?');
    // Of two values the greater one stays: any order of reading gives the same row.
    this.#setMetadata = db.prepare(
      `UPDATE agent SET type = max(type, ?), tool_use = max(tool_use, ?), parent = max(parent, ?),
         worktree = max(worktree, ?), model = max(model, ?), depth = coalesce(max(depth, ?), depth, ?)
       WHERE id = ?`,
    );
    this.#spawn = db.prepare(
      'INSERT INTO spawn VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET type = max(type, excluded.type)',
    );
  }

  /** The number of an agent, inserted when it is new. */
  id(session: number, agentId: string): number {
    const key = `${session} ${agentId}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const found = this.#find.get<{ id: number }>(session, agentId)?.id;
    const id = Number(found ?? this.#insert.run(session, agentId).lastInsertRowid);
    if (this.#ids.size >= cached) this.#ids = new Map();
    this.#ids.set(key, id);
    return id;
  }

  /** The agent's own id, '' for the main thread. */
  agentId(id: number): string {
    return this.#aid.get<{ aid: string }>(id)?.aid ?? '';
  }

  addMetadata(session: number, metadata: AgentMetadata): void {
    const { type, toolUseId, parentAgentId, worktree, model, depth } = metadata;
    const id = this.id(session, metadata.agentId);
    this.#setMetadata.run(type, toolUseId, parentAgentId, worktree, model, depth, depth, id);
  }

  addSpawn(session: number, spawn: SpawnRecord): void {
    this.#spawn.run(session, spawn.toolUseId, spawn.type);
  }

  forget(): void {
    this.#ids = new Map();
  }
}
