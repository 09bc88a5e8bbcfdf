import assert from 'node:assert/strict';
import { relative, resolve } from 'node:path';
import { test } from 'node:test';
import { emptyBatch } from '../../src/agents/batch.ts';
import { codexLog } from '../../src/agents/codex/codexLog.ts';
import { copilotLog } from '../../src/agents/copilot/copilotLog.ts';
import { tracesLog } from '../../src/agents/copilot/tracesLog.ts';
import { dayMs } from '../../src/model/calendar.ts';
import { HumanError } from '../../src/model/errors.ts';
import type { MessageLine } from '../../src/model/records.ts';
import { anomaliesData } from '../../src/panels/anomalies.ts';
import { burnData } from '../../src/panels/burn.ts';
import { dashboardData } from '../../src/panels/dashboard.ts';
import type { SqlDatabase, SqlValue, Statement } from '../../src/platform/sqlite/types.ts';
import { noFilters } from '../../src/protocol/dashboard.ts';
import type { ReportContext } from '../../src/query/context.ts';
import { dimensionNames } from '../../src/query/dimensions.ts';
import { readQuestion } from '../../src/query/question.ts';
import type { ReportDefinition } from '../../src/reports/document/definition.ts';
import { reportDefinitions } from '../../src/reports/registry.ts';
import { dropMessageIndexes } from '../../src/store/connection/newStore.ts';
import { openForWriting } from '../../src/store/connection/openStore.ts';
import { Lease } from '../../src/store/connection/writerLease.ts';
import { agentParents } from '../../src/store/query/agentParents.ts';
import { backgroundRowsOf } from '../../src/store/query/background.ts';
import { declinedRows } from '../../src/store/query/declined.ts';
import { compactionsOf } from '../../src/store/query/events.ts';
import { branchesKnown, rootsKnown } from '../../src/store/query/knownNames.ts';
import { recoveredRows } from '../../src/store/query/losses.ts';
import {
  messageCostPages,
  messageCosts,
  messagesPrint,
  sessionsOfMessage,
} from '../../src/store/query/messageCosts.ts';
import { messagePages } from '../../src/store/query/messagePages.ts';
import { keyedMessageNanos } from '../../src/store/query/messages.ts';
import { contentReader, ownSessions, summedUpMessages } from '../../src/store/query/ownSessions.ts';
import { pendingSpend } from '../../src/store/query/pendingMessages.ts';
import { sessionsOnBranches, summedUpSpend } from '../../src/store/query/proof/branchSpend.ts';
import {
  relatedSessions,
  rollupGaps,
  sessionsOfAgent,
} from '../../src/store/query/proof/related.ts';
import { tryReprice } from '../../src/store/query/repriceTrial.ts';
import { backgroundKinds } from '../../src/store/query/requests/backgroundItems.ts';
import {
  keptRequests,
  requestEvents,
  toldRequests,
} from '../../src/store/query/requests/requestEvents.ts';
import { requestsPrint, requestTimePages } from '../../src/store/query/requests/requestTimes.ts';
import { toldSums } from '../../src/store/query/requests/toldSums.ts';
import { runTotal } from '../../src/store/query/runs.ts';
import { sessionTitles } from '../../src/store/query/sessionInfo.ts';
import { SessionLister, sessionFiles } from '../../src/store/query/sessionList.ts';
import { spendRows, wordNumber } from '../../src/store/query/spendRows.ts';
import { StoreReader } from '../../src/store/query/storeReader.ts';
import { sessionSizes } from '../../src/store/query/usualSession.ts';
import { downsamplingForecast } from '../../src/store/retention/downsampleState.ts';
import { resetLoss, resetStore } from '../../src/store/upkeep/reset.ts';
import { agentSets, writeAgentSet } from '../lib/agentSets.ts';
import { ingestLogs } from '../lib/agentStore.ts';
import { answered, broken, interruption, total } from '../lib/brokenOff.ts';
import { unpackCase } from '../lib/cases.ts';
import { file } from '../lib/exampleRecords.ts';
import { examples } from '../lib/examples.ts';
import { bundledBook, ingestAll, otherBook, soleWriter } from '../lib/ingest.ts';
import { noonMs, parseLines } from '../lib/parseLines.ts';
import { reportContext } from '../lib/reportContext.ts';
import { requestEvent } from '../lib/requestEvents.ts';
import { byDayBefore, thinAll } from '../lib/retention.ts';
import { retentionCut, retentionExamples } from '../lib/retentionExamples.ts';
import { rowType, type TypedCall, typedCalls } from '../lib/rowTypes.ts';
import { ingestPlainly } from '../lib/schedule.ts';
import { tempDir } from '../lib/tempDir.ts';
import { toldSum } from '../lib/toldSums.ts';
import { clientSet, unpackSet } from '../lib/transcriptSets.ts';
import type { WorldFile } from '../lib/world.ts';

