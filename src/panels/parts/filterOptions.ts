import type { DashboardFilter } from '../../protocol/dashboard.ts';
import type { ReportContext } from '../../query/context.ts';
import { groupsOf, Names } from '../../query/names.ts';
import { knownProjects } from '../../query/projects.ts';
import { branchesKnown, rootsKnown } from '../../store/query/knownNames.ts';

/** Values each filter can take. */
export type FilterChoices = Readonly<Record<DashboardFilter, readonly string[]>>;

/** How each of them is found: everything there is, whatever is chosen just now. */
const found: {
  readonly [K in keyof FilterChoices]: (context: ReportContext) => Iterable<string>;
} = {
  project: ({ reader }) => knownProjects(reader),
  group: (context) =>
    context.labels.groups.size === 0
      ? []
      : context.reader.projects().flatMap((place) => groupsOf(context, place)),
  account: ({ db }) => rootsKnown(db),
  product: (context) => new Names(context).products,
  host: (context) => new Names(context).hosts,
  model: ({ reader }) => reader.knownModels(),
  agent: ({ reader }) => reader.knownAgentTypes(),
  branch: ({ db }) => branchesKnown(db),
};

const nothing: FilterChoices = {
  project: [],
  group: [],
  account: [],
  product: [],
  host: [],
  model: [],
  agent: [],
  branch: [],
};

/** What filters may be chosen from; of some filters only where a few are named. */
export function filterChoices(
  context: ReportContext,
  names = Object.keys(found) as readonly (keyof FilterChoices)[],
): FilterChoices {
  const some = names.map((name) => [name, sorted(found[name](context))] as const);
  return { ...nothing, ...Object.fromEntries(some) };
}

function sorted(values: Iterable<string>): string[] {
  return [...new Set(values)].filter((value) => value !== '').sort();
}
