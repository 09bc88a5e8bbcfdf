import type { RootSource } from '../../agents/agentLog.ts';
import type { PlaceBeside } from '../../agents/registry.ts';
import { dayOf } from '../../model/calendar.ts';
import { oddTime } from '../../model/records.ts';
import { daysOld } from '../../pricing/days.ts';
import { count, homePath, type ReportContext, warnings } from '../../query/context.ts';
import { unpricedOf } from '../../query/sums.ts';
import type { StoreOnDisk } from '../../store/connection/backups.ts';
import type { RejectedCount } from '../../store/query/storeReader.ts';
import { sizeText } from '../../text/byteSize.ts';
import { clip, plainText } from '../../text/plainText.ts';
import type { Cell, Document, Table } from '../document/document.ts';
import { type EndingModel, endingModels } from './endingModels.ts';
import { isoOrNull, workersJson, workerTables } from './workers.ts';

/** A root as it was found on disk. */
export interface RootInfo {
  readonly path: string;
  readonly source: RootSource;
  readonly exists: boolean;
  readonly transcripts: number;
  readonly bytes: number;
  /** Folders and files that could not be read, with errno codes. */
  readonly unreadable: readonly { readonly path: string; readonly code: string }[];
  /** Days after which the agent deletes transcripts here; absent where it does not, or nobody looked. */
  readonly cleanupDays?: number;
  /** Transcripts with something unread that are deleted within three days; absent like the days. */
  readonly unreadExpiring?: number;
}

/** What a report cannot know by itself: the machine it runs on. */
export interface MachineInfo {
  readonly version: string;
  readonly node: string;
  readonly roots: readonly RootInfo[];
  readonly store: StoreOnDisk;
  readonly switchedOff: string | undefined;
  /** Places beside this machine that are not read. */
  readonly beside?: readonly PlaceBeside[];
}

const sources: Readonly<Record<RootSource, string>> = {
  option: '--config-dir',
  setting: 'setting outlay.roots',
  host: 'another host',
  CLAUDE_CONFIG_DIR: 'CLAUDE_CONFIG_DIR',
  CODEX_HOME: 'CODEX_HOME',
  COPILOT_HOME: 'COPILOT_HOME',
  OPENCODE_DB: 'OPENCODE_DB',
  OUTLAY_CAPTURE_DIR: 'OUTLAY_CAPTURE_DIR',
  default: 'default place',
};

/** Reasons a finding names. */
const namedReasons = 5;

type Unpriced = ReturnType<typeof unpricedOf>;

/** Why there are costs, or why there are none: what `outlay doctor` prints. */
export function doctorReport(context: ReportContext, machine: MachineInfo): Document {
  const rejected = context.reader.rejected();
  const unpriced = unpricedOf(context.reader.agents());
  const ending = endingModels(context);
  const found = findings(context, machine, rejected, { unpriced, ending });
  return {
    title: 'Outlay doctor',
    sentences:
      found.length > 0 ? found : ['Nothing is wrong: transcripts are found, read and priced.'],
    tables: [
      rootTable(machine, context.home),
      unreadableTable(machine),
      storeTable(context, machine),
      rejectedTable(rejected),
      ...workerTables(context),
      priceTable(context, unpriced),
      programTable(machine),
    ],
    notes: (machine.beside ?? []).map(besideSentence),
    json: {
      schemaVersion: 1,
      version: machine.version,
      node: machine.node,
      findings: found,
      roots: machine.roots.map((root) => ({ ...root, source: sources[root.source] })),
      store: storeJson(context, machine),
      rejectedLines: rejectedLines(sorted(rejected).unusable),
      rejected,
      ...workersJson(context),
      prices: {
        catalogueDate: context.book.catalogueDate,
        ageDays: daysOld(context.book.catalogueDate, context.now),
        warnAfterDays: context.warnAfterDays,
        unpriced,
        ending,
      },
    },
  };
}

function rejectedLines(rejected: readonly RejectedCount[]): number {
  return rejected.reduce((sum, row) => sum + row.count, 0);
}

/** What could not be used at all, and what only had to be dated otherwise. */
function sorted(rejected: readonly RejectedCount[]): Record<'unusable' | 'odd', RejectedCount[]> {
  const { odd = [], unusable = [] } = Object.groupBy(rejected, ({ reason }) =>
    reason === oddTime ? 'odd' : 'unusable',
  );
  return { unusable, odd };
}

