import type { Command } from 'commander';
import { parseLimit } from '../../analysis/budgets/budgetNotation.ts';
import { HumanError } from '../../model/errors.ts';
import { formatUsd, nanoToUsd } from '../../model/money.ts';
import { formatTokens } from '../../model/tokens.ts';
import { lengthMs } from '../../query/spans.ts';
import { type RunReport, runWithCap } from '../../run/supervise.ts';
import { plainText } from '../../text/plainText.ts';
import { now } from '../support/clock.ts';
import { findEnvironment } from '../support/environment.ts';
import { complain, sayJson } from '../support/say.ts';

interface RunOptions {
  readonly maxUsd?: string;
  readonly maxTokens?: string;
  readonly timeout?: string;
  readonly capture?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly configDir?: readonly string[];
}

const help = `
The command stands behind "--" and is started as it is, without a shell. Claude Code in print mode is given
the cap as its own (--max-budget-usd) where it has none; beside it Outlay counts what the session has spent,
resumed runs and agents in the background included, and ends the command at the cap.

Exit codes: 0 fine, 1 the cap or the time-out was reached (or a hook stopped it), 2 wrong use,
3 it could not be started, failed, or what it spent could not be read.

Examples:
  outlay run --max-usd 2 -- claude -p "Fix the failing test"
  outlay run --max-usd 5 --timeout 30m -- claude -p --output-format json "Review" > review.json
  outlay run --max-usd 2 --capture answer.txt --json -- claude -p "Review" > spent.json`;

/** `outlay run` */
export function addRun(program: Command): void {
  program
    .command('run')
    .description('Run a command with a cap on what its sessions of Claude Code spend.')
    .argument('<command...>', 'the command and its arguments, behind --')
    .option('--max-usd <amount>', 'end it when its sessions have spent so many dollars')
    .option('--max-tokens <tokens>', 'end it at so many tokens of all classes, such as 500k')
    .option('--timeout <length>', 'end it after this time: 90s, 30m, 2h')
    .option('--capture <file>', 'write what it says on standard output to this file')
    .option('--json', 'with --capture: what was spent, as JSON on standard output')
    .option(
      '--config-dir <dir>',
      "look for its sessions in this configuration directory of Claude Code's; may be given several times",
      (value: string, before: readonly string[] = []) => [...before, value],
    )
    .option('-q, --quiet', 'say nothing but errors')
    .addHelpText('after', help)
    .action(run);
}

async function run(command: string[], options: RunOptions): Promise<void> {
  const { maxUsd, maxTokens, timeout, capture, json, quiet } = options;
  if (maxUsd === undefined && maxTokens === undefined && timeout === undefined) {
    throw new HumanError('usage', 'Name a limit: --max-usd, --max-tokens or --timeout.');
  }
  if (json && capture === undefined) {
    throw new HumanError(
      'usage',
      '--json needs --capture FILE: standard output is the command’s own without it.',
    );
  }
  const tell = (sentence: string): void => {
    if (!quiet) complain(`outlay: ${sentence}`);
  };
  const { configDir } = options;
  const environment = findEnvironment({
    index: false,
    ...(configDir !== undefined && { configDir }),
  });
  const report = await runWithCap({
    command,
    maxNano: maxUsd === undefined ? undefined : parseLimit(maxUsd, { kind: 'usd' }),
    maxTokens:
      maxTokens === undefined
        ? undefined
        : parseLimit(maxTokens, { kind: 'tokens', classes: ['input'] }),
    timeoutMs:
      timeout === undefined ? undefined : lengthOf(timeout, environment.settings.weekStart),
    capture,
    roots: environment.roots,
    book: environment.book,
    tell,
  });
  const { exit } = report;
  if (!quiet || exit !== 0) complain(`outlay: ${reportText(report, command, options)}`);
  if (json) sayJson(reportJson(report, options));
  process.exitCode = exit;
}

function lengthOf(text: string, weekStart: 0 | 1 | 2 | 3 | 4 | 5 | 6): number {
  const [, seconds] = /^(\d{1,7})s$/.exec(text.trim()) ?? [];
  const length =
    seconds === undefined
      ? lengthMs(text, { now: now(), zone: 'UTC', weekStart })
      : Number(seconds) * 1000;
  if (length !== undefined && length > 0) return length;
  throw new HumanError(
    'usage',
    `"${plainText(text).slice(0, 40)}" is not a length of time (--timeout). Use 90s, 30m, 2h.`,
  );
}

/** One sentence: what was spent, and why it is over. */
function reportText(
  { reason, spent, before, sessions, code, signal, startError, terminalReason }: RunReport,
  [program = '']: readonly string[],
  { maxUsd, maxTokens, timeout }: RunOptions,
): string {
  const least = spent.atLeast ? 'at least ' : '';
  const own = spent.nano - before.nano;
  const whole = before.nano > 0 ? `, ${formatUsd(spent.nano)} with what came before` : '';
  const figure =
    sessions.length === 0 || (spent.nano === 0 && spent.tokens === 0)
      ? 'no spend of Claude Code was seen'
      : `${least}${formatUsd(own)} spent (${formatTokens(spent.tokens - before.tokens)} tokens)${whole}`;
  switch (reason) {
    case 'completed':
      return `${figure}.`;
    case 'max-usd':
      return maxUsd === undefined
        ? `${figure}; its own cap is reached.`
        : `${figure}; the cap of ${formatUsd(parseLimit(maxUsd, { kind: 'usd' }))} is reached.`;
    case 'max-tokens':
      return `${figure}; the cap of ${maxTokens} tokens is reached.`;
    case 'timeout':
      return `${figure}; its time of ${timeout} was over.`;
    case 'hook':
      return `${figure}; a hook stopped it.`;
    case 'interrupted':
      return `${figure}; it was interrupted.`;
    case 'not-started':
      return `${program} could not be started (${startError}).`;
    case 'not-counted':
      return 'nothing says what it spent: it left no transcript and no result.';
    case 'failed': {
      const how = terminalReason || (signal === null ? `exit code ${code}` : `signal ${signal}`);
      return `${figure}; the command did not end well (${how}).`;
    }
  }
}

function reportJson(report: RunReport, { maxUsd, maxTokens, timeout }: RunOptions): object {
  const { spent, before } = report;
  return {
    schemaVersion: 1,
    reason: report.reason,
    exit: report.exit,
    sessions: report.sessions,
    spent_usd: nanoToUsd(spent.nano - before.nano),
    total_usd: nanoToUsd(spent.nano),
    before_usd: nanoToUsd(before.nano),
    tokens: spent.tokens - before.tokens,
    totalTokens: spent.tokens,
    messages: spent.messages - before.messages,
    lowerBound: spent.atLeast,
    clientUsd: report.clientUsd ?? null,
    terminalReason: report.terminalReason ?? null,
    command: { code: report.code, signal: report.signal },
    limits: {
      max_usd: maxUsd === undefined ? null : nanoToUsd(parseLimit(maxUsd, { kind: 'usd' })),
      max_tokens: maxTokens ?? null,
      timeout: timeout ?? null,
    },
  };
}
