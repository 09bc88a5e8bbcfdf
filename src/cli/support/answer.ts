import { homeFolder } from '../../dataFolder/paths.ts';
import { HumanError } from '../../model/errors.ts';
import { unreadableList } from '../../model/unreadable.ts';
import { count, type GitState, type ReportContext, unreadableNote } from '../../query/context.ts';
import {
  type ContextInputs,
  withReportContext,
  withReportContextMeanwhile,
} from '../../query/openContext.ts';
import type { Document } from '../../reports/document/document.ts';
import { render } from '../../reports/document/render.ts';
import { openForReading } from '../../store/connection/openStore.ts';
import { sizeText } from '../../text/byteSize.ts';
import { type Backlog, type IndexOutcome, indexOnce } from '../../watchers/indexOnce.ts';
import type { FromIndexer } from '../../watchers/messages.ts';
import { now } from './clock.ts';
import type { Environment } from './environment.ts';
import { exitCodes } from './exitCodes.ts';
import { formatOf } from './options.ts';
import { Progress } from './progress.ts';
import { complain } from './say.ts';
import { spareMemory } from './sparingMemory.ts';
import { terminal } from './terminal.ts';

/** What bringing the store up to date came to. */
export interface Freshness {
  readonly outcome: IndexOutcome | undefined;
  /** What keeps the answer from being of this moment. */
  readonly problems: readonly string[];
  /** Transcripts, or what is new in them, are not in the store: figures may be too low. */
  readonly behind: boolean;
}

/** The answer is of the store as it is. */
export const asStored: Freshness = { outcome: undefined, problems: [], behind: false };

/**
 * Reads what is new, unless the user does not want it. A store that cannot be written is still read,
 * but then the program ends with 3 (unless with an alert): nobody is to take the answer for a whole one.
 * `keepOpen`: the answer comes from the store that is looked at, and closes it.
 */
export async function bringUpToDate(
  environment: Environment,
  { keepOpen = false }: { readonly keepOpen?: boolean } = {},
): Promise<Freshness> {
  const { options, indexer, book, switchedOff } = environment;
  if (!options.index) return asStored;
  if (switchedOff !== undefined) return { ...asStored, problems: [switchedOff] };
  const progress = new Progress(process.stderr, options.quiet !== true);
  const listen = (message: FromIndexer): void => progress.on(message);
  try {
    const outcome = await indexOnce(indexer, book.revision, listen, {
      keepOpen,
      beforeReading: spareMemory,
    });
    const behind = outcome.missing === undefined ? [] : [backlogNote(outcome, outcome.missing)];
    const unreadable = unreadableNote([unreadableList(outcome.unreadable ?? [])], homeFolder());
    const problems = [...behind, ...unreadable];
    return { outcome, problems, behind: problems.length > 0 };
  } catch (error) {
    const store = error instanceof HumanError ? openForReading(indexer.storeFile) : undefined;
    if (store === undefined) throw error;
    store.close();
    const { reason, message } = error as HumanError;
    process.exitCode = exitCodes[reason];
    const problem = `Nothing new could be read: ${message}`;
    if (!forPeople(environment)) complain(problem);
    return { outcome: undefined, problems: [problem], behind: true };
  } finally {
    progress.end();
  }
}

/** What a figure lacks while another program is still reading. */
function backlogNote({ transcripts }: IndexOutcome, missing: Backlog): string {
  const { pid, role } = missing;
  const who = pid === 0 ? 'Another program' : `Another program (${role}, process ${pid})`;
  return `${who} is still reading ${count(missing.transcripts, 'transcript')} of ${transcripts} (${sizeText(missing.bytes)}): figures may be a moment old.`;
}

/** Opens the store and answers with what `report` makes of it. */
export function withContext<T>(
  environment: Environment,
  freshness: Freshness,
  report: (context: ReportContext) => T,
  git: GitState | null = null,
): T {
  return withReportContext(contextFacts(environment, freshness, git), report);
}

/** The same for what takes its time and lets others work meanwhile. */
export function withContextMeanwhile<T>(
  environment: Environment,
  freshness: Freshness,
  report: (context: ReportContext) => Promise<T>,
): Promise<T> {
  return withReportContextMeanwhile(contextFacts(environment, freshness), report);
}

function contextFacts(
  environment: Environment,
  { outcome, problems, behind }: Freshness,
  git: GitState | null = null,
): ContextInputs {
  const { options, roots } = environment;
  return {
    ...environment,
    budgets: environment.budgetsOf,
    now: now(),
    accounts: options.configDir !== undefined ? roots.map(({ path }) => path) : undefined,
    problems: [...environment.problems, ...problems],
    behind,
    opened: outcome?.store,
    home: homeFolder(),
    dataFolder: environment.folder,
    git,
    folder: process.cwd(),
  };
}

/** Brings the store up to date and prints a report. */
export async function answer(
  environment: Environment,
  report: (context: ReportContext) => Document,
): Promise<void> {
  const freshness = await bringUpToDate(environment, { keepOpen: true });
  withContext(environment, freshness, (context) => print(environment, report(context)));
}

/** Prints a document in the format asked for. */
export function print(environment: Environment, document: Document): void {
  const { options } = environment;
  const { wide, notes, quiet } = options;
  // What programs read is in UTC: no zone is looked for.
  const zone = forPeople(environment) ? environment.zone : 'UTC';
  const style = { ...terminal(), zone, now: now(), wide, notes, quiet };
  process.stdout.write(render(document, formatOf(options), style));
}

/** The formats that list everything unless told otherwise are for programs. */
export function forPeople({ options }: Pick<Environment, 'options'>): boolean {
  const format = formatOf(options);
  return format === 'table' || format === 'markdown';
}