const root = resolve(import.meta.dirname, '../..');
const calls = new Map(typedCalls().map((call) => [call.at, call]));

/**
 * Files with calls nothing here comes to: those before a store is open, a tag of time that cuts what is
 * downsampled, and a word that is not in memory any more.
 */
const notAsked = [
  'src/store/schema/migrations.ts',
  'src/store/connection/openStore.ts',
  'src/store/retention/downsample.ts',
  'src/store/ingest/stringTable.ts',
];

/** What better-sqlite3 says of a statement beyond what the store asks of it. */
type Described = Statement & { columns(): readonly { readonly name: string }[] };

/** Columns that each typed call of the store was answered with. */
class Recorder {
  readonly columns = new Map<string, Set<string>>();

  over(db: SqlDatabase): SqlDatabase {
    return { ...db, prepare: (sql) => this.#statement(db.prepare(sql) as Described) };
  }

  #statement(statement: Described): Statement {
    const recorded =
      <A extends SqlValue[], R>(work: (...values: A) => R) =>
      (...values: A): R => {
        this.#note(statement);
        return work.apply(statement, values);
      };
    return {
      run: (...values) => statement.run(...values),
      get: recorded(statement.get) as Statement['get'],
      all: recorded(statement.all) as Statement['all'],
      iterate: recorded(statement.iterate) as Statement['iterate'],
    };
  }

  #note(statement: Described): void {
    const at = siteOf(new Error().stack ?? '');
    if (at === undefined) return;
    const known = this.columns.get(at) ?? new Set();
    this.columns.set(at, known);
    for (const { name } of statement.columns()) known.add(name);
  }
}

/** The innermost call that names a type of row: helpers hand their caller's type on as `T`. */
function siteOf(stack: string): string | undefined {
  return [...stack.matchAll(/file:\/\/(\/[^\s():]+\/src\/store\/[^\s():]+\.ts):(\d+):\d+/g)]
    .map(([, file, line]) => `${file}:${line}`)
    .find((at) => calls.has(at) && calls.get(at)!.type !== 'T');
}

/** What a call's type says and its query does not; '' where both agree. */
function difference({ type, file }: TypedCall, columns: ReadonlySet<string>): string {
  const { keys, partial } = rowType(type, file);
  const wrong = partial
    ? [...columns].filter((name) => !keys.has(name))
    : [...keys].filter((name) => !columns.has(name));
  return wrong.join(', ');
}

/** Asks a report; what it refuses is no matter here. */
function ask(context: ReportContext, definition: ReportDefinition, raw: object): void {
  try {
    definition.run(context, readQuestion(definition, { ...raw }, context));
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
  }
}

