import { setImmediate as nextTurn } from 'node:timers/promises';
import { usualProduct } from '../../model/records.ts';
import { usageKeys } from '../../model/tokens.ts';
import { type ClassCosts, costByClass } from '../../pricing/costByClass.ts';
import type { RateBook } from '../../pricing/priceBook.ts';
import { dollarRates } from '../../pricing/rateCard.ts';
import type { PanelMessage, PanelMiss, PanelRates } from '../../protocol/session.ts';
import {
  type CachedCost,
  missedCaches,
  type PricedMiss,
  unknownLifetimes,
} from '../../query/cacheMisses.ts';
import { compactionsOf } from '../../store/query/events.ts';
import {
  type MessageCost,
  messageCostPages,
  messagesPrint,
  priceRows,
  requestsOf,
} from '../../store/query/messageCosts.ts';
import type { SessionSummary, StoreReader } from '../../store/query/storeReader.ts';
import { oneLine } from '../text/names.ts';
import { RequestTimes } from './requestTimes.ts';

/** Messages this much older than a session's last are seldom changed any more. */
const settledMs = 2 * 60_000;

/** What a look at the store has found. */
export interface MessageChanges {
  readonly changed: readonly PanelMessage[];
  readonly removed: readonly string[];
}

/** A message as the page is told it, and what it is judged by. */
interface Known {
  /** Without its missed cache, and the same in one text. */
  readonly plain: PanelMessage;
  readonly text: string;
  readonly cost: CachedCost;
  readonly message: PanelMessage;
}

/**
 * The messages of one session, kept up to date by asking only for the latest. Whether older ones
 * have changed is told by their fingerprint; when they have, everything is asked again.
 */
export class SessionMessages {
  readonly #known = new Map<string, Known>();
  readonly #rates = new Map<string, PanelRates>();
  readonly #requests = new RequestTimes();
  #product = usualProduct;
  /** When each thread was compacted, as it was when its missed caches were last looked for. */
  #compactions: ReadonlyMap<string, readonly number[]> = new Map();
  /** Before this moment nothing has changed while the fingerprint is this one. */
  #settled = { at: 0, print: '' };

