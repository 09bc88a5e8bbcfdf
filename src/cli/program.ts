import { Command } from 'commander';
import { reportDefinitions } from '../reports/registry.ts';
import { addAlerts } from './commands/alerts.ts';
import { addBudget } from './commands/budget.ts';
import { addBudgetOverrides } from './commands/budgetOverrides.ts';
import { addCompletion } from './commands/completion.ts';
import { addDoctor, addIndex, addWorkers } from './commands/doctor.ts';
import { addExport } from './commands/export.ts';
import { addGuard } from './commands/guard.ts';
import { addIngest } from './commands/ingestPeers.ts';
import { addMarkCommand } from './commands/mark.ts';
import { addOptimize } from './commands/optimize.ts';
import { addPrices, addReprice } from './commands/prices.ts';
import { addReport, groupOf } from './commands/reports.ts';
import { addReset } from './commands/reset.ts';
import { addRetention } from './commands/retention.ts';
import { addRun } from './commands/run.ts';
import { addSessions } from './commands/sessions.ts';
import { addStatusLine } from './commands/statusline.ts';
import { addTrack } from './commands/track.ts';
import { complainAtLength } from './support/say.ts';

const examples = `
Examples:
  outlay summary                     today, this week, this month, all time
  outlay sessions --since 7d         every session of the last seven days
  outlay session                     the last session, its dearest messages
  outlay session 3f2a --top 5        the session whose id begins with 3f2a
  outlay summary --json              the same for programs
  outlay doctor                      where Outlay looks, and what it found

Each command first reads what is new in the transcripts (--no-index leaves that out).
Exit codes: 0 fine or no data, 1 an alert asked for, 2 wrong use or configuration,
3 the store or the files could not be read.`;

type Add = (program: Command, version: string) => void;

/** What adds commands, by the first words of theirs, in the order they are listed. */
const adders: readonly (readonly [words: readonly string[], add: Add])[] = [
  [['sessions'], addSessions],
  [['track'], addTrack],
  [['budget'], addBudget],
  [['budget'], addBudgetOverrides],
  [['limits'], (program) => groupOf(program, 'limits').description('How every budget stands.')],
  ...reportDefinitions.map((definition): readonly [string[], Add] => [
    definition.name.split(' ').slice(0, 1),
    (program) => addReport(program, definition),
  ]),
  [['optimize', 'outcome'], addOptimize],
  [['alerts'], addAlerts],
  [['mark'], addMarkCommand],
  [['export'], addExport],
  [['guard'], addGuard],
  [['ingest'], addIngest],
  [['prices'], addPrices],
  [['reprice'], addReprice],
  [['run'], addRun],
  [['statusline'], addStatusLine],
  [['index'], addIndex],
  [['doctor'], addDoctor],
  [['workers'], addWorkers],
  [['retention'], addRetention],
  [['reset'], addReset],
  // Completion is made of all commands.
  [[], addCompletion],
];

/**
 * The command line of `outlay`. Where it begins with a command's name, only what has commands of that
 * name is added: dozens of others would take longer to add than some reports to make.
 */
export function createProgram(version: string, firstWord = ''): Command {
  const program = new Command('outlay')
    .description('What Claude Code costs, from its transcripts, priced to the cent.')
    .version(version)
    .exitOverride()
    // Wrong usage is told with the arguments as they were given.
    .configureOutput({ writeErr: complainAtLength })
    .showHelpAfterError('Try "outlay --help".')
    .addHelpText('after', examples);
  const meant = adders.filter(([words]) => words.includes(firstWord));
  for (const [, add] of meant.length > 0 ? meant : adders) add(program, version);
  return program;
}
