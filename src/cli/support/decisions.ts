import type { Insight } from '../../analysis/insights/insight.ts';
import { readLedger } from '../../dataFolder/insightFile.ts';
import { readOptimize } from '../../insights/findInsights.ts';
import { HumanError } from '../../model/errors.ts';
import type { ReportContext } from '../../query/context.ts';
import { readQuestion } from '../../query/question.ts';
import { optimize } from '../../reports/insights/optimize.ts';
import { clip, plainText } from '../../text/plainText.ts';
import { print } from './answer.ts';
import type { Environment } from './environment.ts';

/** The insight of an id, in what was spent lately or ever; an unknown id names those there are. */
export function insightOf(context: ReportContext, id: string): Insight {
  const found = ['30d', 'all'].flatMap((period) => {
    const question = readQuestion(optimize, { period, all: true }, context);
    return readOptimize(context, question).insights.map(({ insight }) => insight);
  });
  const insight = found.find((each) => each.id === id);
  if (insight !== undefined) return insight;
  const known = [...new Set(found.map((each) => each.id))];
  const list = known.length === 0 ? 'There is none.' : `There are ${known.join(', ')}.`;
  throw new HumanError('usage', `No insight is called "${clip(plainText(id), 80)}". ${list}`);
}

/** Says what was done about an insight. */
export function sayDecided(
  environment: Environment,
  id: string,
  sentences: readonly string[],
  json: object,
): void {
  if (environment.options.quiet && !environment.options.json) return;
  print(environment, {
    title: 'Insight',
    sentences,
    tables: [],
    notes: environment.problems,
    json: {
      schemaVersion: 1,
      id,
      decision: decisionJson(environment, id),
      ...json,
      notes: environment.problems,
    },
  });
}

function decisionJson({ folder }: Environment, id: string): object {
  const decided = readLedger(folder).ledger.get(id);
  const iso = (ms: number | undefined): string | null =>
    ms === undefined ? null : new Date(ms).toISOString();
  return {
    dismissedAt: iso(decided?.dismissedAt),
    snoozedUntil: iso(decided?.snoozedUntil),
    outcome: decided?.outcome?.result ?? null,
    appliedAt: iso(decided?.applied?.at),
  };
}
