import { statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Command } from 'commander';
import { type HostExport, hostBlocks } from '../../../export/hostBlocks.ts';
import { hostFileEnd, isHostName } from '../../../hostFile/format.ts';
import { HumanError } from '../../../model/errors.ts';
import { PartFile } from '../../../platform/partFile.ts';
import { count, type ReportContext } from '../../../query/context.ts';
import { snapshot } from '../../../store/query/messagePages.ts';
import { summedUpMessages } from '../../../store/query/ownSessions.ts';
import { clip, plainText } from '../../../text/plainText.ts';
import { bringUpToDate, withContextMeanwhile } from '../../support/answer.ts';
import { findEnvironment } from '../../support/environment.ts';
import { onInterrupt, toStandardOutput } from '../../support/exportFiles.ts';
import { type CommonOptions, withStoreOptions } from '../../support/options.ts';
import { complain } from '../../support/say.ts';
import { openness } from './exportOptions.ts';

interface HostOptions extends CommonOptions {
  readonly out?: string;
  readonly name?: string;
  readonly includePaths?: true;
  readonly includeTitles?: true;
}

const examples = `
Examples:
  ssh devbox outlay export host | outlay import     sessions of another machine, over SSH
  outlay export host --out ~/Sync/outlay            into a folder that machines share
  outlay export host --name ci --out ci.outlay.gz   a container, whose own name changes

Every message with its counts, model, time and session, of all sessions of this machine; no prompt and no answer is in
it. Projects are named by their folder's name; --include-paths writes paths, --include-titles titles of sessions.
docs/hosts.md has the format, and what the other machine does with it.`;

/** `outlay export host` */
export function addExportHost(group: Command): void {
  const command = group
    .command('host')
    .description('What this machine has spent, message by message, for Outlay on another machine.')
    .option('--name <name>', "what this machine is called there (its host's name)");
  withStoreOptions(command)
    .addHelpText('after', examples)
    .action(() => run(command));
}

async function run(command: Command): Promise<void> {
  // The outer command takes the options both know.
  const options = command.optsWithGlobals<HostOptions>();
  const host = hostNamed(options.name);
  const file = fileNamed(options.out, host);
  const environment = findEnvironment(options);
  const freshness = await bringUpToDate(environment);
  const said = await withContextMeanwhile(environment, freshness, (context) =>
    write(context, host, file, options),
  );
  for (const problem of [...environment.problems, ...freshness.problems]) complain(problem);
  if (options.quiet !== true) for (const sentence of said) complain(sentence);
}

function hostNamed(named: string | undefined): string {
  const name = named ?? hostname().split('.')[0]!;
  if (isHostName(name)) return name;
  const shown = clip(plainText(JSON.stringify(name)), 80);
  throw new HumanError(
    'usage',
    `${shown} cannot be the name of a host. Give one of letters, digits, dots and dashes with --name.`,
  );
}

/** The file to write, undefined for standard output; in a folder it is called as its host. */
function fileNamed(out: string | undefined, host: string): string | undefined {
  if (out === undefined || out === '-') {
    if (!process.stdout.isTTY) return undefined;
    throw new HumanError(
      'usage',
      'The file is compressed: pipe it into "outlay import", or name it with --out.',
    );
  }
  const named = resolve(out);
  const stats = statSync(named, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return join(named, `${host}${hostFileEnd}`);
  if (stats !== undefined && !stats.isFile()) {
    throw new HumanError('usage', `${named} is neither a regular file nor a folder.`);
  }
  if (named.endsWith(hostFileEnd)) return named;
  throw new HumanError('usage', `Call the file NAME${hostFileEnd}: others are not looked at.`);
}

async function write(
  context: ReportContext,
  host: string,
  file: string | undefined,
  options: HostOptions,
): Promise<string[]> {
  const counted: HostExport = { sessions: 0, messages: 0, leftOut: 0 };
  const part = file === undefined ? undefined : new PartFile(file, 0o600);
  const interrupted = onInterrupt(() => part?.discard());
  try {
    const summedUp = await snapshot(context.db, async () => {
      for (const block of hostBlocks(context, host, openness(options), counted)) {
        if (part !== undefined) part.writeBytes(block);
        else await toStandardOutput(block);
        await nextTurn();
      }
      return summedUpMessages(context.db);
    });
    part?.commit();
    const { sessions, messages, leftOut } = counted;
    const what = `${count(messages, 'message')} of ${count(sessions, 'session')}`;
    return [
      `${what} of ${host}: ${file ?? 'standard output'}.`,
      ...(summedUp > 0
        ? [`${count(summedUp, 'message')} that retention has summed up cannot be in it.`]
        : []),
      ...(leftOut > 0 ? [`${count(leftOut, 'record')} too long for the file were left out.`] : []),
    ];
  } finally {
    interrupted.forget();
    part?.discard();
  }
}
