import { realpathSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { HumanError } from '../model/errors.ts';
import { hostOf } from '../model/records.ts';
import type { SessionSummary } from '../store/query/storeReader.ts';
import { pathKey } from '../text/paths.ts';
import { plainText } from '../text/plainText.ts';
import { countedSessions, type ReportContext } from './context.ts';

/** Candidates an ambiguous prefix is answered with. */
const shownCandidates = 20;

/** The session an id or its beginning names; without one the last active, undefined when none. */
export function findSession(
  context: ReportContext,
  id: string | undefined,
): SessionSummary | undefined {
  const all = countedSessions(context);
  if (id === undefined) return all[0];
  const wanted = id.trim().toLowerCase();
  const found = all.filter(({ sid }) => sid.toLowerCase().startsWith(wanted));
  const exact = found.find(({ sid }) => sid.toLowerCase() === wanted);
  if (exact !== undefined) return exact;
  if (wanted !== '' && found.length === 1) return found[0];
  const shown = plainText(id).slice(0, 80);
  if (found.length === 0) {
    throw new HumanError(
      'usage',
      `No session begins with "${shown}". "outlay sessions" lists them.`,
      { what: { id: 'sessionUnknown', values: [shown] } },
    );
  }
  const list = found.slice(0, shownCandidates).map(candidateText);
  const more = found.length > list.length ? [`  and ${found.length - list.length} more`] : [];
  throw new HumanError(
    'usage',
    [`"${shown}" begins the id of ${found.length} sessions:`, ...list, ...more].join('\n'),
  );
}

function candidateText({ sid, endedAt, title, cwd }: SessionSummary): string {
  const when = endedAt > 0 ? new Date(endedAt).toISOString().slice(0, 16).replace('T', ' ') : '';
  return `  ${[sid, when, plainText(title ?? cwd).slice(0, 60)].join('  ').trimEnd()}`;
}

/** Longest name Claude Code gives a project's folder before it cuts it and adds a hash. */
const longestName = 200;

/** The name of the folder Claude Code keeps a directory's transcripts in, as far as it is certain. */
export function projectFolderName(directory: string): { name: string; cut: boolean } {
  const name = directory.replace(/[^a-zA-Z0-9]/g, '-');
  const cut = name.length > longestName;
  return { name: cut ? `${name.slice(0, longestName)}-` : name, cut };
}

/**
 * The session of a directory that was active last. First by the directory the records name, which is
 * certain; then by the name of the folder, which several directories may share.
 */
export function latestSessionIn(
  context: ReportContext,
  directory: string,
): SessionSummary | undefined {
  const wanted = new Set([directory, resolve(directory), real(directory)]);
  // The same path on another host is another directory.
  const all = countedSessions(context).filter(({ sid }) => hostOf(sid) === '');
  const keys = new Set([...wanted].map((path) => pathKey(path)));
  const certain = all.find(({ cwd }) => keys.has(pathKey(cwd)));
  if (certain !== undefined) return certain;
  const names = [...wanted].map(projectFolderName);
  const inFolder = new Set<string>();
  for (const path of context.reader.knownSizes().keys()) {
    const folder = basename(dirname(path));
    const hit = names.some(({ name, cut }) => (cut ? folder.startsWith(name) : folder === name));
    if (hit) inFolder.add(basename(path, '.jsonl'));
  }
  return all.find(({ sid }) => inFolder.has(sid));
}

function real(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
