import { resolve } from 'node:path';
import type { Command } from 'commander';
import { writeFileAtomically } from '../../platform/partFile.ts';
import { findSession, latestSessionIn } from '../../query/findSession.ts';
import { type TrackQuestion, trackNamespace, trackReport } from '../../reports/sessions/track.ts';
import { safeJson } from '../../text/plainText.ts';
import { bringUpToDate, print, withContext } from '../support/answer.ts';
import { findEnvironment } from '../support/environment.ts';
import { type CommonOptions, withCommonOptions } from '../support/options.ts';
import { say } from '../support/say.ts';

interface TrackOptions extends CommonOptions {
  readonly cwd?: string;
  readonly session?: string;
  readonly out?: string;
  readonly dryRun?: true;
  readonly namespace?: string;
}

/** `outlay track` */
export function addTrack(program: Command): void {
  const command = program
    .command('track')
    .description("The record of one session: the newest of this folder's unless told otherwise.")
    .option('--cwd <folder>', "the session's folder (TRACK_CWD)")
    .option('--session <id>', 'this session, by its id or the beginning of it (TRACK_SESSION)')
    .option('--out <file>', 'write the record to this file (TRACK_OUT)')
    .option('--dry-run', 'write no file (TRACK_DRY_RUN)')
    .option('--namespace <name>', `namespace of the record, ${trackNamespace} (TRACK_NAMESPACE)`)
    .addHelpText(
      'after',
      '\n--quiet is TRACK_QUIET=1; ENABLE_COST_TRACKING=false switches it off.',
    );
  withCommonOptions(command).action((options: TrackOptions) => track(options));
}

async function track(given: TrackOptions): Promise<void> {
  const { env } = process;
  const options: TrackOptions =
    given.quiet || isSet(env.TRACK_QUIET) ? { ...given, quiet: true } : given;
  const environment = findEnvironment(options);
  // Quiet leaves out the words; a format that was asked for is the answer.
  const silent = options.quiet === true && !options.json && options.format === undefined;
  if (environment.switchedOff !== undefined) {
    if (!silent) say(environment.switchedOff);
    return;
  }
  const out = options.out || env.TRACK_OUT;
  const question: TrackQuestion = {
    namespace: options.namespace || env.TRACK_NAMESPACE || trackNamespace,
    cwd: options.cwd || env.TRACK_CWD || process.cwd(),
    out: out ? resolve(out) : undefined,
    dryRun: options.dryRun ?? isSet(env.TRACK_DRY_RUN),
  };
  const id = options.session || env.TRACK_SESSION;
  const freshness = await bringUpToDate(environment);
  const document = withContext(environment, freshness, (context) => {
    const session = id ? findSession(context, id) : latestSessionIn(context, question.cwd);
    return trackReport(context, session, question);
  });
  if (question.out !== undefined && !question.dryRun && document.json !== null) {
    writeFileAtomically(question.out, `${safeJson(document.json)}\n`, 0o644 & ~process.umask());
  }
  if (!silent) print(environment, document);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no', 'off'].includes(value.toLowerCase());
}
