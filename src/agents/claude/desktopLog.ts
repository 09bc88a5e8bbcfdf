import { type Dirent, readdirSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { appendAll } from '../../model/lists.ts';
import { isDirectory, realPath } from '../../platform/realPath.ts';
import type { AgentLog, DefaultRoots, Discovery, Machine, Root, RootSource } from '../agentLog.ts';
import { claudeLog } from './claudeLog.ts';
import { discover } from './discover.ts';
import { absolute, namesConfigDirectory } from './roots.ts';

/** The folder in which Claude Desktop keeps the sessions its agent runs on this machine. */
const folderName = 'local-agent-mode-sessions';

/** Configuration directories stand as deep as organisation, account and session make them, with room. */
const deepest = 6;

/** Folders of a session that hold a person's files, and may hold a great many. */
const skipped = new Set(['uploads', 'outputs', 'skills-plugin', 'node_modules']);

/** Claude Desktop's data folder on macOS, Windows and Linux: only one of them will exist. */
function defaultRoots({ env, home }: Machine): DefaultRoots {
  if (namesConfigDirectory(env)) return { paths: [], source: 'default' };
  const folders = [
    join(home, 'Library', 'Application Support'),
    absolute(env.APPDATA) ?? join(home, 'AppData', 'Roaming'),
    absolute(env.XDG_CONFIG_HOME) ?? join(home, '.config'),
  ];
  return { paths: folders.map((folder) => join(folder, 'Claude', folderName)), source: 'default' };
}

function rootAt(path: string, source: RootSource): Root {
  const folder = realPath(path);
  return {
    agent: 'claude-desktop',
    path: folder,
    logFolder: folder,
    source,
    exists: isDirectory(path),
  };
}

/** What stands in the `projects` of each session's configuration directory. */
function discoverAll(folder: string): Discovery {
  const found: Discovery = { files: [], metaFiles: [], unreadable: [] };
  for (const projects of projectsBelow(folder, 0, found)) {
    const { files, metaFiles, unreadable } = discover(projects);
    appendAll(found.files, files);
    appendAll(found.metaFiles, metaFiles);
    appendAll(found.unreadable, unreadable);
  }
  return found;
}

function* projectsBelow(folder: string, depth: number, found: Discovery): Generator<string> {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    found.unreadable.push({ path: folder, code });
    return;
  }
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const path = join(folder, entry.name);
    if (entry.name === '.claude') {
      const projects = join(path, 'projects');
      if (isDirectory(projects)) yield projects;
    } else if (depth < deepest && !skipped.has(entry.name)) {
      yield* projectsBelow(path, depth + 1, found);
    }
  }
}

const projectsPart = `${sep}.claude${sep}projects${sep}`;

/**
 * Sessions of Claude Desktop's local agent: transcripts of Claude Code, each session with a
 * configuration directory of its own, and beside it an `audit.jsonl` that repeats them.
 */
export const desktopLog: AgentLog = {
  ...claudeLog,
  name: 'claude-desktop',
  product: 'Claude Desktop',
  defaultRoots,
  recognizes: (directory) => basename(directory) === folderName,
  rootAt,
  discover: ({ logFolder }) => discoverAll(logFolder),
  mayHold: (root, folder) => !skipped.has(basename(folder)) && claudeLog.mayHold(root, folder),
  // Nobody starts these from a terminal.
  sessionFiles: () => [],
  // Desktop sessions are exempt from Claude Code's cleaning up.
  cleanupDays: () => undefined,
  // What a session was served stands in its own directory, of which there are many.
  clientPrices: () => [],
  kindOf: (path) => (path.includes(projectsPart) ? claudeLog.kindOf(path) : undefined),
};
