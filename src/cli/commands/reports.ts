import { type Command, InvalidArgumentError, Option } from 'commander';
import { HumanError } from '../../model/errors.ts';
import { largestOf } from '../../model/lists.ts';
import { filterTexts, type OptionDefinition } from '../../query/options.ts';
import { listed, readQuestion } from '../../query/question.ts';
import type { ReportDefinition } from '../../reports/document/definition.ts';
import { type Document, formats } from '../../reports/document/document.ts';
import { asStored, bringUpToDate, print, withContext } from '../support/answer.ts';
import { now } from '../support/clock.ts';
import { findEnvironment } from '../support/environment.ts';
import { gitState } from '../support/git.ts';
import { type CommonOptions, formatOf, withCommonOptions } from '../support/options.ts';

/** What a gate may be told to fail on besides its alert. */
const failReasons = ['no-data', 'unpriced', 'incomplete'] as const;
type FailReason = (typeof failReasons)[number];

/** A report as a command; what it may be asked is written in its definition. */
export function addReport(program: Command, definition: ReportDefinition): void {
  const { name, aliases = [], summary, argument, options, gate, examples } = definition;
  const command = commandAt(program, name).description(summary).aliases(aliases);
  if (argument !== undefined) command.argument(`[${argument.value}]`, argument.text);
  addQuestion(command, definition);
  for (const option of options) command.addOption(optionOf(option));
  if (gate) {
    command.addOption(
      new Option('--fail-on <reasons>', `exit 1 on ${failReasons.join(' or ')} as well`).argParser(
        readReasons,
      ),
    );
  }
  withCommonOptions(command).addHelpText('after', exampleText(examples));
  command.action(async (...args: unknown[]) => {
    // Of a command inside another the outer one takes the options both know.
    const asked = command.optsWithGlobals<CommonOptions & Record<string, unknown>>();
    const given = withVariableFormat(asked, definition.formatVariable);
    const raw = { ...byFlag(command, given), ...(argument && { argument: args[0] }) };
    const environment = findEnvironment(given);
    const clock = { now: now(), ...environment.settings, zone: environment.zone };
    // What cannot be asked is refused before anything is read.
    const question = readQuestion(definition, raw, clock);
    const reads = definition.needsStore?.(question) !== false;
    // Only programs are told the working copy, and asking git takes longer than most reports.
    const namesGit = definition.git === true && formatOf(given) === 'json';
    const [git, freshness] = await Promise.all([
      namesGit ? gitState(process.cwd()) : null,
      reads ? bringUpToDate(environment, { keepOpen: true }) : asStored,
    ]);
    const document = withContext(
      environment,
      freshness,
      (context) => {
        const made = definition.run(context, readQuestion(definition, raw, context));
        print(environment, made);
        return made;
      },
      git,
    );
    const code = gate ? exitCodeOf(document, (given.failOn as FailReason[]) ?? []) : 0;
    if (code !== 0) process.exitCode = code;
  });
}

/** The options, with the format an environment variable names where no option does. */
function withVariableFormat<T extends CommonOptions>(options: T, variable: string | undefined): T {
  const wished = variable === undefined ? undefined : process.env[variable]?.trim().toLowerCase();
  if (!wished || options.json || options.format !== undefined) return options;
  const format = formats.find((known) => known === wished);
  if (format !== undefined) return { ...options, format };
  throw new HumanError(
    'config',
    `${variable} is ${JSON.stringify(wished.slice(0, 80))}. Use ${listed(formats)}.`,
  );
}

/** A new command; one of two words stands inside the first, which is made where it is not there. */
function commandAt(program: Command, name: string): Command {
  const [first = '', second] = name.split(' ');
  if (second === undefined) return program.command(first);
  return groupOf(program, first).command(second);
}

/** The command that holds others, by its name. */
export function groupOf(program: Command, name: string): Command {
  return program.commands.find((command) => command.name() === name) ?? program.command(name);
}

/** The options that say what a question is about: its period and its filters. */
export function addQuestion(
  command: Command,
  { period, filters }: Pick<ReportDefinition, 'period' | 'filters'>,
): void {
  if (period !== undefined) addPeriod(command, period);
  for (const filter of filters) {
    const { value, text } = filterTexts[filter];
    command.option(`--${filter} <${value}>`, `only ${text}`);
  }
}

function addPeriod(command: Command, period: string): void {
  command
    .option('--since <time>', 'from this time on: a day, a moment, 24h, 7d, 3mo')
    .option('--until <time>', 'up to this time; a day is included')
    .option(
      '--period <period>',
      `today, yesterday, week, month, lastmonth, 2026-11, 7d, all, or FROM..TO (default: ${period} unless --since or --until is given)`,
    );
}

function optionOf(option: OptionDefinition): Option {
  const { name, value, text, choices, default: preset } = option;
  const flag = new Option(value === undefined ? `--${name}` : `--${name} <${value}>`, describe());
  if (option.kind === 'list') {
    flag.argParser((written: string, before: readonly string[] = []) => [...before, written]);
  }
  return flag;
  function describe(): string {
    const list = choices === undefined ? '' : `: ${choices.join(', ')}`;
    return preset === undefined ? text + list : `${text}${list} (default: ${String(preset)})`;
  }
}

/** Values under the names of their flags: commander turns `then-by` into `thenBy`. */
export function byFlag(
  command: Command,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    command.options.map((option) => [
      option.long?.replace(/^--(no-)?/, '') ?? option.attributeName(),
      given[option.attributeName()],
    ]),
  );
}

function readReasons(text: string): FailReason[] {
  const reasons = text.split(',').map((reason) => reason.trim());
  const wrong = reasons.find((reason) => !failReasons.some((known) => known === reason));
  if (wrong === undefined) return reasons as FailReason[];
  throw new InvalidArgumentError(`It must be ${failReasons.join(' or ')}, or several with commas.`);
}

/** 1 for an alert, or for what the caller does not accept; no data is no alert by itself. */
export function exitCodeOf({ verdict }: Document, failOn: readonly FailReason[]): number {
  if (verdict === undefined) return 0;
  if (verdict.status === 'error') return 2;
  if (verdict.status === 'alert') return 1;
  if (verdict.status === 'no-data' && failOn.includes('no-data')) return 1;
  if (verdict.unpriced && failOn.includes('unpriced')) return 1;
  return verdict.incomplete && failOn.includes('incomplete') ? 1 : 0;
}

function exampleText(examples: ReportDefinition['examples']): string {
  const width = largestOf(
    examples.map(([line]) => line.length),
    0,
  );
  const lines = examples.map(([line, answer]) => `  ${line.padEnd(width + 2)} ${answer}`);
  return lines.length === 0 ? '' : `\nExamples:\n${lines.join('\n')}`;
}
