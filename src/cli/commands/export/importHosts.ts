import { createReadStream } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { importedHosts } from '../../../dataFolder/paths.ts';
import { hostFileEnd } from '../../../hostFile/format.ts';
import { type Inspection, inspectHostFile } from '../../../hostFile/origin.ts';
import { HumanError, messageOf } from '../../../model/errors.ts';
import { PartFile } from '../../../platform/partFile.ts';
import { count } from '../../../query/context.ts';
import { bringUpToDate } from '../../support/answer.ts';
import { type Environment, findEnvironment } from '../../support/environment.ts';
import { onInterrupt } from '../../support/exportFiles.ts';
import { type CommonOptions, withStoreOptions } from '../../support/options.ts';
import { complain, say } from '../../support/say.ts';

const examples = `
Examples:
  ssh devbox outlay export host | outlay import    sessions of another machine, over SSH
  outlay import devbox.outlay.gz                   the same by a file
  outlay breakdown --by host                       what each machine has spent

The file of a host replaces the one that was imported before. A folder that machines share is read by itself once the
setting outlay.hosts.files names it. What is here and there counts once. docs/hosts.md has more.`;

/** Larger files are refused: a million messages have about 150 MB. */
const largestBytes = 4 * 1024 ** 3;

/** `outlay import` */
export function addImport(program: Command): void {
  const command = program
    .command('import')
    .description('Take in what "outlay export host" wrote on another machine.')
    .argument('[files...]', 'files; without one standard input');
  withStoreOptions(command).addHelpText('after', examples).action(run);
}

async function run(files: readonly string[], options: CommonOptions): Promise<void> {
  if (options.configDir !== undefined) {
    throw new HumanError(
      'usage',
      'Files of hosts are read beside all folders: leave out --config-dir.',
    );
  }
  const environment = findEnvironment(options);
  const folder = importedHosts(environment.folder);
  const inputs = files.length === 0 ? ['-'] : files;
  if (inputs.includes('-') && process.stdin.isTTY) {
    throw new HumanError(
      'usage',
      'Name a file, or pipe one in: ssh HOST outlay export host | outlay import',
    );
  }
  const hosts: string[] = [];
  for (const input of inputs) hosts.push(await take(input, folder));
  await read(options, hosts);
}

/** Reads what is new with the folder as it is now. */
async function read(options: CommonOptions, hosts: readonly string[]): Promise<void> {
  const environment: Environment = findEnvironment(options);
  const freshness = await bringUpToDate(environment);
  for (const problem of [...environment.problems, ...freshness.problems]) complain(problem);
  if (options.quiet === true) return;
  say(
    `${count(hosts.length, 'host')}: ${hosts.join(', ')}. "outlay breakdown --by host" shows what each spent.`,
  );
}

/** Takes a file in under the name of its host, whole or not at all. */
async function take(input: string, folder: string): Promise<string> {
  const named = input === '-' ? 'What came in' : resolve(input);
  const part = new PartFile(join(folder, `incoming${hostFileEnd}`), 0o600);
  const interrupted = onInterrupt(() => part.discard());
  try {
    await copy(input, named, part);
    const found = inspected(part.unfinished, named);
    if (found.kind !== 'whole') throw new HumanError('files', `${named} ${refusals[found.kind]}`);
    part.commit({ name: join(folder, `${found.host}${hostFileEnd}`) });
    return found.host;
  } finally {
    interrupted.forget();
    part.discard();
  }
}

function inspected(path: string, named: string): Inspection {
  try {
    return inspectHostFile(path);
  } catch (error) {
    throw new HumanError('files', `${named} cannot be read: ${messageOf(error)}. ${nothing}`, {
      cause: error,
    });
  }
}

const nothing = 'Nothing of it was taken in.';

const refusals: Readonly<Record<Exclude<Inspection['kind'], 'whole'>, string>> = {
  foreign: `was not written by "outlay export host". ${nothing}`,
  cut: `is cut off: its end is missing. ${nothing} Write or send it again.`,
  damaged: `is damaged. ${nothing} Write or send it again.`,
  'several hosts': `has sessions of several hosts. ${nothing} Import the file of each.`,
};

async function copy(input: string, named: string, part: PartFile): Promise<void> {
  const source = input === '-' ? process.stdin : createReadStream(resolve(input));
  let bytes = 0;
  try {
    for await (const chunk of source) {
      bytes += (chunk as Buffer).length;
      if (bytes > largestBytes) {
        throw new HumanError('files', `${named} is larger than 4 GiB. ${nothing}`);
      }
      part.writeBytes(chunk as Buffer);
    }
  } catch (error) {
    if (error instanceof HumanError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    // A file that is not there was misspelt; one that cannot be read is the machine's matter.
    const reason = code === 'ENOENT' || code === 'EISDIR' ? 'usage' : 'files';
    throw new HumanError(reason, `${named} cannot be read (${code}).`, { cause: error });
  }
}
