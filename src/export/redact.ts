import { memoize } from '../model/memoize.ts';
import { crypto } from '../platform/lazyBuiltins.ts';
import type { Filters } from '../query/options.ts';
import { pathKey } from '../text/paths.ts';

/** What of an export may say where and what somebody works on. */
export interface Openness {
  /** Paths of projects and configuration directories as they are. */
  readonly paths: boolean;
  /** Titles of sessions: Claude Code makes them from what was asked. */
  readonly titles: boolean;
}

/**
 * A path by a short name that is the same in every export, so that rows can still be distinguished
 * and put together: the first eight digits of its SHA-256, of a project's key. It names a path, it does not hide one
 * from somebody who can guess it.
 */
export function hashedPath(kind: 'project' | 'account', path: string): string {
  if (path === '') return '';
  const hashed = kind === 'project' ? pathKey(path) : path;
  return `${kind}-${crypto().createHash('sha256').update(hashed).digest('hex').slice(0, 8)}`;
}

/** Writes paths of one kind as they may be shown; each is hashed once. */
export function pathWriter(
  kind: 'project' | 'account',
  { paths }: Openness,
): (path: string) => string {
  if (paths) return (path) => path;
  return memoize((path) => hashedPath(kind, path));
}

/** Filters as an export names them: what is asked of a project or an account may be its path. */
export function redactedFilters(filters: Filters, open: Openness): Filters {
  if (open.paths) return filters;
  const { project, account } = filters;
  return {
    ...filters,
    ...(project !== undefined && { project: hashedPath('project', project) }),
    ...(account !== undefined && { account: hashedPath('account', account) }),
  };
}

/**
 * The summary as it may leave the machine: projects by their short names, and no notes, which may
 * name files. `summary` is the JSON of `outlay summary`.
 */
export function redactedSummary(summary: object, open: Openness): object {
  if (open.paths) return summary;
  const {
    notes: _notes,
    byProject,
    filters,
    ...rest
  } = summary as {
    notes?: unknown;
    filters?: Filters;
    byProject?: Readonly<Record<string, object>>;
  };
  const projects = Object.entries(byProject ?? {}).map(([path, sums]) => [
    hashedPath('project', path),
    { ...sums, gitRoot: null },
  ]);
  return {
    ...rest,
    filters: redactedFilters(filters ?? {}, open),
    byProject: Object.fromEntries(projects),
    redacted: true,
  };
}
