import { bundledCatalogue, type Family, families } from './catalogue.ts';
import { normaliseModel } from './matchModel.ts';
import { type Grade, grades } from './overrides.ts';

/** A model's place in breakdowns. Never used to find a price. */
export type Tier = Family | Grade | 'unknown';

/** Every tier in the order breakdowns list them. */
export const tiers: readonly Tier[] = [...families, ...grades, 'unknown'];

/** The little of a price book this needs; `RateBook` has it. */
export interface TierSource {
  /** The tier of a model the book prices, or undefined. */
  readonly knownTier: (model: string) => Tier | undefined;
}

const familyOfId = new Map(bundledCatalogue.models.map(({ id, family }) => [id, family]));
const familyWord = new RegExp(`^claude-(?:[\\d-]+-)?(${families.join('|')})(?:-|$)`);

/**
 * The tier of a model: Claude's family; for other models of the book `local`, `mini`, `standard`
 * or `premium`. A Claude model too new to have a price is still placed by the family in its name,
 * which costs nothing; everything else is `unknown`.
 */
export function tierOf(model: string, book?: TierSource): Tier {
  return (
    book?.knownTier(model) ??
    familyOfId.get(model) ??
    familyInName(normaliseModel(model).name) ??
    'unknown'
  );
}

/** The family a Claude model's normalised name says. */
export function familyInName(name: string): Family | undefined {
  const word = familyWord.exec(name)?.[1];
  return families.find((family) => family === word);
}

/** The maker-independent grade of a tier. */
export function gradeOf(tier: Tier): Grade | 'unknown' {
  switch (tier) {
    case 'haiku':
      return 'mini';
    case 'sonnet':
      return 'standard';
    case 'opus':
    case 'fable':
    case 'mythos':
      return 'premium';
    default:
      return tier;
  }
}

/**
 * The grade of a model nobody graded, by its input rate in US dollars per million tokens. The lines
 * are drawn where Claude's own families part: Haiku costs at most 1, Sonnet less than 4.
 */
export function gradeOfRate(inputRate: number): Grade {
  if (inputRate <= 1) return 'mini';
  return inputRate < 4 ? 'standard' : 'premium';
}
