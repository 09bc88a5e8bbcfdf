import type { PriceFunction } from '../../model/price.ts';
import type { Attribution, MessageLine, UsagePart } from '../../model/records.ts';
import type { SqlDatabase, SqlValue, Statement } from '../driver/types.ts';
import {
  type MessageRow,
  messageColumns,
  partsOf,
  pricing,
  traitsOf,
  usageOf,
} from '../schema/messageRow.ts';
import { Facets } from './facetTable.ts';
import type { MergedMessage, Standing } from './merge.ts';
import { priceLine } from './priceMessage.ts';
import type { Rollup } from './rollups.ts';
import type { Words } from './stringTable.ts';

/** Who a message belongs to. */
export interface Owner {
  readonly session: number;
  readonly agent: number;
  readonly standing: number;
}

/** The message table and its share of the roll-ups: every change goes through here. */
export class Messages {
  readonly #words: Words;
  readonly #rollup: Rollup;
  readonly #facets: Facets;
  readonly #price: PriceFunction;
  readonly #byMid: Statement;
  readonly #byId: Statement;
  readonly #insert: Statement;
  readonly #update: Statement;

  constructor(db: SqlDatabase, words: Words, rollup: Rollup, price: PriceFunction) {
    this.#words = words;
    this.#rollup = rollup;
    this.#facets = new Facets(db);
    this.#price = price;
    this.#byMid = db.prepare('SELECT * FROM message WHERE mid = ?');
    this.#byId = db.prepare('SELECT * FROM message WHERE id = ?');
    const marks = messageColumns.map(() => '?').join(', ');
    this.#insert = db.prepare(
      `INSERT INTO message (${messageColumns.join(', ')}) VALUES (${marks})`,
    );
    const sets = messageColumns.map((name) => `${name} = ?`).join(', ');
    this.#update = db.prepare(`UPDATE message SET ${sets} WHERE id = ?`);
  }

  /** Every identity that has this message id. */
  withMessageId(mid: string): MessageRow[] {
    return this.#byMid.all<MessageRow>(mid);
  }

  byId(id: number): MessageRow | undefined {
    return this.#byId.get<MessageRow>(id);
  }

  /** A new message. */
  insert(merged: MergedMessage, owner: Owner, counted: boolean): MessageRow {
    const row = { id: 0, ...this.#fields(merged), ...owner, counted: Number(counted) };
    this.#setPrice(row, merged.kept);
    row.id = Number(this.#insert.run(...values(row)).lastInsertRowid);
    this.contribute(1, row);
    return row;
  }

  /** Replaces a message's record, owner or standing among replays, where something changes. */
  update(before: MessageRow, changes: Partial<MessageRow>, kept?: MessageLine): MessageRow {
    const after: MessageRow = { ...before, ...changes };
    if (kept !== undefined) this.#setPrice(after, kept);
    const moved = after.session !== before.session || after.counted === 0;
    if (moved && after.priced === pricing.client) {
      // The price was a share of its session's total; its new session shares out its own.
      after.priced = pricing.unpriced;
      after.nano = 0;
    }
    if (messageColumns.every((name) => before[name] === after[name])) return before;
    this.contribute(-1, before);
    this.#update.run(...values(after), after.id);
    this.contribute(1, after);
    return after;
  }

  /** The columns a merged message decides by itself. */
  #fields(merged: MergedMessage): Omit<MessageRow, 'id' | keyof Owner | 'counted'> {
    const line = merged.kept;
    const words = this.#words;
    return {
      mid: line.messageId,
      rid: line.requestId,
      at: line.at,
      ended: Number(merged.ended),
      in_main: Number(merged.inMain),
      progress: Number(line.progress),
      sidechain: Number(line.sidechain),
      model: words.id(line.model),
      traits: words.id(traitsText(line)),
      input: line.usage.input,
      output: line.usage.output,
      write5m: line.usage.cacheWrite5m,
      write1h: line.usage.cacheWrite1h,
      cache_read: line.usage.cacheRead,
      searches: line.usage.webSearches,
      parts: null,
      stop: words.id(line.stopReason),
      cache_split: Number(line.cacheSplit),
      tools: words.id(merged.tools.length === 0 ? '' : JSON.stringify(merged.tools)),
      prompt: words.id(line.promptId),
      branch: words.id(line.branch),
      cwd: words.id(line.cwd),
      version: words.id(line.version),
      entrypoint: words.id(line.entrypoint),
      effort: words.id(line.effort),
      attribution: words.id(attributionText(line.attribution)),
      duration: line.durationMs,
      error: words.id(line.error),
      model_id: 0,
      price_row: 0,
      priced: 0,
      nano: 0,
      declined: 0,
    };
  }

  /** Columns of a merged message that replace those of a known one. */
  fieldsOf(merged: MergedMessage): Partial<MessageRow> {
    return this.#fields(merged);
  }

  #setPrice(row: MessageRow, line: MessageLine): void {
    const cost = priceLine(line, this.#price);
    row.model_id = this.#words.id(cost.model);
    row.price_row = this.#words.id(cost.row);
    row.priced = cost.priced ? pricing.row : pricing.unpriced;
    row.nano = cost.nano;
    row.declined = cost.declined;
    row.parts = cost.parts.length === 0 ? null : JSON.stringify(cost.parts);
  }

  /** Prices a stored message again at the present rates. */
  reprice(row: MessageRow): MessageRow {
    return this.update(row, {}, this.line(row));
  }

  /** The kept record of a stored message; session and agent are left empty. */
  line(row: MessageRow): MessageLine {
    const words = this.#words;
    const [speed = '', geo = '', tier = ''] =
      row.traits === 0 ? [] : traitsOf(words.text(row.traits));
    const attribution = words.text(row.attribution);
    return {
      messageId: row.mid,
      requestId: row.rid,
      sessionId: '',
      agentId: '',
      progress: row.progress === 1,
      sidechain: row.sidechain === 1,
      at: row.at,
      model: words.text(row.model),
      usage: usageOf(row),
      parts: this.#usageParts(row),
      speed,
      geo,
      tier,
      stopReason: words.text(row.stop),
      cacheSplit: row.cache_split === 1,
      tools: [],
      promptId: words.text(row.prompt),
      branch: words.text(row.branch),
      cwd: words.text(row.cwd),
      version: words.text(row.version),
      entrypoint: words.text(row.entrypoint),
      effort: words.text(row.effort),
      attribution: attribution === '' ? {} : (JSON.parse(attribution) as Attribution),
      durationMs: row.duration,
      error: words.text(row.error),
    };
  }

  #usageParts(row: MessageRow): UsagePart[] {
    return partsOf(row).map(({ kind, written, usage }) => ({ kind, model: written, usage }));
  }

  /** What is known of a stored message in the session that owns it, ready to be merged. */
  merged(row: MessageRow, sid: string, agentId: string): MergedMessage {
    const tools = this.#words.text(row.tools);
    return {
      kept: this.line(row),
      ended: row.ended === 1,
      inMain: row.in_main === 1,
      tools: tools === '' ? [] : (JSON.parse(tools) as string[]),
      places: new Map([[sid, { agentId, standing: row.standing as Standing }]]),
    };
  }

  /** Adds a message to the roll-ups, or takes it out. Replays contribute nothing. */
  contribute(sign: 1 | -1, row: MessageRow): void {
    if (row.counted === 0) return;
    const { at, session, agent } = row;
    // Outside the main thread the agent is the run.
    const prompt = row.sidechain === 1 ? 0 : row.prompt;
    let partNano = 0;
    for (const part of partsOf(row)) {
      if (part.kind === 'declined') continue;
      partNano += part.nano;
      const u = part.usage;
      const sums = [0, 0, 0, 0, u.input, u.output, u.cacheWrite5m, u.cacheWrite1h, u.cacheRead];
      const model = this.#words.id(part.model);
      const facet = this.#facets.id(row, this.#words.id(part.row));
      const key = { session, agent, model, facet, prompt };
      this.#rollup.add(sign, at, key, [...sums, u.webSearches, part.nano]);
    }
    const facet = this.#facets.id(row, row.price_row);
    this.#rollup.add(sign, at, { session, agent, model: row.model_id, facet, prompt }, [
      1,
      1 - row.ended,
      Number(row.priced === pricing.unpriced),
      Number(row.priced === pricing.client),
      row.input,
      row.output,
      row.write5m,
      row.write1h,
      row.cache_read,
      row.searches,
      row.nano - partNano,
    ]);
  }

  /** Forgets what a rolled back transaction may have made up. */
  forget(): void {
    this.#facets.forget();
  }
}

function values(row: MessageRow): SqlValue[] {
  return messageColumns.map((name) => row[name]);
}

function traitsText(line: MessageLine): string {
  const { speed, geo, tier } = line;
  return speed === '' && geo === '' && tier === '' ? '' : JSON.stringify([speed, geo, tier]);
}

function attributionText(attribution: Attribution): string {
  const keys = Object.keys(attribution);
  return keys.length === 0 ? '' : JSON.stringify(attribution);
}