function read(db: SqlDatabase): void {
  const last =
    db.prepare('SELECT max(at) AS at FROM message').get<{ at: number | null }>()?.at ?? 0;
  const context = reportContext(db, { now: last + 60_000 });
  const { reader } = context;
  const span = { from: last - 1e9 + 1, to: last + 1 };
  const [first] = reader.sessions();
  const session = first?.id ?? 1;
  const sid = first?.sid ?? 'x';
  for (const definition of reportDefinitions) {
    const more = definition.name === 'session' || definition.name === 'diff' ? [sid] : [];
    ask(context, definition, { period: 'all', id: sid, args: more });
    ask(context, definition, { period: '1h', project: first?.cwd });
    if (definition.options.some(({ name }) => name === 'by')) {
      for (const by of dimensionNames) ask(context, definition, { period: 'all', by });
    }
    for (const by of ['message', 'session', 'day']) ask(context, definition, { period: '30d', by });
    for (const top of [true, false]) ask(context, definition, { period: '30d', expensive: top });
  }
  for (const stack of ['model', 'agent'] as const) {
    dashboardData(context, {
      period: 'all',
      since: '',
      until: '',
      filters: noFilters,
      stack,
      outlook: true,
    });
  }
  for (const period of ['today', 'month'] as const) burnData(context, { period, project: '' });
  for (const by of ['message', 'session', 'day'] as const) {
    for (const project of ['', first?.cwd ?? '']) {
      anomaliesData(context, { by, period: 'all', log: false, project });
    }
  }
  for (const scope of [undefined, [first?.cwd ?? '']]) {
    reader.spend(span, scope);
    reader.unpricedModels(span, scope);
    reader.byModel(span, scope);
    reader.latestSession(scope);
  }
  reader.agents(session);
  reader.modelNumbers();
  reader.knownAgentTypes();
  reader.projects();
  reader.lastUsed('/nowhere');
  reader.fileCounts();
  reader.knownSizes();
  reader.rejected();
  reader.hasSessions();
  reader.kept();
  reader.revision();
  reader.lease();
  reader.jobs();
  const lister = new SessionLister(db);
  [...lister.pages()].flat();
  lister.since(0);
  sessionFiles(db, sid);
  sessionTitles(db, [session]);
  agentParents(db, session);
  sessionSizes(db, { except: 0, until: Number.MAX_SAFE_INTEGER, most: 10 });
  backgroundRowsOf(db, session);
  backgroundKinds(db, session);
  requestEvents(db, [sid]);
  toldRequests(db);
  keptRequests(db, [sid]);
  requestsPrint(db, sid);
  [...requestTimePages(db, sid)].flat();
  keyedMessageNanos(db, span, ['session', 'model']);
  runTotal(db, span);
  reader.background(span, undefined);
  reader.rejectedLines();
  compactionsOf(db, session);
  rootsKnown(db);
  branchesKnown(db);
  messageCosts(db, session);
  [...messageCostPages(db, session, 0)].flat();
  messagesPrint(db, session, last);
  [...messagePages(db, undefined)].flat();
  tryReprice(db, (...asked) => bundledBook().price(...asked));
  downsamplingForecast(db, byDayBefore(last));
  resetLoss(db, [], () => false);
  relatedSessions(db, session);
  sessionsOfAgent(db, 'nobody');
  rollupGaps(db);
  for (const { id } of reader.sessions()) {
    summedUpSpend(db, id);
    for (const message of messageCosts(db, id)) sessionsOfMessage(db, message);
  }
  sessionsOnBranches(db, branchesKnown(db));
}

