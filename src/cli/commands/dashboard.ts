import type { Command } from 'commander';
import { usdToNano } from '../../model/money.ts';
import { type DashboardQuestion, readDashboard } from '../../reports/overview/dashboard.ts';
import { answer } from '../support/answer.ts';
import { findEnvironment } from '../support/environment.ts';
import {
  type CommonOptions,
  dollars,
  percentage,
  wholeNumber,
  withCommonOptions,
} from '../support/options.ts';

interface DashboardOptions extends CommonOptions {
  readonly live?: true;
  readonly interval: number;
  readonly budget?: number;
  readonly warningPct?: number;
}

/** Rows of the two lists: as many as the highest terminals show, and some to go on to. */
const listed = { sessions: 100, messages: 60 };

const help = `
--live fills the terminal and goes on until Q: ↑ ↓ and Enter open a session, E writes what is seen to a file
(JSON unless --format says otherwise), R reads anew, ? names all keys. Without a terminal it prints once.

Examples:
  outlay dashboard                                 once, as it is now
  outlay dashboard --live                          live, drawn anew as Claude Code works
  outlay dashboard --live --budget 20 --warning-pct 80
                                                   against $20 for today, warned of from 80% on`;

/** `outlay dashboard` */
export function addDashboard(program: Command): void {
  const command = program
    .command('dashboard')
    .description(
      'Everything on one screen: budgets, forecast, what it goes to, sessions, activity.',
    )
    .option('--live', 'fill the terminal, and go on until Q')
    .option('--interval <seconds>', 'how often figures are read anew at least', wholeNumber, 5)
    .option('--budget <usd>', 'as if there were a budget of so many dollars for today', dollars)
    .option('--warning-pct <percent>', 'warn of every budget from this much on', percentage)
    .addHelpText('after', help);
  withCommonOptions(command).action((options: DashboardOptions) => dashboard(options));
}

async function dashboard(options: DashboardOptions): Promise<void> {
  const { budget, warningPct: warning, live, interval } = options;
  const question: DashboardQuestion = {
    ...listed,
    dayLimit: budget === undefined ? undefined : usdToNano(budget),
    warning,
  };
  const { stdin, stdout } = process;
  if (live && stdin.isTTY && stdout.isTTY && process.env.TERM !== 'dumb') {
    const { runLive } = await import('../dashboard/live.ts');
    await runLive({ options, question, intervalMs: interval * 1000 });
  } else {
    const environment = findEnvironment(options);
    await answer(environment, (context) => readDashboard(context, question).document);
  }
}
