import type { Command } from 'commander';
import type { TimeTagEvent } from '../../analysis/spend/timeTags.ts';
import { appendTimeTag as writeMark } from '../../dataFolder/timeTagFile.ts';
import { findSession } from '../../query/findSession.ts';
import { pastMoment } from '../../query/spans.ts';
import { eventFor, markName, markReport, marksReport } from '../../reports/upkeep/timeTags.ts';
import { asStored, bringUpToDate, print, withContext } from '../support/answer.ts';
import { findEnvironment } from '../support/environment.ts';
import { type CommonOptions, withCommonOptions } from '../support/options.ts';

interface MarkOptions extends CommonOptions {
  readonly session?: string;
  readonly at?: string;
}

const examples = `
Examples:
  outlay mark start release             what is spent from now on counts for "release"
  outlay mark start review --session 3f2a
                                        only what this session spends
  outlay mark stop release --at 30m     it ended half an hour ago
  outlay breakdown --tag release        what it cost
  outlay breakdown --by tag             every mark, and the tags of the setting outlay.tags`;

/** `outlay mark start NAME`, `outlay mark stop NAME`, `outlay mark list` */
export function addMarkCommand(program: Command): void {
  const mark = program
    .command('mark')
    .description('Tag what is spent between a start and a stop.')
    .addHelpText('after', examples);
  const kinds = {
    start: 'Start a mark: what is spent from now on counts for it.',
    stop: 'Stop a mark.',
  } as const;
  for (const [kind, text] of Object.entries(kinds) as [TimeTagEvent['kind'], string][]) {
    const command = mark
      .command(kind)
      .description(text)
      .argument('<name>', 'what it is called')
      .option('--session <id>', 'only for this session, by its id or the beginning of it')
      .option('--at <time>', 'at this moment: 2026-11-01T10:00Z, or so long ago: 30m, 2h');
    withCommonOptions(command).action((name: string, options: MarkOptions) =>
      press(kind, name, options),
    );
  }
  const list = mark.command('list').description('Every mark, the latest first.');
  withCommonOptions(list).action((options: CommonOptions) => {
    const environment = findEnvironment(options);
    print(environment, withContext(environment, asStored, marksReport));
  });
}

async function press(
  kind: TimeTagEvent['kind'],
  written: string,
  options: MarkOptions,
): Promise<void> {
  const name = markName(written);
  const environment = findEnvironment(options);
  // Only the ids of sessions stand in the store: without one nothing has to be read.
  const freshness = options.session === undefined ? asStored : await bringUpToDate(environment);
  const document = withContext(environment, freshness, (context) => {
    const at = options.at === undefined ? context.now : pastMoment(options.at, '--at', context);
    const session =
      options.session === undefined ? undefined : findSession(context, options.session)?.sid;
    const wish = { kind, name, session, at };
    const { marks } = context.labels;
    const event = eventFor(wish, marks);
    if (event !== undefined) writeMark(environment.folder, event);
    return markReport(context, wish, event, marks);
  });
  if (options.quiet !== true) print(environment, document);
}
