import { Command } from 'commander';
import { HumanError } from '../model/errors.ts';
import { reportDefinitions } from '../reports/registry.ts';
import { addReport, groupOf } from './commands/reports.ts';
import { helpOfAll, helpPage } from './support/helpPage.ts';
import { complainAtLength, sayAtLength } from './support/say.ts';
import { terminal } from './support/terminal.ts';

type Add = (program: Command, version: string) => void;

/** Loads what adds a command that is no report. */
const other =
  (name: keyof typeof import('./commands/others.ts')): (() => Promise<Add>) =>
  async () =>
    (await import('./commands/others.ts'))[name];

/**
 * What adds commands, by the first words of theirs, in the order they are listed: loaded when it is meant.
 */
const adders: readonly (readonly [words: readonly string[], load: () => Promise<Add>])[] = [
  [['sessions'], other('addSessions')],
  [['dashboard'], other('addDashboard')],
  [['track'], other('addTrack')],
  [['budget'], other('addBudget')],
  [['budget'], other('addBudgetOverrides')],
  [
    ['limits'],
    async () => (program) => groupOf(program, 'limits').description('How every budget stands.'),
  ],
  ...reportDefinitions.map((definition): readonly [string[], () => Promise<Add>] => [
    [...definition.name.split(' ').slice(0, 1), ...(definition.aliases ?? [])],
    async () => (program) => addReport(program, definition),
  ]),
  [['optimize', 'outcome'], other('addOptimize')],
  [['alerts'], other('addAlerts')],
  [['mark'], other('addMarkCommand')],
  [['exact'], other('addExact')],
  [['export'], other('addExport')],
  [['guard'], other('addGuard')],
  [['import'], other('addImport')],
  [['ingest'], other('addIngest')],
  [['mcp'], other('addMcp')],
  [['prices'], other('addPrices')],
  [['reprice'], other('addReprice')],
  [['reconcile'], other('addReconcile')],
  [['run'], other('addRun')],
  [['serve'], other('addServe')],
  [['statusline'], other('addStatusLine')],
  [['team'], async () => (await import('./commands/team/team.ts')).addTeam],
  // The first command of all, and what scripts run.
  [['index'], async () => (await import('./commands/doctor.ts')).addIndex],
  [['doctor'], other('addDoctor')],
  [['workers'], other('addWorkers')],
  [['retention'], other('addRetention')],
  [['reset'], other('addReset')],
  // Completion is made of all commands.
  [[], other('addCompletion')],
];

/**
 * The command line of `outlay`. Where it begins with a command's name, only what has commands of that
 * name is added: dozens of others would take longer to add than some reports to make.
 */
export async function createProgram(version: string, firstWord = ''): Promise<Command> {
  const program = new Command('outlay')
    .description('What Claude Code costs, from its transcripts, priced to the cent.')
    .version(version)
    .exitOverride()
    .helpCommand(false)
    // Wrong usage is told with the arguments as they were given.
    .configureOutput({
      writeErr: complainAtLength,
      outputError: (text, write) => write(unknownCommand(text)),
    })
    .showHelpAfterError('Try "outlay help".');
  program.helpInformation = helpPage;
  const meant = adders.filter(([words]) => words.includes(firstWord));
  for (const [, load] of meant.length > 0 ? meant : adders) (await load())(program, version);
  if (meant.length === 0) addHelp(program);
  return program;
}

/** `outlay help` */
function addHelp(program: Command): void {
  program
    .command('help', { hidden: true })
    .description('What can be typed.')
    .argument('[command...]', 'one command, such as "budget set"')
    .option('--all', 'every command')
    .action((words: readonly string[], { all }: { readonly all?: true }) => {
      if (words.length === 0) sayAtLength(all ? helpOfAll(program, terminal().width) : helpPage());
      else sayAtLength(commandNamed(program, words).helpInformation());
    });
}

function commandNamed(program: Command, words: readonly string[]): Command {
  let found = program;
  for (const word of words) {
    const next = found.commands.find(
      (command) => command.name() === word || command.aliases().includes(word),
    );
    if (next === undefined) {
      throw new HumanError(
        'usage',
        `There is no command "${words.join(' ')}". Every command: outlay help --all`,
      );
    }
    found = next;
  }
  return found;
}

/** A word that is no command, with the one that was probably meant. */
function unknownCommand(text: string): string {
  const [, word, meant] =
    /^error: unknown command '([^']*)'\n?(?:\(Did you mean (.*)\?\))?/.exec(text) ?? [];
  if (word === undefined) return text;
  const guess = meant === undefined ? '' : ` Did you mean: outlay ${meant.replace('one of ', '')}`;
  return `There is no command "${word}".${guess}\n`;
}
