import { type Command, InvalidArgumentError } from 'commander';
import { headerOf } from '../../../export/post.ts';
import { redactedSummary } from '../../../export/redact.ts';
import { type ExportTarget, exportKinds, exportTargets } from '../../../export/targets.ts';
import { deliver } from '../../../export/webhook.ts';
import { listed, readQuestion } from '../../../query/question.ts';
import { summaryReport } from '../../../reports/spend/summary.ts';
import { safeJson } from '../../../text/plainText.ts';
import { bringUpToDate, withContextMeanwhile } from '../../support/answer.ts';
import { now } from '../../support/clock.ts';
import { findEnvironment } from '../../support/environment.ts';
import { type ExportWork, writeFiles } from '../../support/exportFiles.ts';
import { gitState } from '../../support/git.ts';
import { wholeNumber, withStoreOptions } from '../../support/options.ts';
import { complain, say } from '../../support/say.ts';
import { addQuestion, byFlag } from '../reports.ts';
import { addExportHost } from './exportHost.ts';
import { exportQuestion, openness, type SharedExportOptions } from './exportOptions.ts';
import { addExportOtlp } from './exportOtlp.ts';

interface ExportOptions extends SharedExportOptions {
  readonly out?: string;
  readonly url?: string;
  readonly to?: readonly string[];
}

const examples = `
Examples:
  outlay export csv --out spend.csv --period month    every message of this month
  outlay export json > spend.json                     everything, to standard output
  outlay export prometheus --out /var/lib/node_exporter/outlay.prom
  outlay export webhook --url https://example.com/hook
  outlay export --to csv=a.csv --to json=a.json       several at once, of the same moment
  outlay export host --help                           for Outlay on another machine
  outlay export otlp --help                           to an OpenTelemetry collector

Paths are replaced by short names and titles left out; prompts are never in an export.
OUTLAY_WEBHOOK_SECRET signs webhooks. docs/export.md has the columns, and a schedule.`;

/** `outlay export` */
export function addExport(program: Command, version: string): void {
  const collect = (value: string, before: readonly string[] = []) => [...before, value];
  const command = program
    .command('export')
    .description('Every message as CSV or JSON, metrics for Prometheus, a summary to a webhook.')
    .argument('[kind]', listed(exportKinds))
    .option('--out <file>', 'write to this file; without one to standard output')
    .option('--url <url>', 'send the summary there (OUTLAY_WEBHOOK_URL)')
    .option('--to <kind=file>', 'one of several targets; may be given several times', collect)
    .option('--include-paths', 'write paths of projects and accounts as they are')
    .option('--include-titles', 'write titles of sessions')
    .option('--sessions <number>', 'newest sessions with metrics of their own', wholeNumber, 20)
    .option('--header <header>', 'header of what is sent, as "Name: value"', collect)
    .option('--timeout <seconds>', 'how long each try of sending may take', seconds, 10)
    .option('--retries <number>', 'tries of sending after the first', retries, 4);
  addQuestion(command, exportQuestion);
  withStoreOptions(command)
    .addHelpText('after', examples)
    .action((kind: string | undefined, options: ExportOptions) => run(command, kind, options));
  addExportHost(command);
  addExportOtlp(command, version);
}

async function run(
  command: Command,
  kind: string | undefined,
  options: ExportOptions,
): Promise<void> {
  const webhookAddress = kind === 'webhook' ? process.env.OUTLAY_WEBHOOK_URL : undefined;
  const targets = exportTargets({ ...options, kind, url: options.url ?? webhookAddress });
  const environment = findEnvironment(options);
  const raw = byFlag(command, { ...options });
  const clock = { now: now(), ...environment.settings, zone: environment.zone };
  // What cannot be asked is refused before anything is read.
  readQuestion(exportQuestion, raw, clock);
  for (const written of options.header ?? []) headerOf(written);
  const { sessions } = options;
  const freshness = await bringUpToDate(environment);
  const said = await withContextMeanwhile(environment, freshness, async (context) => {
    const question = readQuestion(exportQuestion, raw, context);
    const work = { context, question, open: openness(options), sessions };
    return [...(await writeFiles(work, targets)), ...(await sendAll(work, targets, options))];
  });
  for (const problem of [...environment.problems, ...freshness.problems]) complain(problem);
  // Where the rows went to standard output, words would stand among them.
  const words = targets.some((each) => 'file' in each && each.file === undefined) ? complain : say;
  if (options.quiet !== true) for (const sentence of said) words(sentence);
}

async function sendAll(
  work: ExportWork,
  targets: readonly ExportTarget[],
  options: ExportOptions,
): Promise<string[]> {
  const said: string[] = [];
  for (const target of targets) {
    if (target.kind !== 'webhook') continue;
    const { context, question, open } = work;
    const git = await gitState(process.cwd());
    const summary = summaryReport({ ...context, git }, question).json as object;
    const status = await deliver({
      url: target.url,
      body: safeJson(redactedSummary(summary, open), 0),
      headers: Object.fromEntries((options.header ?? []).map(headerOf)),
      secret: process.env.OUTLAY_WEBHOOK_SECRET || undefined,
      timeoutMs: options.timeout * 1000,
      retries: options.retries,
    });
    said.push(`The summary was sent to ${new URL(target.url).host} (status ${status}).`);
  }
  return said;
}

function seconds(text: string): number {
  const value = wholeNumber(text);
  if (value <= 300) return value;
  throw new InvalidArgumentError('It must be 300 seconds at most.');
}

function retries(text: string): number {
  if (/^\d$|^10$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 0 to 10.');
}
