import { bareSession, hostOf, type ToldBackground } from '../../../model/records.ts';
import type { SqlDatabase, Statement } from '../../../platform/sqlite/types.ts';
import { saturated } from '../../schema/saturate.ts';

/** What stands beside messages and is counted, by session. */
const counted = ['cost_state', 'event', 'pull_request', 'told_background'];

/**
 * Sessions of other hosts. A session that is read of two hosts (a folder mounted on both, a home they share,
 * a folder and what its host sent) has a row for each. Its messages are kept by the first host that has them;
 * events, totals and background, which nothing tells one by one, by the first host that has the session.
 */
export class HostSessions {
  readonly #any: Statement;
  readonly #twins: Statement;
  readonly #drop: readonly Statement[];
  readonly #forget: Statement;
  readonly #told: Statement;
  readonly #tell: Statement;
  readonly #clear: Statement;
  readonly #insert: Statement;
  readonly #sum: Statement;
  /** Whether the store has any; most have none, and then there is nothing to be looked up. */
  #areThere: boolean | undefined;

  constructor(db: SqlDatabase) {
    this.#any = db.prepare('SELECT 1 FROM session WHERE host <> 0 LIMIT 1');
    // Their keys are the id, and the id with the name of a host behind "@".
    this.#twins = db.prepare(
      `SELECT id, sid FROM session WHERE sid = ? OR (sid >= ? || '@' AND sid < ? || 'A')`,
    );
    this.#drop = [...counted, 'background', 'background_item'].map((table) =>
      db.prepare(`DELETE FROM ${table} WHERE session = ?`),
    );
    this.#forget = db.prepare(
      `UPDATE session SET client_total = NULL, client_at = NULL, reconciled = 0, background = 0,
         unconfirmed = 0 WHERE id = ?`,
    );
    this.#told = db.prepare('SELECT last_at, amounts, nano FROM told_background WHERE session = ?');
    this.#tell = db.prepare('INSERT OR REPLACE INTO told_background VALUES (?, ?, ?, ?)');
    this.#clear = db.prepare('DELETE FROM background WHERE session = ?');
    this.#insert = db.prepare('INSERT INTO background VALUES (?, ?, ?)');
    this.#sum = db.prepare('UPDATE session SET background = ? WHERE id = ?');
  }

  /**
   * Takes from sessions what another host's row of the same session has already. `touched`: keys of sessions
   * that are new, or of other hosts. Returns the numbers of those that lost it.
   */
  settle(touched: readonly string[]): number[] {
    const lost: number[] = [];
    const keys = [...touched];
    if (keys.length === 0) return lost;
    this.#areThere ??= this.#any.get() !== undefined;
    this.#areThere ||= keys.some((key) => hostOf(key) !== '');
    if (!this.#areThere) return lost;
    for (const id of new Set(keys.map(bareSession))) {
      const twins = this.#twins
        .all<{ id: number; sid: string }>(id, id, id)
        .filter(({ sid }) => bareSession(sid) === id)
        .sort((a, b) => (hostOf(a.sid) < hostOf(b.sid) ? -1 : 1));
      for (const { id: number } of twins.slice(1)) {
        for (const drop of this.#drop) drop.run(number);
        this.#forget.run(number);
        lost.push(number);
      }
    }
    return lost;
  }

  /**
   * Stores what a host said of a session's background. Of two accounts the one of the later state holds, of one state the larger:
   * a join, so that their order makes no difference.
   */
  tell(session: number, { lastAt, amounts }: ToldBackground): void {
    const nano = saturated(amounts.reduce((sum, [, each]) => sum + each, 0));
    const text = JSON.stringify(amounts);
    const known = this.#told.get<{ last_at: number; amounts: string; nano: number }>(session);
    if (known !== undefined) {
      const later = lastAt - known.last_at || nano - known.nano || (text > known.amounts ? 1 : 0);
      if (later <= 0) return;
    }
    this.#tell.run(session, lastAt, text, nano);
  }

  /** Makes what was told the background of a session whose totals are not known here. */
  apply(session: number): void {
    const told = this.#told.get<{ amounts: string; nano: number }>(session);
    if (told === undefined) return;
    this.#clear.run(session);
    const amounts = JSON.parse(told.amounts) as (readonly [number, number])[];
    for (const [at, nano] of amounts) this.#insert.run(session, at, nano);
    this.#sum.run(told.nano, session);
  }

  /** Drops what is remembered, after a rollback. */
  forget(): void {
    this.#areThere = undefined;
  }
}
