import type { PriceBook, PriceFunction } from '../../model/price.ts';
import {
  type Attribution,
  type CountSource,
  countSources,
  type MessageLine,
  type UsagePart,
} from '../../model/records.ts';
import { noUsage, type Usage } from '../../model/tokens.ts';
import type { SqlDatabase, SqlValue, Statement } from '../../platform/sqlite/types.ts';
import {
  isLower,
  isUsual,
  iterationsOf,
  iterationsText,
  type MessageRow,
  messageColumns,
  messageValues,
  packLines,
  partsOf,
  pricing,
  splitMessage,
  traitsOf,
  traitsText,
  unpackLines,
  usageOf,
  usualValues,
  variedColumns,
  variedValues,
} from '../schema/messageRow.ts';
import { Facets } from './facetTable.ts';
import { IdFilter } from './idFilter.ts';
import { inputSide, type MergedMessage, type SourceRank, type VariantKey } from './merge.ts';
import { priceLine } from './priceMessage.ts';
import type { Rollup } from './rollups.ts';
import type { StringTable } from './stringTable.ts';

/** Who a message belongs to. */
export interface Owner {
  readonly session: number;
  readonly agent: number;
  readonly standing: number;
}

/** The columns of a message that follow from its records. */
type MergedFields = Omit<
  MessageRow,
  'id' | 'mid' | 'rid' | 'side' | 'identity' | 'counted' | keyof Owner
>;

/** The message table. Every change of a message updates the rollups too. */
export class Messages {
  readonly #strings: StringTable;
  readonly #rollup: Rollup;
  readonly #facets: Facets;
  readonly #price: PriceFunction;
  readonly #listPrice: PriceFunction;
  readonly #byMid: Statement;
  readonly #byId: Statement;
  readonly #insert: Statement;
  readonly #insertUsual: Statement;
  readonly #update: Statement;
  readonly #delete: Statement;
  readonly #countedFrom: Statement;
  readonly #own: Statement;
  /** Of the ids in a table that was empty when this process became its writer; else undefined. */
  readonly #ids: IdFilter | undefined;

