import type { SqlDatabase, Statement } from '../driver/types.ts';
import type { MessageRow, StoredCostState } from '../schema/messageRow.ts';
import { sumSql } from '../schema/saturate.ts';
import { backgroundOf, type Spent } from './background.ts';
import { allotClientPrices, type DownsampledShare } from './clientPrices.ts';
import { totalSteps, wholeTotal } from './clientTotals.ts';
import type { Messages } from './messageTable.ts';
import { ownsBefore } from './recordIndex.ts';
import type { SessionRow, Sessions } from './sessionTable.ts';
import type { StringTable } from './stringTable.ts';

/**
 * Outcome of reconciling a session with Claude Code's own total; values of `session.reconciled`.
 */
export const reconciliation = { noClientTotal: 0, reconciled: 1, impossible: 2 } as const;

/**
 * Reconciles a session's messages with Claude Code's own running totals. What a total exceeds the
 * messages before it by, at Claude Code's own prices, is background, dated to that total. A fork's
 * total continues its parent's, so the parent's last total before the fork is subtracted first.
 * What each total goes on from is told by `totalSteps`.
 */
export class Reconciler {
  readonly #sessions: Sessions;
  readonly #messages: Messages;
  readonly #strings: StringTable;
  readonly #states: Statement;
  readonly #relatives: Statement;
  readonly #message: Statement;
  readonly #alone: Statement;
  readonly #spent: Statement;
  readonly #unpriced: Statement;
  readonly #downsampledShares: Statement;
  readonly #unconfirmed: Statement;
  readonly #known: Statement;
  readonly #clear: Statement;
  readonly #insert: Statement;
  readonly #result: Statement;

