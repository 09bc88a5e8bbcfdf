import type { ModelTokens } from '../../model/records.ts';
import type { SqlDatabase, Statement } from '../../platform/sqlite/types.ts';
import type { MessageRow, StoredCostState } from '../schema/messageRow.ts';
import { saturated, sumSql } from '../schema/saturate.ts';
import { spentSql } from '../schema/spentSql.ts';
import { backgroundOf, type Explained, type Spent } from './background.ts';
import { type BackgroundItem, summed } from './backgroundItems.ts';
import { clientNano } from './clientNano.ts';
import { allotClientPrices, type DownsampledShare } from './clientPrices.ts';
import { type TotalStep, totalSteps, wholeTotal } from './clientTotals.ts';
import type { Messages } from './messageTable.ts';
import { ownsBefore } from './recordIndex.ts';
import type { Requests } from './requestTable.ts';
import { itemsInSum } from './rest/inSum.ts';
import { Rest } from './rest/rest.ts';
import type { ToldSums } from './rest/toldSumTable.ts';
import { type CountedTokens, unfinishedAnswers } from './rest/unfinishedAnswers.ts';
import type { SessionRow, Sessions } from './sessionTable.ts';
import type { StringTable } from './stringTable.ts';

/**
 * Outcome of reconciling a session with Claude Code's own total; values of `session.reconciled`.
 */
export const reconciliation = { noClientTotal: 0, reconciled: 1, impossible: 2 } as const;

/** What a session is reconciled by. */
export interface ReconciledTables {
  readonly sessions: Sessions;
  readonly messages: Messages;
  readonly strings: StringTable;
  readonly requests: Requests;
  readonly toldSums: ToldSums;
}

const moneyColumns = `m.at AS at, ${clientNano} AS nano`;

/** Of a message; `ended` is below 0 where it was summed up. */
interface TokenRow extends Spent, ModelTokens {
  readonly id: number;
  /** Number of the catalogue's id. */
  readonly model: number;
  readonly ended: number;
}

const tokenColumns = `m.at AS at, ${clientNano} AS nano, m.id AS id, m.model_id AS model,
  m.input AS input, m.output AS output, m.cache_read AS cacheRead, m.ended AS ended,
  m.write5m + m.write1h AS cacheWrite`;

/**
 * Reconciles a session's messages with Claude Code's own running totals. Background is two things: what
 * requests that telemetry told of cost beyond the messages (items, each at its own time), and what a
 * total exceeds messages and items before it by, at Claude Code's own prices, dated to that total. So
 * nothing of a total is counted that is told of by itself, and without telemetry all of it is the rest.
 * Of the rest some is named all the same, by what metrics tell in sum and by answers without an end; that
 * changes no amount.
 * A fork's total continues its parent's, so the parent's last total before the fork is subtracted first.
 * What each total goes on from is told by `totalSteps`.
 */
export class Reconciler {
  readonly #sessions: Sessions;
  readonly #messages: Messages;
  readonly #strings: StringTable;
  readonly #requests: Requests;
  readonly #toldSums: ToldSums;
  readonly #states: Statement;
  readonly #relatives: Statement;
  readonly #message: Statement;
  readonly #alone: Statement;
  readonly #spent: Statement;
  readonly #unended: Statement;
  readonly #withTokens: Statement;
  readonly #unpriced: Statement;
  readonly #downsampledShares: Statement;
  readonly #unconfirmed: Statement;
  readonly #known: Statement;
  readonly #clear: Statement;
  readonly #insert: Statement;
  readonly #knownItems: Statement;
  readonly #clearItems: Statement;
  readonly #insertItem: Statement;
  readonly #result: Statement;