  constructor(
    db: SqlDatabase,
    strings: StringTable,
    rollup: Rollup,
    { price, listPrice }: Pick<PriceBook, 'price' | 'listPrice'>,
  ) {
    this.#strings = strings;
    this.#rollup = rollup;
    this.#facets = new Facets(db);
    this.#price = price;
    this.#listPrice = listPrice;
    this.#byMid = db.prepare('SELECT * FROM message WHERE mid = ?');
    this.#byId = db.prepare('SELECT * FROM message WHERE id = ?');
    this.#insert = db.prepare(insertSql(messageColumns));
    this.#insertUsual = db.prepare(insertSql(variedColumns, usualValues));
    const sets = messageColumns.map((name) => `${name} = ?`).join(', ');
    this.#update = db.prepare(`UPDATE message SET ${sets} WHERE id = ?`);
    this.#delete = db.prepare('DELETE FROM message WHERE id = ?');
    this.#countedFrom = db.prepare('SELECT * FROM message WHERE session = ? AND source > 0');
    this.#own = db.prepare(
      `SELECT 1 FROM message WHERE session = ? AND source IN (${countSources.only}, ${countSources.counter}) LIMIT 1`,
    );
    const isEmpty = db.prepare('SELECT 1 FROM message LIMIT 1').get() === undefined;
    this.#ids = isEmpty ? new IdFilter() : undefined;
  }

  /** Every response that has this message id. */
  withMessageId(mid: string): MessageRow[] {
    if (this.#ids?.mayHave(mid) === false) return [];
    return this.#byMid.all<MessageRow>(mid);
  }

  /** The session that made a message's request, as a copy of it says; '' where none does. */
  requester(row: MessageRow): string {
    return this.#strings.text(row.requester);
  }

  byId(id: number): MessageRow | undefined {
    return this.#byId.get<MessageRow>(id);
  }

  /** The messages of a session whose spend may stand in several places. */
  withSource(session: number): MessageRow[] {
    return this.#countedFrom.all<MessageRow>(session);
  }

  /** Whether a session has messages of an agent that writes its spend down in one place. */
  hasOwn(session: number): boolean {
    return this.#own.get(session) !== undefined;
  }

  /** A new message. */
  insert(
    { rid, side }: VariantKey,
    merged: MergedMessage,
    owner: Owner,
    state: Pick<MessageRow, 'identity' | 'counted'>,
  ): MessageRow {
    const mid = merged.kept.messageId;
    const { session, agent, standing } = owner;
    const own = { id: 0, mid, rid, side, session, agent, standing };
    const row: MessageRow = { ...this.#fields(merged), ...own, ...state };
    this.#setPrice(row, merged.kept);
    const { lastInsertRowid } = isUsual(row)
      ? this.#insertUsual.run(...variedValues(row))
      : this.#insert.run(...messageValues(row));
    row.id = Number(lastInsertRowid);
    this.#ids?.add(mid);
    this.contribute(1, row);
    return row;
  }

  /** Updates a message's record, owner or source rank; a no-op when nothing changes. */
  update(before: MessageRow, changes: Partial<MessageRow>, kept?: MessageLine): MessageRow {
    const after: MessageRow = { ...before, ...changes };
    if (kept !== undefined) this.#setPrice(after, kept);
    const moved = after.session !== before.session || after.counted === 0;
    if (moved && after.priced === pricing.client) {
      // The price was a share of its session's total; its new session shares out its own.
      after.priced = pricing.unpriced;
      after.nano = 0;
    }
    if (moved && after.listed === 0) after.list_nano = null;
    if (messageColumns.every((name) => isSame(before[name], after[name]))) return before;
    this.contribute(-1, before);
    this.#update.run(...messageValues(after), after.id);
    this.contribute(1, after);
    return after;
  }

  /** Deletes a message that turned out to be part of another. */
  delete(row: MessageRow): void {
    this.contribute(-1, row);
    this.#delete.run(row.id);
  }

  /** The columns that follow from the merged message alone. */
  #fields(merged: MergedMessage): MergedFields {
    const line = merged.kept;
    const strings = this.#strings;
    return {
      at: line.at,
      ended: Number(merged.ended),
      in_main: Number(merged.inMain),
      progress: Number(line.progress),
      sidechain: Number(line.sidechain),
      model: strings.id(line.model),
      traits: strings.id(traitsText(line)),
      input: line.usage.input,
      output: line.usage.output,
      write5m: line.usage.cacheWrite5m,
      write1h: line.usage.cacheWrite1h,
      cache_read: line.usage.cacheRead,
      searches: line.usage.webSearches,
      parts: null,
      stop: strings.id(line.stopReason),
      cache_split: Number(line.cacheSplit),
      tools: strings.id(merged.tools.length === 0 ? '' : JSON.stringify(merged.tools)),
      prompt: strings.id(line.promptId),
      branch: strings.id(line.branch),
      cwd: strings.id(line.cwd),
      version: strings.id(line.version),
      entrypoint: strings.id(line.entrypoint),
      effort: strings.id(line.effort),
      attribution: strings.id(attributionText(line.attribution)),
      duration: line.durationMs,
      error: strings.id(line.error),
      model_id: 0,
      price_row: 0,
      priced: 0,
      nano: 0,
      declined: 0,
      lines: packLines(merged.lines),
      requester: strings.id(merged.requester),
      incomplete: Number(line.incomplete),
      iterations: iterationsText(line.iterations),
      band: null,
      listed: 0,
      list_nano: null,
      requests: line.requests ?? 1,
      source: line.countedFrom ?? countSources.only,
      credits: line.nanoCredits ?? null,
      reasoning: line.reasoning ?? null,
    };
  }

  /** Columns of a merged message that replace those of a known one. */
  fieldsOf(merged: MergedMessage): Partial<MessageRow> {
    return this.#fields(merged);
  }

  /** Those of them that the kept record does not decide. */
  unionFieldsOf(merged: MergedMessage): Partial<MessageRow> {
    const { ended, in_main, tools, lines, requester } = this.#fields(merged);
    return { ended, in_main, tools, lines, requester };
  }

  #setPrice(row: MessageRow, line: MessageLine): void {
    const cost = priceLine(line, this.#price);
    row.model_id = this.#strings.id(cost.model);
    row.price_row = this.#strings.id(cost.row);
    row.priced = cost.priced ? pricing.row : pricing.unpriced;
    row.nano = cost.nano;
    const list = this.#listPrice === this.#price ? cost : priceLine(line, this.#listPrice);
    // Claude Code has no list price of another vendor's model, whatever its totals take for one.
    const listed = list.priced && !list.otherVendor;
    row.listed = Number(listed);
    // A share of the client's total, where the list has no price, is allocated later.
    row.list_nano = !listed || list.nano === cost.nano ? null : list.nano;
    row.declined = cost.declined;
    row.parts = cost.parts.length === 0 ? null : JSON.stringify(cost.parts);
    row.band = cost.band === undefined ? null : JSON.stringify(cost.band);
  }

  /** Prices a stored message again at the present rates. */
  reprice(row: MessageRow): MessageRow {
    return this.update(row, {}, this.line(row));
  }

  /** The catalogue's id of a model as it is written. */
  modelId(written: string): string {
    return this.#listPrice(noUsage, written, {}, 0).model;
  }

  /** What more output of a stored message costs by the list, in nano-dollars; undefined without a price. */
  moreOutput(row: MessageRow, tokens: number): number | undefined {
    const line = this.line(row);
    const usage = { ...line.usage, output: line.usage.output + tokens };
    const [before, after] = [line, { ...line, usage }].map((each) =>
      priceLine(each, this.#listPrice),
    );
    return after!.priced ? after!.nano - before!.nano : undefined;
  }

  /** The kept record of a stored message; session and agent are left empty. */
  line(row: MessageRow): MessageLine {
    const strings = this.#strings;
    const traits = traitsOf(strings.text(row.traits));
    const attribution = strings.text(row.attribution);
    return {
      messageId: row.mid,
      requestId: row.rid,
      uuidHash: 0,
      requestSessionId: '',
      sessionId: '',
      agentId: '',
      progress: row.progress === 1,
      sidechain: row.sidechain === 1,
      at: row.at,
      model: strings.text(row.model),
      usage: usageOf(row),
      parts: this.#usageParts(row),
      iterations: iterationsOf(row.iterations),
      ...traits,
      incomplete: row.incomplete === 1,
      stopReason: strings.text(row.stop),
      cacheSplit: row.cache_split === 1,
      tools: [],
      promptId: strings.text(row.prompt),
      branch: strings.text(row.branch),
      cwd: strings.text(row.cwd),
      version: strings.text(row.version),
      entrypoint: strings.text(row.entrypoint),
      effort: strings.text(row.effort),
      attribution: attribution === '' ? {} : (JSON.parse(attribution) as Attribution),
      durationMs: row.duration,
      error: strings.text(row.error),
      ...(row.requests !== 1 && { requests: row.requests }),
      ...(row.source !== countSources.only && { countedFrom: row.source as CountSource }),
      ...(row.credits !== null && { nanoCredits: row.credits }),
      ...(row.reasoning !== null && { reasoning: row.reasoning }),
    };
  }

  #usageParts(row: MessageRow): UsagePart[] {
    return partsOf(row).map(({ kind, written, usage }) => ({ kind, model: written, usage }));
  }

  /** What is known of a stored message in the session that owns it, ready to be merged. */
  merged(row: MessageRow, sid: string, agentId: string): MergedMessage {
    const tools = this.#strings.text(row.tools);
    const side = inputSide(usageOf(row));
    return {
      kept: this.line(row),
      ended: row.ended === 1,
      inMain: row.in_main === 1,
      tools: tools === '' ? [] : (JSON.parse(tools) as string[]),
      occurrences: new Map([[sid, { agentId, standing: row.standing as SourceRank }]]),
      sides: side === '' ? [] : [side],
      lines: unpackLines(row.lines),
      requester: this.#strings.text(row.requester),
    };
  }

  /** Adds a message to the rollups, or subtracts it. Replays contribute nothing. */
  contribute(sign: 1 | -1, row: MessageRow): void {
    if (row.counted === 0) return;
    const { at, session, agent } = row;
    // Outside the main thread the agent is the run.
    const prompt = row.sidechain === 1 ? 0 : row.prompt;
    const { usage, nano, parts } = splitMessage(row);
    for (const part of parts) {
      const model = part.model === undefined ? row.model_id : this.#strings.id(part.model);
      const facet = this.#facets.id(row, this.#strings.id(part.row));
      const key = { session, agent, model, facet, prompt };
      this.#rollup.add(sign, at, key, [0, 0, 0, 0, ...counts(part.usage), part.nano]);
    }
    const facet = this.#facets.id(row, row.price_row);
    this.#rollup.add(sign, at, { session, agent, model: row.model_id, facet, prompt }, [
      1,
      Number(isLower(row)),
      Number(row.priced === pricing.unpriced),
      Number(row.priced === pricing.client),
      ...counts(usage),
      nano,
    ]);
  }

  /** Drops cached ids a rolled-back transaction may have assigned. */
  forget(): void {
    this.#facets.forget();
  }
}

/** Inserts a message: some columns bound, others with the values given. */
function insertSql(
  bound: readonly string[],
  written: Readonly<Record<string, number | string | null>> = {},
): string {
  const literals = Object.values(written).map((value) =>
    typeof value === 'string' ? `'${value}'` : String(value),
  );
  const columns = [...bound, ...Object.keys(written)];
  return `INSERT INTO message (${columns.join(', ')}) VALUES (${[...bound.map(() => '?'), ...literals].join(', ')})`;
}

/** The counts of a usage in the order of a rollup's columns. */
function counts(usage: Usage): number[] {
  const { input, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearches } = usage;
  return [input, output, cacheWrite5m, cacheWrite1h, cacheRead, webSearches];
}

function isSame(a: SqlValue, b: SqlValue): boolean {
  return (
    a === b || (a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0)
  );
}

function attributionText(attribution: Attribution): string {
  const keys = Object.keys(attribution);
  return keys.length === 0 ? '' : JSON.stringify(attribution);
}
