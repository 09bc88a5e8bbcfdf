import type { CommonStrings } from '../../../src/protocol/shared.ts';
import { fill } from '../fill.ts';
import { hueOf, type ModelFamily, modelFamily } from './modelFamily.ts';

/** Models that are drawn as one: a colour is filled wholly or striped, so a family has two at most. */
export interface ModelGroup {
  /** Stays with the group: a model, or one of the families' groups. */
  readonly key: string;
  readonly family: ModelFamily;
  /** One version; the other versions of a family; or a whole family. */
  readonly kind: 'version' | 'others' | 'family';
  /** Most expensive first. */
  readonly models: readonly string[];
  /** Drawn in stripes rather than filled. */
  readonly striped: boolean;
}

/** So many models are told apart; of more, only families. */
const mostModels = 6;

/**
 * What the models of a period are drawn as, in the order they are stacked: the most expensive family
 * first, in it the most expensive version. `spend` is in any unit, by model. With more than six models
 * each family is one, but the one that was `opened`.
 */
export function modelGroups(
  spend: ReadonlyMap<string, number>,
  opened: ModelFamily | '' = '',
): ModelGroup[] {
  const few = spend.size <= mostModels;
  const hues = Map.groupBy(
    [...spend.keys()].sort((a, b) => spend.get(b)! - spend.get(a)! || (a < b ? -1 : 1)),
    (model) => hueOf(modelFamily(model)),
  );
  const sum = (models: readonly string[]): number =>
    models.reduce((total, model) => total + spend.get(model)!, 0);
  return [...hues.values()]
    .sort((a, b) => sum(b) - sum(a) || (a[0]! < b[0]! ? -1 : 1))
    .flatMap((models) => {
      const byFamily = [...Map.groupBy(models, modelFamily)];
      // Two families of one colour leave no stripes for their versions.
      if (byFamily.length > 1) {
        return byFamily
          .sort(([, a], [, b]) => sum(b) - sum(a))
          .map(([family, own], index) => wholeFamily(family, own, index > 0));
      }
      const [family] = byFamily[0]!;
      return few || opened === family || models.length === 1
        ? versions(family, models)
        : [wholeFamily(family, models, false)];
    });
}

/** The most expensive version, and the others: by name where it is one, else as one. */
function versions(family: ModelFamily, [first, ...others]: readonly string[]): ModelGroup[] {
  const solid = version(family, first!, false);
  if (others.length === 0) return [solid];
  if (others.length === 1) return [solid, version(family, others[0]!, true)];
  return [solid, { key: `\0${family}+`, family, kind: 'others', models: others, striped: true }];
}

function version(family: ModelFamily, model: string, striped: boolean): ModelGroup {
  return { key: model, family, kind: 'version', models: [model], striped };
}

function wholeFamily(family: ModelFamily, models: readonly string[], striped: boolean): ModelGroup {
  if (models.length === 1) return version(family, models[0]!, striped);
  return { key: `\0${family}`, family, kind: 'family', models, striped };
}

/** What a person reads for a group; `first` is the name of its most expensive model. */
export function groupName(
  { family, kind, models }: ModelGroup,
  first: string,
  words: Pick<CommonStrings, 'otherVersions' | 'moreModels'>,
): string {
  if (kind === 'version') return first;
  if (family === 'other') return fill(words.moreModels, String(models.length));
  return kind === 'family' ? family : fill(words.otherVersions, String(models.length), family);
}