  /** All messages, in the order they became known. */
  get all(): PanelMessage[] {
    return [...this.#known.values()].map(({ message }) => message);
  }

  /** The response a key stands for: its id, which may have spaces in it, and its agent. */
  find(key: string): Pick<CachedCost, 'messageId' | 'agentId'> | undefined {
    return this.#known.get(key)?.cost;
  }

  /** The message with this id of the response, whatever its request. */
  withId(messageId: string): PanelMessage | undefined {
    for (const { cost, message } of this.#known.values()) {
      if (cost.messageId === messageId) return message;
    }
    return undefined;
  }

  /** Rates of the price rows in use. */
  get rates(): Readonly<Record<string, PanelRates>> {
    return Object.fromEntries(this.#rates);
  }

  /** Models whose caches are not judged: nobody knows how long they live. */
  get unknownLifetimes(): string[] {
    return unknownLifetimes(
      this.#product,
      [...this.#known.values()].map(({ cost }) => cost),
    );
  }

  /** When contexts were compacted, by agent. */
  get compactions(): ReadonlyMap<string, readonly number[]> {
    return this.#compactions;
  }

  /** Asks the store, giving back the thread between pages. `endedAt` is the session's last moment. */
  async update(
    reader: StoreReader,
    book: RateBook,
    { id, sid, root, endedAt }: Pick<SessionSummary, 'id' | 'sid' | 'root' | 'endedAt'>,
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
    const changed = new Set<string>();
    const threads = new Set<string>();
    const retimed = await this.#requests.update(reader.db, sid);
    await nextTurn();
    const seen = await this.#read(reader, book, id, since, changed, threads);
    if (retimed) this.#retime(changed);
    const removed: string[] = [];
    for (const [key, { message }] of this.#known) {
      if (message.at >= since && !seen.has(key)) removed.push(key);
    }
    for (const key of removed) {
      threads.add(this.#known.get(key)!.message.agentId);
      this.#known.delete(key);
    }
    this.#product = reader.productOf(root);
    await this.#judge(book, compactionsOf(reader.db, id), threads, changed);
    this.#settled = settled;
    return { changed: [...changed].map((key) => this.#known.get(key)!.message), removed };
  }

  async #read(
    reader: StoreReader,
    book: RateBook,
    session: number,
    since: number,
    changed: Set<string>,
    threads: Set<string>,
  ): Promise<Set<string>> {
    const seen = new Set<string>();
    for (const page of messageCostPages(reader.db, session, since)) {
      for (const cost of page) {
        const plain = this.#message(cost, book);
        const { key } = plain;
        seen.add(key);
        const text = JSON.stringify(plain);
        const known = this.#known.get(key);
        if (known?.text === text) continue;
        this.#known.set(key, { plain, text, cost: cachedCost(cost), message: plain });
        changed.add(key);
        threads.add(plain.agentId);
        if (known !== undefined) threads.add(known.plain.agentId);
      }
      await nextTurn();
    }
    return seen;
  }

  /** Telemetry may tell of a request long after its message was read. */
  #retime(changed: Set<string>): void {
    for (const [key, known] of this.#known) {
      const request = this.#requests.of(known.cost.requestId);
      if (JSON.stringify(request) === JSON.stringify(known.plain.request)) continue;
      const plain = { ...known.plain, request };
      const message = { ...known.message, request };
      this.#known.set(key, { ...known, plain, text: JSON.stringify(plain), message });
      changed.add(key);
    }
  }

  /** Looks for missed caches again in the threads where something is different. */
  async #judge(
    book: RateBook,
    compactions: ReadonlyMap<string, readonly number[]>,
    threads: Set<string>,
    changed: Set<string>,
  ): Promise<void> {
    for (const agentId of new Set([...compactions.keys(), ...this.#compactions.keys()])) {
      const [before, now] = [this.#compactions.get(agentId), compactions.get(agentId)];
      if (String(before) !== String(now)) threads.add(agentId);
    }
    this.#compactions = compactions;
    if (threads.size === 0) return;
    const byThread = Map.groupBy(this.#known, ([, { cost }]) => cost.agentId);
    await nextTurn();
    for (const agentId of threads) {
      const own = byThread.get(agentId) ?? [];
      const costs = own.map(([, { cost }]) => cost);
      const misses = missedCaches(book, this.#product, costs, compactions);
      for (const [key, known] of own) {
        const miss = panelMiss(misses.get(known.cost));
        if (sameMiss(miss, known.message.miss)) continue;
        this.#known.set(key, { ...known, message: { ...known.plain, miss } });
        changed.add(key);
      }
      await nextTurn();
    }
  }

  #message(cost: MessageCost, book: RateBook): PanelMessage {
    const parts = cost.parts.map((part) => {
      this.#rate(book, { ...cost, ...part, traits: { ...cost.traits, speed: '' } });
      const { kind, row, nano, usage } = part;
      return { kind, row, nano, usage, model: oneLine(part.model, 60) };
    });
    this.#rate(book, cost);
    return {
      key: cost.key,
      at: cost.at,
      agentId: cost.agentId,
      model: oneLine(cost.model, 60),
      requestedModel: oneLine(cost.requestedModel, 60),
      requests: requestsOf(cost),
      recovered: cost.recovered,
      // Rates of one row alone would not explain what two made.
      row: oneLine(priceRows(cost), 100),
      pricedBy: cost.pricedBy,
      nano: cost.nano,
      declined: cost.declined,
      atLeast: !cost.ended,
      usage: cost.usage,
      classes: classesOf(cost, book),
      parts,
      tools: cost.tools.map((tool) => oneLine(tool, 60)).slice(0, 40),
      miss: null,
      request: this.#requests.of(cost.requestId),
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

/** What is kept of a message to judge its cache by. */
function cachedCost({
  messageId,
  requestId,
  agentId,
  at,
  model,
  row,
  usage,
  provider,
}: MessageCost): CachedCost {
  return { messageId, requestId, agentId, at, model, row, usage, provider };
}

function panelMiss(miss: PricedMiss | undefined): PanelMiss | null {
  if (miss === undefined) return null;
  const { reason, tokens, gap, lifetime, nano } = miss;
  return { reason, tokens, gap, lifetime, nano };
}

function sameMiss(a: PanelMiss | null, b: PanelMiss | null): boolean {
  if (a === null || b === null) return a === b;
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The dollars of each count, where this program's prices are those the store was priced with. */
function classesOf(cost: MessageCost, book: RateBook): ClassCosts | null {
  if (cost.pricedBy !== 'catalogue') return null;
  const { nano, parts } = cost;
  const classes = costByClass(book, cost);
  if (classes === undefined) return null;
  const partNano = parts.reduce((sum, part) => sum + (part.kind === 'declined' ? 0 : part.nano), 0);
  const sum = usageKeys.reduce((total, key) => total + classes[key], partNano);
  return sum === nano ? classes : null;
}
