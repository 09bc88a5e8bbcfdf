import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Unreadable } from '../../model/unreadable.ts';
import { type Discovery, type LogFile, logFile } from '../agentLog.ts';
import { entriesIn } from '../folders.ts';
import type { TranscriptLocation } from './parse/parser.ts';

/** Folders that hold no transcripts, whatever their files are called. */
const skippedFolders = new Set(['tool-results', 'node_modules']);

/** Whether a folder below the projects may hold transcripts, by its name. */
export function mayHold(name: string): boolean {
  return !skippedFolders.has(name);
}

/** Deep enough for workflow agents (project/session/subagents/workflows/wf_x), with room. */
const deepest = 12;

export function isTranscript(name: string): boolean {
  return name.endsWith('.jsonl') && name !== 'journal.jsonl';
}

export function isAgentMeta(name: string): boolean {
  return name.startsWith('agent-') && name.endsWith('.meta.json');
}

/** Folders entered behind all links of a root: somebody may have linked half a disk. */
const mostLinkedFolders = 20_000;

/** A link met on the way. */
interface Link {
  readonly path: string;
  readonly depth: number;
}

/**
 * Every transcript below a projects folder. Links are followed last, each target and each file once,
 * so a loop ends; what cannot be read is named and the rest goes on.
 */
export function discover(projects: string): Discovery {
  const found: Discovery = { files: [], metaFiles: [], unreadable: [] };
  const links: Link[] = [];
  walk(projects, 0, links, found);
  if (links.length === 0) return found;
  const behind = new Behind(found);
  // Following one may find more.
  for (const link of links) followLink(link, behind, links);
  return found;
}

/** What links lead to, beside what was found without them. */
class Behind {
  readonly found: Discovery;
  /** Real paths of targets that were followed. */
  readonly targets = new Set<string>();
  foldersLeft = mostLinkedFolders;
  readonly #inodes: Set<string>;

  constructor(found: Discovery) {
    this.found = found;
    this.#inodes = new Set(found.files.map(({ inode }) => inode));
    for (const path of found.metaFiles) this.#isNewMeta(path);
  }

  /** Adds the files that are not known by another path. */
  add({ files, metaFiles }: Discovery): void {
    for (const file of files) if (this.#isNew(file)) this.found.files.push(file);
    for (const path of metaFiles) if (this.#isNewMeta(path)) this.found.metaFiles.push(path);
  }

  #isNewMeta(path: string): boolean {
    try {
      return this.#isNew(logFile(path, statSync(path)));
    } catch {
      // Whoever reads it would find nothing either.
      return false;
    }
  }

  #isNew({ inode }: LogFile): boolean {
    if (this.#inodes.has(inode)) return false;
    this.#inodes.add(inode);
    return true;
  }
}

function walk(
  folder: string,
  depth: number,
  links: Link[],
  found: Discovery,
  mayEnter: () => boolean = () => true,
): void {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    found.unreadable.push({ path: folder, code: reasonOf(folder, error) });
    return;
  }
  // Before every answer of the terminal this is done for thousands of files.
  const start = folder.endsWith(sep) ? folder : folder + sep;
  for (const entry of entries) {
    const { name } = entry;
    if (entry.isFile()) addFile(start + name, name, found);
    else if (entry.isDirectory()) {
      if (depth >= deepest || !mayHold(name)) continue;
      if (mayEnter()) walk(start + name, depth + 1, links, found, mayEnter);
    } else if (entry.isSymbolicLink()) links.push({ path: start + name, depth });
  }
}

function followLink({ path, depth }: Link, behind: Behind, links: Link[]): void {
  const { unreadable } = behind.found;
  const found: Discovery = { files: [], metaFiles: [], unreadable };
  const mayEnter = (): boolean => {
    if (behind.foldersLeft === 0) unreadable.push({ path, code: 'too many folders behind links' });
    return behind.foldersLeft-- > 0;
  };
  try {
    const real = realpathSync.native(path);
    if (behind.targets.has(real)) return;
    behind.targets.add(real);
    const stats = statSync(real);
    const name = basename(path);
    if (stats.isDirectory()) {
      if (isAbove(real, path) || depth >= deepest || !mayEnter()) return;
      walk(path, depth + 1, links, found, mayEnter);
    } else if (stats.isFile()) addFile(path, name, found);
  } catch (error) {
    noteUnreadable(path, error, unreadable);
  }
  behind.add(found);
}

/** Whether a folder holds a path. A link to such a folder is a loop: its content is reached without the link. */
function isAbove(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Adds a file if it is one of ours by its name. */
function addFile(path: string, name: string, found: Discovery): void {
  if (isAgentMeta(name)) found.metaFiles.push(path);
  if (!isTranscript(name)) return;
  try {
    found.files.push(logFile(path, statSync(path)));
  } catch (error) {
    noteUnreadable(path, error, found.unreadable);
  }
}

/** What has gone since it was listed is not there, and that is all. */
function noteUnreadable(path: string, error: unknown, unreadable: Unreadable[]): void {
  const code = reasonOf(path, error);
  if (code !== 'ENOENT') unreadable.push({ path, code });
}

/** An errno code. A name that is no UTF-8 is read with marks in it, by which nothing can be found. */
function reasonOf(path: string, error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
  return code === 'ENOENT' && basename(path).includes('\ufffd') ? 'its name is no UTF-8' : code;
}

/** Transcripts of one session below a projects folder: its own, wherever it stands, and its subagents'. */
export function sessionFiles(projects: string, sessionId: string): LogFile[] {
  if (!/^[\w-]+$/.test(sessionId)) return [];
  const found: Discovery = { files: [], metaFiles: [], unreadable: [] };
  for (const entry of entriesIn(projects)) {
    if (!entry.isDirectory() && !entry.isSymbolicLink()) continue;
    const own = join(projects, entry.name, `${sessionId}.jsonl`);
    if (statSync(own, { throwIfNoEntry: false })?.isFile() !== true) continue;
    addFile(own, basename(own), found);
    const links: Link[] = [];
    walk(join(projects, entry.name, sessionId), 2, links, found);
  }
  return found.files;
}

/** What a transcript's path says about session, agent and workflow. */
export function locationOf(projects: string, path: string): TranscriptLocation {
  const local = relative(projects, path).split(sep);
  const stem = basename(path).replace(/\.jsonl$|\.meta\.json$/, '');
  const agentId = stem.startsWith('agent-') ? stem.slice('agent-'.length) : '';
  const subagents = local.lastIndexOf('subagents');
  const workflow = basename(dirname(path));
  return {
    path: local.join('/'),
    sessionId: subagents > 0 ? local[subagents - 1]! : stem,
    agentId,
    workflow: workflow.startsWith('wf_') ? workflow : '',
  };
}