  constructor(db: SqlDatabase, sessions: Sessions, messages: Messages, strings: StringTable) {
    this.#sessions = sessions;
    this.#messages = messages;
    this.#strings = strings;
    this.#states = db.prepare(
      `SELECT at, total, models, started FROM cost_state WHERE session = ?
       ORDER BY at, offset, file`,
    );
    this.#relatives = db.prepare(
      `SELECT o.session AS session, max(t.at) AS at FROM shared_trace t
       JOIN shared_trace o ON o.uuid = t.uuid AND o.session <> t.session
       WHERE t.session = ? GROUP BY o.session`,
    );
    this.#message = db.prepare(
      `SELECT 1 FROM place p JOIN place q ON q.message = p.message
       WHERE p.session = ? AND q.session = ?
       UNION ALL
       SELECT 1 FROM thinned_place p JOIN thinned_place q ON q.thinned = p.thinned
       WHERE p.session = ? AND q.session = ? LIMIT 1`,
    );
    this.#alone = db.prepare(
      `SELECT at, ${listNano} AS nano FROM message m WHERE session = ? AND counted = 1
       UNION ALL
       SELECT at, ${listNano} FROM thinned m WHERE session = ? AND counted = 1 ORDER BY 1`,
    );
    this.#spent = db.prepare(
      `${spentSql('message', 'place', 'message')} UNION ALL
       ${spentSql('thinned', 'thinned_place', 'thinned')} ORDER BY 1`,
    );
    this.#unpriced = db.prepare(
      `SELECT * FROM message WHERE session = ? AND counted = 1 AND listed = 0 AND parts IS NULL
       ORDER BY at, mid, rid, side`,
    );
    this.#downsampledShares = db.prepare(
      `SELECT at, model, weight FROM thinned WHERE session = ? AND counted = 1 AND model <> 0
       ORDER BY at, id`,
    );
    const after = 'session = ? AND counted = 1 AND at > ?';
    this.#unconfirmed = db.prepare(
      `SELECT ${sumSql('nano')} AS nano FROM (SELECT nano FROM message WHERE ${after}
         UNION ALL SELECT nano FROM thinned WHERE ${after})`,
    );
    this.#known = db.prepare('SELECT at, nano FROM background WHERE session = ? ORDER BY at');
    this.#clear = db.prepare('DELETE FROM background WHERE session = ?');
    this.#insert = db.prepare('INSERT INTO background VALUES (?, ?, ?)');
    this.#result = db.prepare(
      `UPDATE session SET client_total = ?, client_at = ?, reconciled = ?, background = ?,
         unconfirmed = ? WHERE id = ?`,
    );
  }

  /** Whether a change of a session's messages at this time can matter here. */
  concerns(session: number): boolean {
    return this.#states.get(session) !== undefined;
  }

  /**
   * Prices the session's messages of unknown models from its totals; true when one changed. Done for
   * every session before any is reconciled: forks hold what another session owns and prices.
   */
  allot(id: number): boolean {
    const unpriced = this.#unpriced.all<MessageRow>(id);
    if (unpriced.length === 0) return false;
    const states = this.#states.all<StoredCostState>(id);
    const { base, possible } = this.#origin(id);
    const downsampled = this.#downsampledShares.all<DownsampledShare>(id);
    const steps = possible ? totalSteps(states, base) : [];
    return allotClientPrices(this.#messages, this.#strings, unpriced, downsampled, steps);
  }

  /** Derives a session's background and unconfirmed spend again. */
  reconcile(id: number): void {
    const states = this.#states.all<StoredCostState>(id);
    const last = states[states.length - 1];
    if (last === undefined) return;
    const row = this.#sessions.byNumber(id);
    const { parent, base, possible } = this.#origin(id);
    const steps = totalSteps(states, base);
    const increments = possible
      ? backgroundOf(steps, this.#spentIn(row, parent?.session), row.first_at ?? 0)
      : [];
    this.#store(id, increments);
    const background = increments.reduce((sum, { nano }) => sum + nano, 0);
    const unconfirmed = this.#unconfirmed.get<{ nano: number }>(id, last.at, id, last.at)!.nano;
    const outcome = possible ? reconciliation.reconciled : reconciliation.impossible;
    this.#result.run(wholeTotal(steps), last.at, outcome, background, unconfirmed, id);
  }

  /** Where a session was forked from, if it was, and the parent's total its own goes on from. */
  #origin(id: number): {
    parent: { session: number; at: number } | undefined;
    base: StoredCostState | undefined;
    possible: boolean;
  } {
    const row = this.#sessions.byNumber(id);
    const parent = row.related === 1 ? this.#parentOf(row) : undefined;
    const base = parent === undefined ? undefined : this.#totalBefore(parent);
    return { parent, base, possible: parent === undefined || base !== undefined };
  }

  /** Everything that occurs in the session, owned or not, except what its parent has too. */
  #spentIn(row: SessionRow, parent: number | undefined): Spent[] {
    const own = [row.id, row.id, parent ?? 0];
    return row.related === 1
      ? this.#spent.all<Spent>(...own, ...own)
      : this.#alone.all<Spent>(row.id, row.id);
  }

  #store(id: number, increments: readonly Spent[]): void {
    const known = this.#known.all<Spent>(id);
    const same =
      known.length === increments.length &&
      known.every((row, i) => row.at === increments[i]!.at && row.nano === increments[i]!.nano);
    if (same) return;
    this.#clear.run(id);
    for (const { at, nano } of increments) this.#insert.run(id, at, nano);
  }

  /** The session this one was forked from, and the time of the last record both have. */
  #parentOf(row: SessionRow): { session: number; at: number } | undefined {
    let best: { session: number; at: number } | undefined;
    for (const relative of this.#relatives.all<{ session: number; at: number }>(row.id)) {
      const other = this.#sessions.byNumber(relative.session);
      if (!ownsBefore(other, row)) continue;
      // Prompts alone cost nothing: who shares no message was forked from before there was a total.
      if (!this.#shareMessage(row.id, relative.session)) continue;
      const nearer =
        best === undefined ||
        relative.at > best.at ||
        (relative.at === best.at && ownsBefore(other, this.#sessions.byNumber(best.session)));
      if (nearer) best = relative;
    }
    return best;
  }

  #shareMessage(a: number, b: number): boolean {
    return this.#message.get(a, b, a, b) !== undefined;
  }

  #totalBefore(parent: { session: number; at: number }): StoredCostState | undefined {
    const states = this.#states.all<StoredCostState>(parent.session);
    return states.filter((state) => state.at <= parent.at).at(-1);
  }
}

/** What a message or tombstone `m` cost at Claude Code's own prices. */
const listNano = 'coalesce(m.list_nano, m.nano)';

/**
 * What stands in one session (asked for twice) and not in another: messages, or what was
 * downsampled.
 */
function spentSql(table: string, occurrences: string, key: string): string {
  return `SELECT m.at AS at, ${listNano} AS nano FROM ${table} m WHERE m.counted = 1 AND m.session = ?
      AND NOT EXISTS (SELECT 1 FROM ${occurrences} p WHERE p.${key} = m.id)
    UNION ALL
    SELECT m.at, ${listNano} FROM ${occurrences} p JOIN ${table} m ON m.id = p.${key}
    WHERE p.session = ? AND m.counted = 1
      AND NOT EXISTS (SELECT 1 FROM ${occurrences} q WHERE q.${key} = m.id AND q.session = ?)`;
}
