import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { type Discovery, type LogFile, logFile } from '../agentLog.ts';
import type { TranscriptLocation } from './parse/parser.ts';

/** Folders that hold no transcripts, whatever their files are called. */
const skippedFolders = new Set(['tool-results', 'node_modules']);

/** Deep enough for workflow agents (project/session/subagents/workflows/wf_x), with room. */
const deepest = 12;

export function isTranscript(name: string): boolean {
  return name.endsWith('.jsonl') && name !== 'journal.jsonl';
}

export function isAgentMeta(name: string): boolean {
  return name.startsWith('agent-') && name.endsWith('.meta.json');
}

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
  const targets = new Set<string>();
  // Following one may find more.
  for (const link of links) followLink(link, targets, links, found);
  return found;
}

function walk(folder: string, depth: number, links: Link[], found: Discovery): void {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    found.unreadable.push({ path: folder, code: codeOf(error) });
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const wanted = isTranscript(entry.name) || isAgentMeta(entry.name);
    if (entry.isDirectory()) {
      if (depth < deepest && !skippedFolders.has(entry.name)) walk(path, depth + 1, links, found);
    } else if (entry.isSymbolicLink()) links.push({ path, depth });
    else if (wanted && entry.isFile()) addFile(path, found);
  }
}

function followLink(
  { path, depth }: Link,
  targets: Set<string>,
  links: Link[],
  found: Discovery,
): void {
  const behind: Discovery = { files: [], metaFiles: [], unreadable: found.unreadable };
  try {
    const real = realpathSync.native(path);
    if (targets.has(real)) return;
    targets.add(real);
    const stats = statSync(real);
    const name = basename(path);
    // A link to a folder above it is a loop; its content is reached without the link.
    const loop = path.startsWith(real + sep);
    if (stats.isDirectory() && !loop && depth < deepest) walk(path, depth + 1, links, behind);
    else if (stats.isFile() && (isTranscript(name) || isAgentMeta(name))) addFile(path, behind);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') found.unreadable.push({ path, code: codeOf(error) });
  }
  addOthers(found.files, behind.files);
  addOthers(found.metaFiles, behind.metaFiles);
}

/** Adds the files that are not known by another path. */
function addOthers(known: LogFile[], files: readonly LogFile[]): void {
  const inodes = new Set(known.map(({ inode }) => inode));
  for (const file of files) if (!inodes.has(file.inode)) known.push(file);
}

function addFile(path: string, found: Discovery): void {
  try {
    const file = logFile(path, statSync(path));
    if (isAgentMeta(basename(path))) found.metaFiles.push(file);
    else found.files.push(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') found.unreadable.push({ path, code: codeOf(error) });
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unreadable';
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