/** The lines of messages in a transcript of a world. */
function linesOf({ content, path }: WorldFile): readonly MessageLine[] {
  const sessionId = path.replace(/^.*\//, '').replace(/\.jsonl$/, '');
  return parseLines(content.toString('utf8').trimEnd().split('\n'), {
    ...{ path, sessionId, agentId: '', workflow: '' },
  }).messages;
}

test('every query of the store answers with the columns its row type names', () => {
  const recorder = new Recorder();
  {
    using dir = tempDir();
    unpackSet(clientSet, dir.path);
    // A transcript that lacks something.
    unpackCase('01-nul-run', dir.path);
    const db = recorder.over(openForWriting(':memory:').db);
    ingestAll(db, dir.path);
    ingestAll(db, dir.path);
    read(db);
    const writer = soleWriter(db, { book: otherBook });
    writer.files.all();
    const [session] = db.prepare('SELECT sid FROM session').all<{ sid: string }>();
    const told = { sessionId: session!.sid, requestId: 'r', durationMs: 1 };
    writer.addRequests([requestEvent({ ...told, at: Date.UTC(2035, 0, 1), nano: 5 })]);
    writer.files.reject(1, [{ line: 1, offset: 0, reason: 'not JSON', at: 0, sessionId: 's1' }]);
    writer.reprice();
    const { last } = db.prepare('SELECT max(at) AS last FROM message').get<{ last: number }>()!;
    thinAll(writer, byDayBefore(last - (last % dayMs)));
    read(db);
    new Lease(db, 'terminal').acquire(0);
    resetStore(db, 'terminal', 0);
    db.close();
  }
  {
    using dir = tempDir();
    // The same spend in several places.
    const set = agentSets('copilot').find(({ name }) => name === 'cases/database-wins');
    writeAgentSet(set!, dir.path);
    const db = recorder.over(openForWriting(':memory:').db);
    ingestLogs(db, copilotLog, dir.path);
    db.close();
  }
  {
    using dir = tempDir();
    // A counter told what lost lines had.
    const set = agentSets('codex').find(({ name }) => name === 'cases/lost-lines-and-fall');
    writeAgentSet(set!, dir.path);
    const db = recorder.over(openForWriting(':memory:').db);
    ingestLogs(db, codexLog, dir.path);
    recoveredRows(db, undefined);
    db.close();
  }
  {
    using dir = tempDir();
    // Sessions an editor traced: have they messages of their own log?
    const set = agentSets('copilot-traces').find(({ name }) => name === 'samples/store-2');
    writeAgentSet(set!, dir.path);
    const db = recorder.over(openForWriting(':memory:').db);
    ingestLogs(db, tracesLog, dir.path);
    db.close();
  }
  for (const { files } of examples) {
    using dir = tempDir();
    const db = recorder.over(openForWriting(':memory:').db);
    ingestPlainly(db, dir.path, files);
    // An edge of a span goes by single messages, with the parts other models answered.
    spendRows(db, { from: noonMs - 1000, to: noonMs + 1000 }, ['model', 'facet']);
    [...messagePages(db, undefined)].flat();
    declinedRows(db, undefined);
    // Lines that were read already, as the guard may meet them.
    pendingSpend(db, files.flatMap(linesOf), bundledBook());
    wordNumber(db, 'claude-opus-4-8');
    db.close();
  }
  {
    using dir = tempDir();
    const db = recorder.over(openForWriting(':memory:').db);
    const lines = [answered, broken, interruption, total(30, 55)];
    ingestPlainly(db, dir.path, [file('s.jsonl', ...lines)]);
    soleWriter(db).addSums([toldSum({ sessionId: 's', at: noonMs, nano: 5 })]);
    toldSums(db, ['s']);
    db.close();
  }
  {
    using dir = tempDir();
    const db = recorder.over(openForWriting(':memory:').db);
    // Another host's folder, the same session of ours, and what a third host told of its background.
    const files = [file('s.jsonl', answered, broken, interruption, total(30, 55))];
    ingestPlainly(db, dir.path, files);
    ingestPlainly(
      db,
      dir.path,
      files.map((each) => ({ ...each, root: 'b@box' })),
    );
    const writer = soleWriter(db);
    const chunk = {
      ...{ start: 0, size: 1, restarted: false, done: true },
      bookmark: { offset: 1, state: {}, inode: '', head: '' },
      batch: {
        ...emptyBatch(),
        background: [{ sessionId: 'other@third', lastAt: noonMs, amounts: [[noonMs, 5]] as const }],
      },
    };
    const from = { path: 'third.outlay.gz', root: 'third', host: 'third', mtimeMs: 1 };
    writer.ingest([{ file: from, chunk }]);
    writer.ingest([{ file: from, chunk }]);
    writer.files.all();
    const reader = new StoreReader(db);
    reader.knownSizes();
    reader.hostSpend({ from: 0, to: 9_000_000_000_000 });
    reader.sessionDaySpend([{ day: '2026-11-24', session: 'a' }], {
      from: 0,
      to: 9_000_000_000_000,
    });
    const content = contentReader(db);
    for (const { id } of ownSessions(db)) content(id);
    summedUpMessages(db);
    db.close();
  }
  const first = recorder.over(openForWriting(':memory:').db);
  dropMessageIndexes(first);
  soleWriter(first).complete();
  first.close();
  for (const { early, late } of retentionExamples) {
    using dir = tempDir();
    const db = recorder.over(openForWriting(':memory:').db);
    ingestPlainly(db, dir.path, early);
    thinAll(soleWriter(db), byDayBefore(retentionCut));
    ingestPlainly(db, dir.path, late);
    db.close();
  }
  const wrong: string[] = [];
  for (const [at, columns] of recorder.columns) {
    const missing = difference(calls.get(at)!, columns);
    if (missing !== '') wrong.push(`${relative(root, at)}: ${missing}`);
  }
  assert.deepEqual(wrong, []);
  const unasked = [...calls.values()]
    .filter(({ at, type }) => type !== 'T' && !recorder.columns.has(at))
    .map(({ at }) => relative(root, at))
    .filter((at) => !notAsked.some((file) => at.startsWith(`${file}:`)));
  assert.deepEqual(unasked, []);
});
