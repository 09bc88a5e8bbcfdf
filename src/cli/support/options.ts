import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDollars } from '../../model/amount.ts';
import { shareOfPercent } from '../../model/numbers.ts';
import { type Format, formats } from '../../reports/document/document.ts';

/** What every command understands. */
export interface CommonOptions {
  readonly configDir?: readonly string[];
  readonly store?: string;
  /** False with `--no-index`. */
  readonly index: boolean;
  readonly format?: Format;
  readonly json?: true;
  /** Every column, as wide as it is. */
  readonly wide?: true;
  /** What the figures are, beside what they lack. */
  readonly notes?: true;
  readonly timeZone?: string;
  readonly quiet?: true;
}

/** Adds what every command understands that answers with a document. */
export function withCommonOptions(command: Command): Command {
  return withStoreOptions(command)
    .addOption(new Option('--format <format>', 'how to write the answer').choices([...formats]))
    .option('--json', 'the same as --format json')
    .option('--wide', 'every column, ids among them, however wide the terminal is')
    .option('--notes', 'what the figures are made of, below them');
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

/** Reads an amount of dollars above zero. */
export function dollars(text: string): number {
  const amount = parseDollars(text);
  if (amount !== undefined && amount > 0) return amount;
  throw new InvalidArgumentError('It must be an amount of dollars above 0, such as 20 or 0.50.');
}

/** Reads a percentage of what can be full, as a share. */
export function percentage(text: string): number {
  const value = Number(text);
  if (/^\d{1,3}(\.\d{1,3})?$/.test(text) && value > 0 && value <= 100) return shareOfPercent(value);
  throw new InvalidArgumentError('It must be a percentage above 0 and up to 100, such as 80.');
}

/** Reads a whole number above zero. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}
