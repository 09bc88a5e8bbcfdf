import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Format, formats } from '../../reports/document/document.ts';

/** What every command understands. */
export interface CommonOptions {
  readonly configDir?: readonly string[];
  readonly store?: string;
  /** False with `--no-index`. */
  readonly index: boolean;
  readonly format?: Format;
  readonly json?: true;
  readonly timeZone?: string;
  readonly quiet?: true;
}

/** Adds what every command understands that answers with a document. */
export function withCommonOptions(command: Command): Command {
  return withStoreOptions(command)
    .addOption(new Option('--format <format>', 'how to write the answer').choices([...formats]))
    .option('--json', 'the same as --format json');
}

/** Adds what says where everything is and what is read. */
export function withStoreOptions(command: Command): Command {
  const collect = (value: string, before: readonly string[] = []): readonly string[] => [
    ...before,
    value,
  ];
  return command
    .option(
      '--config-dir <dir>',
      'read and count only this configuration directory of Claude Code; may be given several times',
      collect,
    )
    .option('--store <file>', 'use this store')
    .option('--no-index', 'answer from the store as it is; read no transcripts')
    .option('--time-zone <zone>', 'cut days in this zone, such as Europe/Berlin')
    .option('-q, --quiet', 'say nothing but the answer');
}

/** The format asked for. */
export function formatOf(options: CommonOptions): Format {
  return options.json ? 'json' : (options.format ?? 'table');
}

/** Reads a whole number above zero. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}
