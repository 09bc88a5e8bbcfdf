import type { Insight, InsightKind, InsightWorld, Run } from './insight.ts';
import {
  agentText,
  fewestRuns,
  insightId,
  isSmall,
  mainModel,
  monthRange,
  perMonth,
  sumOf,
} from './measure.ts';

/** Families above Haiku, which small tasks seldom need. */
const expensive: ReadonlySet<string> = new Set(['sonnet', 'opus', 'fable', 'mythos']);

/** Families above Sonnet: the top tiers. */
const top: ReadonlySet<string> = new Set(['opus', 'fable', 'mythos']);

/** Small runs on an expensive model, by agent and model. */
export function smallRuns(runs: readonly Run[], world: InsightWorld): Insight[] {
  const small = runs.filter(
    (run) => isSmall(run) && run.nano > 0 && expensive.has(world.tierOf(mainModel(run))),
  );
  return byAgentAndModel(small).flatMap(([agent, model, own]) => {
    const title = `${sentenceStart(agentText(agent))}: ${own.length} small runs on ${model}`;
    return cheaper('small-runs', { title, agent, model, own, family: 'haiku' }, world);
  });
}

/** Subagents on a top tier, small runs aside: those are an insight of their own. */
export function topTier(runs: readonly Run[], world: InsightWorld): Insight[] {
  const high = runs.filter(
    (run) =>
      run.agent !== 'main' &&
      !isSmall(run) &&
      run.nano > 0 &&
      top.has(world.tierOf(mainModel(run))),
  );
  return byAgentAndModel(high).flatMap(([agent, model, own]) => {
    const title = `${sentenceStart(agent)}: ${own.length} runs of a subagent on the top tier (${model})`;
    return cheaper('top-tier', { title, agent, model, own, family: 'sonnet' }, world);
  });
}

interface Subject {
  readonly title: string;
  readonly agent: string;
  readonly model: string;
  readonly own: readonly Run[];
  /** The family they are repriced with. */
  readonly family: string;
}

/** Reprices every run by itself; runs with a part that has no price on either side stay out. */
function cheaper(
  kind: InsightKind,
  { title, agent, model, own, family }: Subject,
  world: InsightWorld,
): Insight[] {
  const savings = own.flatMap((run) => {
    const costs = run.parts.map((part) =>
      part.row === '' ? undefined : world.priceWith(part, family),
    );
    const known = costs.filter((cost) => cost !== undefined);
    return known.length < costs.length ? [] : [run.nano - sumOf(known, (cost) => cost)];
  });
  if (savings.length < fewestRuns || sumOf(savings, (saving) => saving) <= 0) return [];
  const cost = sumOf(own, ({ nano }) => nano);
  return [
    {
      id: insightId(kind, agent, model),
      kind,
      title,
      agent,
      evidence: [
        { name: 'agent', value: agent, unit: 'text' },
        { name: 'model', value: model, unit: 'text' },
        { name: 'repricedWith', value: family, unit: 'text' },
        { name: 'runs', value: own.length, unit: 'count' },
        { name: 'costPerRun', value: Math.round(cost / own.length), unit: 'usd' },
        {
          name: 'outputPerRun',
          value: Math.round(sumOf(own, ({ usage }) => usage.output) / own.length),
          unit: 'tokens',
        },
        {
          name: 'messagesPerRun',
          value: Math.round((10 * sumOf(own, ({ messages }) => messages)) / own.length) / 10,
          unit: 'count',
        },
      ],
      currentPerMonth: perMonth(cost, world.days),
      perMonth: monthRange(savings, world.days),
      basis: 'estimated',
      action:
        agent === 'main'
          ? { kind: 'advice', text: `Switch with "/model ${family}" before small tasks.` }
          : { kind: 'agent-model', agent, model: family },
      coverage: { seen: savings.length, all: own.length, noun: 'run' },
    },
  ];
}

function byAgentAndModel(runs: readonly Run[]): [agent: string, model: string, own: Run[]][] {
  return [...Map.groupBy(runs, (run) => JSON.stringify([run.agent, mainModel(run)]))]
    .filter(([, own]) => own.length >= fewestRuns)
    .map(([, own]) => [own[0]!.agent, mainModel(own[0]!), own]);
}

function sentenceStart(text: string): string {
  return text === 'the main thread' ? 'The main thread' : text;
}
