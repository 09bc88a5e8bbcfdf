import type { Insight, InsightWorld, Run } from './insight.ts';
import { fewestRuns, insightId, monthRange, perMonth, sumOf } from './measure.ts';

/** Work an editor's own commands do the same way every time. */
export const editKinds = ['format', 'imports', 'rename', 'lint-fix', 'remove-logging'] as const;
export type EditKind = (typeof editKinds)[number];

/** A longer prompt asks for more than the words that would fit here. */
const longestPrompt = 160;

const patterns: Readonly<Record<EditKind, RegExp>> = {
  format:
    /^(?:please\s+)?(?:re)?format\s+(?:(?:the|this|all|my|every|these)\s+)*(?:code|files?|documents?|project|repo(?:sitory)?|\S+\.\w+)\b|^(?:please\s+)?run\s+(?:prettier|black|gofmt|rustfmt|biome\s+format|clang-format)\b/i,
  imports:
    /^(?:please\s+)?(?:sort|organi[sz]e|clean\s+up|remove\s+(?:the\s+)?unused)\s+(?:(?:the|all|unused)\s+)*imports?\b/i,
  rename:
    /^(?:please\s+)?rename\s+(?:the\s+)?(?:\w+\s+)?[`'"]?[\w.$-]+[`'"]?\s+(?:to|as|into)\s+[`'"]?[\w.$-]+[`'"]?(?:\s+(?:everywhere|in\s+all\s+files|across\s+the\s+\w+))?\s*[.!]?$/i,
  'lint-fix':
    /^(?:please\s+)?(?:run\s+(?:eslint|biome|ruff|clippy)\b.*(?:--fix|fix)|fix\s+(?:all\s+)?(?:the\s+)?(?:eslint|lint(?:er|ing)?|biome|ruff)\s+(?:errors?|warnings?|issues?))\s*[.!]?$/i,
  'remove-logging':
    /^(?:please\s+)?(?:remove|delete)\s+(?:all\s+)?(?:the\s+)?(?:console\.log|debug(?:ging)?\s+(?:logs?|prints?)|print\s+statements?)(?:s|\s+statements?|\s+calls?)?\b.{0,40}$/i,
};

/**
 * Which of an editor's own commands would do what a prompt asks for; undefined where it asks for
 * anything else. Only short, plain prompts in English are recognised: it is meant to miss many and to
 * be wrong about few.
 */
export function editKindOf(prompt: string): EditKind | undefined {
  const words = prompt.trim();
  if (words.length > longestPrompt || words.includes('\n')) return undefined;
  return editKinds.find((kind) => patterns[kind].test(words));
}

/** Main-thread runs whose prompts could be read, and how many there are in all. */
export interface ReadPrompts {
  readonly kinds: ReadonlyMap<string, EditKind>;
  readonly read: number;
  readonly all: number;
}

/** Prompts a formatter, a rename or a codemod could have done. Nothing says what else they did. */
export function deterministicEdits(
  runs: readonly Run[],
  { kinds, read, all }: ReadPrompts,
  world: InsightWorld,
): Insight[] {
  const own = runs.filter(({ key }) => kinds.has(key));
  if (own.length < fewestRuns) return [];
  const cost = sumOf(own, ({ nano }) => nano);
  const counts = editKinds.flatMap((kind) => {
    const number = own.filter(({ key }) => kinds.get(key) === kind).length;
    return number === 0 ? [] : [`${kind} ${number}`];
  });
  return [
    {
      id: insightId('deterministic', 'main'),
      kind: 'deterministic',
      agent: 'main',
      evidence: [
        { name: 'prompts', value: own.length, unit: 'count' },
        { name: 'kinds', value: counts.join(', '), unit: 'text' },
        { name: 'costPerRun', value: Math.round(cost / own.length), unit: 'usd' },
      ],
      currentPerMonth: perMonth(cost, world.days),
      perMonth: monthRange(
        own.map(({ nano }) => nano),
        world.days,
      ),
      basis: 'estimated',
      action: { kind: 'advice' },
      coverage: { seen: read, all, noun: 'prompt' },
    },
  ];
}
