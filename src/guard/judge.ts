import { isAbsolute, join } from 'node:path';
import { clientPrices } from '../agents/registry.ts';
import { budgetsInForce } from '../budgets/budgetsInForce.ts';
import { judgeTarget } from '../budgets/evaluateBudgets.ts';
import type { BudgetEntry } from '../dataFolder/budgetFile.ts';
import { resolveStorePath } from '../dataFolder/paths.ts';
import { ProjectFiles } from '../dataFolder/projectFile.ts';
import { readPools } from '../dataFolder/team/poolFile.ts';
import { HumanError } from '../model/errors.ts';
import { emptyMessage, type MessageLine } from '../model/records.ts';
import { noUsage, promptTokens } from '../model/tokens.ts';
import { gitRootOf } from '../platform/gitRoot.ts';
import type { SqlDatabase } from '../platform/sqlite/types.ts';
import { clientModels, extendCatalogue } from '../pricing/clientModels.ts';
import { createPriceBook, type RateBook } from '../pricing/priceBook.ts';
import type { ReportContext } from '../query/context.ts';
import { mergeOverrides } from '../settings/priceOverrides.ts';
import { openForReading, openForWriting } from '../store/connection/openStore.ts';
import { type PendingSpend, pendingSpend } from '../store/query/pendingMessages.ts';
import { type SessionInfo, sessionInfo } from '../store/query/sessionInfo.ts';
import { StoreReader } from '../store/query/storeReader.ts';
import { isOlder, schemaState } from '../store/schema/migrations.ts';
import { noSums } from '../store/schema/sums.ts';
import { type Caller, CallerSpends } from './callerSpends.ts';
import type { Limit } from './decide.ts';
import { type GuardConfig, readMarks } from './guardConfig.ts';
import type { HookInput } from './hookInput.ts';
import { acts, budgetLimit } from './limits.ts';
import {
  type Outstanding,
  type OwnFiles,
  outstanding,
  readTail,
  rootOf,
} from './ownTranscripts.ts';
import {
  dropTailCache,
  hasTailCache,
  idsOf,
  readTailCache,
  settle,
  touches,
  worthCaching,
  writeTailCache,
} from './tailCache.ts';

/** The world a hook is answered in. */
export interface GuardMachine {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** UTC milliseconds. */
  readonly now: number;
  readonly dataFolder: string;
  readonly home: string;
}

/** What the store and the session's own transcripts say of every budget. */
export interface Judgement {
  /** Budgets that have reached their stop, whatever they do then. */
  readonly limits: readonly Limit[];
  /** Budgets of agents at once that hold for the caller. */
  readonly agentBudgets: readonly BudgetEntry[];
  readonly context: ReportContext;
  /** What the session has spent, ever; nano-dollars. */
  readonly spent: number;
  /** A message of the session has no price. */
  readonly unpriced: boolean;
  readonly last: MessageLine | undefined;
}

/** Every budget that holds, with its exceptions, those of the project's own file among them. */
export function budgetsOf(
  config: GuardConfig,
  { env, now, dataFolder }: GuardMachine,
  cwd: string,
): BudgetEntry[] {
  const { entries } = new ProjectFiles().read([gitRootOf(cwd) ?? cwd]);
  const pools = readPools(dataFolder);
  return budgetsInForce(config, config, env.COST_BUDGET_USD, now, entries, pools).budgets;
}

/**
 * The prices, made when they are first needed: the catalogue's, those Claude Code itself has of models the
 * catalogue does not know, where the session's transcript stands, and the user's own.
 */
export function lazyBook(
  config: GuardConfig,
  machine: GuardMachine,
  transcript: string,
): () => RateBook {
  const { dataFolder, home } = machine;
  let book: RateBook | undefined;
  return () => {
    if (book !== undefined) return book;
    const { priceOverrides: setting, priceFile: file } = config;
    const { overrides } = mergeOverrides({ setting, file, dataFolder });
    const root = rootOf(transcript);
    // Without a home the folder a hook is started in would be taken for it.
    const known = root !== undefined && isAbsolute(home);
    const models = known ? clientModels(clientPrices([root], machine)) : [];
    book = createPriceBook(overrides, extendCatalogue(models));
    return book;
  };
}

