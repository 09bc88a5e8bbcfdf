import type { StoreReader } from '../store/query/storeReader.ts';
import { pathKey, systemIgnoresCase } from '../text/paths.ts';

/** Where a session belongs: the directory it started in, and the repository there. */
export interface ProjectPlace {
  readonly cwd: string;
  readonly gitRoot: string | null;
}

/** A project's path as it is recorded: the repository, else the directory the session started in. */
export function projectPath({ cwd, gitRoot }: ProjectPlace): string {
  return gitRoot ?? cwd;
}

/**
 * What a project is called, whichever spelling of its path a session recorded: as the latest session
 * spells it. Only spellings that differ are asked for their time, and hardly any do.
 */
export function projectNames(
  reader: Pick<StoreReader, 'projects' | 'lastUsed'>,
  ignoreCase = systemIgnoresCase,
): (place: ProjectPlace) => string {
  const byKey = Map.groupBy(reader.projects(), (place) => pathKey(projectPath(place), ignoreCase));
  const names = new Map<string, string>();
  for (const places of byKey.values()) {
    if (new Set(places.map(projectPath)).size < 2) continue;
    const used = places.map((place) => ({ place, at: reader.lastUsed(place.cwd) }));
    const latest = used.reduce((a, b) => (b.at > a.at ? b : a));
    for (const place of places) names.set(projectPath(place), projectPath(latest.place));
  }
  return (place) => {
    const path = projectPath(place);
    return names.get(path) ?? path;
  };
}

/** Every project there is, each by its name; sessions without a directory are in none. */
export function knownProjects(reader: StoreReader): string[] {
  const nameOf = projectNames(reader);
  return [...new Set(reader.projects().map(nameOf))].filter((path) => path !== '').sort();
}
