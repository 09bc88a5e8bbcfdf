import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { HumanError } from '../model/errors.ts';
import { storeError } from '../store/connection/storeErrors.ts';
import { createProgram } from './program.ts';
import { exitCodes } from './support/exitCodes.ts';
import { complain, complainAtLength } from './support/say.ts';

/** Runs the command line; `manifest` is Outlay's own package.json. */
export async function main(argv: readonly string[], manifest: string): Promise<void> {
  // A reader such as `head` may go away: that is no error.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      if (stream === process.stdout) complain(outputProblem(error.code ?? 'unknown reason'));
      // What was asked is not answered, whatever the answer was.
      process.exit(exitCodes.files);
    });
  }
  try {
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    const words = withCommand(argv);
    const program = await createProgram(version, words[2]);
    await program.parseAsync([...words]);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Of its own options alone the program has these. */
const ownOptions = new Set(['-h', '--help', '-V', '--version']);

/** Options without a command are those of the overview. */
function withCommand(argv: readonly string[]): readonly string[] {
  const [node = '', file = '', first, ...rest] = argv;
  if (first === undefined) return [node, file, 'overview'];
  if (!first.startsWith('-') || ownOptions.has(first)) return argv;
  return [node, file, 'overview', first, ...rest];
}

function outputProblem(code: string): string {
  const why = code === 'ENOSPC' ? `the disk is full, ${code}` : code;
  return `The answer cannot be written to standard output (${why}).`;
}

function report(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
  const error = storeError('of Outlay', thrown);
  if (error instanceof HumanError) {
    complainAtLength(`${error.message}\n`);
    return exitCodes[error.reason];
  }
  complainAtLength(`This is a bug in Outlay: ${error.stack ?? error.message}\n`);
  return 70;
}