function linesAndFiles(rejected: readonly RejectedCount[]): string {
  const files = count(new Set(rejected.map(({ path }) => path)).size, 'transcript');
  return `${count(rejectedLines(rejected), 'line')} in ${files}`;
}

/** Everything worth doing something about, with what to do. */
function findings(
  context: ReportContext,
  machine: MachineInfo,
  rejected: readonly RejectedCount[],
  { unpriced, ending }: { readonly unpriced: Unpriced; readonly ending: readonly EndingModel[] },
): string[] {
  const { roots, switchedOff } = machine;
  const found = switchedOff === undefined ? [] : [switchedOff];
  const transcripts = roots.reduce((sum, root) => sum + root.transcripts, 0);
  if (transcripts === 0) {
    const looked = roots.map(({ path }) => homePath(path, context.home)).join(', ');
    found.push(
      `No transcripts found. Outlay looked in ${looked}. Run Claude Code once, or name its configuration directory with --config-dir, the setting outlay.roots or CLAUDE_CONFIG_DIR.`,
    );
  }
  for (const { path, source } of roots.filter(({ exists }) => !exists)) {
    // Where other hosts' sessions are read, this machine need not have any.
    if (transcripts > 0 && source !== 'default')
      found.push(`${path} (${sources[source]}) has no folder "projects".`);
  }
  const unreadable = roots.flatMap((root) => root.unreadable);
  if (unreadable.length > 0) {
    const what = count(unreadable.length, 'folder or file', 'folders or files');
    const reasons = new Set(unreadable.map(({ code }) => clip(plainText(code), 80)));
    const shown = [...reasons].slice(0, namedReasons).join(', ');
    found.push(
      `${what} cannot be read, so figures may be too low: ${shown}. See "Unreadable" below.`,
    );
  }
  for (const { path, cleanupDays: days, unreadExpiring = 0 } of roots) {
    if (unreadExpiring === 0) continue;
    found.push(
      `${count(unreadExpiring, 'transcript')} below ${homePath(path, context.home)} with something Outlay has not read: Claude Code deletes them within 3 days (its setting cleanupPeriodDays: ${days}). Run "outlay index", or let it keep them for longer.`,
    );
  }
  const { unusable, odd } = sorted(rejected);
  if (unusable.length > 0) {
    found.push(`${linesAndFiles(unusable)} could not be used; all others were.`);
  }
  if (odd.length > 0) {
    found.push(
      `${linesAndFiles(odd)} with a time out of reason (before 2024, or years ahead): their spend is dated by the record before them.`,
    );
  }
  if (unpriced.length > 0) {
    found.push(
      `${count(unpriced.length, 'model')} without a price, so figures are at least what is shown. "outlay prices import FILE" sets one.`,
    );
  }
  // What the store says of unreadable files is among what the roots say.
  const others = warnings({ ...context, unreadable: new Map() });
  return [...found, ...ending.map(endingSentence), ...others];
}

/** What is not read, and how it would be. */
function besideSentence({ kind, host, folder }: PlaceBeside): string {
  const setting = JSON.stringify({ [host]: folder });
  return kind === 'windows'
    ? `Claude Code of Windows has sessions in ${folder}, which are not read. The setting outlay.hosts.folders reads them: ${setting}.`
    : `WSL is installed. What Claude Code does there is read where the setting outlay.hosts.folders names the distribution, such as ${setting}; that keeps it running.`;
}

function endingSentence({ model, ends, source, over, messages }: EndingModel): string {
  const when = over ? `has ended on ${ends}` : `ends on ${ends}, and requests fail from then on`;
  return `${model} ${when} (${source}). You used it for ${count(messages, 'message')} in the last 30 days: choose another model.`;
}

const pairColumns: Table['columns'] = [
  { key: 'what', header: 'What', unit: 'text' },
  { key: 'value', header: 'Value', unit: 'text', widest: 160, wraps: true, fills: true },
];

