import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Command } from 'commander';
import { parseLimit } from '../../analysis/budgets/budgetNotation.ts';
import type { TaskOrigin } from '../../analysisThread/taskContext.ts';
import { budgetKey } from '../../dataFolder/budgetKey.ts';
import { audit } from '../../dataFolder/overrideFile.ts';
import { readConfig } from '../../dataFolder/readConfig.ts';
import { defaultThresholds } from '../../model/level.ts';
import type { BudgetWish, BudgetWritten } from '../../tools/writeBudget.ts';
import { bringUpToDate, type Freshness } from '../support/answer.ts';
import { now } from '../support/clock.ts';
import type { Environment } from '../support/environment.ts';
import { readAgain, rethrow, taskOrigin } from '../support/longLived.ts';
import { type CommonOptions, withStoreOptions } from '../support/options.ts';
import { complain } from '../support/say.ts';
import { fileOf, keyOf, storeSetBudget } from './budget.ts';
import { storeRaise } from './budgetOverrides.ts';

interface McpCommandOptions extends CommonOptions {
  readonly allowWrites?: true;
}

/** An agent waits so long for new transcripts to be read; then it is answered from what is stored. */
const patienceMs = 15_000;

const examples = `
Examples:
  claude mcp add outlay -- outlay mcp                  let Claude Code ask what it costs
  claude mcp add outlay -- outlay mcp --allow-writes   and let it set budgets

A client starts it and speaks the Model Context Protocol over its standard input and output. docs/mcp.md
has the tools, and how to add it to other clients.`;

/** `outlay mcp` */
export function addMcp(program: Command): void {
  const command = program
    .command('mcp')
    .description('Answer AI agents: an MCP server over standard input and output.')
    .option('--allow-writes', 'offer a tool that sets and raises budgets');
  withStoreOptions(command)
    .addHelpText('after', examples)
    .action((options: McpCommandOptions) => run(options, program.version() ?? ''));
}

async function run(options: McpCommandOptions, version: string): Promise<void> {
  const { environment } = readAgain(options);
  // Found once before anything is answered: what is wrong with it ends the command.
  environment();
  if (process.stdin.isTTY) {
    complain(
      'This is for programs: an MCP client starts it. "outlay mcp --help" says how. Ctrl-D ends it.',
    );
  }
  const reading = new Reading(environment);
  const { startMcp } = loadServer();
  const served = startMcp({
    version,
    origin: () => reading.origin(),
    write: options.allowWrites === true ? (wish) => write(environment(), wish) : undefined,
    complain,
  });
  await served.catch(rethrow);
  // What could not be read for one answer was said with it.
  process.exitCode = 0;
}

/** Reads what is new before a question is answered, once for all that wait. */
class Reading {
  readonly #environment: () => Environment;
  #running: Promise<Freshness> | undefined;

  constructor(environment: () => Environment) {
    this.#environment = environment;
  }

  async origin(): Promise<TaskOrigin> {
    const environment = this.#environment();
    this.#running ??= bringUpToDate(environment).finally(() => {
      this.#running = undefined;
    });
    const { problems, behind } = await soon(this.#running);
    return { ...taskOrigin(environment, problems), behind };
  }
}

const stillReading: Freshness = {
  outcome: undefined,
  problems: ['Transcripts are still being read: figures may be too low for a moment.'],
  behind: true,
};

async function soon(reading: Promise<Freshness>): Promise<Freshness> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Freshness>((resolve) => {
    timer = setTimeout(() => resolve(stillReading), patienceMs);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Sets or raises a budget as `outlay budget` does, with a line of audit. What was said of a budget that is
 * set anew besides its limit stays: an agent is not to loosen what stops it.
 */
function write(environment: Environment, wish: BudgetWish): BudgetWritten {
  if (wish.untilMidnight) return storeRaise(environment, wish, wish.limit, undefined, 'agent');
  const key = keyOf(wish);
  const limit = parseLimit(wish.limit, key.unit);
  const name = budgetKey(key);
  const stored = readConfig(fileOf(environment)).budgets;
  const known = stored.find(({ budget }) => budgetKey(budget) === name)?.budget;
  const { thresholds, basis, action } = known ?? newBudget;
  const done = storeSetBudget(environment, { ...key, limit, thresholds, basis, action });
  const from = known === undefined ? {} : { from: known.limit };
  const change = { at: now(), by: 'agent', what: 'set', key: name, id: '', to: limit } as const;
  audit(environment.folder, { ...change, ...from });
  return done;
}

/** How a budget is that only tells, at the default thresholds. */
const newBudget = { thresholds: defaultThresholds, basis: 'actual', action: 'notify' } as const;

/** The server is a bundle of its own: no other command waits for what it loads. */
function loadServer(): typeof import('../../mcp/startMcp.ts') {
  const require = createRequire(join(import.meta.dirname, 'x'));
  return require('./mcp.cjs') as typeof import('../../mcp/startMcp.ts');
}
