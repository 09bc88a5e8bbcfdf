import { dirname } from 'node:path';
import type { Bookmark, TranscriptChunk } from '../../model/records.ts';
import type {
  AgentLog,
  LocatedMessage,
  MessagePart,
  RecordLocation,
  WantedRecord,
} from '../agentLog.ts';
import { bareLog } from '../bareLog.ts';
import { askDatabase, readDatabase, rowLocation, rowsExcerpt, withoutWal } from '../database.ts';
import { SpanPlaces } from './spanPlaces.ts';
import { messageIdOf, type SpanState, spanIn, spanRows } from './spanRows.ts';
import { attribute, operations, type Span, Spans } from './spans.ts';
import { partsIn, promptIn } from './spanWords.ts';
import { defaultRoots, discover, fileAt, kindOf, recognizes, rootAt } from './tracesHome.ts';
import { WorkspaceFolders } from './workspaceFolders.ts';

/** Rows of an excerpt before and after the wanted one. */
const rowsBeside = 30;

/** Folders of workspaces by the editor's data they stand in. */
const foldersOf = new Map<string, WorkspaceFolders>();

/**
 * Copilot in VS Code's chat: spans of OpenTelemetry in the database `agent-traces.db`, which is written where
 * `github.copilot.chat.otel.dbSpanExporter.enabled` is on and keeps a week. Agents that VS Code only runs (Claude
 * Code, Copilot's terminal agent) have logs of their own, which come first (`countSources.traced`).
 */
export const tracesLog: AgentLog = {
  ...bareLog,
  name: 'copilot-traces',
  product: 'Copilot',
  isSecondary: true,
  homeVariable: undefined,
  // A chat is gone on with in the editor.
  resumeCommand: () => undefined,
  defaultRoots,
  recognizes,
  rootAt,
  discover,
  mayHold: () => false,
  kindOf,
  fileAt,
  locationOf: () => ({ sessionId: '', agentId: '' }),
  transcriptOf: withoutWal,
  readChunks: (_root, path, bookmark) => readSpans(path, bookmark),
  messageLines: (_root, path) => spanMessages(path),
  // It is kept for a week, or shorter where there are many sessions; what was read stays.
  cleanupDays: () => undefined,
  sessionFiles: () => [],
  findRecord,
  readMessageText,
  readOutline: async () => ({ offset: 0, asked: '', task: '', messages: new Map() }),
  readExcerpt: async (path, offset) =>
    rowsExcerpt(
      askDatabase(
        path,
        (db) => Spans.in(db)?.between(offset - rowsBeside, offset + rowsBeside) ?? [],
      ),
      ({ row }) => row === offset,
    ),
  promptTexts,
};

function readSpans(
  path: string,
  bookmark: Bookmark | undefined,
): Generator<TranscriptChunk, void, void> {
  // …/User/globalStorage/github.copilot-chat/agent-traces.db
  const user = dirname(dirname(dirname(path)));
  const folders = foldersOf.get(user) ?? new WorkspaceFolders(user);
  foldersOf.set(user, folders);
  return readDatabase<SpanState>(path, bookmark, (db, state) => spanRows(folders, db, state));
}

function* spanMessages(path: string): Generator<LocatedMessage, void, void> {
  const rows = askDatabase(path, (db) => {
    const found = db.prepare('SELECT rowid AS row, span_id AS id FROM spans').all();
    return new Map(found.map(({ row, id }) => [id, Number(row)]));
  });
  for (const { batch } of readSpans(path, undefined)) {
    for (const message of batch.messages) {
      const row = rows.get(spanIn(message.messageId)!) ?? 0;
      yield { line: row, offset: row, message };
    }
  }
}

/** The span a message was counted from. */
function spanOf(spans: Spans | undefined, { messageId }: WantedRecord): Span | undefined {
  const id = spanIn(messageId);
  const span = id === undefined ? undefined : spans?.byId(id);
  return span !== undefined && messageIdOf(span) === messageId ? span : undefined;
}

async function findRecord(path: string, wanted: WantedRecord): Promise<RecordLocation | undefined> {
  const span = askDatabase(path, (db) => spanOf(Spans.in(db), wanted));
  return span && rowLocation(span.row);
}

async function readMessageText(
  path: string,
  wanted: WantedRecord,
): Promise<MessagePart[] | undefined> {
  return askDatabase(path, (db) => {
    const spans = Spans.in(db);
    const span = spanOf(spans, wanted);
    if (spans === undefined || span === undefined) return undefined;
    const isFirst = spans
      .ofTrace(span.trace)
      .filter(({ attributes }) => attributes.get(attribute.operation) === operations.request)
      .every(({ id, startedAt }) => id === span.id || startedAt > span.startedAt);
    const [run] = isFirst ? new SpanPlaces(spans).above(span) : [];
    const prompt = run === undefined ? '' : promptIn(spans.words(run, 'gen_ai.input.messages'));
    return partsIn(prompt, spans.words(span, 'gen_ai.output.messages'));
  });
}

/** What a person asked for, by trace; nothing of a database that cannot be read. */
function promptTexts(path: string): Map<string, string> {
  const prompts = new Map<string, string>();
  try {
    askDatabase(path, (db) => {
      const spans = Spans.in(db);
      for (let row = 0; spans !== undefined; ) {
        const next = spans.behind(row, 1_000);
        for (const span of next) {
          const isRun = span.attributes.get(attribute.operation) === operations.agent;
          if (!isRun || span.attributes.has(attribute.parentSession)) continue;
          const prompt = promptIn(spans.words(span, 'gen_ai.input.messages'));
          if (prompt !== '') prompts.set(span.trace, prompt);
        }
        const last = next.at(-1);
        if (last === undefined) return;
        row = last.row;
      }
    });
  } catch {
    // Figures are read elsewhere, and say what is wrong.
  }
  return prompts;
}
