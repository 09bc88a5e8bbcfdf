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
import { now } from './clock.ts';
import type { Environment } from './environment.ts';
import { formatOf } from './options.ts';
import { Progress } from './progress.ts';

/** What bringing the store up to date came to. */
export interface Freshness {
  readonly outcome: IndexOutcome | undefined;
  /** What keeps the answer from being of this moment. */
  readonly problems: readonly string[];
}

/** Reads what is new, unless the user does not want it. A store that cannot be written is still read. */
export async function bringUpToDate(environment: Environment): Promise<Freshness> {
  const { options, indexer, book, switchedOff } = environment;
  if (!options.index) return { outcome: undefined, problems: [] };
  if (switchedOff !== undefined) return { outcome: undefined, problems: [switchedOff] };
  const progress = new Progress(process.stderr, options.quiet !== true);
  try {
    const outcome = await indexOnce(indexer, book.revision, (message) => progress.on(message));
    const behind = outcome.missing === undefined ? [] : [backlogNote(outcome, outcome.missing)];
    const unreadable = unreadableNote([unreadableList(outcome.unreadable ?? [])], homeFolder());
    return { outcome, problems: [...behind, ...unreadable] };
  } catch (error) {
    const store = error instanceof HumanError ? openForReading(indexer.storeFile) : undefined;
    if (store === undefined) throw error;
    store.close();
    return {
      outcome: undefined,
      problems: [`Nothing new could be read: ${(error as HumanError).message}`],
    };
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
  problems: readonly string[],
  report: (context: ReportContext) => T,
  git: GitState | null = null,
): T {
  return withReportContext(contextFacts(environment, problems, git), report);
}

/** The same for what takes its time and lets others work meanwhile. */
export function withContextMeanwhile<T>(
  environment: Environment,
  problems: readonly string[],
  report: (context: ReportContext) => Promise<T>,
): Promise<T> {
  return withReportContextMeanwhile(contextFacts(environment, problems), report);
}

function contextFacts(
  environment: Environment,
  problems: readonly string[],
  git: GitState | null = null,
): ContextInputs {
  const { options, roots } = environment;
  return {
    ...environment,
    now: now(),
    accounts: options.configDir !== undefined ? roots.map(({ path }) => path) : undefined,
    problems: [...environment.problems, ...problems],
    home: homeFolder(),
    dataFolder: environment.folder,
    git,
  };
}

/** Brings the store up to date and prints a report. */
export async function answer(
  environment: Environment,
  report: (context: ReportContext) => Document,
): Promise<void> {
  const { problems } = await bringUpToDate(environment);
  withContext(environment, problems, (context) => print(environment, report(context)));
}

/** Prints a document in the format asked for. */
export function print(environment: Environment, document: Document): void {
  const format = formatOf(environment.options);
  const { isTTY } = process.stdout;
  const colour = isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  // What programs read is in UTC: no zone is looked for.
  const zone = forPeople(environment) ? environment.zone : 'UTC';
  process.stdout.write(render(document, format, { colour, zone }));
}

/** The formats that list everything unless told otherwise are for programs. */
export function forPeople({ options }: Pick<Environment, 'options'>): boolean {
  const format = formatOf(options);
  return format === 'table' || format === 'markdown';
}
