import { Command } from 'commander';
import { addBudget } from './budgetCommand.ts';
import { addDoctor, addIndex, addWorkers } from './careCommands.ts';
import { addCompletion } from './completionCommand.ts';
import { addExport } from './exportCommand.ts';
import { addIngest } from './ingestCommand.ts';
import { addMark } from './markCommand.ts';
import { addOptimize } from './optimizeCommands.ts';
import { addPrices, addReprice } from './priceCommands.ts';
import { addReports } from './reportCommands.ts';
import { addReset } from './resetCommand.ts';
import { addRetention } from './retentionCommand.ts';
import { addSessions } from './sessionCommands.ts';
import { addTrack } from './trackCommand.ts';

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

/** The command line of `outlay`. */
export function createProgram(version: string): Command {
  const program = new Command('outlay')
    .description('What Claude Code costs, from its transcripts, priced to the cent.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('Try "outlay --help".')
    .addHelpText('after', examples);
  addSessions(program);
  addTrack(program);
  addBudget(program);
  addReports(program);
  addOptimize(program);
  addMark(program);
  addExport(program);
  addIngest(program);
  addPrices(program);
  addReprice(program);
  addIndex(program);
  addDoctor(program, version);
  addWorkers(program);
  addRetention(program);
  addReset(program);
  addCompletion(program);
  return program;
}
