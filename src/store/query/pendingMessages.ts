import type { PriceBook } from '../../model/price.ts';
import type { MessageLine } from '../../model/records.ts';
import { combineUsage, type Usage } from '../../model/tokens.ts';
import type { SqlDatabase } from '../../platform/sqlite/types.ts';
import { DownsampledMessages } from '../ingest/downsampledMessages.ts';
import { keyOf, keyText, type MergedMessage, merge, mergeLines } from '../ingest/merge.ts';
import { Messages } from '../ingest/messageTable.ts';
import { priceLine } from '../ingest/priceMessage.ts';
import { formResponses, type Variant } from '../ingest/responses.ts';
import { Rollup } from '../ingest/rollups.ts';
import { StringTable } from '../ingest/stringTable.ts';
import { Variants } from '../ingest/variantTable.ts';
import {
  identity,
  isBilled,
  isLower,
  type MessageRow,
  partsOf,
  pricing,
  usageOf,
} from '../schema/messageRow.ts';
import { noSums, type SpendSums, takenAway } from '../schema/sums.ts';

/** What lines that are not stored yet change about a session's spend: sums may be below 0. */
export interface PendingSpend extends SpendSums {
  /** UTC milliseconds. */
  readonly at: number;
  readonly sid: string;
  /** '' in the main thread. */
  readonly agentId: string;
  /** '' outside the main thread. */
  readonly promptId: string;
  readonly branch: string;
  /** As written in the transcript. */
  readonly model: string;
}

/**
 * What the store's sums lack of lines that it may or may not have read: what is known already changes
 * nothing, a record that replaces another counts its difference, and nothing is counted twice. Added to
 * the sums of the store these are the sums it will have when it has read the lines; background and what
 * is priced by the client's totals come only then. Nothing is written. Without a store (undefined) all
 * lines are new.
 */
export function pendingSpend(
  db: SqlDatabase | undefined,
  lines: readonly MessageLine[],
  book: Pick<PriceBook, 'price' | 'listPrice'>,
): PendingSpend[] {
  if (lines.length === 0) return [];
  const stored = db === undefined ? undefined : new StoredResponses(db, book);
  return mergeLines(lines).flatMap(({ messageId, variants }) => {
    const known = stored?.withMessageId(messageId);
    // Summed up months ago: its amount stays, whatever copies of it say.
    if (known === 'downsampled') return [];
    const only = variants[0];
    // Nearly every message: nothing is known of it, and there is one of it.
    if (known === undefined && variants.length === 1)
      return [spendOf(only!, undefined, book.price)];
    return changes(variants, known ?? { variants: [], counted: [] }, book);
  });
}

/** Responses of one message id as the store has them. */
interface Known {
  readonly variants: readonly Variant[];
  /** What of them is in the sums, with the key of the response. */
  readonly counted: readonly (PendingSpend & { readonly key: string })[];
}

function changes(
  incoming: readonly MergedMessage[],
  known: Known,
  { price }: Pick<PriceBook, 'price'>,
): PendingSpend[] {
  const byKey = new Map(known.variants.map((variant) => [keyText(variant), variant]));
  let changed = false;
  for (const state of incoming) {
    const key = keyOf(state);
    const before = byKey.get(keyText(key));
    const merged = before === undefined ? state : merge(before.state, state);
    if (before === undefined || saysMore(before.state, merged)) changed = true;
    byKey.set(keyText(key), { ...key, legacy: false, state: merged });
  }
  if (!changed) return [];
  const responses = formResponses([...byKey.values()]).filter(({ replay }) => !replay);
  const after = responses.map(({ rid, side, state }) => {
    const owner = known.counted.find(({ key }) => key === keyText({ rid, side }));
    return spendOf(state, owner ?? known.counted[0], price);
  });
  return [...known.counted.map(({ key: _, ...spend }) => takenAway(spend)), ...after];
}