/**
 * Judges all budgets for the session that asks. The store is opened to be read and nothing else: it is
 * neither made nor migrated. What the session's transcripts hold beyond it is read with the real parser,
 * and a request without an answer is estimated.
 */
export function judge(
  input: HookInput,
  own: OwnFiles,
  config: GuardConfig,
  budgets: readonly BudgetEntry[],
  book: () => RateBook,
  machine: GuardMachine,
): Judgement {
  const { env, now } = machine;
  const storeFile = resolveStorePath({ setting: config.storePath, env });
  const stored = openForReading(storeFile);
  if (stored !== undefined && isOlder(schemaState(stored))) {
    stored.close();
    throw new HumanError(
      'store',
      'the store is of an earlier version of Outlay; open the editor or run "outlay index" once',
    );
  }
  const db = stored ?? openForWriting(':memory:').db;
  try {
    return db.snapshot(() => judgeIn(db, input, own, config, budgets, book, machine, now));
  } finally {
    db.close();
  }
}

function judgeIn(
  db: SqlDatabase,
  input: HookInput,
  own: OwnFiles,
  config: GuardConfig,
  budgets: readonly BudgetEntry[],
  book: () => RateBook,
  machine: GuardMachine,
  now: number,
): Judgement {
  const known = sessionOf(db, input.sessionId);
  const tail = catchUp(db, input.sessionId, own, book, machine);
  const cwd = known?.cwd || tail.cwd || input.cwd;
  const caller: Caller = {
    sid: input.sessionId,
    agentId: input.agentId,
    promptId: input.promptId,
    cwd,
    gitRoot: known?.gitRoot ?? gitRootOf(cwd),
    branch: tail.branch || known?.branch || '',
  };
  const requests = outstanding(own, now);
  const estimates = requests.flatMap((request) => {
    const last = lastReply(db, tail.lines, caller.sid, request.agentId);
    return last === undefined ? [] : [estimate(request, last, caller, book(), now)];
  });
  const context = contextOf(db, config, budgets, book, machine, now);
  const spends = new CallerSpends(context, caller, [...tail.spends, ...estimates]);
  const { judged, others } = judgeTarget(context, spends.target(), spends);
  const session = spends.session();
  return {
    context,
    limits: judged
      .filter(({ entry, state }) => state.level === 'stop' && acts(entry))
      .map((each) => budgetLimit(context, each, requests.length > 0)),
    agentBudgets: others
      .map(({ entry }) => entry)
      .filter((entry) => entry.budget.unit.kind === 'agents' && acts(entry)),
    spent: session.sums.nano + session.background,
    unpriced: session.sums.unpriced > 0,
    last: lastReply(db, tail.lines, caller.sid, ''),
  };
}

/** What the session's transcripts hold beyond the store, and what that comes to. */
interface CaughtUp {
  readonly lines: readonly MessageLine[];
  readonly spends: readonly PendingSpend[];
  readonly cwd: string;
  readonly branch: string;
}

/**
 * Reads what the store lacks of the session. Where nobody indexes, that is all of it: what has been
 * worked out once is kept, for as long as neither store nor prices are others.
 */
function catchUp(
  db: SqlDatabase,
  sid: string,
  own: OwnFiles,
  book: () => RateBook,
  { dataFolder }: GuardMachine,
): CaughtUp {
  const revision = new StoreReader(db).revision();
  const key = (): string => `1 ${revision} ${book().revision}`;
  const kept = hasTailCache(dataFolder, sid);
  const cache = kept ? readTailCache(dataFolder, sid, key()) : undefined;
  // Of another state of the store, which has read on by now.
  if (kept && cache === undefined) dropTailCache(dataFolder, sid);
  const tail = readTail(own, db, cache?.bookmarks);
  if (cache !== undefined && touches(cache, tail.lines)) {
    dropTailCache(dataFolder, sid);
    return catchUp(db, sid, own, book, { dataFolder } as GuardMachine);
  }
  const lines = cache === undefined ? tail.lines : [...cache.open, ...tail.lines];
  const cwd = cache?.cwd || tail.cwd;
  const branch = tail.branch || cache?.branch || '';
  if (tail.bytes < worthCaching) {
    const spends = lines.length === 0 ? [] : pendingSpend(db, lines, book());
    return {
      lines,
      spends: cache === undefined ? spends : [...cache.spends, ...spends],
      cwd,
      branch,
    };
  }
  const { settled, open } = settle(lines);
  const spends = [...(cache?.spends ?? []), ...pendingSpend(db, settled, book())];
  writeTailCache(dataFolder, sid, {
    key: key(),
    bookmarks: tail.bookmarks,
    ids: [...(cache?.ids ?? []), ...idsOf(settled)],
    spends,
    open,
    cwd,
    branch,
  });
  return { lines, spends: [...spends, ...pendingSpend(db, open, book())], cwd, branch };
}