  constructor(db: SqlDatabase, tables: ReconciledTables) {
    this.#sessions = tables.sessions;
    this.#requests = tables.requests;
    this.#toldSums = tables.toldSums;
    this.#messages = tables.messages;
    this.#strings = tables.strings;
    this.#states = db.prepare(
      `SELECT at, total, models, tokens, started FROM cost_state WHERE session = ?
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
      `SELECT at, ${clientNano} AS nano FROM message m WHERE session = ? AND counted = 1
       UNION ALL
       SELECT at, ${clientNano} FROM thinned m WHERE session = ? AND counted = 1 ORDER BY 1`,
    );
    this.#spent = db.prepare(
      `${spentSql('message', moneyColumns)} UNION ALL
       ${spentSql('thinned', moneyColumns)} ORDER BY 1`,
    );
    this.#unended = db.prepare(
      'SELECT 1 FROM message WHERE session = ? AND counted = 1 AND ended = 0 LIMIT 1',
    );
    this.#withTokens = db.prepare(
      `${spentSql('message', tokenColumns)} UNION ALL
       ${spentSql('thinned', 'm.at, 0, 0, 0, 0, 0, 0, -1, 0')} ORDER BY 1`,
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
    this.#knownItems = db.prepare(
      'SELECT at, kind, requests, nano FROM background_item WHERE session = ? ORDER BY at, kind',
    );
    this.#clearItems = db.prepare('DELETE FROM background_item WHERE session = ?');
    this.#insertItem = db.prepare('INSERT INTO background_item VALUES (?, ?, ?, ?, ?)');
    this.#result = db.prepare(
      `UPDATE session SET client_total = ?, client_at = ?, reconciled = ?, background = ?,
         unconfirmed = ? WHERE id = ?`,
    );
  }

  /** Whether a change of a session's messages at this time can matter here. */
  concerns(session: number): boolean {
    if (this.#states.get(session) !== undefined) return true;
    return this.#requests.concerns(this.#sessions.byNumber(session).sid);
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
    const hidden = this.#requests.hiddenOf(this.#sessions.byNumber(id));
    return allotClientPrices(this.#messages, this.#strings, unpriced, downsampled, steps, hidden);
  }

  /** Derives a session's background and unconfirmed spend again. */
  reconcile(id: number): void {
    const states = this.#states.all<StoredCostState>(id);
    const row = this.#sessions.byNumber(id);
    const items = this.#requests.itemsOf(row);
    const last = states[states.length - 1];
    const { found, unconfirmed, outcome, total, steps, parent } =
      last === undefined ? withoutTotal : this.#holdAgainst(states, last, row, items);
    const increments = summedByTime([...items, ...found]);
    const known = this.#knownItems.all<BackgroundItem>(id);
    const named = found.length === 0 ? [] : this.#named(row, { found, steps, parent, known });
    this.#store(id, increments);
    this.#storeItems(id, named.length === 0 ? items : summed([...items, ...named]), known);
    const background = saturated(increments.reduce((sum, { nano }) => sum + nano, 0));
    this.#result.run(total, last?.at ?? null, outcome, background, unconfirmed, id);
  }

  /** What can be said of background that no message and no request explains. */
  #named(
    row: SessionRow,
    {
      found,
      steps,
      parent,
      known,
    }: Pick<Outcome, 'found' | 'steps' | 'parent'> & {
      readonly known: readonly BackgroundItem[];
    },
  ): BackgroundItem[] {
    const rest = new Rest(found);
    const dated = ({ at }: StoredCostState): number => at || startOf(row);
    const before = known.filter(({ kind }) => kind === 'unfinished');
    const unfinished =
      before.length === 0 && this.#unended.get(row.id) === undefined
        ? []
        : unfinishedAnswers(steps, this.#countedIn(row, parent), before, {
            dated,
            modelId: (written) => this.#messages.modelId(written),
            rest,
          });
    const sums = this.#toldSums.ofSession(row.sid);
    if (sums.length === 0) return unfinished;
    const totals = steps.map(({ state }) => dated(state)).sort((a, b) => a - b);
    const told = this.#requests.inBackground(row);
    return [...unfinished, ...itemsInSum(sums, told, totals, rest)];
  }

  /** Holds messages and items against the client's totals. */
  #holdAgainst(
    states: readonly StoredCostState[],
    last: StoredCostState,
    row: SessionRow,
    items: readonly BackgroundItem[],
  ): Outcome {
    const { parent, base, possible } = this.#origin(row.id);
    const steps = totalSteps(states, base);
    const spent = possible ? explained(this.#spentIn(row, parent?.session), items) : [];
    const { found, covered } = possible
      ? backgroundOf(steps, spent, startOf(row))
      : { found: [], covered: 0 };
    const later = possible
      ? spent.slice(covered).filter(({ isItem }) => isItem)
      : items.filter(({ at }) => at > last.at);
    const messages = this.#unconfirmed.get<{ nano: number }>(row.id, last.at, row.id, last.at)!;
    return {
      found,
      steps,
      parent: parent?.session,
      total: wholeTotal(steps),
      outcome: possible ? reconciliation.reconciled : reconciliation.impossible,
      unconfirmed: saturated(later.reduce((sum, { nano }) => sum + nano, messages.nano)),
    };
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
    const own = apartFrom(row, parent);
    return row.related === 1
      ? this.#spent.all<Spent>(...own, ...own)
      : this.#alone.all<Spent>(row.id, row.id);
  }

  /** The same with tokens, and requests that no message stands for, earliest first. */
  #countedIn(row: SessionRow, parent: number | undefined): CountedTokens[] {
    const own = apartFrom(row, parent);
    const messages = this.#withTokens
      .all<TokenRow>(...own, ...own)
      .map((message): CountedTokens => {
        const { id, at, nano, model, ended, ...tokens } = message;
        return {
          at,
          nano,
          model: this.#strings.text(model),
          tokens: ended < 0 ? undefined : tokens,
          ...(ended === 0 && {
            more: (output: number) => this.#messages.moreOutput(this.#messages.byId(id)!, output),
          }),
        };
      });
    const hidden = this.#requests.hiddenOf(row).map(({ at, nano, model, tokens }) => ({
      at,
      nano,
      model: this.#messages.modelId(model),
      tokens,
    }));
    return [...messages, ...hidden].sort((a, b) => a.at - b.at);
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

  #storeItems(
    id: number,
    items: readonly BackgroundItem[],
    known: readonly BackgroundItem[],
  ): void {
    const same =
      known.length === items.length &&
      known.every((row, i) => {
        const { at, kind, requests, nano } = items[i]!;
        return row.at === at && row.kind === kind && row.requests === requests && row.nano === nano;
      });
    if (same) return;
    this.#clearItems.run(id);
    for (const { at, kind, requests, nano } of items) {
      this.#insertItem.run(id, at, kind, requests, nano);
    }
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

/** What a session came to beside the client's totals. */
interface Outcome {
  readonly found: readonly Spent[];
  readonly steps: readonly TotalStep[];
  /** The session it was forked from. */
  readonly parent: number | undefined;
  /** The client's last total in dollars; null where it has written none. */
  readonly total: number | null;
  readonly outcome: number;
  readonly unconfirmed: number;
}

const withoutTotal: Outcome = {
  found: [],
  steps: [],
  parent: undefined,
  total: null,
  outcome: reconciliation.noClientTotal,
  unconfirmed: 0,
};

/** What `spentSql` asks with: a session's own, and not what its parent has too. */
function apartFrom(row: SessionRow, parent: number | undefined): number[] {
  return [row.id, row.id, parent ?? 0];
}

/** Where what no record dates stands. */
function startOf(row: SessionRow): number {
  return row.first_at ?? 0;
}

/** Messages and items, earliest first; of one time messages come first. */
function explained(
  messages: readonly Spent[],
  items: readonly BackgroundItem[],
): (Explained & { readonly isItem: boolean })[] {
  const own = messages.map(({ at, nano }) => ({ at, nano, isItem: false }));
  if (items.length === 0) return own;
  const more = items.map(({ at, nano, kind }) => ({
    at,
    nano,
    isItem: true,
    // A difference is dated by its message.
    hidden: kind !== 'difference',
  }));
  return [...own, ...more].sort((a, b) => a.at - b.at || Number(a.isItem) - Number(b.isItem));
}

/** One amount for each time, earliest first. */
function summedByTime(amounts: readonly Spent[]): Spent[] {
  const byTime = new Map<number, number>();
  for (const { at, nano } of amounts) byTime.set(at, saturated((byTime.get(at) ?? 0) + nano));
  return [...byTime].map(([at, nano]) => ({ at, nano })).sort((a, b) => a.at - b.at);
}