/** Whether a message counts otherwise than before. */
function saysMore(before: MergedMessage, after: MergedMessage): boolean {
  return (
    after.kept !== before.kept || after.ended !== before.ended || after.inMain !== before.inMain
  );
}

/** A response in sums. Whoever owns it in the store goes on owning it. */
function spendOf(
  { kept, ended, occurrences, requester }: MergedMessage,
  owner: PendingSpend | undefined,
  price: PriceBook['price'],
): PendingSpend {
  const cost = priceLine(kept, price);
  const billed = cost.parts.filter(isBilled);
  const [first] = occurrences.keys();
  const sid = owner?.sid ?? (occurrences.has(requester) ? requester : first!);
  const agentId = occurrences.get(sid)?.agentId ?? owner?.agentId ?? '';
  return {
    at: kept.at,
    sid,
    agentId,
    promptId: kept.sidechain ? '' : kept.promptId,
    branch: kept.branch,
    model: kept.model,
    ...noSums(),
    ...withParts(kept.usage, billed),
    messages: 1,
    lower: Number(!ended || kept.incomplete),
    unpriced: Number(!cost.priced),
    nano: cost.nano,
  };
}

function withParts(usage: Usage, parts: readonly { readonly usage: Usage }[]): Usage {
  return parts.reduce((sum, part) => combineUsage(sum, part.usage, 1), usage);
}

/** Reads responses with all that merging needs to know of them. */
class StoredResponses {
  readonly #messages: Messages;
  readonly #variants: Variants;
  readonly #strings: StringTable;
  readonly #owner: ReturnType<SqlDatabase['prepare']>;
  readonly #downsampled: DownsampledMessages;

  constructor(db: SqlDatabase, book: Pick<PriceBook, 'price' | 'listPrice'>) {
    this.#strings = new StringTable(db);
    this.#messages = new Messages(db, this.#strings, new Rollup(db), book);
    this.#variants = new Variants(db);
    this.#owner = db.prepare(
      'SELECT s.sid AS sid, a.aid AS agentId FROM session s, agent a WHERE s.id = ? AND a.id = ?',
    );
    this.#downsampled = new DownsampledMessages(db);
  }

  withMessageId(mid: string): Known | 'downsampled' | undefined {
    const rows = this.#messages.withMessageId(mid);
    if (rows.length === 0) {
      return this.#downsampled.withMessageId(mid).length === 0 ? undefined : 'downsampled';
    }
    const owned = rows.map((row) => ({ row, owner: this.#ownerOf(row) }));
    const variants = rows.some((row) => row.identity === identity.several)
      ? this.#variants.withMessageId(mid)
      : owned.map(({ row, owner }) => this.#variantOf(row, owner));
    const counted = owned
      .filter(({ row }) => row.counted === 1)
      .map(({ row, owner }) => ({ ...this.#spendOf(row, owner), key: keyText(row) }));
    return { variants, counted };
  }

  #ownerOf({ session, agent }: MessageRow): { sid: string; agentId: string } {
    const found = this.#owner.get<{ sid: string; agentId: string }>(session, agent);
    return found ?? { sid: '', agentId: '' };
  }

  #variantOf(row: MessageRow, { sid, agentId }: { sid: string; agentId: string }): Variant {
    const state = this.#messages.merged(row, sid, agentId);
    return { ...keyOf(state), legacy: false, state };
  }

  #spendOf(row: MessageRow, { sid, agentId }: { sid: string; agentId: string }): PendingSpend {
    return {
      at: row.at,
      sid,
      agentId,
      promptId: row.sidechain === 1 ? '' : this.#strings.text(row.prompt),
      branch: this.#strings.text(row.branch),
      model: this.#strings.text(row.model),
      ...noSums(),
      ...withParts(usageOf(row), partsOf(row).filter(isBilled)),
      messages: 1,
      lower: Number(isLower(row)),
      unpriced: Number(row.priced === pricing.unpriced),
      client: Number(row.priced === pricing.client),
      nano: row.nano,
    };
  }
}