function sessionOf(db: SqlDatabase, sid: string): SessionInfo | undefined {
  const row = db.prepare('SELECT id FROM session WHERE sid = ?').get<{ id: number }>(sid);
  return row && sessionInfo(db, [row.id]).get(row.id);
}

/** The last answer of a thread, by what is newest: its transcript's tail, else the store. */
function lastReply(
  db: SqlDatabase,
  lines: readonly MessageLine[],
  sid: string,
  agentId: string,
): MessageLine | undefined {
  const own = lines.filter(
    (line) => line.agentId === agentId && line.sessionId === sid && promptTokens(line.usage) > 0,
  );
  if (own.length > 0) return own.reduce((a, b) => (b.at >= a.at ? b : a));
  return storedReply(db, sid, agentId);
}

function storedReply(db: SqlDatabase, sid: string, agentId: string): MessageLine | undefined {
  const row = db
    .prepare(
      `SELECT m.at AS at, w.text AS model, m.input AS input, m.output AS output,
         m.write5m AS cacheWrite5m, m.write1h AS cacheWrite1h, m.cache_read AS cacheRead
       FROM message m JOIN session s ON s.id = m.session JOIN agent a ON a.id = m.agent
         JOIN word w ON w.id = m.model
       WHERE s.sid = ? AND a.aid = ? AND m.counted = 1
       ORDER BY m.at DESC LIMIT 1`,
    )
    .get<{ at: number; model: string } & Omit<MessageLine['usage'], 'webSearches'>>(sid, agentId);
  if (row === undefined) return undefined;
  const { at, model, ...usage } = row;
  return { ...emptyMessage, at, model, sessionId: sid, agentId, usage: { ...noUsage, ...usage } };
}

/** A reply on its way: as long as the last one of its thread, with all before it read from the cache. */
function estimate(
  { agentId, model }: Outstanding,
  last: MessageLine,
  { sid, promptId, branch }: Caller,
  book: RateBook,
  now: number,
): PendingSpend {
  const usage = {
    ...noUsage,
    cacheRead: promptTokens(last.usage) + last.usage.output,
    output: last.usage.output,
  };
  const named = model || last.model;
  const traits = { speed: last.speed, geo: last.geo, tier: last.tier };
  const cost = book.price(usage, named, traits, now);
  return {
    ...noSums(),
    ...usage,
    at: now,
    sid,
    agentId,
    promptId: agentId === '' ? promptId : '',
    branch,
    model: named,
    messages: 1,
    unpriced: Number(cost.kind !== 'priced'),
    nano: cost.kind === 'priced' ? cost.nanoUsd : 0,
  };
}

function contextOf(
  db: SqlDatabase,
  config: GuardConfig,
  budgets: readonly BudgetEntry[],
  book: () => RateBook,
  { dataFolder, home }: GuardMachine,
  now: number,
): ReportContext {
  const { groups, tags, zone, weekStart } = config;
  const byTag = budgets.some(({ budget }) => budget.scope.kind === 'tag');
  const marks = byTag ? readMarks(join(dataFolder, 'marks.jsonl')) : [];
  return {
    db,
    reader: new StoreReader(db),
    get book() {
      return book();
    },
    now,
    zone,
    weekStart,
    billing: 'api',
    warnAfterDays: 0,
    accounts: undefined,
    problems: [],
    unreadable: new Map(),
    unread: false,
    home,
    labels: { groups, tags, accounts: new Map(), marks },
    dataFolder,
    git: null,
    folder: undefined,
    budgets,
    peers: { events: [], limit: undefined, problems: [] },
  };
}
