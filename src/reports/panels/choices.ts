import { branchesKnown } from '../../store/knownNames.ts';
import type { ReportContext } from '../context.ts';
import { groupsOf, type Names } from '../names.ts';

/** Values each filter can take. */
export interface FilterChoices {
  readonly project: readonly string[];
  readonly group: readonly string[];
  readonly account: readonly string[];
  readonly model: readonly string[];
  readonly agent: readonly string[];
  readonly branch: readonly string[];
}

/** What filters may be chosen from: everything there is, whatever is chosen just now. */
export function filterChoices(context: ReportContext, names: Names): FilterChoices {
  const places = [...names.places.values()];
  return {
    project: knownProjects(names),
    group:
      context.labels.groups.size === 0
        ? []
        : sorted(projectPlaces(places).flatMap((place) => groupsOf(context, place))),
    account: sorted(places.map(({ root }) => root)),
    model: sorted(context.reader.knownModels()),
    agent: sorted(context.reader.knownAgentTypes()),
    branch: sorted(branchesKnown(context.db)),
  };
}

/** Every project there is: repositories, and folders that are in none. */
export function knownProjects(names: Names): string[] {
  return sorted([...names.places.values()].map(({ cwd, gitRoot }) => gitRoot ?? cwd));
}

function sorted(values: Iterable<string>): string[] {
  return [...new Set(values)].filter((value) => value !== '').sort();
}

/** One place of each project: groups are found by it. */
function projectPlaces<P extends { readonly cwd: string; readonly gitRoot: string | null }>(
  places: readonly P[],
): P[] {
  return [...new Map(places.map((place) => [`${place.gitRoot} ${place.cwd}`, place])).values()];
}
