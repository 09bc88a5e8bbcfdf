import { type Command, InvalidArgumentError } from 'commander';
import {
  decide,
  decisions,
  type LedgerEntry,
  type OutcomeResult,
  outcomeResults,
  readLedger,
} from '../../dataFolder/insightFile.ts';
import { HumanError } from '../../model/errors.ts';
import type { ReportContext } from '../../query/context.ts';
import { lengthMs } from '../../query/spans.ts';
import { optimize } from '../../reports/insights/optimize.ts';
import { clip, plainText } from '../../text/plainText.ts';
import { bringUpToDate, withContext } from '../support/answer.ts';
import { insightOf, sayDecided } from '../support/decisions.ts';
import { findEnvironment } from '../support/environment.ts';
import { type CommonOptions, withCommonOptions } from '../support/options.ts';
import { addApply } from './apply.ts';
import { groupOf } from './reports.ts';

/**
 * `outlay optimize dismiss|snooze|restore|outcome|apply|undo ID`, `outlay outcome ID RESULT`. The
 * report they stand beside takes the options it knows as well, so each asks for all.
 */
export function addOptimize(program: Command): void {
  const group = groupOf(program, optimize.name);
  const id = ['<id>', 'ID of an insight, as "outlay optimize" lists it'] as const;
  const dismiss = group.command('dismiss').argument(...id);
  withCommonOptions(dismiss.description('Do not list an insight any more.')).action(
    (given: string) =>
      record(given, dismiss.optsWithGlobals(), ({ now }) => [
        decisions.dismiss(now),
        'is dismissed',
      ]),
  );
  const snooze = group.command('snooze').argument(...id);
  snooze.argument('<length>', 'how long: 24h, 7d, 2w, 3mo');
  withCommonOptions(snooze.description('Do not list an insight for a while.')).action(
    (given: string, length: string) =>
      record(given, snooze.optsWithGlobals(), (context) => {
        const until = context.now + readLength(length, context);
        return [decisions.snooze(until), `is snoozed until ${new Date(until).toISOString()}`];
      }),
  );
  const restore = group.command('restore').argument(...id);
  withCommonOptions(restore.description('List an insight again.')).action((given: string) =>
    record(given, restore.optsWithGlobals(), () => [decisions.restore(), 'is listed again']),
  );
  for (const parent of [group, program]) addOutcome(parent, id);
  addApply(group, id);
}

function addOutcome(parent: Command, id: readonly [string, string]): void {
  const outcome = parent
    .command('outcome')
    .description('Record whether advice that was taken has worked.')
    .argument(...id)
    .argument('<result>', outcomeResults.join(', '), readResult);
  withCommonOptions(outcome).action((given: string, result: OutcomeResult) =>
    record(given, outcome.optsWithGlobals(), ({ now }) => [
      decisions.outcome(result, now),
      `is recorded as ${result}`,
    ]),
  );
}

function readResult(text: string): OutcomeResult {
  const known = outcomeResults.find((result) => result === text);
  if (known !== undefined) return known;
  throw new InvalidArgumentError(`It must be ${outcomeResults.join(', ')}.`);
}

function readLength(text: string, context: ReportContext): number {
  const length = lengthMs(text, context);
  if (length !== undefined && length > 0) return length;
  throw new HumanError(
    'usage',
    `${JSON.stringify(clip(plainText(text), 40))} is not a length of time. Use 24h, 7d, 2w or 3mo.`,
  );
}

/** Records a decision on an insight that is found now, or that something was decided about. */
async function record(
  id: string,
  options: CommonOptions,
  decision: (context: ReportContext) => [change: Partial<LedgerEntry>, text: string],
): Promise<void> {
  const environment = findEnvironment(options);
  const freshness = await bringUpToDate(environment);
  const { change, text } = withContext(environment, freshness, (context) => {
    if (!readLedger(environment.folder).ledger.has(id)) insightOf(context, id);
    const [made, words] = decision(context);
    return { change: made, text: words };
  });
  decide(environment.folder, id, change);
  sayDecided(environment, id, [`${id} ${text}.`], {});
}