function rootTable({ roots }: MachineInfo, home: string): Table {
  return {
    title: 'Where transcripts are read',
    columns: [
      { key: 'root', header: 'Folder', unit: 'text', widest: 80, wraps: true, fills: true },
      { key: 'source', header: 'Named by', unit: 'text', leaves: 2 },
      { key: 'transcripts', header: 'Transcripts', unit: 'count' },
      { key: 'size', header: 'Size', unit: 'text' },
      { key: 'cleanup_days', header: 'Deleted after', unit: 'text', leaves: 1 },
      { key: 'state', header: 'State', unit: 'text' },
    ],
    rows: roots.map(({ path, source, exists, transcripts, bytes, unreadable, cleanupDays }) => {
      const state = unreadable.length > 0 ? `${unreadable.length} unreadable` : 'read';
      return [
        homePath(path, home),
        sources[source],
        transcripts,
        sizeText(bytes),
        cleanupDays === undefined ? null : count(cleanupDays, 'day'),
        exists ? state : 'not there (yet)',
      ];
    }),
  };
}

function unreadableTable({ roots }: MachineInfo): Table {
  return {
    title: 'Unreadable',
    columns: [
      { key: 'path', header: 'Path', unit: 'text', widest: 160, wraps: true, fills: true },
      { key: 'reason', header: 'Reason', unit: 'text' },
    ],
    rows: roots.flatMap(({ unreadable }) => unreadable.map(({ path, code }) => [path, code])),
  };
}

function storeJson({ reader }: ReportContext, { store }: MachineInfo): object {
  const kept = reader.kept();
  return {
    ...store,
    engine: reader.engine,
    schemaVersion: reader.schemaVersion(),
    messages: kept.messages,
    sessions: kept.sessions,
    firstAt: isoOrNull(kept.firstAt),
    lastAt: isoOrNull(kept.lastAt),
    transcripts: reader.fileCounts(),
  };
}

function storeTable({ reader, zone, home }: ReportContext, { store }: MachineInfo): Table {
  const { messages, sessions, firstAt, lastAt } = reader.kept();
  const files = reader.fileCounts();
  const day = (at: number): string => dayOf(at, zone);
  const span = firstAt === null || lastAt === null ? '' : `, ${day(firstAt)} to ${day(lastAt)}`;
  const gone = files.gone > 0 ? `; ${files.gone} deleted since, their spend is kept` : '';
  const rows: Cell[][] = [
    ['Place', homePath(store.path, home)],
    ['Size', store.bytes === 0 ? 'not there yet' : sizeText(store.bytes)],
    ['Engine', `${reader.engine}, schema ${reader.schemaVersion()}`],
    ['Kept', `${count(messages, 'message')} of ${count(sessions, 'session')}${span}`],
    [
      'Read',
      `${count(files.files, 'transcript')}, ${sizeText(files.bytes)}, ${count(files.lines, 'line')}${gone}`,
    ],
    ['Backups', store.backups.length === 0 ? 'none yet' : store.backups.join(', ')],
  ];
  return { title: 'Store', columns: pairColumns, rows };
}

function rejectedTable(rejected: readonly RejectedCount[]): Table {
  return {
    title: 'Lines that could not be used as they are',
    columns: [
      { key: 'reason', header: 'Reason', unit: 'text' },
      { key: 'lines', header: 'Lines', unit: 'count', leaves: 0 },
      { key: 'numbers', header: 'Line numbers', unit: 'text' },
      { key: 'path', header: 'Transcript', unit: 'text', widest: 160, wraps: true, fills: true },
    ],
    rows: rejected.map(({ path, reason, count: lines, lines: numbers }) => [
      reason,
      lines,
      `${numbers.join(', ')}${lines > numbers.length ? ', …' : ''}`,
      path,
    ]),
  };
}

function priceTable({ book, now }: ReportContext, unpriced: Unpriced): Table {
  const age = daysOld(book.catalogueDate, now);
  return {
    title: 'Prices',
    columns: pairColumns,
    rows: [
      ['Catalogue', `of ${book.catalogueDate}, ${count(age, 'day')} old`],
      ...unpriced.map(({ model, messages }) => [
        'Unpriced',
        `${model}: ${count(messages, 'message')}`,
      ]),
    ],
  };
}

function programTable({ version, node }: MachineInfo): Table {
  return {
    title: 'Program',
    columns: pairColumns,
    rows: [
      ['Outlay', version],
      ['Node', node],
    ],
  };
}
