import { setImmediate as nextTurn } from 'node:timers/promises';
import { usageKeys } from '../model/tokens.ts';
import { type ClassCosts, costByClass } from '../pricing/costByClass.ts';
import type { RateBook } from '../pricing/priceBook.ts';
import { dollarRates } from '../pricing/rateCard.ts';
import type { PanelMessage, PanelRates } from '../protocol/session.ts';
import { type MessageCost, messageCostPages, messagesPrint } from '../store/messageCosts.ts';
import type { StoreReader } from '../store/reader.ts';
import { oneLine } from './sessionOrder.ts';

/** Messages this much older than a session's last are seldom changed any more. */
const settledMs = 2 * 60_000;

/** What a look at the store has found. */
export interface MessageChanges {
  readonly changed: readonly PanelMessage[];
  readonly removed: readonly string[];
}

/**
 * The messages of one session, kept up to date by asking only for the latest. Whether older ones
 * have changed is told by their fingerprint; when they have, everything is asked again.
 */
export class SessionMessages {
  readonly #known = new Map<string, { readonly message: PanelMessage; readonly text: string }>();
  readonly #rates = new Map<string, PanelRates>();
  /** Before this moment nothing has changed while the fingerprint is this one. */
  #settled = { at: 0, print: '' };

  /** All messages, in the order they became known. */
  get all(): PanelMessage[] {
    return [...this.#known.values()].map(({ message }) => message);
  }

  find(key: string): PanelMessage | undefined {
    return this.#known.get(key)?.message;
  }

  /** Rates of the price rows in use. */
  get rates(): Readonly<Record<string, PanelRates>> {
    return Object.fromEntries(this.#rates);
  }

  /** Asks the store, giving back the thread between pages. `endedAt` is the session's last moment. */
  async update(
    reader: StoreReader,
    book: RateBook,
    { id, endedAt }: { readonly id: number; readonly endedAt: number },
  ): Promise<MessageChanges> {
    const { at, print } = this.#settled;
    const same = messagesPrint(reader.db, id, at) === print;
    const since = same ? at : 0;
    const next = Math.max(0, endedAt - settledMs);
    // Taken before the messages are read: what is stored meanwhile is noticed the next time.
    const settled =
      same && next - at < settledMs
        ? this.#settled
        : { at: next, print: messagesPrint(reader.db, id, next) };
    const changed: PanelMessage[] = [];
    const seen = await this.#read(reader, book, id, since, changed);
    const removed: string[] = [];
    for (const [key, { message }] of this.#known) {
      if (message.at >= since && !seen.has(key)) removed.push(key);
    }
    for (const key of removed) this.#known.delete(key);
    this.#settled = settled;
    return { changed, removed };
  }

  async #read(
    reader: StoreReader,
    book: RateBook,
    session: number,
    since: number,
    changed: PanelMessage[],
  ): Promise<Set<string>> {
    const seen = new Set<string>();
    for (const page of messageCostPages(reader.db, session, since)) {
      for (const cost of page) {
        const message = this.#message(cost, book);
        seen.add(message.key);
        const text = JSON.stringify(message);
        if (this.#known.get(message.key)?.text === text) continue;
        this.#known.set(message.key, { message, text });
        changed.push(message);
      }
      await nextTurn();
    }
    return seen;
  }

  #message(cost: MessageCost, book: RateBook): PanelMessage {
    const parts = cost.parts.map((part) => {
      this.#rate(book, { ...cost, ...part, traits: { ...cost.traits, speed: '' } });
      const { kind, row, nano, usage } = part;
      return { kind, row, nano, usage, model: oneLine(part.model, 60) };
    });
    this.#rate(book, cost);
    return {
      key: `${cost.messageId} ${cost.requestId}`,
      at: cost.at,
      agentId: cost.agentId,
      model: oneLine(cost.model, 60),
      row: oneLine(cost.row, 100),
      pricedBy: cost.pricedBy,
      nano: cost.nano,
      declined: cost.declined,
      atLeast: !cost.ended,
      usage: cost.usage,
      classes: classesOf(cost, book),
      parts,
      tools: cost.tools.map((tool) => oneLine(tool, 60)).slice(0, 40),
    };
  }

  /** Remembers the rates behind a price row when it is first seen. */
  #rate(
    book: RateBook,
    priced: Pick<MessageCost, 'row' | 'usage' | 'written' | 'traits' | 'at'>,
  ): void {
    if (priced.row === '' || this.#rates.has(priced.row)) return;
    const card = book.cardOf(priced.usage, priced.written, priced.traits, priced.at);
    if (card?.row === priced.row) this.#rates.set(priced.row, dollarRates(card));
  }
}

/** The dollars of each count, where this program's prices are those the store was priced with. */
function classesOf(cost: MessageCost, book: RateBook): ClassCosts | null {
  if (cost.pricedBy !== 'catalogue') return null;
  const { usage, written, traits, at, nano, parts } = cost;
  const classes = costByClass(book, usage, written, traits, at);
  if (classes === undefined) return null;
  const partNano = parts.reduce((sum, part) => sum + (part.kind === 'declined' ? 0 : part.nano), 0);
  const sum = usageKeys.reduce((total, key) => total + classes[key], partNano);
  return sum === nano ? classes : null;
}
